// kv::Store on RocksDB: one process, one directory, one synced log write for all commits that wait at the same time.
//
// A failed log write is final: every later commit answers kv.Io until the store is reopened. A full disk is not:
// commits answer kv.Full while less than `free_bytes_min` is free, and work again when there is room; what RocksDB
// itself could not write is flushed to new files first, and the log with the torn end is never read again; where
// RocksDB cannot go on by itself, it is opened again, and readers wait for that (at most half a second for each other
// before, tried every two seconds). Errors of opening: kv.Io (unreadable, damaged, or in use by another process),
// kv.Format (written by a newer tarn). Threads: any. The answers to commits run on the committer's thread: keep them
// short, never block in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kv/kv.h"

namespace rocksdb {
class Env;
}

namespace tarn::kv {

inline constexpr Reason kFormat{"kv.Format", Code::kInternal};

struct RocksDbOptions {
  size_t block_cache_bytes = 32 << 20;
  size_t write_buffer_bytes = 16 << 20;  // bounds the log replay at start, too
  int open_files_max = 256;
  uint64_t free_bytes_min = 16 << 20;  // on a small disk a fortieth of it: room for flushes and compactions
  rocksdb::Env* env = nullptr;         // null: the operating system's; tests put a faulty disk here
  // Of keys that nearly every request reads and few commits change: their values stay in memory.
  std::vector<std::string> hot_prefixes;
};

// Opens the store in `directory`, which is made when absent.
Result<std::unique_ptr<Store>> OpenRocksDb(const std::string& directory, const RocksDbOptions& options = {});

}  // namespace tarn::kv
