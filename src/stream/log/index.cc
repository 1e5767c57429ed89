#include "stream/log/index.h"

#include <algorithm>
#include <set>

namespace tarn::stream {
namespace {

constexpr uint64_t kPlaceEveryBytes = 64 << 10;
// What the memory of a kept chunk, and of each of its records, has beside the bytes.
constexpr uint64_t kChunkMemory = 200;
constexpr uint64_t kRecordMemory = 64;

}  // namespace

Segment& Index::AddSegment(uint32_t number, uint64_t bytes, std::shared_ptr<SegmentFile> file) {
  Segment& segment = segments_[number];
  segment.number = number;
  segment.bytes = bytes;
  segment.file = std::move(file);
  filling_[number];
  return segment;
}

Segment* Index::FindSegment(uint32_t number) {
  const auto found = segments_.find(number);
  return found == segments_.end() ? nullptr : &found->second;
}

void Index::RemoveSegment(uint32_t number, const std::vector<LogId>& gone) {
  Segment* segment = FindSegment(number);
  if (segment == nullptr) return;
  for (const SegmentShare& share : segment->shares) {
    const auto log = logs_.find(share.log);
    if (log == logs_.end()) continue;
    std::erase_if(log->second.places, [&](const Place& place) { return place.segment == number; });
    if (log->second.places.empty()) {
      log->second.last_arrived = 0;
      log->second.places.shrink_to_fit();
    }
  }
  for (const LogId log : gone) {
    const auto found = logs_.find(log);
    if (found != logs_.end() && found->second.places.empty()) logs_.erase(found);
  }
  filling_.erase(number);
  segments_.erase(number);
}

void Index::Seal(uint32_t number) {
  Segment* segment = FindSegment(number);
  filling_.erase(number);
  if (segment == nullptr) return;
  segment->shares.shrink_to_fit();
  std::ranges::sort(segment->shares, {}, &SegmentShare::log);
  for (const SegmentShare& share : segment->shares) {
    const auto log = logs_.find(share.log);
    if (log == logs_.end()) continue;
    std::optional<uint32_t> kept;
    const auto needless = [&](const Place& place) {
      if (place.segment != number) return false;
      if (kept && place.offset >= *kept && place.offset - *kept < kPlaceEveryBytes) return true;
      kept = place.offset;
      return false;
    };
    // In order, as erase_if would not promise.
    auto to = log->second.places.begin();
    for (const Place& place : log->second.places) {
      if (!needless(place)) *to++ = place;
    }
    log->second.places.erase(to, log->second.places.end());
    log->second.places.shrink_to_fit();
  }
}

void Index::Add(uint32_t segment, uint64_t offset, const ChunkHead& head) {
  LogState& log = logs_[head.log];
  Segment* in = FindSegment(segment);
  if (in != nullptr) {
    const auto [at, is_new] = filling_[segment].share_of.try_emplace(head.log, in->shares.size());
    if (is_new) in->shares.push_back({.log = head.log});
    SegmentShare& share = in->shares[at->second];
    share.end = std::max(share.end, head.end());
    if (head.kind != ChunkKind::kMarker) {
      share.last_arrived = std::max(share.last_arrived, head.arrived.micros);
      share.bytes += head.stored_bytes();
    }
  }
  if (head.end() >= log.end) {
    log.end = head.end();
    log.proof = segment;
  }
  if (head.kind == ChunkKind::kMarker) return;
  log.records_end = std::max(log.records_end, head.end());
  log.last_arrived = std::max(log.last_arrived, head.arrived.micros);
  const Place place{head.first, head.arrived.micros, segment, static_cast<uint32_t>(offset)};
  if (log.places.empty() || log.places.back().position < head.first) {
    log.places.push_back(place);
    return;
  }
  const auto at = std::ranges::lower_bound(log.places, head.first, {}, &Place::position);
  if (at->position == head.first) {
    *at = place;
  } else {
    log.places.insert(at, place);
  }
}

std::vector<LogId> Index::LogIds() const {
  std::vector<LogId> ids;
  ids.reserve(logs_.size());
  for (const auto& [id, log] : logs_) ids.push_back(id);
  return ids;
}

const LogState* Index::FindLog(LogId log) const {
  const auto found = logs_.find(log);
  return found == logs_.end() ? nullptr : &found->second;
}

std::optional<Index::Way> Index::WayTo(LogId log, uint64_t& from) const {
  const LogState* state = FindLog(log);
  if (state == nullptr) return std::nullopt;
  if (from >= state->records_end || state->places.empty()) {
    from = std::max(from, state->end);
    return std::nullopt;
  }
  auto next = std::ranges::upper_bound(state->places, from, {}, &Place::position);
  if (next == state->places.begin()) {
    from = next->position;
    ++next;
  }
  Way way{.place = *std::prev(next), .next = {}};
  if (next != state->places.end()) way.next = next->position;
  return way;
}

const SegmentShare* Index::FindShare(const Segment& segment, LogId log) const {
  if (const auto filling = filling_.find(segment.number); filling != filling_.end()) {
    const auto at = filling->second.share_of.find(log);
    return at == filling->second.share_of.end() ? nullptr : &segment.shares[at->second];
  }
  const auto at = std::ranges::lower_bound(segment.shares, log, {}, &SegmentShare::log);
  return at == segment.shares.end() || at->log != log ? nullptr : &*at;
}

uint64_t Index::BytesFrom(LogId log, uint64_t from) const {
  const LogState* state = FindLog(log);
  if (state == nullptr || from >= state->records_end || state->places.empty()) return 0;
  auto place = std::ranges::upper_bound(state->places, from, {}, &Place::position);
  if (place != state->places.begin()) --place;
  std::set<uint32_t> in;
  for (; place != state->places.end(); ++place) in.insert(place->segment);
  uint64_t bytes = 0;
  for (const uint32_t number : in) {
    const auto segment = segments_.find(number);
    const SegmentShare* share = segment == segments_.end() ? nullptr : FindShare(segment->second, log);
    if (share != nullptr) bytes += share->bytes;
  }
  return bytes;
}

std::optional<Place> Index::PlaceBefore(LogId log, Timestamp time) const {
  const LogState* state = FindLog(log);
  if (state == nullptr || state->places.empty()) return std::nullopt;
  const auto next = std::ranges::lower_bound(state->places, time.micros, {}, &Place::arrived);
  return next == state->places.begin() ? *next : *std::prev(next);
}

void Index::Cache(uint32_t segment, uint64_t offset, std::shared_ptr<const CachedChunk> chunk) {
  const uint64_t bytes = kChunkMemory + chunk->head.stored_bytes() + kRecordMemory * chunk->head.count;
  if (bytes > cache_bytes_max_) return;
  const uint64_t key = CacheKey(segment, offset);
  if (!cache_.try_emplace(key, std::move(chunk)).second) return;
  cache_order_.emplace_back(key, bytes);
  cache_bytes_ += bytes;
  while (cache_bytes_ > cache_bytes_max_) {
    cache_.erase(cache_order_.front().first);
    cache_bytes_ -= cache_order_.front().second;
    cache_order_.pop_front();
  }
}

std::shared_ptr<const CachedChunk> Index::Cached(uint32_t segment, uint64_t offset) const {
  const auto found = cache_.find(CacheKey(segment, offset));
  return found == cache_.end() ? nullptr : found->second;
}

}  // namespace tarn::stream
