// Object versions: find, put, delete, tag.
#include <utility>

#include "object/key_versions.h"
#include "object/keys.h"
#include "object/records.h"
#include "object/store.h"

namespace tarn::object {
namespace {

Error NoSuchKey() { return Fail(kNoSuchKey, "The specified key does not exist."); }
Error NoSuchVersion() { return Fail(kNoSuchVersion, "The specified version does not exist."); }
Error ConditionFailed() {
  return Fail(kPreconditionFailed, "At least one of the pre-conditions you specified did not hold");
}

Status CheckKey(std::string_view key) {
  if (key.empty()) return Fail(kInvalidArgument, "A key must have at least one byte");
  if (key.size() > kKeyBytesMax) return Fail(kKeyTooLong, "Your key is too long");
  return Ok();
}

}  // namespace

Status CheckWrite(const WriteCondition& condition, const VersionRecord* present) {
  if (condition.if_absent && present != nullptr) return ConditionFailed();
  if (condition.if_match) {
    if (present == nullptr) return NoSuchKey();
    if (*condition.if_match != "*" && *condition.if_match != present->Etag()) return ConditionFailed();
  }
  return Ok();
}

Version Store::ToVersion(const Bucket& bucket, std::string_view key, const VersionRecord& record) const {
  return Version{.bucket = bucket.name,
                 .key = std::string(key),
                 .version_id = record.VersionId(),
                 .is_latest = true,
                 .is_delete_marker = record.is_delete_marker,
                 .bucket_versioned = bucket.versioning != Versioning::kUnversioned,
                 .size = record.size,
                 .etag = record.Etag(),
                 .modified = record.modified,
                 .checksum = record.checksum,
                 .headers = record.headers,
                 .tags = record.tags,
                 .parts = record.etag_parts,
                 .layout = nullptr};
}

Result<Version> Store::Find(const Bucket& bucket, std::string_view key, std::string_view version_id,
                            bool with_content) {
  if (key.size() > kKeyBytesMax) return Fail(kKeyTooLong, "Your key is too long");
  Version found;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    std::optional<VersionRecord> record = versions.newest();
    if (!version_id.empty()) {
      TARN_TRY(record, versions.Find(version_id));
      if (!record) return NoSuchVersion();
    }
    if (!record) return NoSuchKey();
    found = ToVersion(bucket, key, *record);
    found.is_latest = versions.IsNewest(*record);
    if (with_content && !record->is_delete_marker) {
      TARN_TRY(auto layout, LoadLayout(txn, *record));
      found.layout = std::make_shared<Layout>(blobs_, std::move(layout.extents), std::move(layout.parts));
    }
    return Ok();
  }));
  return found;
}

Status Store::PutInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, const Content& content,
                       const NewObject& object, uint32_t slot, Version& result) {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
  TARN_CHECK(CheckWrite(object.condition, versions.visible()));
  VersionRecord record{.size = content.size, .md5 = content.md5, .checksum = content.checksum};
  record.headers = object.headers;
  record.tags = object.tags;
  record.extents = content.extents;
  TARN_CHECK(versions.Add(record, clock_.Now(), /*reference=*/true));
  TARN_CHECK(AddUsage(txn, bucket.id, slot, versions.delta()));
  result = ToVersion(bucket, key, record);
  return Ok();
}

Task<Result<Version>> Store::Put(const Bucket& bucket, std::string key, Content content, NewObject object) {
  TARN_CO_CHECK(CheckKey(key));
  Version result;
  const auto lease = slots_.Take();
  TARN_CO_CHECK(co_await kv::TransactAsync(
      kv_, [&](kv::Txn& txn) { return PutInTxn(txn, bucket, key, content, object, lease.slot(), result); }));
  co_return result;
}

Result<Deleted> Store::Delete(const Bucket& seen, std::string_view key, std::string_view version_id,
                              const std::optional<std::string>& if_match) {
  TARN_CHECK(CheckKey(key));
  Deleted deleted;
  const auto lease = slots_.Take();
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    deleted = {};
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    if (!version_id.empty()) {
      deleted.version_id = version_id;
      TARN_TRY(auto version, versions.Find(version_id));
      if (if_match) TARN_CHECK(CheckWrite({.if_match = if_match}, version ? &*version : nullptr));
      if (!version) return Ok();
      deleted.delete_marker = version->is_delete_marker;
      TARN_CHECK(versions.Remove(*version));
    } else if (bucket.versioning == Versioning::kUnversioned) {
      if (if_match) TARN_CHECK(CheckWrite({.if_match = if_match}, versions.visible()));
      if (!versions.newest()) return Ok();
      const VersionRecord newest = *versions.newest();
      TARN_CHECK(versions.Remove(newest));
    } else {
      if (if_match) TARN_CHECK(CheckWrite({.if_match = if_match}, versions.visible()));
      VersionRecord marker{.is_delete_marker = true};
      TARN_CHECK(versions.Add(marker, clock_.Now(), /*reference=*/false));
      deleted = {.version_id = marker.VersionId(), .delete_marker = true};
    }
    return AddUsage(txn, bucket.id, lease.slot(), versions.delta());
  }));
  return deleted;
}

Result<Version> Store::SetTags(const Bucket& seen, std::string_view key, std::string_view version_id,
                               const Tags& tags) {
  TARN_CHECK(CheckTags(tags, 10));
  Version result;
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    std::optional<VersionRecord> record = versions.newest();
    if (!version_id.empty()) {
      TARN_TRY(record, versions.Find(version_id));
      if (!record) return NoSuchVersion();
    }
    if (!record) return NoSuchKey();
    result = ToVersion(bucket, key, *record);
    if (record->is_delete_marker) return Fail(kDeleteMarker, "The version is a delete marker");
    record->tags = tags;
    return versions.Rewrite(*record);
  }));
  return result;
}

}  // namespace tarn::object
