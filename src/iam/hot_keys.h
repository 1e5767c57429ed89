// Which of IAM's keys every request of a user or role reads: the versions of the accounts' IAM. For
// kv::RocksDbOptions::hot_prefixes.
#pragma once

#include <string>

#include "kv/key.h"

namespace tarn::iam {

inline std::string HotPrefix() { return kv::Key("Iv").Take(); }

}  // namespace tarn::iam
