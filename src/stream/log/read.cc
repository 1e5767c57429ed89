#include <algorithm>
#include <utility>

#include "base/log.h"
#include "stream/log/local_log.h"

namespace tarn::stream {
namespace {

constexpr size_t kOpenFilesMax = 64;

}  // namespace

uint64_t LocalLog::End(LogId log) const {
  const std::lock_guard lock(mutex_);
  const LogState* state = index_.FindLog(log);
  return state == nullptr ? 0 : state->end;
}

uint64_t LocalLog::Begin(LogId log) const {
  const std::lock_guard lock(mutex_);
  const LogState* state = index_.FindLog(log);
  if (state == nullptr) return 0;
  return state->places.empty() ? state->end : state->places.front().position;
}

uint64_t LocalLog::BytesFrom(LogId log, uint64_t from) const {
  const std::lock_guard lock(mutex_);
  return index_.BytesFrom(log, from);
}

std::optional<Timestamp> LocalLog::LastArrival(LogId log) const {
  const std::lock_guard lock(mutex_);
  const LogState* state = index_.FindLog(log);
  if (state == nullptr || state->last_arrived == 0) return std::nullopt;
  return Timestamp{state->last_arrived};
}

Result<std::shared_ptr<SegmentFile>> LocalLog::FileOf(Segment& segment) {
  if (segment.file != nullptr) return segment.file;
  TARN_TRY(segment.file, SegmentFile::Open(files_, options_.directory, segment.number, options_.wrapper));
  if (segment.file == nullptr) return Fail(kLogDamaged, "a segment of the log lost its header");
  NoteOpen(segment.number);
  return segment.file;
}

void LocalLog::NoteOpen(uint32_t number) {
  open_files_.push_back(number);
  if (open_files_.size() <= kOpenFilesMax) return;
  if (Segment* oldest = index_.FindSegment(open_files_.front())) oldest->file = nullptr;
  open_files_.pop_front();
}

// The chunk that holds `from`, or what follows it when that is no longer there.
Result<std::optional<LocalLog::Located>> LocalLog::Locate(LogId log, uint64_t& from, Hint& hint) {
  while (true) {
    Located found;
    uint64_t limit = 0;
    std::optional<uint64_t> next;
    {
      const std::lock_guard lock(mutex_);
      const auto way = index_.WayTo(log, from);
      if (!way) return std::optional<Located>();
      Segment* segment = index_.FindSegment(way->place.segment);
      if (segment == nullptr) return Fail(kLogDamaged, "a place of the log is in no segment");
      next = way->next;
      limit = segment->bytes;
      found.segment = segment->number;
      found.offset = way->place.offset;
      if (hint.segment == found.segment && hint.offset > found.offset) found.offset = hint.offset;
      found.cached = index_.Cached(found.segment, found.offset);
      if (found.cached != nullptr && found.cached->head.log == log && from >= found.cached->head.first &&
          from < found.cached->head.end()) {
        found.head = found.cached->head;
        return std::optional(std::move(found));
      }
      found.cached = nullptr;
      TARN_TRY(found.file, FileOf(*segment));
    }
    while (found.offset < limit) {
      TARN_TRY(const auto head, found.file->HeadAt(found.offset, limit));
      if (!head) {
        log::Fault("stream", "a chunk of the log is damaged: segment " + std::to_string(found.segment) + ", offset " +
                                 std::to_string(found.offset));
        return Fail(kLogDamaged, "records of the log are damaged");
      }
      found.head = *head;
      if (head->log == log && head->kind != ChunkKind::kMarker && from >= head->first && from < head->end()) {
        return std::optional(std::move(found));
      }
      found.offset += head->stored_bytes();
    }
    if (!next) return std::optional<Located>();
    from = *next;
    hint = {};
  }
}

Result<Records> LocalLog::Read(LogId log, uint64_t from, size_t records_max, uint64_t bytes_max) {
  Records out;
  uint64_t bytes = 0;
  Hint hint;
  while (out.records.size() < records_max) {
    TARN_TRY(auto found, Locate(log, from, hint));
    if (!found) break;
    if (found->cached == nullptr) {
      TARN_TRY(ChunkRecords records, found->file->RecordsAt(found->head, found->offset));
      found->cached = std::make_shared<CachedChunk>(CachedChunk{found->head, std::move(records)});
      const std::lock_guard lock(mutex_);
      index_.Cache(found->segment, found->offset, found->cached);
    }
    for (; from < found->head.end() && out.records.size() < records_max; ++from) {
      const std::string& record = found->cached->records[from - found->head.first];
      if (!out.records.empty() && bytes + record.size() > bytes_max) {
        out.next = from;
        return out;
      }
      bytes += record.size();
      out.records.push_back({from, found->head.arrived, record});
    }
    hint = {found->segment, found->offset + found->head.stored_bytes()};
  }
  out.next = from;
  return out;
}

Result<uint64_t> LocalLog::FirstSince(LogId log, Timestamp time) {
  uint64_t from = 0;
  {
    const std::lock_guard lock(mutex_);
    const LogState* state = index_.FindLog(log);
    if (state == nullptr) return uint64_t{0};
    if (state->last_arrived < time.micros) return state->end;
    const auto place = index_.PlaceBefore(log, time);
    if (!place) return state->end;
    from = place->position;
  }
  Hint hint;
  while (true) {
    TARN_TRY(const auto found, Locate(log, from, hint));
    if (!found) return End(log);
    if (found->head.arrived >= time) return from;
    from = found->head.end();
    hint = {found->segment, found->offset + found->head.stored_bytes()};
  }
}

}  // namespace tarn::stream
