#include "object/annotations.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "object/errors.h"
#include "object/lock.h"
#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

// The version that `object` names, in this transaction.
Result<VersionRecord> FindOwner(const KeyVersions& versions, const Annotated& object) {
  std::optional<VersionRecord> record = versions.newest();
  if (!object.version_id.empty()) {
    TARN_TRY(record, versions.Find(object.version_id));
    if (!record) return Fail(kNoSuchVersion, "The specified version does not exist.");
  }
  if (!record) return Fail(kNoSuchKey, "The specified key does not exist.");
  if (record->is_delete_marker) {
    if (object.version_id.empty()) return Fail(kNoSuchKey, "The specified key does not exist.");
    return Fail(kDeleteMarker, "The version is a delete marker");
  }
  TARN_CHECK(CheckWrite({.if_match = object.if_match}, &*record));
  return *std::move(record);
}

Version Describe(const Bucket& bucket, const std::string& key, const VersionRecord& record) {
  Version version;
  version.bucket = bucket.name;
  version.key = key;
  version.version_id = record.VersionId();
  version.bucket_versioned = bucket.versioning != Versioning::kUnversioned;
  version.size = record.size;
  version.etag = record.Etag();
  version.modified = record.modified;
  version.checksum = record.checksum;
  version.attributes = record.attributes;
  return version;
}

Status Release(kv::Txn& txn, blob::Store& blobs, const VersionRecord& annotation) {
  for (const Extent& extent : annotation.extents) TARN_CHECK(blobs.Release(txn, extent.blob));
  return Ok();
}

std::string NameOf(std::string_view key) {
  kv::KeyReader reader(key);
  reader.Text(), reader.Text(), reader.Number(), reader.Text(), reader.Number();
  return reader.Text().value_or("");
}

}  // namespace

Task<Result<Annotation>> Annotations::Put(const Bucket& seen, Annotated object, std::string name, Content content,
                                          Encryption encryption) {
  Annotation result{.name = name, .object = {}, .content = {}};
  TARN_CO_CHECK(co_await kv::TransactAsync(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, object.key));
    TARN_TRY(VersionRecord owner, FindOwner(versions, object));
    const std::string key = AnnotationKey(bucket.id, object.key, owner.seq, name).Take();
    TARN_TRY(const auto stored, txn.Get(key));
    if (stored) {
      TARN_CHECK(CheckRemovable(owner.attributes.lock, clock_.Now(), /*bypass_governance=*/false));
      TARN_TRY(const VersionRecord replaced, DecodeVersion(*stored));
      TARN_CHECK(Release(txn, blobs_, replaced));
    } else {
      if (owner.annotations >= kAnnotationsMax) {
        return Fail(kTooManyAnnotations,
                    "The request would exceed the maximum number of annotations allowed per object.");
      }
      ++owner.annotations;
      TARN_CHECK(versions.Rewrite(owner));
    }
    VersionRecord record{
        .size = content.size, .md5 = content.md5, .modified = clock_.Now(), .checksum = content.checksum};
    record.attributes.encryption = encryption;
    record.extents = content.extents;
    for (const Extent& extent : record.extents) TARN_CHECK(blobs_.Reference(txn, extent.blob));
    txn.Put(key, Encode(record));
    result.object = Describe(bucket, object.key, owner);
    result.content = Describe(bucket, object.key, record);
    return objects_.Tell(txn, bucket, "ObjectAnnotation:Put", object.key, owner, object.origin);
  }));
  co_return result;
}

Result<Annotation> Annotations::Get(const Bucket& bucket, const Annotated& object, std::string_view name) {
  Annotation result{.name = std::string(name), .object = {}, .content = {}};
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, object.key));
    TARN_TRY(const VersionRecord owner, FindOwner(versions, object));
    TARN_TRY(const auto stored, txn.Get(AnnotationKey(bucket.id, object.key, owner.seq, name).bytes()));
    if (!stored) return Fail(kNoSuchAnnotation, "The specified annotation does not exist on this object.");
    TARN_TRY(VersionRecord record, DecodeVersion(*stored));
    result.object = Describe(bucket, object.key, owner);
    result.content = Describe(bucket, object.key, record);
    const bool locked = record.attributes.encryption.kind != EncryptionKind::kS3;
    result.content.layout = std::make_shared<Layout>(blobs_, std::move(record.extents), std::vector<PartRecord>(),
                                                     locked ? std::make_shared<KeyLatch>() : nullptr);
    return Ok();
  }));
  return result;
}

