// How RocksDB is set up for the metadata. Private to kv.
#pragma once

#include <rocksdb/options.h>

#include "kv/rocksdb_store.h"

namespace tarn::kv {

rocksdb::Options MakeRocksDbOptions(const RocksDbOptions& options);

}  // namespace tarn::kv
