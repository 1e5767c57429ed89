// What the command line does with a lake that is not running: `tarn restore`, and `tarn doctor` of a stopped lake.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "object/verify/verify.h"
#include "server/options.h"

namespace tarn::server {

// Opens the stores of the lake in `options.data`, checks every object and closes them. kIo of kv when it is running.
Result<object::VerifyReport> VerifyStopped(const Options& options);

// `tarn restore BACKUP --data NEW [--config FILE]`; the process's exit code.
int Restore(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace tarn::server
