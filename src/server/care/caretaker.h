// What a lake does by itself: lifecycle rules and archive tiers, upkeep of Iceberg tables, zones, crawlers that are
// due, samples of what is stored, an end for what has expired, S3's events carried to webhooks.
//
// Threads: any, once it is open.
#pragma once

#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "engine/engine.h"
#include "events/courier.h"
#include "jobs/crawl/crawl_runner.h"
#include "jobs/maintain/maintainer.h"
#include "kv/kv.h"
#include "object/lifecycle/restorer.h"
#include "object/lifecycle/runner.h"
#include "object/lifecycle/tiering.h"
#include "observe/storage_metrics.h"
#include "schedule/timers.h"
#include "server/options.h"
#include "server/parts/catalogs.h"
#include "server/parts/objects.h"
#include "server/parts/streams.h"
#include "zones/zones.h"

namespace tarn::server {

// How long the days of storage are for this lake.
inline object::StorageTimes StorageTimesOf(const Options& options) {
  return {.day_micros = options.lifecycle_day_micros};
}

// All outlive it.
struct CaretakerParts {
  const Options& options;
  const Clock& clock;
  kv::Store& kv;
  Objects& objects;
  Catalogs& catalogs;
  engine::Pool& engine;
  jobs::crawl::CrawlRunner& crawls;
  observe::StorageMetrics& storage_metrics;
  LakeStreams& streams;
};

class Caretaker {
 public:
  // Applies the zones, sets the timers and begins.
  static Result<std::unique_ptr<Caretaker>> Open(const CaretakerParts& parts);
  ~Caretaker() { Stop(); }
  void Stop();  // idempotent; waits for what runs

  zones::Zones& zones() { return *zones_; }
  jobs::maintain::Maintainer& maintainer() { return maintainer_; }

 private:
  explicit Caretaker(const CaretakerParts& parts);
  Status SetTimers();
  void HandleTimers();
  object::LifecycleRunner::Options LifecycleOptions();

  const CaretakerParts parts_;
  const std::unique_ptr<zones::Zones> zones_;
  jobs::maintain::Maintainer maintainer_;
  object::Tiering tiering_;
  object::LifecycleRunner lifecycle_;
  object::Restorer restorer_;
  schedule::Timers timers_;
  const std::unique_ptr<events::Courier> courier_;
};

}  // namespace tarn::server
