// What buckets hold, over time: the metrics BucketSizeBytes and NumberOfObjects of CloudWatch's namespace AWS/S3.
//
// Real counts: samples are taken of every bucket at each full hour by the machine's timers and kept for 455 days, as
// CloudWatch keeps hourly points; the present value is counted when asked.
// Units: bytes, objects; times are the start of a sample's hour.
// Errors: those of kv and of the usage source.
// Threads: any; calls block on the store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::observe {

struct BucketUsage {
  std::string account;
  std::string bucket;
  std::string region;
  uint64_t bytes = 0;
  uint64_t objects = 0;
  std::vector<std::pair<std::string, uint64_t>> by_type = {};  // of `bytes`: "StandardStorage"; those that are not zero
};

// Where present counts come from; implemented over object/ by server/.
class UsageSource {
 public:
  virtual ~UsageSource() = default;
  virtual Result<std::vector<BucketUsage>> ListAll() = 0;
  virtual Result<std::vector<BucketUsage>> ListOf(const std::string& account) = 0;
  // Nothing when the account has no such bucket.
  virtual Result<std::optional<BucketUsage>> Find(const std::string& account, const std::string& bucket) = 0;
};

struct StorageSample {
  Timestamp at;
  uint64_t bytes = 0;
  uint64_t objects = 0;
  std::vector<std::pair<std::string, uint64_t>> by_type = {};  // samples of earlier lakes have none
};

class StorageMetrics {
 public:
  StorageMetrics(kv::Store& store, UsageSource& source, const Clock& clock)
      : store_(&store), source_(&source), clock_(&clock) {}

  // Keeps one sample of every bucket for the present hour (replacing an earlier one of the same hour) and forgets those
  // past their time. Called hourly.
  Status Sample();

  // Kept samples of [from, to), then the present value when `to` is after now. Ascending by time.
  Result<std::vector<StorageSample>> Get(const std::string& account, const std::string& bucket, Timestamp from,
                                         Timestamp to);

  UsageSource& source() { return *source_; }

 private:
  kv::Store* store_;
  UsageSource* source_;
  const Clock* clock_;
};

}  // namespace tarn::observe
