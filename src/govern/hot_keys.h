// Which of governance's keys nearly every request reads: the versions. For kv::RocksDbOptions::hot_prefixes.
#pragma once

#include <string>

#include "kv/key.h"

namespace tarn::govern {

inline std::string HotPrefix() { return kv::Key("lv").Take(); }

}  // namespace tarn::govern
