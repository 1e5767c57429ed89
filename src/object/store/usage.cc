#include "object/store/usage.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "object/store/keys.h"

namespace tarn::object {

UsageSlots::Lease UsageSlots::Take() {
  std::lock_guard lock(mutex_);
  if (free_.empty()) return {*this, made_++};
  std::pop_heap(free_.begin(), free_.end(), std::greater<>());
  const uint32_t slot = free_.back();
  free_.pop_back();
  return {*this, slot};
}

void UsageSlots::Return(uint32_t slot) {
  std::lock_guard lock(mutex_);
  free_.push_back(slot);
  std::push_heap(free_.begin(), free_.end(), std::greater<>());
}

Status AddUsage(kv::Txn& txn, uint64_t bucket, uint32_t slot, const UsageRecord& delta) {
  const bool same_kinds = std::ranges::all_of(delta.kinds, [](int64_t bytes) { return bytes == 0; });
  if (delta.versions == 0 && delta.bytes == 0 && delta.parts == 0 && same_kinds) return Ok();
  const std::string key = UsageKey(bucket, slot).Take();
  TARN_TRY(auto stored, txn.Get(key));
  UsageRecord usage;
  if (stored) {
    TARN_TRY(usage, DecodeUsage(*stored));
  }
  usage.versions += delta.versions;
  usage.bytes += delta.bytes;
  usage.parts += delta.parts;
  for (size_t kind = 0; kind < kStorageKinds; ++kind) usage.kinds[kind] += delta.kinds[kind];
  txn.Put(key, Encode(usage));
  return Ok();
}

Result<Usage> SumUsage(kv::Txn& txn, uint64_t bucket) {
  const kv::Key keys = UsageKeys(bucket);
  TARN_TRY(auto slots, txn.PeekScan(keys.bytes(), keys.End(), std::numeric_limits<uint32_t>::max()));
  UsageRecord sum;
  for (const kv::KeyValue& slot : slots) {
    TARN_TRY(auto usage, DecodeUsage(slot.value));
    sum.versions += usage.versions;
    sum.bytes += usage.bytes;
    sum.parts += usage.parts;
    for (size_t kind = 0; kind < kStorageKinds; ++kind) sum.kinds[kind] += usage.kinds[kind];
  }
  const auto count = [](int64_t value) { return static_cast<uint64_t>(std::max<int64_t>(value, 0)); };
  Usage usage{.versions = count(sum.versions), .bytes = count(sum.bytes), .parts = count(sum.parts)};
  int64_t standard = sum.bytes;
  for (size_t kind = 1; kind < kStorageKinds; ++kind) {
    usage.kinds[kind] = count(sum.kinds[kind]);
    standard -= static_cast<int64_t>(usage.kinds[kind]);
  }
  usage.kinds[0] = count(standard);
  return usage;
}

}  // namespace tarn::object
