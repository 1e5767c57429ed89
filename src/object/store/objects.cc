// Object versions: find, put, delete, tag.
#include <algorithm>
#include <utility>

#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/store.h"

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
  if (condition.if_none_match && present != nullptr && *condition.if_none_match == present->Etag()) {
    return ConditionFailed();
  }
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
                 .attributes = record.attributes,
                 .seq = record.seq,
                 .annotations = record.annotations,
                 .parts = record.etag_parts,
                 .layout = nullptr};
}

Result<Version> Store::Find(const Bucket& bucket, std::string_view key, std::string_view version_id,
                            bool with_content) {
  if (key.size() > kKeyBytesMax) return Fail(kKeyTooLong, "Your key is too long");
  Version found;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    std::optional<VersionRecord> named;
    if (!version_id.empty()) {
      TARN_TRY(named, versions.Find(version_id));
      if (!named) return NoSuchVersion();
    }
    const std::optional<VersionRecord>& record = version_id.empty() ? versions.newest() : named;
    if (!record) return NoSuchKey();
    found = ToVersion(bucket, key, *record);
    found.is_latest = versions.IsNewest(*record);
    if (with_content && !record->is_delete_marker) {
      const Restoration& restoration = record->attributes.restoration;
      std::optional<VersionRecord> copy;
      if (restoration.step == RestoreStep::kCopied && clock_.Now() < restoration.until) {
        TARN_TRY(copy, LoadRestored(txn, bucket.id, key, record->seq));
        found.is_restored = copy.has_value();
      }
      const VersionRecord& content = copy ? *copy : *record;
      TARN_TRY(auto layout, LoadLayout(txn, content));
      const bool locked = content.attributes.encryption.kind != EncryptionKind::kS3;
      found.layout = std::make_shared<Layout>(blobs_, std::move(layout.extents), std::move(layout.parts),
                                              locked ? std::make_shared<KeyLatch>() : nullptr);
    }
    return Ok();
  }));
  return found;
}

Status Store::Tell(kv::Txn& txn, const Bucket& bucket, std::string_view event, std::string_view key,
                   const VersionRecord& record, const Origin& origin, ChangeDetail detail) const {
  if (listener_ == nullptr || !bucket.Has(kNotificationDocument)) return Ok();
  const bool versioned = bucket.versioning != Versioning::kUnversioned;
  // What makes or removes a version has its place among the key's versions; all else comes after the present one.
  const bool writes = event.starts_with("ObjectCreated:") || event.starts_with("ObjectRemoved:") ||
                      event.starts_with("LifecycleExpiration:");
  const uint64_t now = static_cast<uint64_t>(clock_.Now().micros);
  return listener_->OnChange(txn, {.bucket = bucket,
                                   .event = event,
                                   .key = key,
                                   .version_id = versioned ? record.VersionId() : std::string(),
                                   .size = record.size,
                                   .etag = record.md5.empty() ? std::string() : record.Etag(),
                                   .seq = writes ? record.seq : std::max(record.seq + 1, now),
                                   .when = clock_.Now(),
                                   .origin = origin,
                                   .detail = std::move(detail)});
}

Status Store::TellOfConfiguration(const Bucket& seen, const Origin& origin) {
  if (listener_ == nullptr) return Ok();
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    return Tell(txn, bucket, kTestEvent, "", VersionRecord{}, origin);
  });
}

Status Store::PutInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, const Content& content,
                       const NewObject& object, uint32_t slot, Version& result) {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
  TARN_CHECK(CheckWrite(object.condition, versions.visible()));
  VersionRecord record{.size = content.size, .md5 = content.md5, .checksum = content.checksum};
  record.headers = object.headers;
  record.tags = object.tags;
  record.attributes = object.attributes;
  record.extents = content.extents;
  std::vector<std::pair<std::string, std::string>> annotations;
  if (object.annotations) {
    TARN_TRY(annotations, TakeAlong(txn, blobs_, *object.annotations));
    record.annotations = static_cast<uint32_t>(annotations.size());
  }
  TARN_CHECK(versions.Add(record, clock_.Now(), /*reference=*/true));
  for (const auto& [name, stored] : annotations) {
    txn.Put(AnnotationKey(bucket.id, key, record.seq, name).bytes(), stored);
  }
  TARN_CHECK(AddUsage(txn, bucket.id, slot, versions.delta()));
  const std::string& how = object.origin.how;
  TARN_CHECK(Tell(txn, bucket, "ObjectCreated:" + (how.empty() ? "Put" : how), key, record, object.origin));
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

namespace {

// Lets the uploads that are under way to a key know that it was deleted: a condition of theirs holds no more.
Status NoteDeleted(kv::Txn& txn, uint64_t bucket, std::string_view key) {
  constexpr size_t kUploadsMax = 1'000;
  const kv::Key uploads = UploadKeys(bucket).Text(key);
  TARN_TRY(const auto rows, txn.Scan(uploads.bytes(), uploads.End(), kUploadsMax));
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(UploadRecord upload, DecodeUpload(row.value));
    upload.key_deleted = true;
    txn.Put(row.key, Encode(upload));
  }
  return Ok();
}

}  // namespace

