#include <algorithm>
#include <semaphore>
#include <utility>

#include "stream/log/local_log.h"

namespace tarn::stream {
namespace {

// A segment goes when less than one part in four of it must stay.
constexpr uint64_t kLivePart = 4;

bool MustStay(const Keep& keep, uint64_t end, int64_t last_arrived) {
  return end > keep.position && last_arrived >= keep.since.micros;
}

}  // namespace

Status LocalLog::Reclaim(const std::function<Result<KeepOf>()>& look) {
  const std::unique_lock reclaiming(reclaim_mutex_, std::try_to_lock);
  if (!reclaiming.owns_lock()) return Ok();
  std::vector<uint32_t> numbers;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [number, segment] : index_.segments()) numbers.push_back(number);
  }
  // The last one is being written, or tells where the torn one before it ends.
  if (!numbers.empty()) numbers.pop_back();
  if (numbers.empty()) return Ok();
  TARN_TRY(const KeepOf keep_of, look());
  for (const uint32_t number : numbers) TARN_CHECK(ReclaimSegment(number, keep_of));
  return Ok();
}

Status LocalLog::ReclaimSegment(uint32_t number, const KeepOf& keep_of) {
  Segment segment;
  std::vector<LogId> ends_here;
  {
    const std::lock_guard lock(mutex_);
    const auto at = index_.segments().find(number);
    if (at == index_.segments().end()) return Ok();
    // Its header tells where the one before ends, whose file holds more.
    if (at != index_.segments().begin() && !std::prev(at)->second.clean) return Ok();
    TARN_TRY(const auto file, FileOf(at->second));
    segment = at->second;
    for (const SegmentShare& share : segment.shares) {
      const LogState* log = index_.FindLog(share.log);
      if (log != nullptr && log->proof == number) ends_here.push_back(share.log);
    }
  }
  uint64_t live_bytes = 0;
  for (const SegmentShare& share : segment.shares) {
    const auto keep = keep_of(share.log);
    if (keep && MustStay(*keep, share.end, share.last_arrived)) live_bytes += share.bytes;
  }
  if (live_bytes * kLivePart > segment.bytes) return Ok();
  std::vector<LogId> gone;
  TARN_TRY(std::vector<Kept> kept, WhatMustStay(segment, keep_of, gone));
  for (const LogId log : ends_here) {
    if (std::ranges::find(gone, log) != gone.end()) continue;
    kept.push_back({.head = {.kind = ChunkKind::kMarker, .log = log, .arrived = {}}, .records = {}});
  }
  if (!kept.empty()) {
    Status moved = Ok();
    std::binary_semaphore ready(0);
    Item item{.batch = {}, .kept = std::move(kept), .done = [&](Result<std::vector<Appended>> result) {
                if (!result.ok()) moved = result.error();
                ready.release();
              }};
    {
      const std::lock_guard lock(queue_mutex_);
      if (stopping_) return Fail(kLogClosed, "the log is closing");
      queue_.push_back(std::move(item));
    }
    queue_wake_.notify_one();
    ready.acquire();
    if (!moved.ok()) return moved;
  }
  {
    const std::lock_guard lock(mutex_);
    index_.RemoveSegment(number, gone);
    std::erase(open_files_, number);
  }
  TARN_CHECK(files_.Remove(SegmentPath(options_.directory, number)));
  return files_.SyncDirectory(options_.directory);
}

Result<std::vector<LocalLog::Kept>> LocalLog::WhatMustStay(const Segment& segment, const KeepOf& keep_of,
                                                           std::vector<LogId>& gone) {
  std::unordered_map<LogId, Keep> keeps;
  for (const SegmentShare& share : segment.shares) {
    const auto keep = keep_of(share.log);
    if (!keep) gone.push_back(share.log);
    if (keep && MustStay(*keep, share.end, share.last_arrived)) keeps.emplace(share.log, *keep);
  }
  std::vector<Kept> kept;
  if (keeps.empty()) return kept;
  Status read = Ok();
  TARN_TRY(const uint64_t end, segment.file->Walk(segment.bytes, false, [&](uint64_t offset, const ChunkHead& head) {
    const auto keep = keeps.find(head.log);
    if (head.kind == ChunkKind::kMarker || keep == keeps.end()) return true;
    if (!MustStay(keep->second, head.end(), head.arrived.micros)) return true;
    auto records = segment.file->RecordsAt(head, offset);
    if (!records.ok()) {
      read = records.error();
      return false;
    }
    Kept& one = kept.emplace_back(Kept{.head = head, .records = std::move(records).value()});
    one.head.kind = ChunkKind::kMoved;
    return true;
  }));
  if (!read.ok()) return read.error();
  if (end != segment.bytes) return Fail(kLogDamaged, "a segment of the log is damaged");
  return kept;
}

Log::Usage LocalLog::MeasureUsage() const {
  const std::lock_guard lock(mutex_);
  Usage usage{.segments = index_.segments().size(), .stored_bytes = 0, .logs = index_.logs()};
  for (const auto& [number, segment] : index_.segments()) usage.stored_bytes += segment.bytes;
  return usage;
}

}  // namespace tarn::stream
