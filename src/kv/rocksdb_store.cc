#include "kv/rocksdb_store.h"

#include <fmt/format.h>
#include <pthread.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <condition_variable>
#include <cstdarg>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "kv/optimistic.h"

namespace tarn::kv {
namespace {

constexpr size_t kWindowKeys = 1 << 16;
constexpr size_t kBatchBytesMax = 8 << 20;
constexpr size_t kBatchCommitsMax = 1024;
// Reserved: orders before every Key, whose first component is never empty; scans do not show it.
constexpr std::string_view kFormatKey{"\0format", 7};
constexpr std::string_view kFirstUserKey{"\1", 1};
constexpr std::string_view kFormatVersion = "1";

rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }

Error FromRocksDb(const rocksdb::Status& status, std::string_view doing) {
  return Fail(kIo, fmt::format("metadata store: {}: {}", doing, status.ToString()));
}

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

class RocksSnapshot : public Snapshot {
 public:
  explicit RocksSnapshot(rocksdb::DB& db) : db_(db), snapshot_(db.GetSnapshot()) { read_.snapshot = snapshot_; }
  ~RocksSnapshot() override { db_.ReleaseSnapshot(snapshot_); }
  RocksSnapshot(const RocksSnapshot&) = delete;
  RocksSnapshot& operator=(const RocksSnapshot&) = delete;

  uint64_t sequence() const override { return snapshot_->GetSequenceNumber(); }

  Result<std::optional<std::string>> Get(std::string_view key) override {
    std::string value;
    const auto status = db_.Get(read_, AsSlice(key), &value);
    if (status.IsNotFound()) return std::optional<std::string>();
    if (!status.ok()) return FromRocksDb(status, "read");
    return std::optional<std::string>(std::move(value));
  }

  Result<std::vector<KeyValue>> Scan(std::string_view begin, std::string_view end, size_t limit,
                                     bool reverse) override {
    std::vector<KeyValue> found;
    if (begin < kFirstUserKey) begin = kFirstUserKey;
    if (limit == 0 || (!end.empty() && begin >= end)) return found;
    rocksdb::ReadOptions read = read_;
    const rocksdb::Slice lower = AsSlice(begin);
    const rocksdb::Slice upper = AsSlice(end);
    read.iterate_lower_bound = &lower;
    if (!end.empty()) read.iterate_upper_bound = &upper;
    const std::unique_ptr<rocksdb::Iterator> it(db_.NewIterator(read));
    for (reverse ? it->SeekToLast() : it->SeekToFirst(); it->Valid() && found.size() < limit;
         reverse ? it->Prev() : it->Next()) {
      found.push_back({it->key().ToString(), it->value().ToString()});
    }
    if (!it->status().ok()) return FromRocksDb(it->status(), "scan");
    return found;
  }

 private:
  rocksdb::DB& db_;
  const rocksdb::Snapshot* const snapshot_;
  rocksdb::ReadOptions read_;
};

class RocksDbStore : public Store {
 public:
  explicit RocksDbStore(std::unique_ptr<rocksdb::DB> db)
      : db_(std::move(db)),
        window_(kWindowKeys, db_->GetLatestSequenceNumber()),
        committer_([this] { RunCommitter(); }) {}

  ~RocksDbStore() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    committer_.join();
    rocksdb::FlushOptions flush;  // so that the next start replays nothing
    if (!failed_) (void)db_->Flush(flush);
    (void)db_->Close();
  }

  std::unique_ptr<Txn> Begin() override {
    return std::make_unique<OptimisticTxn>([this] { return std::make_unique<RocksSnapshot>(*db_); });
  }

  void Commit(std::unique_ptr<Txn> txn, std::move_only_function<void(Status)> done) override {
    std::unique_ptr<OptimisticTxn> mine(static_cast<OptimisticTxn*>(txn.release()));
    mine->ReleaseSnapshot();
    Status limits = mine->CheckLimits();
    if (!limits.ok() || mine->writes().empty()) {
      mine = nullptr;
      done(std::move(limits));
      return;
    }
    bool was_empty;
    {
      std::lock_guard lock(mutex_);
      was_empty = queue_.empty();
      queue_.push_back({std::move(mine), std::move(done)});
    }
    if (was_empty) wake_.notify_one();
  }

 private:
  struct Waiting {
    std::unique_ptr<OptimisticTxn> txn;
    std::move_only_function<void(Status)> done;
    bool accepted = false;
  };

