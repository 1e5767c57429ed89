// The master key of a lake's directory: given by the environment, kept in DIR/master-key, or sealed by a KMS in
// DIR/master-key.kms (master_kms.h); changed by one command.
//
// DIR/lake-key holds the lake key sealed under it (keys/lake_key.h). Where that file is absent, in lakes whose master
// key was never changed, the master key is the lake key. Losing the master key loses every byte in the lake. Errors:
// kBadMasterKey and kIoError, with sentences for the operator; keys::kWrongMasterKey. Threads: one at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/secrets/master_kms.h"

namespace tarn::server {

inline constexpr Reason kBadMasterKey{"server.BadMasterKey", Code::kInvalidArgument};

// The lake key of `directory`. `given` is the master key as 64 hex digits, "" when it lies in the file. For a new lake
// a master key is made when none is given.
Result<std::string> OpenMasterKey(const std::string& directory, const std::string& given, bool is_new);

// The master key that is given as 64 hex digits: `given`, or what the KMS opens; a new lake gets a fresh one from
// there. "" when it lies in the file.
Result<std::string> GivenMasterKey(const std::string& directory, const std::string& given, const MasterKms& kms,
                                   bool is_new);

// The key of one purpose, derived from the lake key: what the lake key seals beside blobs has one of its own.
std::string DeriveKey(const std::string& lake_key, std::string_view purpose);

// Seals the lake key under another master key: `next` (64 hex digits), one from `next_kms` when that has a URL, or a
// fresh one in the file. A crash at any instant leaves the old or the new one working. A running lake goes on: it has
// the lake key.
Status RotateMasterKey(const std::string& directory, const std::string& given, const std::string& next,
                       const MasterKms& next_kms = {});

// `tarn keys rotate-master --data DIR`; the keys are TARN_MASTER_KEY[_KMS] and
// TARN_NEW_MASTER_KEY[_KMS]. The process's exit code.
int RunKeys(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace tarn::server
