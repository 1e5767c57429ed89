// Deliverer: carries the log's queue to the trails' buckets, as gzip files of JSON with digests, and to a table.
//
// Each event of the queue is handed, in one transaction, to every trail that takes it and to the table's list; then
// each list is written out and, in the transaction that records the delivery, shortened. A crash in between writes the
// same file again under the same name. An event whose outcome is open waits until it is closed, for a quarter of an
// hour at most, or until the next start. A trail whose bucket refuses keeps its list and tries again. Digests: once an
// hour per region, chained by the hash and signature of the one before. Bytes: docs/format/audit.md; files: CloudTrail
// User Guide, "CloudTrail log file examples" and "CloudTrail digest file structure". Errors of single trails go to
// their state. Threads: RunOnce any, one at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "audit/delivery/destination.h"
#include "audit/delivery/signing_keys.h"
#include "audit/insights/insights.h"
#include "audit/log.h"
#include "audit/trails.h"

namespace tarn::audit {

// Takes events of one account, oldest first; durable on return.
using TableWriter = std::function<Status(const std::string& account, const std::vector<Event>& events)>;

// All outlive the deliverer.
struct DelivererParts {
  kv::Store& store;
  Log& log;
  Trails& trails;
  Destination& destination;
  SigningKeys& keys;
  const Clock& clock;
  TableWriter table;          // none: no table is written
  bool table_always = false;  // also for accounts that have no trail that logs
  int64_t period_micros = 0;  // between two deliveries
  int64_t digest_micros = 0;  // between two digests
};

class Deliverer {
 public:
  explicit Deliverer(DelivererParts parts) : parts_(std::move(parts)), started_(parts_.clock.Now()) {}
  ~Deliverer() { Stop(); }
  Deliverer(const Deliverer&) = delete;
  Deliverer& operator=(const Deliverer&) = delete;

  Status RunOnce();
  void Start();
  void Stop();  // idempotent

 private:
  struct Batch;

  Result<bool> RoutePage();
  Status RouteAll();
  Status DeliverTrail(const Trail& trail);
  Result<bool> DeliverBatch(const Trail& trail);
  Status DeliverTable();
  bool TableTakes(const Trails::List& trails, const Event& event) const;
  Status Digest(const Trail& trail);
  Status DigestRegion(const Trail& trail, const std::string& region, TrailState& state);
  Result<std::vector<Event>> LoadEvents(const std::vector<kv::KeyValue>& references);
  void RunThread();

  DelivererParts parts_;
  const Timestamp started_;
  Insights insights_{parts_.store};
  std::mutex running_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::audit
