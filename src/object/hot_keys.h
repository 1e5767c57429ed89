// Which of the object domain's keys nearly every request reads: buckets. For kv::RocksDbOptions::hot_prefixes.
#pragma once

#include <string>

#include "object/store/keys.h"

namespace tarn::object {

inline std::string HotPrefix() { return Space("b").Take(); }

}  // namespace tarn::object
