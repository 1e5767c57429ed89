// Finds bit rot before readers do, and mends what has a second copy.
//
// A pass reads every copy of every owned blob from the disk, in the order of the containers. Where a copy is bad and
// the other is whole, a fresh copy is written, checked and put in its place. How far a pass is lies in kv: a restart
// goes on there. Threads: Run… one at a time; progress any.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "blob/blob.h"
#include "blob/local/location.h"

namespace tarn::blob {

struct Parts;

class Scrubber {
 public:
  explicit Scrubber(Parts& parts) : parts_(parts) {}

  // A whole pass at once, beside the scheduled one.
  Result<ScrubReport> RunWhole();
  // Goes on with the pass that is due; how many bytes were read, nothing when none is due.
  Result<std::optional<uint64_t>> RunSome();
  // Heals the blobs of which readers found a bad copy.
  Status HealSuspects();
  Result<ScrubProgress> Progress();

 private:
  enum class Healing : uint8_t { kHealed, kNotNeeded, kImpossible };
  Status Check(const Place& place, ScrubReport& report);
  Result<Healing> Heal(const Place& bad, std::string& why);
  Status Load();
  Status Save();

  Parts& parts_;
  metrics::Counter& bytes_ = metrics::GetCounter("tarn_blob_scrub_bytes_total");
  metrics::Counter& damaged_ = metrics::GetCounter("tarn_blob_scrub_damaged_total");
  metrics::Counter& healed_ = metrics::GetCounter("tarn_blob_scrub_healed_total");

  std::mutex mutex_;
  bool loaded_ = false;
  ScrubProgress progress_;
  std::string cursor_;  // the last place that was checked
};

}  // namespace tarn::blob