  void RunCommitter() {
    pthread_setname_np(pthread_self(), "kv-commit");
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;  // stopping
      std::vector<Waiting> taken;
      size_t bytes = 0;
      while (!queue_.empty() && bytes < kBatchBytesMax && taken.size() < kBatchCommitsMax) {
        bytes += queue_.front().txn->write_bytes();
        taken.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      lock.unlock();
      CommitBatch(taken);
      lock.lock();
    }
  }

  // Validates in arrival order, writes what holds as one synced batch, then answers everybody: a refused transaction
  // that retries at once must see the winner.
  void CommitBatch(std::vector<Waiting>& taken) {
    const uint64_t sequence = db_->GetLatestSequenceNumber() + 1;
    rocksdb::WriteBatch batch;
    for (auto& waiting : taken) {
      if (failed_ || !window_.StillHolds(*waiting.txn)) continue;
      waiting.accepted = true;
      window_.Add(waiting.txn->writes(), sequence);
      for (const auto& [key, value] : waiting.txn->writes()) {
        // Batches in memory do not fail.
        if (value) {
          (void)batch.Put(AsSlice(key), AsSlice(*value));
        } else {
          (void)batch.Delete(AsSlice(key));
        }
      }
    }
    rocksdb::Status written;
    if (batch.Count() > 0) {
      rocksdb::WriteOptions write;
      write.sync = true;
      written = db_->Write(write, &batch);
      batches_.Add();
    }
    if (!written.ok()) {
      failed_ = true;
      log::Fault("kv", fmt::format("the metadata log failed and takes no more writes: {}", written.ToString()));
    }
    commits_.Add(taken.size());
    for (auto& waiting : taken) {
      waiting.txn = nullptr;
      waiting.done(Outcome(waiting.accepted));
    }
  }

  Status Outcome(bool accepted) const {
    if (failed_) return Fail(kIo, "the metadata log failed; the outcome of this write is unknown until a restart");
    if (!accepted) return Fail(kConflict, "another commit changed what this one read");
    return Ok();
  }

  const std::unique_ptr<rocksdb::DB> db_;
  metrics::Counter& batches_ = metrics::GetCounter("tarn_kv_batches_total");
  metrics::Counter& commits_ = metrics::GetCounter("tarn_kv_commits_total");

  CommitWindow window_;  // the committer's own
  bool failed_ = false;  // the committer's own

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::thread committer_;
};

rocksdb::Options MakeOptions(const RocksDbOptions& options) {
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
  rocks.max_total_wal_size = 4 * options.write_buffer_bytes;
  rocks.target_file_size_base = 32 << 20;
  rocks.max_bytes_for_level_base = 128 << 20;
  rocks.level_compaction_dynamic_level_bytes = true;
  rocks.compression = rocksdb::kLZ4Compression;
  rocks.bottommost_compression = rocksdb::kZSTD;
  rocks.bytes_per_sync = 1 << 20;
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

// Marks a new store, refuses one that a newer tarn wrote. Older versions would be upgraded here; there are none yet.
Status CheckFormat(rocksdb::DB& db) {
  std::string version;
  const auto found = db.Get(rocksdb::ReadOptions(), AsSlice(kFormatKey), &version);
  if (found.IsNotFound()) {
    rocksdb::WriteOptions write;
    write.sync = true;
    const auto written = db.Put(write, AsSlice(kFormatKey), AsSlice(kFormatVersion));
    return written.ok() ? Ok() : Status(FromRocksDb(written, "write the format version"));
  }
  if (!found.ok()) return FromRocksDb(found, "read the format version");
  if (version == kFormatVersion) return Ok();
  return Fail(kFormat, fmt::format("this lake's metadata has format {}, this tarn knows {}: use the tarn that wrote it "
                                   "or a newer one",
                                   version, kFormatVersion));
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksDb(const std::string& directory, const RocksDbOptions& options) {
  std::error_code failure;
  if (options.env == nullptr) {
    std::filesystem::create_directories(directory, failure);
    if (failure) return Fail(kIo, fmt::format("metadata store: make {}: {}", directory, failure.message()));
  }
  rocksdb::DB* opened = nullptr;
  const auto status = rocksdb::DB::Open(MakeOptions(options), directory, &opened);
  if (status.IsIOError() && status.ToString().find("lock file") != std::string::npos) {
    return Fail(kIo,
                fmt::format("{} is in use by another tarn: stop that one, or choose another directory", directory));
  }
  if (!status.ok()) return FromRocksDb(status, "open " + directory);
  std::unique_ptr<rocksdb::DB> db(opened);
  TARN_CHECK(CheckFormat(*db));
  return std::unique_ptr<Store>(std::make_unique<RocksDbStore>(std::move(db)));
}

}  // namespace tarn::kv
