// The master key of a lake's directory: given by the environment or kept in DIR/master-key, changed by one command.
//
// DIR/lake-key holds the lake key sealed under it (keys/lake_key.h). Where that file is absent, in lakes whose master
// key was never changed, the master key is the lake key. Losing the master key loses every byte in the lake. Errors:
// kBadMasterKey and kIoError, with sentences for the operator; keys::kWrongMasterKey. Threads: one at a time.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace tarn::server {

inline constexpr Reason kBadMasterKey{"server.BadMasterKey", Code::kInvalidArgument};

// The lake key of `directory`. `given` is the master key as 64 hex digits, "" when it lies in the file. For a new lake
// a master key is made when none is given.
Result<std::string> OpenMasterKey(const std::string& directory, const std::string& given, bool is_new);

// Seals the lake key under another master key: `next` (64 hex digits), or a fresh one in the file when it is empty. A
// crash at any instant leaves the old or the new one working. A running lake goes on: it has the lake key.
Status RotateMasterKey(const std::string& directory, const std::string& given, const std::string& next);

// `tarn keys rotate-master --data DIR`; the keys are TARN_MASTER_KEY and TARN_NEW_MASTER_KEY. The process's exit code.
int RunKeys(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace tarn::server
