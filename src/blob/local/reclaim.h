// Gives back the space of blobs that nobody owns: unowned large files, dead packs, and packs that are mostly dead.
//
// Crash-safe by order: bytes are copied and durable before kv points to the copy, and kv points nowhere near a file
// before the file is removed. A pack in which a live blob cannot be read whole is left as it is.
// Threads: one at a time (the store holds a lock); ReleaseTimes any.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/local/location.h"

namespace tarn::blob {

struct Parts;

// When something of a pack was last released, and which packs to measure again.
class ReleaseTimes {
 public:
  void Note(uint64_t container, Timestamp now) {
    std::lock_guard lock(mutex_);
    last_[container] = now;
    dirty_.insert(container);
  }
  std::optional<Timestamp> Last(uint64_t container) const {
    std::lock_guard lock(mutex_);
    const auto it = last_.find(container);
    return it == last_.end() ? std::nullopt : std::optional(it->second);
  }
  bool TakeDirty(uint64_t container) {
    std::lock_guard lock(mutex_);
    return dirty_.erase(container) > 0;
  }
  void Forget(uint64_t container) {
    std::lock_guard lock(mutex_);
    last_.erase(container);
    dirty_.erase(container);
  }

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, Timestamp> last_;
  std::set<uint64_t> dirty_;
};

class Reclaimer {
 public:
  explicit Reclaimer(Parts& parts) : parts_(parts) {}
  // One round. Looks at no more than `packs_first_seen_max` packs of which nothing is known yet: after a start on a
  // large lake the knowledge comes back little by little.
  Status Run(size_t packs_first_seen_max);

 private:
  struct Pack {
    uint64_t stored_bytes = 0;
    uint64_t live_bytes = 0;
    bool damaged = false;
  };
  Status SettleLargeFiles();
  Status RemoveDeadFiles();
  Status AuditOldDirectory();
  Status MeasurePacks(size_t first_seen_max);
  Status Measure(uint64_t container, Pack& pack);
  Status CompactPacks();
  Result<bool> MayDisturb(uint64_t container);
  Status Compact(uint64_t container, Pack& pack);
  Status MovePage(uint64_t container, const std::vector<Place>& places);
  Result<std::optional<Location>> Find(const BlobId& id);
  // Whether a copy of that blob in that container counts.
  Result<bool> IsOwned(const BlobId& id, uint64_t container);
  bool IsOld(Timestamp released) const;

  Parts& parts_;
  std::map<uint64_t, Pack> known_;
  std::optional<std::vector<uint64_t>> to_audit_;
};

}  // namespace tarn::blob
