// Idempotency-Key: a change asked for again with the same key is answered again, not made again.
//
// The key's record is written in the kv transaction of the change itself, so that no crash can keep one without the
// other; its answer then is the promised one, or what the route's `again` reads from the catalog. A request that
// changed nothing (a refusal, a staged creation) has its answer kept after it. 5xx, 401, 403 and 419 are not kept: the
// request may be made again. A second request with a key waits for the first. The same key with another request
// (caller, method, target or body) is refused. Records live for kKeyLifetime, then go a bounded number at a time as
// others come. Format: docs/format/iceberg-rest.md. Threads: any; blocks.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "api/iceberg/exchange.h"
#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::api::iceberg_rest {

inline constexpr int64_t kKeyLifetimeMicros = int64_t{30} * 60 * kMicrosPerSecond;
inline constexpr std::string_view kKeyLifetimeText = "PT30M";

class Idempotency {
 public:
  Idempotency(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  // Runs the route, unless the request has a key whose outcome is known. Sets `asked.also`.
  Result<Answer> Run(const Route& route, Asked& asked);

 private:
  class InFlight;
  Result<Answer> RunOnce(const Route& route, Asked& asked, const std::string& key);
  void SweepSometimes();

  kv::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<std::string> in_flight_;  // records' keys
  Timestamp swept_;
};

}  // namespace tarn::api::iceberg_rest
