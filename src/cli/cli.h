// The command line beside `tarn serve`: a client of a running lake over its public API.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tarn::cli {

// Checks a stopped lake in `data`; the report is that of POST /_tarn/verify.
using VerifyStopped = std::function<Result<std::string>(const std::string& data, const std::string& config,
                                                        const std::vector<std::string>& environment)>;

// `arguments` without the program's name, `environment` as "NAME=value". Returns the exit code: 0 done, 1 failed, 2 a
// wrong command line.
int Run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment,
        const VerifyStopped& verify_stopped);

}  // namespace tarn::cli
