#include "kv/rocksdb_store.h"

#include <fmt/format.h>
#include <pthread.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/metrics.h"
#include "base/strings.h"
#include "kv/hot_keys.h"
#include "kv/optimistic.h"
#include "kv/rocksdb_options.h"
#include "kv/rocksdb_snapshot.h"
#include "kv/shared_db.h"

namespace tarn::kv {
namespace {

constexpr size_t kWindowKeys = 1 << 16;
constexpr size_t kBatchBytesMax = 8 << 20;
constexpr size_t kBatchCommitsMax = 1024;
// A scan walks over each of them; in files a compaction takes them away (rocksdb_options.cc).
constexpr uint64_t kDeletesInMemoryMax = 64 << 10;
constexpr size_t kWriteOverhead = 16;  // of one write in a batch, in bytes
// Reserved: orders before every Key, whose first component is never empty; scans do not show it.
constexpr std::string_view kFormatKey{"\0format", 7};
// 2: what blob keeps knows second copies and forms (docs/format/blob.md). A tarn of version 1 would drop them.
constexpr uint64_t kFormatVersion = 2;
constexpr auto kResumePeriod = std::chrono::milliseconds(100);
constexpr auto kOpenPeriod = std::chrono::seconds(2);  // readers wait for an opening

class RocksDbStore : public Store {
 public:
  RocksDbStore(std::unique_ptr<SharedDb> shared, uint64_t free_bytes_min, const RocksDbOptions& options)
      : shared_(std::move(shared)),
        free_bytes_min_(free_bytes_min),
        memory_bytes_max_(options.write_buffer_bytes / 8 * 7),
        hot_(options.hot_prefixes),
        window_(kWindowKeys, shared_->LatestSequence()),
        committer_([this] { RunCommitter(); }) {}

  ~RocksDbStore() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    committer_.join();
    rocksdb::FlushOptions flush;  // so that the next start replays nothing
    if (health_ == Health::kWorks) (void)db().Flush(flush);
  }

  std::unique_ptr<Txn> Begin() override {
    return std::make_unique<OptimisticTxn>([this] { return TakeSnapshot(*shared_, hot_); });
  }

  Result<std::optional<std::string>> Get(std::string_view key) override { return ReadPresent(*shared_, hot_, key); }

  std::optional<uint64_t> HotCommits() const override { return hot_.changes(); }

  Status Checkpoint(const std::string& directory) override {
    const SharedDb::Use use(*shared_);
    if (use.db() == nullptr) return NotOpen();
    rocksdb::Checkpoint* made = nullptr;
    rocksdb::Status status = rocksdb::Checkpoint::Create(use.db(), &made);
    const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
    if (status.ok()) status = checkpoint->CreateCheckpoint(directory);
    if (!status.ok()) return FromRocksDb(status, "checkpoint to " + directory);
    return Ok();
  }

