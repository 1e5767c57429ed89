// Blobs copied to where another storage class lies, without their keys.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/random.h"
#include "blob/frame.h"
#include "blob/local/local_store.h"
#include "blob/local/stored.h"

namespace tarn::blob {
namespace {

// A compaction may move the source between looking it up and opening it.
constexpr int kAttempts = 3;

class Pinned {
 public:
  Pinned(Pins& pins, const BlobId& id) : pins_(pins), id_(id) { pins_.Add(id_); }
  ~Pinned() { pins_.Remove(id_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  Pins& pins_;
  const BlobId id_;
};

Result<Location> Locate(Parts& parts, const BlobRef& ref) {
  std::optional<Location> location;
  TARN_CHECK(kv::Read(parts.kv, [&](kv::Txn& txn) -> Status {
    TARN_TRY(location, FindLocation(txn, ref.id, Depend::kNo));
    return Ok();
  }));
  if (location) return *location;
  if (ref.pending != nullptr) return FirstLocation(ref);
  return Fail(kGone, fmt::format("blob {} was released meanwhile", ref.id.Hex()));
}

// From whichever copy of the source is whole.
Result<Placement> CopyTo(Parts& parts, const BlobRef& ref, Volume& volume, const BlobRef& copy) {
  Result<Placement> put = Fail(kDamaged, fmt::format("blob {} lies nowhere", ref.id.Hex()));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    TARN_TRY(const Location location, Locate(parts, ref));
    TARN_CHECK(volume.CheckRoom(location.stored_bytes));
    for (const Placement& place : location.Places()) {
      const Place from{.at = place, .id = ref.id, .stored_bytes = location.stored_bytes};
      put = CopyStoredAs(parts, from, volume, copy.id, copy.pending);
      if (put.ok() || !(put.Is(kDamaged) || put.Is(kDisk) || put.Is(kNoFile))) return put;
    }
  }
  if (put.Is(kNoFile)) return Fail(kDamaged, fmt::format("blob {}: {}", ref.id.Hex(), put.error().message));
  return put;
}

}  // namespace

Result<BlobRef> LocalStore::Copy(const BlobRef& ref, const std::string& placement) {
  if (ref.size == 0) return ref;
  const Pinned pinned(parts_->pins, ref.id);
  BlobRef copy = ref;
  copy.id = {static_cast<uint64_t>(std::max<int64_t>(1, parts_->clock.Now().micros)), RandomU64()};
  copy.sealed_as = ref.sealed_as.value_or(ref.id);
  copy.pending = std::make_shared<Pending>(parts_->pending, copy.id);
  copy.second_container = copy.second_offset = 0;
  const Volumes::Target target = parts_->volumes->Choose(placement, copy.id);
  for (size_t i = 0; i < target.volumes.size(); ++i) {
    TARN_TRY(const Placement at, CopyTo(*parts_, ref, *target.volumes[i], copy));
    (i == 0 ? copy.container : copy.second_container) = at.container;
    (i == 0 ? copy.offset : copy.second_offset) = at.offset;
  }
  return copy;
}

}  // namespace tarn::blob
