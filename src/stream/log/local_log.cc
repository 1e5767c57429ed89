#include "stream/log/local_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <semaphore>
#include <utility>

#include "base/log.h"
#include "base/random.h"
#include "blob/errors.h"

namespace tarn::stream {
namespace {

constexpr uint64_t kGroupBytesMax = 32 << 20;
constexpr uint64_t kBufferKeptMax = 16 << 20;

Error FromDisk(const Error& error) {
  if (error.reason == &blob::kDiskFull) return Fail(kLogFull, "the disk is full: " + error.message);
  return Fail(kLogFailed, error.message);
}

}  // namespace

LogId NewLogId() { return RandomU64() | 1; }

Result<std::vector<Appended>> Log::AppendAndWait(std::vector<NewRecords> batch) {
  std::optional<Result<std::vector<Appended>>> answer;
  std::binary_semaphore ready(0);
  Append(std::move(batch), [&](Result<std::vector<Appended>> result) {
    answer.emplace(std::move(result));
    ready.release();
  });
  ready.acquire();
  return std::move(*answer);
}

Result<std::unique_ptr<Log>> Log::Open(LogOptions options) {
  auto log = std::make_unique<LocalLog>(std::move(options));
  TARN_CHECK(log->Recover());
  log->Start();
  return std::unique_ptr<Log>(std::move(log));
}

LocalLog::LocalLog(LogOptions options)
    : options_(std::move(options)),
      files_(options_.files != nullptr ? *options_.files : blob::PosixFileSystem()),
      index_(options_.cache_bytes) {}

LocalLog::~LocalLog() {
  {
    const std::lock_guard lock(queue_mutex_);
    stopping_ = true;
  }
  queue_wake_.notify_all();
  if (committer_.joinable()) committer_.join();
}

void LocalLog::Start() {
  committer_ = std::thread([this] { RunCommitter(); });
}

void LocalLog::Append(std::vector<NewRecords> batch, AppendDone done) {
  Item item{.batch = std::move(batch), .kept = {}, .done = std::move(done)};
  for (const NewRecords& part : item.batch) item.bytes += ChunkBytes(part.records, true);
  bool is_closing = false;
  {
    const std::lock_guard lock(queue_mutex_);
    is_closing = stopping_;
    if (!is_closing && (queue_.empty() || queued_bytes_ + item.bytes <= options_.queue_bytes)) {
      queued_bytes_ += item.bytes;
      queue_.push_back(std::move(item));
      queue_wake_.notify_one();
      return;
    }
  }
  item.done(is_closing ? Fail(kLogClosed, "the log is closing") : Fail(kLogBusy, "too many records wait for the disk"));
}

void LocalLog::RunCommitter() {
  while (true) {
    std::vector<Item> group;
    {
      std::unique_lock lock(queue_mutex_);
      queue_wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      uint64_t bytes = 0;
      while (!queue_.empty() && (group.empty() || bytes + queue_.front().bytes <= kGroupBytesMax)) {
        bytes += queue_.front().bytes;
        queued_bytes_ -= queue_.front().bytes;
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
    }
    CommitGroup(std::move(group));
  }
}

// What one group writes of each log becomes one chunk.
std::vector<LocalLog::Chunk> LocalLog::Arrange(std::vector<Item>& group, Timestamp now,
                                               std::vector<std::vector<Appended>>& answers) {
  std::vector<Chunk> chunks;
  std::unordered_map<LogId, size_t> chunk_of;
  for (Item& item : group) {
    std::vector<Appended>& answer = answers.emplace_back();
    for (NewRecords& part : item.batch) {
      const auto [found, is_new] = chunk_of.try_emplace(part.log, chunks.size());
      if (is_new) {
        const uint64_t end = End(part.log);
        chunks.push_back(
            {.head = {.kind = ChunkKind::kRecords, .log = part.log, .first = end, .arrived = now}, .records = {}});
      }
      Chunk& chunk = chunks[found->second];
      answer.push_back({chunk.head.first + chunk.records.size(), now});
      for (std::string& record : part.records) chunk.records.push_back(std::move(record));
    }
  }
  std::erase_if(chunks, [](const Chunk& chunk) { return chunk.records.empty(); });
  for (Item& item : group) {
    for (Kept& kept : item.kept) {
      if (kept.head.kind == ChunkKind::kMarker) kept.head.first = End(kept.head.log) + kept.gap;
      chunks.push_back({.head = kept.head, .records = std::move(kept.records)});
    }
  }
  return chunks;
}

void LocalLog::CommitGroup(std::vector<Item> group) {
  const Timestamp now = std::max(options_.clock->Now(), last_time_);
  std::vector<std::vector<Appended>> answers;
  std::vector<Chunk> chunks = Arrange(group, now, answers);
  Status written = chunks.empty() ? Ok() : Write(chunks);
  if (!written.ok()) {
    for (Item& item : group) item.done(written.error());
    return;
  }
  last_time_ = now;
  std::vector<LogId> grown;
  for (const Chunk& chunk : chunks) {
    if (chunk.head.kind == ChunkKind::kRecords) grown.push_back(chunk.head.log);
  }
  Publish(std::move(chunks));
  for (size_t i = 0; i < group.size(); ++i) group[i].done(std::move(answers[i]));
  WakeWatchers(grown);
}

Status LocalLog::Write(std::vector<Chunk>& chunks) {
  uint64_t bytes = 0;
  for (const Chunk& chunk : chunks) bytes += ChunkBytes(chunk.records, true);
  if (must_roll_ || (active_bytes_ > kSegmentHeaderBytes && active_bytes_ + bytes > options_.segment_bytes)) {
    const Status rolled = Roll();
    if (!rolled.ok()) return FromDisk(rolled.error());
  }
  std::string& out = to_write_;
  out.clear();
  if (out.capacity() > kBufferKeptMax) out.shrink_to_fit();
  out.reserve(bytes);
  for (Chunk& chunk : chunks) {
    chunk.offset = active_bytes_ + out.size();
    sealer_->Append(chunk.head, chunk.offset, chunk.records, out);
  }
  const Status written = active_->WriteAndSync(active_bytes_, out);
  if (written.ok()) {
    active_bytes_ += out.size();
    return Ok();
  }
  // What was written of it must never be taken for records: it is cut off, and the next segment tells where this ends.
  must_roll_ = true;
  const Status cut = active_->Cut(active_bytes_);
  if (!cut.ok()) {
    const std::lock_guard lock(mutex_);
    if (Segment* segment = index_.FindSegment(active_number_)) segment->clean = false;
    return Fail(kLogFailed, written.error().message);
  }
  return FromDisk(written.error());
}

Status LocalLog::Roll() {
  uint32_t before = 0;
  uint64_t before_bytes = 0;
  uint32_t number = active_number_ + 1;
  {
    const std::lock_guard lock(mutex_);
    if (!index_.segments().empty()) {
      const Segment& last = index_.segments().rbegin()->second;
      before = last.number;
      before_bytes = last.bytes;
      number = std::max(number, last.number + 1);
    }
  }
  TARN_TRY(auto made,
           SegmentFile::Create(files_, options_.directory,
                               {.number = number, .before = before, .before_bytes = before_bytes}, options_.wrapper));
  const std::lock_guard lock(mutex_);
  if (before != 0) {
    index_.Seal(before);
    NoteOpen(before);
  }
  index_.AddSegment(number, kSegmentHeaderBytes, made);
  active_ = std::move(made);
  sealer_ = active_->NewSealer();
  active_number_ = number;
  active_bytes_ = kSegmentHeaderBytes;
  must_roll_ = false;
  return Ok();
}

void LocalLog::Publish(std::vector<Chunk> chunks) {
  if (chunks.empty()) return;  // nothing was written, perhaps no segment ever
  const std::lock_guard lock(mutex_);
  Segment* segment = index_.FindSegment(active_number_);
  segment->bytes = active_bytes_;
  for (Chunk& chunk : chunks) {
    index_.Add(active_number_, chunk.offset, chunk.head);
    if (chunk.head.kind != ChunkKind::kRecords) continue;
    index_.Cache(active_number_, chunk.offset,
                 std::make_shared<CachedChunk>(CachedChunk{chunk.head, std::move(chunk.records)}));
  }
}

uint64_t LocalLog::Watch(LogId log, std::function<void()> wake) {
  const std::lock_guard lock(watch_mutex_);
  const uint64_t watch = next_watch_++;
  watches_[log].emplace(watch, std::move(wake));
  watched_.emplace(watch, log);
  return watch;
}

void LocalLog::Unwatch(uint64_t watch) {
  const std::lock_guard lock(watch_mutex_);
  const auto found = watched_.find(watch);
  if (found == watched_.end()) return;
  const auto log = watches_.find(found->second);
  log->second.erase(watch);
  if (log->second.empty()) watches_.erase(log);
  watched_.erase(found);
}

void LocalLog::WakeWatchers(const std::vector<LogId>& logs) {
  const std::lock_guard lock(watch_mutex_);
  if (watches_.empty()) return;
  for (const LogId log : logs) {
    const auto found = watches_.find(log);
    if (found == watches_.end()) continue;
    for (const auto& [watch, wake] : found->second) wake();
  }
}

}  // namespace tarn::stream
