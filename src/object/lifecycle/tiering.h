// Moves the objects of Intelligent-Tiering by when they were last read.
//
// After 30 days without a read a version goes to the infrequent tier, after 90 to archive instant, and as the bucket's
// configurations say to the archive tiers, which only a restore leaves. A read brings it back to the frequent tier.
// Reads are written down in batches, at most once a day for a version; versions under 128 KiB stay where they are. Days
// are those of StorageTimes. Errors: those of kv and blob end a run; the next one does what is left. Threads: any, each
// function one at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "object/lifecycle/rules.h"
#include "object/store/store.h"

namespace tarn::object {

// One enabled configuration of a bucket.
struct ArchiveRule {
  LifecycleFilter filter;  // prefix and tags
  std::optional<uint32_t> archive_days;
  std::optional<uint32_t> deep_archive_days;
};

// The tier for a version that was not read for that long.
AccessTier TierFor(const std::vector<ArchiveRule>& rules, const Version& version, int64_t idle_micros,
                   const StorageTimes& times);

class Tiering {
 public:
  using RulesOf = std::function<Result<std::vector<ArchiveRule>>(const Bucket&)>;
  // All outlive it.
  Tiering(Store& store, const Clock& clock, RulesOf rules, StorageTimes times)
      : store_(store), clock_(clock), rules_(std::move(rules)), times_(times) {}

  // Writes down the reads since the last call and brings back what they were of.
  Status FlushReads();
  // One run over all buckets; how many versions moved down.
  Result<uint64_t> RunOnce();
  // Lets a run end after its present version.
  void Stop() { stopping_ = true; }

 private:
  Status RunBucket(const Bucket& bucket, uint64_t& moved);
  Status Judge(const Bucket& bucket, const std::vector<ArchiveRule>& rules, const Store::Access& access,
               uint64_t& moved);

  Store& store_;
  const Clock& clock_;
  const RulesOf rules_;
  const StorageTimes times_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace tarn::object
