// The Log on a directory of segment files. Private to stream.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "stream/log.h"
#include "stream/log/chunk.h"
#include "stream/log/index.h"
#include "stream/log/segment_file.h"

namespace tarn::stream {

class LocalLog : public Log {
 public:
  explicit LocalLog(LogOptions options);
  ~LocalLog() override;
  Status Recover();  // first
  void Start();

  void Append(std::vector<NewRecords> batch, AppendDone done) override;
  Result<Records> Read(LogId log, uint64_t from, size_t records_max, uint64_t bytes_max) override;
  uint64_t End(LogId log) const override;
  uint64_t Begin(LogId log) const override;
  Result<uint64_t> FirstSince(LogId log, Timestamp time) override;
  uint64_t BytesFrom(LogId log, uint64_t from) const override;
  std::optional<Timestamp> LastArrival(LogId log) const override;
  uint64_t Watch(LogId log, std::function<void()> wake) override;
  void Unwatch(uint64_t watch) override;
  Status Reclaim(const std::function<Result<KeepOf>()>& look) override;
  Status VisitSegments(const std::function<Status()>& begin,
                       const std::function<Status(const SegmentCopy&)>& visit) override;
  Usage MeasureUsage() const override;

 private:
  // A chunk that is written as it is: a copy from a segment that goes, or a marker of a log's end.
  struct Kept {
    ChunkHead head;
    ChunkRecords records;
    uint64_t gap = 0;  // a marker's: how far behind the end the next position is
  };
  struct Item {
    std::vector<NewRecords> batch;
    std::vector<Kept> kept;
    AppendDone done;
    uint64_t bytes = 0;
  };
  struct Chunk {
    ChunkHead head;
    ChunkRecords records;
    uint64_t offset = 0;
  };
  struct Located {
    std::shared_ptr<const CachedChunk> cached;  // or
    std::shared_ptr<SegmentFile> file;
    uint32_t segment = 0;
    uint64_t offset = 0;
    ChunkHead head;
  };
  struct Hint {
    uint32_t segment = 0;
    uint64_t offset = 0;
  };

  void RunCommitter();
  void CommitGroup(std::vector<Item> group);
  std::vector<Chunk> Arrange(std::vector<Item>& group, Timestamp now, std::vector<std::vector<Appended>>& answers);
  Status Write(std::vector<Chunk>& chunks);
  Status Roll();
  void Publish(std::vector<Chunk> chunks);
  void WakeWatchers(const std::vector<LogId>& logs);

  Status LeaveGaps();

  Result<std::optional<Located>> Locate(LogId log, uint64_t& from, Hint& hint);
  Result<std::shared_ptr<SegmentFile>> FileOf(Segment& segment);  // under mutex_, as the next
  void NoteOpen(uint32_t number);

  Status ReclaimSegment(uint32_t number, const KeepOf& keep_of);
  Result<std::vector<Kept>> WhatMustStay(const Segment& segment, const KeepOf& keep_of, std::vector<LogId>& gone);

  const LogOptions options_;
  blob::FileSystem& files_;

  mutable std::mutex mutex_;  // of the index and what follows
  Index index_;
  std::deque<uint32_t> open_files_;

  // The committer's own.
  std::shared_ptr<SegmentFile> active_;
  std::unique_ptr<Sealer> sealer_;
  uint32_t active_number_ = 0;
  uint64_t active_bytes_ = 0;
  std::string to_write_;  // kept between groups: memory of this size is dear to ask for
  bool must_roll_ = true;
  Timestamp last_time_;

  std::mutex queue_mutex_;
  std::condition_variable queue_wake_;
  std::deque<Item> queue_;
  uint64_t queued_bytes_ = 0;
  bool stopping_ = false;

  std::mutex watch_mutex_;  // held while a wake runs
  uint64_t next_watch_ = 1;
  std::unordered_map<LogId, std::map<uint64_t, std::function<void()>>> watches_;
  std::unordered_map<uint64_t, LogId> watched_;

  std::mutex reclaim_mutex_;
  std::thread committer_;
};

}  // namespace tarn::stream