Result<Deleted> Store::DeleteInTxn(kv::Txn& txn, const Bucket& bucket, const Deletion& deletion, UsageRecord& delta) {
  TARN_CHECK(CheckKey(deletion.key));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, deletion.key));
  Deleted deleted{.version_id = deletion.version_id};
  std::optional<VersionRecord> named;
  if (!deletion.version_id.empty()) {
    TARN_TRY(named, versions.Find(deletion.version_id));
  }
  const VersionRecord* present = deletion.version_id.empty() ? versions.visible() : named ? &*named : nullptr;
  TARN_CHECK(CheckWrite({.if_match = deletion.if_match}, present));
  if (deletion.if_only) {
    const std::optional<VersionRecord>& meant = deletion.version_id.empty() ? versions.newest() : named;
    TARN_TRY(const bool stands, versions.Stands(meant, *deletion.if_only));
    if (!stands) return ConditionFailed();
  }
  if (deletion.version_id.empty() && bucket.versioning != Versioning::kUnversioned) {
    VersionRecord marker{.is_delete_marker = true};
    TARN_CHECK(versions.Add(marker, clock_.Now(), /*reference=*/false));
    deleted = {.version_id = marker.VersionId(), .delete_marker = true};
    TARN_CHECK(Tell(txn, bucket,
                    deletion.expires ? "LifecycleExpiration:DeleteMarkerCreated" : "ObjectRemoved:DeleteMarkerCreated",
                    deletion.key, marker, deletion.origin));
  } else {
    const std::optional<VersionRecord> gone = deletion.version_id.empty() ? versions.newest() : named;
    if (!gone) return deleted;
    deleted.delete_marker = gone->is_delete_marker;
    TARN_CHECK(versions.Remove(*gone, clock_.Now(), deletion.bypass_governance));
    if (deletion.version_id.empty()) TARN_CHECK(NoteDeleted(txn, bucket.id, deletion.key));
    VersionRecord removed{.seq = std::max(gone->seq + 1, static_cast<uint64_t>(clock_.Now().micros)), .id = gone->id};
    removed.is_null = gone->is_null;
    TARN_CHECK(Tell(txn, bucket, deletion.expires ? "LifecycleExpiration:Delete" : "ObjectRemoved:Delete", deletion.key,
                    removed, deletion.origin));
  }
  delta.versions += versions.delta().versions;
  delta.bytes += versions.delta().bytes;
  for (size_t kind = 0; kind < kStorageKinds; ++kind) delta.kinds[kind] += versions.delta().kinds[kind];
  return deleted;
}

Result<Deleted> Store::Delete(const Bucket& bucket, const Deletion& deletion) {
  TARN_TRY(auto deleted, DeleteMany(bucket, std::span(&deletion, 1)));
  return std::move(deleted[0]);
}

namespace {

constexpr size_t kDeletesPerTxn = 250;

// Whether that is wrong with one deletion, found before anything was changed for it; else storage failed.
bool ConcernsOneKey(const Error& error) {
  return error.reason->code == Code::kInvalidArgument || error.reason == &kNoSuchKey ||
         error.reason == &kPreconditionFailed || error.reason == &kObjectLocked;
}

}  // namespace

Result<std::vector<Result<Deleted>>> Store::DeleteMany(const Bucket& seen, std::span<const Deletion> deletions) {
  std::vector<Result<Deleted>> results;
  const auto lease = slots_.Take();
  while (!deletions.empty()) {
    const auto batch = deletions.first(std::min(deletions.size(), kDeletesPerTxn));
    const size_t before = results.size();
    TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
      results.erase(results.begin() + static_cast<ptrdiff_t>(before), results.end());
      TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
      UsageRecord delta;
      for (const Deletion& deletion : batch) {
        results.push_back(DeleteInTxn(txn, bucket, deletion, delta));
        if (!results.back().ok() && !ConcernsOneKey(results.back().error())) return results.back().error();
      }
      return AddUsage(txn, bucket.id, lease.slot(), delta);
    }));
    deletions = deletions.subspan(batch.size());
  }
  return results;
}

Result<Version> Store::Edit(const Bucket& seen, std::string_view key, std::string_view version_id,
                            const std::function<Status(kv::Txn&, const Version&, VersionRecord&)>& edit) {
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
    result.is_latest = versions.IsNewest(*record);
    if (record->is_delete_marker) return Fail(kDeleteMarker, "The version is a delete marker");
    TARN_CHECK(edit(txn, result, *record));
    result.tags = record->tags;
    result.attributes = record->attributes;
    return versions.Rewrite(*record);
  }));
  return result;
}

Result<Version> Store::SetTags(const Bucket& seen, std::string_view key, std::string_view version_id, const Tags& tags,
                               const Origin& origin) {
  TARN_CHECK(CheckTags(tags, 10));
  return Edit(seen, key, version_id, [&](kv::Txn& txn, const Version&, VersionRecord& record) -> Status {
    record.tags = tags;
    if (origin.how.empty()) return Ok();
    return Tell(txn, seen, "ObjectTagging:" + origin.how, key, record, origin);
  });
}

Result<Version> Store::ChangeAttributes(const Bucket& seen, std::string_view key, std::string_view version_id,
                                        const AttributeChange& change, std::string_view event, const Origin& origin) {
  return Edit(seen, key, version_id, [&](kv::Txn& txn, const Version& present, VersionRecord& record) -> Status {
    TARN_CHECK(change(present, record.attributes));
    if (event.empty()) return Ok();
    return Tell(txn, seen, event, key, record, origin);
  });
}

}  // namespace tarn::object
