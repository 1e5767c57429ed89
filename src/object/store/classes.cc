// Moving versions between storage classes.
#include <algorithm>
#include <map>
#include <utility>

#include "object/storage_class.h"
#include "object/store/key_versions.h"
#include "object/store/records.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

Error ChangedMeanwhile() { return Fail(kPreconditionFailed, "the version is another one by now"); }

}  // namespace

std::string Store::PlaceOf(const std::string& kept_class, AccessTier tier) const {
  std::string_view place = ClassName(kept_class);
  if (place == kTieringClass && placed_classes_.contains(ClassOfTier(tier))) place = ClassOfTier(tier);
  return std::string(placed_classes_.contains(place) ? place : kStandardClass);
}

std::string Store::PlaceOf(const Version& version) const {
  if (version.is_restored) return std::string(kStandardClass);
  return PlaceOf(version.attributes.storage_class, version.attributes.tier);
}

Result<std::vector<Extent>> Store::CopySealed(const Version& version, const std::string& place) {
  std::vector<Extent> extents = version.layout->extents;
  std::map<blob::BlobId, blob::BlobRef> copies;  // several extents may lie in one blob
  for (Extent& extent : extents) {
    if (extent.blob.size == 0) continue;
    const auto known = copies.find(extent.blob.id);
    if (known == copies.end()) {
      TARN_TRY(auto copy, blobs_.Copy(extent.blob, place));
      extent.blob = copies.emplace(extent.blob.id, std::move(copy)).first->second;
    } else {
      extent.blob = known->second;
    }
  }
  return extents;
}

Result<std::vector<Extent>> Store::CopyBytes(const Version& version, const std::string& place) {
  if (version.attributes.encryption.kind != EncryptionKind::kS3) return CopySealed(version, place);
  Incoming copy = Receive(
      {.length = version.size, .checksum = ChecksumAlgorithm::kNone, .bytes_max = version.size, .placement = place});
  std::vector<std::byte> buffer(std::min<uint64_t>(version.size, kBufferBytes));
  for (uint64_t done = 0; done < version.size;) {
    const auto into = std::span(buffer).first(std::min<uint64_t>(version.size - done, buffer.size()));
    TARN_TRY(const size_t count, version.layout->ReadAtSync(done, into));
    if (count == 0) return Fail(kDamaged, "an object is shorter than its record says");
    TARN_CHECK(SyncWait(copy.Append(into.first(count))));
    done += count;
  }
  TARN_TRY(Content content, SyncWait(copy.Finish()));
  if (version.parts == 0 && Hex(content.md5) != version.etag) {
    return Fail(kDamaged, "an object's bytes are not those of its ETag");
  }
  return std::move(content.extents);
}

Status Store::MoveToClass(const Bucket& seen, std::string_view key, std::string_view version_id, Timestamp modified,
                          const std::string& storage_class) {
  const std::string kept = KeptClass(storage_class);
  TARN_TRY(const Version named, Find(seen, key, version_id, /*with_content=*/false));
  TARN_TRY(const Version version, FindOwn(seen, key, named.seq));
  if (version.modified != modified || version.is_delete_marker) return ChangedMeanwhile();
  const std::string place = PlaceOf(kept, AccessTier::kFrequent);
  const bool moves = version.size > 0 && PlaceOf(version) != place;
  std::vector<Extent> extents;
  if (moves) {
    TARN_TRY(extents, CopyBytes(version, place));
  }
  const auto lease = slots_.Take();
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    TARN_TRY(auto record, versions.Find(version.version_id));
    if (!record || record->modified != modified || record->attributes.encryption != version.attributes.encryption) {
      return ChangedMeanwhile();
    }
    TARN_CHECK(versions.DropRestored(*record));
    const Attributes before = record->attributes;
    record->attributes.storage_class = kept;
    record->attributes.tier = AccessTier::kFrequent;
    record->attributes.restoration = {};
    versions.NoteAccess(*record, clock_.Now());
    versions.Recount(*record, before);
    TARN_CHECK(AddUsage(txn, bucket.id, lease.slot(), versions.delta()));
    TARN_CHECK(Tell(txn, bucket, "LifecycleTransition", key, *record, {}, {.destination = storage_class}));
    return moves ? versions.MoveBytes(*record, extents) : versions.Rewrite(*record);
  });
}

}  // namespace tarn::object
