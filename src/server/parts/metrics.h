// What a lake counts of itself, as CloudWatch tells it.
//
// Threads: any, once the lake is open.
#pragma once

#include <memory>

#include "base/time.h"
#include "identity/directory.h"
#include "kv/kv.h"
#include "object/store/store.h"
#include "observe/metric_store.h"
#include "observe/request_metrics.h"
#include "observe/storage_metrics.h"
#include "server/facts/usage_source.h"

namespace tarn::server {

// Later members use earlier ones.
struct Metrics {
  // All outlive it.
  Metrics(kv::Store& kv, const Clock& clock, object::Store& objects, identity::Directory& directory)
      : usage(objects, directory),
        storage(kv, usage, clock),
        requests(kv, clock),
        store(observe::MetricStore::Open(kv, clock)) {}

  BucketUsageSource usage;
  observe::StorageMetrics storage;
  observe::RequestMetrics requests;
  std::unique_ptr<observe::MetricStore> store;
};

}  // namespace tarn::server
