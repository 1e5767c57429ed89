// Exact counters of a bucket without a hot key. Internal.
//
// A bucket's counts are the sum over slots, each a kv key. A writer leases a slot number for the length of its
// transaction, so no two transactions in flight touch the same slot and counting never causes a conflict; the counts
// are in the transaction of the change they count, so they are exact after any crash.
// Threads: any.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "kv/kv.h"
#include "object/bucket.h"
#include "object/store/records.h"

namespace tarn::object {

class UsageSlots {
 public:
  class Lease {
   public:
    Lease(UsageSlots& slots, uint32_t slot) : slots_(&slots), slot_(slot) {}
    Lease(Lease&& other) noexcept : slots_(std::exchange(other.slots_, nullptr)), slot_(other.slot_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (slots_ != nullptr) slots_->Return(slot_);
    }
    uint32_t slot() const { return slot_; }

   private:
    UsageSlots* slots_;
    uint32_t slot_;
  };

  // The lowest free slot: as many exist as writers ever worked at once.
  Lease Take();

 private:
  void Return(uint32_t slot);

  std::mutex mutex_;
  std::vector<uint32_t> free_;  // a heap, the lowest first
  uint32_t made_ = 0;
};

// Adds `delta` to the bucket's share in `slot`.
Status AddUsage(kv::Txn& txn, uint64_t bucket, uint32_t slot, const UsageRecord& delta);
Result<Usage> SumUsage(kv::Txn& txn, uint64_t bucket);

}  // namespace tarn::object
