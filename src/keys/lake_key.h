// The lake key: what everything of a lake is sealed under, itself sealed under the operator's master key.
//
// Invariant: the lake key never changes, so that a new master key re-wraps this one and nothing else. Its file names
// the master keys that open it by their ids; docs/format/keys.md has the form. Pure; keys have 32 bytes. Threads: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::keys {

inline constexpr Reason kWrongMasterKey{"keys.WrongMasterKey", Code::kPermissionDenied};

// What tells master keys apart without telling them: 16 hex digits.
std::string MasterKeyId(std::string_view master_key);

// The file's text: the lake key, for each of these master keys.
std::string SealLakeKey(std::string_view lake_key, const std::vector<std::string>& master_keys);
// Errors: kWrongMasterKey, kDamaged.
Result<std::string> OpenLakeKey(std::string_view text, std::string_view master_key);

}  // namespace tarn::keys
