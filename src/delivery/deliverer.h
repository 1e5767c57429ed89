// Deliverer: takes what was put, buffers it by the stream's hints, and delivers it, each record once.
//
// A buffer is what a stream's logs hold from the position up to which they are delivered: it is on disk, not in memory.
// It is due when it has the hint's bytes, or its oldest record the hint's seconds. Files and the new position become
// visible in one kv transaction, tables by a commit that carries their position (tables.h): a delivery that a crash
// cuts off leaves nothing behind and is made again. A delivery that is refused is tried again, later and later, for 24
// hours; then its records are given up, as Firehose does.
// Files: a stream makes at most kDeliveriesPerHour deliveries an hour, each of one file for a partition and
// kWholeFileBytesMax bytes, whatever its hints; one that holds that much, or kDeliveryRecordsMax records, does not
// count, and the next follows at once. Nothing runs while no record waits. Errors of deliveries are logged and counted.
// Threads: any; deliveries run on the deliverer's own, one a stream at a time.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "delivery/measures.h"
#include "delivery/plan/plan.h"
#include "delivery/records/intake.h"
#include "delivery/records/source.h"
#include "delivery/sinks.h"
#include "delivery/streams.h"

namespace tarn::delivery {

inline constexpr size_t kDeliveriesPerHour = 780;
inline constexpr size_t kDeliveryRecordsMax = 200'000;

// All outlive it.
struct DelivererParts {
  kv::Store& store;
  Streams& streams;
  Intake& intake;
  Sinks& sinks;
  const Clock& clock;
  observe::MetricSink* metrics = nullptr;  // null: nothing is counted
  SourceReader* source = nullptr;          // of streams that read others; null: those wait
  uint32_t seconds_max = 0;                // a buffer waits no longer, whatever its hints; 0: as they say
  size_t threads = 2;
  // Told up to where a stream's log is delivered, or that the stream is gone (null). Quick.
  std::function<void(uint64_t log, const Positions* positions)> delivered = nullptr;
};

class Deliverer {
 public:
  explicit Deliverer(DelivererParts parts) : parts_(parts), measures_(parts.metrics) {}
  ~Deliverer() { Stop(); }
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  // Durable on return. Errors: kNotFound, kWrongSource, kBusy.
  Result<DeliveryStream> Put(const Scope& scope, const std::string& name, std::vector<std::string> records,
                             PutKind kind = PutKind::kBatch);
  // A stream was made, changed or deleted.
  void Changed(const Scope& scope, const DeliveryStream& stream);
  void Deleted(const DeliveryStream& stream);

  Status Start();
  // Makes the deliveries that are due, on the caller's thread: where there are no threads of its own.
  void RunDue();
  void Stop();  // idempotent; waits for deliveries under way

 private:
  struct Work {
    Scope scope;
    std::string name;
    uint64_t log = 0;
    Hints hints;
    bool follows = false;           // reads another stream
    bool woken = false;             // which has records
    std::optional<uint64_t> watch;  // of it; for who runs the work
    bool running = false;
    bool gone = false;
    uint64_t bytes = 0;    // that wait, about
    bool waiting = false;  // records wait
    Timestamp queued_at;   // its place in `due_`
    Timestamp oldest;      // of them
    Timestamp not_before;  // after a failure, and between deliveries
    Timestamp failing_since;
    uint32_t failures = 0;
    bool full = false;                 // the last delivery held as much as one may: more is likely to wait
    std::vector<Timestamp> delivered;  // of the last hour, the youngest
  };
  using WorkPtr = std::shared_ptr<Work>;

  void Adopt(const Scope& scope, const DeliveryStream& stream);
  void Woken(uint64_t log);
  // Of a buffer: its hints, but no more than the deliverer's bound.
  int64_t MicrosOf(const Hints& hints) const;
  Timestamp DueAt(const Work& work) const;
  // Puts it where its time is, and wakes a thread when that is before all others. Under the mutex.
  void Queue(Work& work);
  void RunThread();
  // One delivery of the work that is due first; unlocks meanwhile.
  void RunFirst(std::unique_lock<std::mutex>& lock);
  void RunOne(const WorkPtr& work);
  Result<bool> Deliver(Work& work);
  Result<Intake::Buffer> ReadBuffer(const DeliveryStream& stream, const Scope& scope, uint64_t bytes_max,
                                    Positions& positions);
  Status Forget(const Work& work);
  void Settle(Work& work, const Result<bool>& more);

  const DelivererParts parts_;
  const Measures measures_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::map<uint64_t, WorkPtr> works_;             // by log
  std::set<std::pair<Timestamp, uint64_t>> due_;  // the works that wait for a time, by it
  std::vector<std::thread> threads_;
};

}  // namespace tarn::delivery
