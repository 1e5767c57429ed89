#include "kv/rocksdb_options.h"

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <memory>
#include <string>

#include "base/log.h"

namespace tarn::kv {
namespace {

// RocksDB's own log: errors go to ours, the rest is dropped.
class ErrorLog : public rocksdb::Logger {
 public:
  ErrorLog() : rocksdb::Logger(rocksdb::InfoLogLevel::ERROR_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::string line(1024, '\0');
    const int length = std::vsnprintf(line.data(), line.size(), format, arguments);
    line.resize(std::min<size_t>(line.size() - 1, length < 0 ? 0 : static_cast<size_t>(length)));
    log::Fault("kv", line);
  }
};

constexpr size_t kDeletionWindow = 8 << 10;  // entries in a row

}  // namespace

rocksdb::Options MakeRocksDbOptions(const RocksDbOptions& options) {
  rocksdb::Options rocks;
  rocks.create_if_missing = true;
  if (options.env != nullptr) rocks.env = options.env;
  rocks.info_log = std::make_shared<ErrorLog>();
  rocks.info_log_level = rocksdb::InfoLogLevel::ERROR_LEVEL;
  rocks.stats_dump_period_sec = 0;
  rocks.stats_persist_period_sec = 0;
  rocks.max_background_jobs = 2;
  rocks.max_bgerror_resume_count = 0;  // a failed log write is final until the store is reopened
  rocks.max_open_files = options.open_files_max;
  rocks.skip_stats_update_on_db_open = true;
  rocks.skip_checking_sst_file_sizes_on_db_open = true;
  rocks.write_buffer_size = options.write_buffer_bytes;
  rocks.max_write_buffer_number = 3;
  // Most keys asked for are not among the newest: a filter says so without a walk through the memory table.
  rocks.memtable_whole_key_filtering = true;
  rocks.memtable_prefix_bloom_size_ratio = 0.02;
  rocks.max_total_wal_size = 4 * options.write_buffer_bytes;
  rocks.target_file_size_base = 32 << 20;
  rocks.max_bytes_for_level_base = 128 << 20;
  rocks.level_compaction_dynamic_level_bytes = true;
  rocks.compression = rocksdb::kLZ4Compression;
  rocks.bottommost_compression = rocksdb::kZSTD;
  rocks.bytes_per_sync = 1 << 20;
  // A scan walks over what was deleted until a compaction has dropped it: a file that is half of it somewhere goes
  // first.
  rocks.table_properties_collector_factories.push_back(
      rocksdb::NewCompactOnDeletionCollectorFactory(kDeletionWindow, kDeletionWindow / 2));
  rocks.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  rocksdb::BlockBasedTableOptions table;
  // Few shards: a filter block of some hundred KiB must fit a shard many times over, or it is read again for every key.
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes, 2);
  table.block_size = 8 << 10;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.format_version = 5;
  rocks.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return rocks;
}

}  // namespace tarn::kv