  void Commit(std::unique_ptr<Txn> txn, std::move_only_function<void(Status)> done) override {
    std::unique_ptr<OptimisticTxn> mine(static_cast<OptimisticTxn*>(txn.release()));
    mine->ReleaseSnapshot();
    Status outcome = mine->CheckLimits();
    if (!outcome.ok() || mine->writes().empty()) {
      // What it saw may be overtaken by a write of unknown outcome, which a restart would find in the log.
      const Reason* doubt = doubt_;
      if (outcome.ok() && doubt != nullptr)
        outcome = Fail(*doubt, "the metadata log failed: what is there is in doubt");
      mine = nullptr;
      done(std::move(outcome));
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

  enum class Health : uint8_t { kWorks, kFull, kFailed };

  // Validates in arrival order, writes what holds as one synced batch, then answers everybody: a refused transaction
  // that retries at once must see the winner.
  void CommitBatch(std::vector<Waiting>& taken) {
    LookAtDisk();
    size_t bytes = 0;
    for (const auto& waiting : taken)
      bytes += waiting.txn->write_bytes() + waiting.txn->writes().size() * kWriteOverhead;
    // Before the sequence is read: this may write.
    const rocksdb::Status prepared = health_ == Health::kWorks ? PrepareMemory(bytes) : rocksdb::Status();
    const uint64_t sequence = shared_->LatestSequence() + 1;
    std::vector<const WriteSet*> accepted;
    for (auto& waiting : taken) {
      if (health_ != Health::kWorks || !window_.StillHolds(*waiting.txn)) continue;
      waiting.accepted = true;
      accepted.push_back(&waiting.txn->writes());
      window_.Add(waiting.txn->writes(), sequence);
    }
    rocksdb::WriteBatch batch = Merge(accepted);
    hot_.BeginWrites(std::move(accepted));
    if (batch.Count() > 0) Write(prepared, batch);
    hot_.EndWrites();
    commits_.Add(taken.size());
    for (auto& waiting : taken) {
      waiting.txn = nullptr;
      waiting.done(Outcome(waiting.accepted));
    }
  }

  // In the order of keys, each once with its last value: RocksDB's memory takes neighbours at a fraction of the cost.
  static rocksdb::WriteBatch Merge(const std::vector<const WriteSet*>& sets) {
    std::vector<const WriteSet::value_type*> writes;
    for (const WriteSet* set : sets) {
      for (const auto& write : *set) writes.push_back(&write);
    }
    std::ranges::stable_sort(writes, {}, [](const auto* write) -> const std::string& { return write->first; });
    rocksdb::WriteBatch batch;
    for (size_t i = 0; i < writes.size(); ++i) {
      if (i + 1 < writes.size() && writes[i]->first == writes[i + 1]->first) continue;
      const auto& [key, value] = *writes[i];
      // Batches in memory do not fail.
      if (value) {
        (void)batch.Put(AsSlice(key), AsSlice(*value));
      } else {
        (void)batch.Delete(AsSlice(key));
      }
    }
    return batch;
  }

  // RocksDB leaves a log whose end is torn only by a flush, and flushes only where memory holds something. So a full
  // memory is exchanged here, rather than within the write that may find no room, and something is put there first.
  rocksdb::Status PrepareMemory(size_t batch_bytes) {
    uint64_t bytes = 0;
    uint64_t deletes = 0;
    (void)db().GetIntProperty(rocksdb::DB::Properties::kCurSizeActiveMemTable, &bytes);
    (void)db().GetIntProperty(rocksdb::DB::Properties::kNumDeletesActiveMemTable, &deletes);
    if (bytes + batch_bytes > memory_bytes_max_ || deletes > kDeletesInMemoryMax) {
      rocksdb::FlushOptions flush;
      flush.wait = false;
      flush.allow_write_stall = true;
      if (const auto flushed = db().Flush(flush); !flushed.ok()) return flushed;
    }
    if (MemoryHoldsSomething()) return {};
    rocksdb::WriteOptions write;
    write.disableWAL = true;
    return db().Put(write, AsSlice(kFormatKey), std::to_string(kFormatVersion));
  }

  bool MemoryHoldsSomething() {
    uint64_t entries = 0;
    return db().GetIntProperty(rocksdb::DB::Properties::kNumEntriesActiveMemTable, &entries) && entries > 0;
  }

  void Write(const rocksdb::Status& prepared, rocksdb::WriteBatch& batch) {
    rocksdb::WriteOptions write;
    write.sync = true;
    const rocksdb::Status written = prepared.ok() ? db().Write(write, &batch) : prepared;
    batches_.Add();
    if (written.ok()) return;
    // What failed before the log was written to left no torn end there.
    const bool can_resume = !prepared.ok() || MemoryHoldsSomething();
    health_ = written.IsNoSpace() && can_resume ? Health::kFull : Health::kFailed;
    is_stuck_ = true;
    doubt_ = health_ == Health::kFull ? &kFull : &kIo;
    // Nothing of the batch is visible: its keys must not make later readers conflict.
    window_ = CommitWindow(kWindowKeys, shared_->LatestSequence());
    log::Fault("kv", fmt::format("the metadata log {}: {}",
                                 health_ == Health::kFull ? "finds the disk full" : "failed and takes no more writes",
                                 written.ToString()));
  }

  // Refuses commits before the disk is so full that RocksDB fails, and makes them work again.
  void LookAtDisk() {
    if (health_ == Health::kFailed) return;
    const uint64_t free = free_bytes_min_ > 0 ? shared_->FreeBytes() : UINT64_MAX;
    const bool was_full = health_ == Health::kFull;
    if (free < free_bytes_min_) {
      health_ = Health::kFull;
      if (!was_full)
        log::Fault("kv", fmt::format("the disk is full: {} KiB are free; commits are refused", free >> 10));
      return;
    }
    if (!was_full) return;
    if (is_stuck_) {
      const auto now = std::chrono::steady_clock::now();
      if (now - resumed_at_ < kResumePeriod) return;
      resumed_at_ = now;
      if (!Unstick()) return;
    }
    is_stuck_ = false;
    doubt_ = nullptr;
    health_ = Health::kWorks;
    log::Info("kv", "there is room again; commits are taken");
  }

  // RocksDB goes on by itself where it failed to write a log or a file; where it failed to begin a new log it does not
  // until it is opened again.
  bool Unstick() {
    if (!shared_->HasRoom()) return false;
    if (shared_->takes_writes()) {
      const rocksdb::Status resumed = db().Resume();
      if (resumed.ok()) return true;
      if (resumed.IsBusy()) return false;  // RocksDB tries the same by itself
    }
    if (!shared_->OpenAgain()) {
      resumed_at_ = std::chrono::steady_clock::now() + kOpenPeriod;
      return false;
    }
    hot_.Clear();
    window_ = CommitWindow(kWindowKeys, shared_->LatestSequence());
    return true;
  }

  rocksdb::DB& db() { return *shared_->db(); }  // the committer's, and only where it takes writes

  Status Outcome(bool accepted) const {
    if (health_ == Health::kFull) return Fail(kFull, "the disk that holds the metadata is full");
    if (health_ == Health::kFailed) {
      return Fail(kIo, "the metadata log failed; the outcome of this write is unknown until a restart");
    }
    if (!accepted) return Fail(kConflict, "another commit changed what this one read");
    return Ok();
  }

  const std::unique_ptr<SharedDb> shared_;
  const uint64_t free_bytes_min_;
  const size_t memory_bytes_max_;
  metrics::Counter& batches_ = metrics::GetCounter("tarn_kv_batches_total");
  metrics::Counter& commits_ = metrics::GetCounter("tarn_kv_commits_total");

  HotKeys hot_;
  CommitWindow window_;             // the committer's own
  Health health_ = Health::kWorks;  // the committer's own
  std::atomic<const Reason*> doubt_ = nullptr;
  bool is_stuck_ = false;                               // the committer's own: RocksDB needs a Resume
  std::chrono::steady_clock::time_point resumed_at_{};  // the committer's own

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::thread committer_;
};

Status WriteFormat(rocksdb::DB& db) {
  rocksdb::WriteOptions write;
  write.sync = true;
  const auto written = db.Put(write, AsSlice(kFormatKey), std::to_string(kFormatVersion));
  return written.ok() ? Ok() : Status(FromRocksDb(written, "write the format version"));
}

// Marks a new store, upgrades an older one, refuses one that a newer tarn wrote.
Status CheckFormat(rocksdb::DB& db) {
  std::string text;
  const auto found = db.Get(rocksdb::ReadOptions(), AsSlice(kFormatKey), &text);
  if (found.IsNotFound()) return WriteFormat(db);
  if (!found.ok()) return FromRocksDb(found, "read the format version");
  const auto version = ParseU64(text);
  if (version == kFormatVersion) return Ok();
  if (version && *version > 0 && *version < kFormatVersion) {
    // Everything of version 1 reads the same in version 2.
    log::Info("kv", fmt::format("the metadata's format {} becomes {}", *version, kFormatVersion));
    return WriteFormat(db);
  }
  return Fail(kFormat, fmt::format("this lake's metadata has format {}, this tarn knows {}: use the tarn that wrote it "
                                   "or a newer one",
                                   text, kFormatVersion));
}

}  // namespace

Result<std::unique_ptr<Store>> OpenRocksDb(const std::string& directory, const RocksDbOptions& options) {
  std::error_code failure;
  if (options.env == nullptr) {
    std::filesystem::create_directories(directory, failure);
    if (failure) return Fail(kIo, fmt::format("metadata store: make {}: {}", directory, failure.message()));
  }
  rocksdb::DB* opened = nullptr;
  const rocksdb::Options rocks = MakeRocksDbOptions(options);
  const auto status = rocksdb::DB::Open(rocks, directory, &opened);
  if (status.IsIOError() && status.ToString().find("lock file") != std::string::npos) {
    return Fail(kIo,
                fmt::format("{} is in use by another tarn: stop that one, or choose another directory", directory));
  }
  if (!status.ok()) return FromRocksDb(status, "open " + directory);
  std::unique_ptr<rocksdb::DB> db(opened);
  TARN_CHECK(CheckFormat(*db));
  uint64_t free_bytes_min = options.free_bytes_min;
  if (options.env == nullptr) {
    const auto space = std::filesystem::space(directory, failure);
    if (!failure) free_bytes_min = std::min<uint64_t>(free_bytes_min, space.capacity / 40);
  }
  auto shared = std::make_unique<SharedDb>(rocks, directory, std::move(db));
  return std::unique_ptr<Store>(std::make_unique<RocksDbStore>(std::move(shared), free_bytes_min, options));
}

}  // namespace tarn::kv
