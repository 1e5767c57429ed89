// Intake: records that were put into delivery streams and wait for their delivery, in the log that Kinesis's records
// lie in (stream/log.h): one sync for all that wait, sealed, given back when they are delivered.
//
// Invariants: what Put answers is on stable storage; a log's records are read in the order of their positions, each
// under the lane kPutLane; a position is never used twice. Records that a tarn without this log left in kv are read
// before all others, under the empty lane: both lanes have positions of their own, so that none is delivered twice.
// What a stream has waiting is bounded: more is refused until some of it is delivered. Memory: some 60 bytes a stream
// that was put into. Units: bytes of records. Errors: kBusy ("Slow down."), the log's and the store's. Blocking.
// Threads: any.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "delivery/records/processors.h"
#include "delivery/records/source.h"
#include "kv/kv.h"
#include "stream/log.h"

namespace tarn::delivery {

// Of records in the log. Those of shards have a '/', those in kv none.
inline constexpr std::string_view kPutLane = "put";

struct IntakeOptions {
  uint64_t backlog_bytes_max = 16ULL << 30;  // of one stream
  // Gives back what is delivered; called each time that `reclaim_bytes` more are, on the thread that delivered them.
  std::function<void()> reclaim = nullptr;
  uint64_t reclaim_bytes = 256 << 20;
};

class Intake {
 public:
  // Both outlive it.
  static Result<std::unique_ptr<Intake>> Open(kv::Store& store, stream::Log& log, IntakeOptions options = {});

  // Records for the stream of that log.
  Status Put(uint64_t log, std::vector<std::string> records);

  struct Buffer {
    std::vector<Arrived> records;
    bool is_full = false;  // a limit ended it: more records are there
  };
  // From the positions on, which are moved behind what it answers: at least one record when there is one, then up to
  // the limits.
  Result<Buffer> Read(uint64_t log, Positions& positions, size_t records_max, uint64_t bytes_max);

  // Gives the records up in the transaction that keeps the positions behind them; Delivered after it.
  void Trim(kv::Txn& txn, uint64_t log, const std::vector<Arrived>& delivered) const;
  void Delivered(uint64_t log, const std::vector<Arrived>& delivered);
  // Gives up all of a stream that is gone.
  Status Drop(uint64_t log);

  // What must stay of the logs of these streams: what is not delivered.
  Result<stream::Log::KeepOf> MakeKeeper(const std::vector<uint64_t>& logs) const;

 private:
  Intake(kv::Store& store, stream::Log& log, IntakeOptions options)
      : store_(store), log_(log), options_(std::move(options)) {}
  Status FindOlder();
  // Takes room in the backlog.
  Status Reserve(uint64_t log, uint64_t bytes);
  void Release(uint64_t log, uint64_t bytes);
  Status ForgetOlder(uint64_t log);
  Status ReadOlder(uint64_t log, uint64_t& position, size_t records_max, uint64_t bytes_max, Buffer& buffer);

  kv::Store& store_;
  stream::Log& log_;
  const IntakeOptions options_;
  std::mutex mutex_;
  std::map<uint64_t, uint64_t> waiting_;  // bytes, by log; about
  std::set<uint64_t> older_;              // logs of which records may lie in kv
  uint64_t delivered_bytes_ = 0;          // since the last reclaim
};

}  // namespace tarn::delivery
