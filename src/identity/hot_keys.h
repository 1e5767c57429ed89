// Which of identity's keys every signed request reads: the version of all access keys. For
// kv::RocksDbOptions::hot_prefixes.
#pragma once

#include <string>

#include "kv/key.h"

namespace tarn::identity {

inline std::string VersionKey() { return kv::Key("i").Text("version").Take(); }

}  // namespace tarn::identity
