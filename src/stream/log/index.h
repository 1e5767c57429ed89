// Where the records of each log lie: what the log keeps in memory, rebuilt from the segments when it opens.
//
// Invariants: a log's places are in order of positions; from a place on, its segment is walked to the chunk that holds
// a position. Segments that are written no more keep a place for each 64 KiB of theirs, the one being written all;
// their shares are in order of logs. Threads: one at a time (the log's mutex).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "stream/log/chunk.h"
#include "stream/log/segment_file.h"

namespace tarn::stream {

struct Place {
  uint64_t position = 0;
  int64_t arrived = 0;
  uint32_t segment = 0;
  uint32_t offset = 0;
};

struct LogState {
  uint64_t end = 0;
  int64_t last_arrived = 0;  // 0: no record is there
  uint64_t records_end = 0;  // behind the last record; `end` unless a marker told more
  uint32_t proof = 0;        // the segment that tells `end`
  std::vector<Place> places;
};

// What a segment holds of one log.
struct SegmentShare {
  LogId log = 0;
  uint64_t end = 0;
  int64_t last_arrived = 0;
  uint64_t bytes = 0;  // 0: a marker alone
};

struct Segment {
  uint32_t number = 0;
  uint64_t bytes = 0;  // that are durable and whole
  bool clean = true;   // the file ends there
  std::shared_ptr<SegmentFile> file;
  std::vector<SegmentShare> shares;
};

struct CachedChunk {
  ChunkHead head;
  ChunkRecords records;
};

class Index {
 public:
  explicit Index(uint64_t cache_bytes) : cache_bytes_max_(cache_bytes) {}

  Segment& AddSegment(uint32_t number, uint64_t bytes, std::shared_ptr<SegmentFile> file);
  void RemoveSegment(uint32_t number, const std::vector<LogId>& gone);
  // Of a segment to which nothing will be added: keeps the places that readers need.
  void Seal(uint32_t number);
  Segment* FindSegment(uint32_t number);
  std::map<uint32_t, Segment>& segments() { return segments_; }
  const std::map<uint32_t, Segment>& segments() const { return segments_; }

  void Add(uint32_t segment, uint64_t offset, const ChunkHead& head);
  const LogState* FindLog(LogId log) const;
  size_t logs() const { return logs_.size(); }
  std::vector<LogId> LogIds() const;

  // The place to walk from for `from`, which is moved up to what is there; nothing at the end.
  struct Way {
    Place place;
    std::optional<uint64_t> next;  // where to try when the walk finds nothing
  };
  std::optional<Way> WayTo(LogId log, uint64_t& from) const;
  // What the log has in the segments from that position's on.
  uint64_t BytesFrom(LogId log, uint64_t from) const;
  // The last place whose chunk arrived before `time`, or the first.
  std::optional<Place> PlaceBefore(LogId log, Timestamp time) const;

  void Cache(uint32_t segment, uint64_t offset, std::shared_ptr<const CachedChunk> chunk);
  std::shared_ptr<const CachedChunk> Cached(uint32_t segment, uint64_t offset) const;

 private:
  struct Filling {
    std::unordered_map<LogId, size_t> share_of;  // of the segment that is written
  };
  const SegmentShare* FindShare(const Segment& segment, LogId log) const;

  const uint64_t cache_bytes_max_;
  std::map<uint32_t, Segment> segments_;
  std::unordered_map<LogId, LogState> logs_;
  std::unordered_map<uint32_t, Filling> filling_;

  static uint64_t CacheKey(uint32_t segment, uint64_t offset) { return uint64_t{segment} << 32 | offset; }
  std::unordered_map<uint64_t, std::shared_ptr<const CachedChunk>> cache_;
  std::deque<std::pair<uint64_t, uint64_t>> cache_order_;  // key, bytes
  uint64_t cache_bytes_ = 0;
};

}  // namespace tarn::stream
