// What lives only in this process: finished blobs that nobody references yet, and blobs that are being read.
//
// Threads: any. A Pending may outlive its store.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "blob/local/location.h"

namespace tarn::blob {

class PendingBlobs {
 public:
  void Add(uint64_t container, const BlobId& id) {
    std::lock_guard lock(mutex_);
    pending_.emplace(container, id);
  }
  // Its fresh ref is gone: it was referenced, or nobody ever will. Large files are looked at by the reclaimer.
  void Settle(uint64_t container, const BlobId& id) {
    std::lock_guard lock(mutex_);
    pending_.erase({container, id});
    if (!IsPack(container)) settled_.emplace_back(container, id);
  }
  bool HasAny(uint64_t container) const {
    std::lock_guard lock(mutex_);
    const auto it = pending_.lower_bound({container, BlobId{}});
    return it != pending_.end() && it->first == container;
  }
  bool Has(uint64_t container, const BlobId& id) const {
    std::lock_guard lock(mutex_);
    return pending_.contains({container, id});
  }
  std::vector<std::pair<uint64_t, BlobId>> TakeSettled() {
    std::lock_guard lock(mutex_);
    return std::exchange(settled_, {});
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::pair<uint64_t, BlobId>> pending_;
  std::vector<std::pair<uint64_t, BlobId>> settled_;
};

class Pending {
 public:
  Pending(std::shared_ptr<PendingBlobs> all, const BlobId& id) : all_(std::move(all)), id_(id) {}
  ~Pending() {
    for (const uint64_t container : containers_) all_->Settle(container, id_);
  }
  Pending(const Pending&) = delete;
  Pending& operator=(const Pending&) = delete;

  // A copy lies there. Threads: any.
  void Add(uint64_t container) {
    all_->Add(container, id_);
    std::lock_guard lock(mutex_);
    containers_.push_back(container);
  }

 private:
  const std::shared_ptr<PendingBlobs> all_;
  const BlobId id_;
  std::mutex mutex_;
  std::vector<uint64_t> containers_;
};

// Blobs of which a read found one copy bad: healed ahead of the scrub.
class Suspects {
 public:
  void Add(const BlobId& id) {
    std::lock_guard lock(mutex_);
    if (ids_.size() < kSuspectsMax) ids_.insert(id);
  }
  std::set<BlobId> Take() {
    std::lock_guard lock(mutex_);
    return std::exchange(ids_, {});
  }

 private:
  static constexpr size_t kSuspectsMax = 10'000;
  std::mutex mutex_;
  std::set<BlobId> ids_;
};

class Pins {
 public:
  void Add(const BlobId& id) {
    std::lock_guard lock(mutex_);
    ++pins_[id];
  }
  void Remove(const BlobId& id) {
    std::lock_guard lock(mutex_);
    if (const auto it = pins_.find(id); --it->second == 0) pins_.erase(it);
  }
  bool Has(const BlobId& id) const {
    std::lock_guard lock(mutex_);
    return pins_.contains(id);
  }
  std::vector<BlobId> List() const {
    std::lock_guard lock(mutex_);
    std::vector<BlobId> ids;
    for (const auto& [id, count] : pins_) ids.push_back(id);
    return ids;
  }

 private:
  mutable std::mutex mutex_;
  std::map<BlobId, uint64_t> pins_;
};

}  // namespace tarn::blob