Result<Version> Annotations::Delete(const Bucket& seen, const Annotated& object, std::string_view name,
                                    bool bypass_governance) {
  Version result;
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, object.key));
    TARN_TRY(VersionRecord owner, FindOwner(versions, object));
    result = Describe(bucket, object.key, owner);
    const std::string key = AnnotationKey(bucket.id, object.key, owner.seq, name).Take();
    TARN_TRY(const auto stored, txn.Get(key));
    if (!stored) return Ok();
    TARN_CHECK(CheckRemovable(owner.attributes.lock, clock_.Now(), bypass_governance));
    TARN_TRY(const VersionRecord record, DecodeVersion(*stored));
    TARN_CHECK(Release(txn, blobs_, record));
    txn.Delete(key);
    owner.annotations -= std::min(owner.annotations, 1U);
    TARN_CHECK(objects_.Tell(txn, bucket, "ObjectAnnotation:Delete", object.key, owner, object.origin));
    return versions.Rewrite(owner);
  }));
  return result;
}

Result<AnnotationPage> Annotations::List(const Bucket& bucket, const Annotated& object, std::string_view prefix,
                                         std::string_view after, uint32_t max) {
  AnnotationPage page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    page = {};
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, object.key));
    TARN_TRY(const VersionRecord owner, FindOwner(versions, object));
    page.object = Describe(bucket, object.key, owner);
    kv::Key within = AnnotationKeys(bucket.id, object.key, owner.seq);
    const std::string end = within.Prefix(prefix).End();
    std::string begin = within.Take();
    if (!after.empty()) {
      begin = std::max(begin, AnnotationKey(bucket.id, object.key, owner.seq, after).Take() + '\0');
    }
    TARN_TRY(const auto rows, txn.PeekScan(begin, end, size_t{max} + 1));
    page.truncated = rows.size() > max;
    for (size_t i = 0; i < std::min<size_t>(rows.size(), max); ++i) {
      TARN_TRY(const VersionRecord record, DecodeVersion(rows[i].value));
      page.annotations.push_back(
          {.name = NameOf(rows[i].key), .object = {}, .content = Describe(bucket, object.key, record)});
    }
    return Ok();
  }));
  return page;
}

Result<std::vector<std::pair<std::string, std::string>>> TakeAlong(kv::Txn& txn, blob::Store& blobs,
                                                                   const AnnotationSource& source) {
  std::vector<std::pair<std::string, std::string>> taken;
  const kv::Key keys = AnnotationKeys(source.bucket, source.key, source.seq);
  TARN_TRY(auto rows, txn.Scan(keys.bytes(), keys.End(), kAnnotationsMax));
  for (kv::KeyValue& row : rows) {
    TARN_TRY(const VersionRecord record, DecodeVersion(row.value));
    for (const Extent& extent : record.extents) TARN_CHECK(blobs.Reference(txn, extent.blob));
    taken.emplace_back(NameOf(row.key), std::move(row.value));
  }
  return taken;
}

Status ForgetAnnotations(kv::Txn& txn, blob::Store& blobs, const AnnotationSource& owner) {
  const kv::Key keys = AnnotationKeys(owner.bucket, owner.key, owner.seq);
  TARN_TRY(const auto rows, txn.Scan(keys.bytes(), keys.End(), kAnnotationsMax));
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(const VersionRecord record, DecodeVersion(row.value));
    TARN_CHECK(Release(txn, blobs, record));
    txn.Delete(row.key);
  }
  return Ok();
}

}  // namespace tarn::object
