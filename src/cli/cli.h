// The command line beside `tarn serve`: a client of a running lake over its public API.
#pragma once

#include <string>
#include <vector>

namespace tarn::cli {

// `arguments` without the program's name, `environment` as "NAME=value". Returns the exit code: 0 done, 1 failed, 2 a
// wrong command line.
int Run(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace tarn::cli
