// Moving versions between storage classes.
#include <algorithm>
#include <utility>

#include "object/key_versions.h"
#include "object/records.h"
#include "object/storage_class.h"
#include "object/store.h"

namespace tarn::object {
namespace {

Error ChangedMeanwhile() { return Fail(kPreconditionFailed, "the version is another one by now"); }

}  // namespace

bool Store::LieTogether(const std::string& one, const std::string& other) const {
  const auto place = [this](const std::string& kept) {
    return placed_classes_.contains(ClassName(kept)) ? ClassName(kept) : kStandardClass;
  };
  return place(one) == place(other);
}

Result<std::vector<Extent>> Store::CopyBytes(const Version& version, const std::string& storage_class) {
  Incoming copy = Receive({.length = version.size,
                           .checksum = ChecksumAlgorithm::kNone,
                           .bytes_max = version.size,
                           .placement = std::string(ClassName(storage_class))});
  std::vector<std::byte> buffer(std::min<uint64_t>(version.size, kBufferBytes));
  for (uint64_t done = 0; done < version.size;) {
    const auto into = std::span(buffer).first(std::min<uint64_t>(version.size - done, buffer.size()));
    TARN_TRY(const size_t count, version.layout->ReadAtSync(done, into));
    if (count == 0) return Fail(kDamaged, "an object is shorter than its record says");
    TARN_CHECK(SyncWait(copy.Append(into.first(count))));
    done += count;
  }
  TARN_TRY(Content content, SyncWait(copy.Finish()));
  if (version.parts == 0 && version.attributes.encryption.kind == EncryptionKind::kS3 &&
      Hex(content.md5) != version.etag) {
    return Fail(kDamaged, "an object's bytes are not those of its ETag");
  }
  return std::move(content.extents);
}

Status Store::MoveToClass(const Bucket& seen, std::string_view key, std::string_view version_id, Timestamp modified,
                          const std::string& storage_class) {
  const std::string kept = KeptClass(storage_class);
  TARN_TRY(const Version version, Find(seen, key, version_id, /*with_content=*/true));
  if (version.modified != modified || version.is_delete_marker) return ChangedMeanwhile();
  // Without their key, others' bytes can only be read as they lie.
  const bool moves = version.size > 0 && version.attributes.encryption.kind == EncryptionKind::kS3 &&
                     !LieTogether(version.attributes.storage_class, kept);
  std::vector<Extent> extents;
  if (moves) {
    TARN_TRY(extents, CopyBytes(version, kept));
  }
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    TARN_TRY(auto record, versions.Find(version.version_id));
    if (!record || record->modified != modified || record->attributes.encryption != version.attributes.encryption) {
      return ChangedMeanwhile();
    }
    record->attributes.storage_class = kept;
    record->attributes.restoration = {};
    TARN_CHECK(Tell(txn, bucket, "LifecycleTransition", key, *record, {}));
    return moves ? versions.MoveBytes(*record, extents) : versions.Rewrite(*record);
  });
}

}  // namespace tarn::object
