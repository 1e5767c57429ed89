// Multipart uploads: parts are put one by one; completing links their extents into one version, copying nothing.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

Error NoSuchUpload() {
  return Fail(kNoSuchUpload,
              "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted "
              "or completed.");
}

Error InvalidPart(std::string_view why) {
  return Fail(kInvalidPart, fmt::format("One or more of the specified parts could not be found.  {}", why));
}

constexpr std::string_view kPartMayBe =
    "The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";

Result<UploadRecord> LoadUpload(kv::Txn& txn, const Bucket& bucket, std::string_view key, std::string_view upload) {
  TARN_TRY(auto stored, txn.Get(UploadKey(bucket.id, key, upload).bytes()));
  if (!stored) return NoSuchUpload();
  return DecodeUpload(*stored);
}

Upload ToUpload(std::string_view key, std::string_view id, UploadRecord record) {
  return Upload{.key = std::string(key),
                .id = std::string(id),
                .initiated = record.initiated,
                .initiator = std::move(record.initiator),
                .headers = std::move(record.headers),
                .tags = std::move(record.tags),
                .attributes = std::move(record.attributes),
                .checksum = record.checksum,
                .checksum_type = record.checksum_type,
                .checksum_declared = record.checksum_declared};
}

Result<std::vector<PartRecord>> LoadParts(kv::Txn& txn, std::string_view upload) {
  const kv::Key keys = PartKeys(upload);
  TARN_TRY(auto rows, txn.Scan(keys.bytes(), keys.End(), kPartNumberMax + 1));
  std::vector<PartRecord> parts;
  parts.reserve(rows.size());
  for (const kv::KeyValue& row : rows) {
    TARN_TRY(auto part, DecodePart(row.value));
    parts.push_back(std::move(part));
  }
  return parts;
}

Status ReleaseAll(kv::Txn& txn, blob::Store& blobs, const std::vector<Extent>& extents) {
  for (const Extent& extent : extents) TARN_CHECK(blobs.Release(txn, extent.blob));
  return Ok();
}

// The parts that `completion` names, in its order, checked; they leave `uploaded`, the others stay.
Result<std::vector<PartRecord>> ChooseParts(const Completion& completion, const UploadRecord& upload,
                                            std::vector<PartRecord>& uploaded) {
  std::vector<PartRecord> chosen;
  std::vector<PartRecord> rest;
  const auto not_ascending = [](const CompletedPart& a, const CompletedPart& b) { return a.number >= b.number; };
  if (std::adjacent_find(completion.parts.begin(), completion.parts.end(), not_ascending) != completion.parts.end()) {
    return Fail(kInvalidPartOrder,
                "The list of parts was not in ascending order. Parts must be ordered by part number.");
  }
  auto next = uploaded.begin();
  for (size_t i = 0; i < completion.parts.size(); ++i) {
    const CompletedPart& told = completion.parts[i];
    for (; next != uploaded.end() && next->number < told.number; ++next) rest.push_back(std::move(*next));
    if (next == uploaded.end() || next->number != told.number) return InvalidPart(kPartMayBe);
    if (Hex(next->md5) != told.etag) return InvalidPart(kPartMayBe);
    if (!told.checksum.empty() && told.checksum != next->checksum) return InvalidPart(kPartMayBe);
    if (told.checksum.empty() && upload.checksum_declared && upload.checksum_type == ChecksumType::kComposite) {
      return Fail(kInvalidRequest,
                  fmt::format("The upload was created using a {} checksum. The complete request must include the "
                              "checksum for each part. It was missing for part {} in the request.",
                              AsciiLower(ChecksumName(upload.checksum)), told.number));
    }
    if (i + 1 < completion.parts.size() && next->size < kPartBytesMin) {
      return Fail(kPartTooSmall, "Your proposed upload is smaller than the minimum allowed size");
    }
    chosen.push_back(std::move(*next++));
  }
  for (; next != uploaded.end(); ++next) rest.push_back(std::move(*next));
  uploaded = std::move(rest);
  return chosen;
}

// The version that the parts make; their extents move into it.
VersionRecord Assemble(UploadRecord upload, std::vector<PartRecord> parts) {
  VersionRecord version;
  Hasher md5(Digest::kMd5);
  for (const PartRecord& part : parts) {
    version.size += part.size;
    md5.Update(part.md5);
  }
  version.md5 = md5.Finish();
  version.etag_parts = static_cast<uint32_t>(parts.size());
  version.checksum = CombineChecksums(upload.checksum, upload.checksum_type, parts);
  version.headers = std::move(upload.headers);
  version.tags = std::move(upload.tags);
  version.attributes = std::move(upload.attributes);
  for (PartRecord& part : parts) {
    std::move(part.extents.begin(), part.extents.end(), std::back_inserter(version.extents));
    part.extents.clear();
    // Of an upload that declared no checksum only the whole has one.
    if (!upload.checksum_declared) part.checksum.clear();
  }
  version.parts = std::move(parts);
  // Under keys of KMS or a customer an object has the checksum alone that its writer asked for.
  if (!upload.checksum_declared && version.attributes.encryption.kind != EncryptionKind::kS3) version.checksum = {};
  return version;
}

// A condition on the key is one on its time since the upload began: what was written or hidden meanwhile is in the way.
Status CheckUnchanged(const WriteCondition& condition, const std::optional<VersionRecord>& newest, Timestamp initiated,
                      bool key_deleted) {
  const bool unchanged = !key_deleted && (!newest || newest->modified <= initiated);
  if (!condition.any() || unchanged) return Ok();
  return Fail(kConditionalConflict,
              "The conditional request cannot succeed due to a conflicting operation against this resource.");
}

Status CheckWhole(const Completion& completion, const VersionRecord& version) {
  if (completion.declared_size && *completion.declared_size != version.size) {
    return Fail(kInvalidRequest,
                fmt::format("The provided 'x-amz-mp-object-size' header value {} does not match what was computed: {}",
                            *completion.declared_size, version.size));
  }
  if (!completion.checksum) return Ok();
  if (completion.checksum->algorithm != version.checksum.algorithm ||
      completion.checksum->value != version.checksum.value) {
    return Fail(kBadDigest, fmt::format("The {} you specified did not match the calculated checksum.",
                                        ChecksumName(completion.checksum->algorithm)));
  }
  return Ok();
}

}  // namespace

Result<Upload> Store::CreateUpload(const Bucket& seen, std::string_view key, Upload upload) {
  if (key.empty() || key.size() > kKeyBytesMax) return Fail(kKeyTooLong, "Your key is too long");
  upload.key = key;
  upload.initiated = clock_.Now();
  // Begins with the time, so that a key's uploads are listed in the order of their beginning.
  upload.id = Hex(BigEndian64(static_cast<uint64_t>(upload.initiated.micros))) + RandomText(48, kAlphanumeric);
  const UploadRecord record{.initiated = upload.initiated,
                            .initiator = upload.initiator,
                            .headers = upload.headers,
                            .tags = upload.tags,
                            .checksum = upload.checksum,
                            .checksum_type = upload.checksum_type,
                            .checksum_declared = upload.checksum_declared,
                            .attributes = upload.attributes};
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    txn.Put(UploadKey(bucket.id, key, upload.id).bytes(), Encode(record));
    return Ok();
  }));
  return upload;
}

Result<Upload> Store::GetUpload(const Bucket& bucket, std::string_view key, std::string_view id) {
  Upload upload;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto record, LoadUpload(txn, bucket, key, id));
    upload = ToUpload(key, id, std::move(record));
    return Ok();
  }));
  return upload;
}

Task<Result<PartInfo>> Store::PutPart(const Bucket& bucket, std::string key, std::string upload, uint32_t number,
                                      Content content) {
  if (number < 1 || number > kPartNumberMax) {
    co_return Fail(kInvalidPartNumber, "Part number must be an integer between 1 and 10000, inclusive");
  }
  const auto lease = slots_.Take();
  const PartRecord part{.number = number,
                        .size = content.size,
                        .md5 = content.md5,
                        .checksum = content.checksum.value,
                        .modified = clock_.Now(),
                        .extents = content.extents};
  TARN_CO_CHECK(co_await kv::TransactAsync(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto record, LoadUpload(txn, bucket, key, upload));
    if (record.checksum != content.checksum.algorithm) return NoSuchUpload();
    const std::string part_key = PartKey(upload, number).Take();
    TARN_TRY(auto stored, txn.Get(part_key));
    UsageRecord delta{.versions = 0, .bytes = static_cast<int64_t>(part.size), .parts = 1};
    for (const Extent& extent : part.extents) TARN_CHECK(blobs_.Reference(txn, extent.blob));
    if (stored) {
      TARN_TRY(auto replaced, DecodePart(*stored));
      TARN_CHECK(ReleaseAll(txn, blobs_, replaced.extents));
      delta.bytes -= static_cast<int64_t>(replaced.size);
      delta.parts = 0;
    }
    txn.Put(part_key, Encode(part));
    return AddUsage(txn, bucket.id, lease.slot(), delta);
  }));
  co_return PartInfo{
      .number = number, .size = part.size, .etag = Hex(part.md5), .checksum = part.checksum, .modified = part.modified};
}

Status Store::CompleteInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, const std::string& upload_id,
                            const Completion& completion, uint32_t slot, Version& result) {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
  auto upload = LoadUpload(txn, bucket, key, upload_id);
  if (!upload.ok()) {
    // A repeated request for what was completed already gets the same answer.
    if (!upload.Is(kNoSuchUpload) || !versions.newest() || versions.newest()->upload != upload_id) {
      return upload.error();
    }
    result = ToVersion(bucket, key, *versions.newest());
    return Ok();
  }
  TARN_TRY(auto uploaded, LoadParts(txn, upload_id));
  UsageRecord delta;
  for (const PartRecord& part : uploaded) {
    delta.bytes -= static_cast<int64_t>(part.size);
    delta.parts -= 1;
    txn.Delete(PartKey(upload_id, part.number).bytes());
  }
  TARN_TRY(auto chosen, ChooseParts(completion, *upload, uploaded));
  for (const PartRecord& unused : uploaded) TARN_CHECK(ReleaseAll(txn, blobs_, unused.extents));
  const Timestamp initiated = upload->initiated;
  const bool key_deleted = upload->key_deleted;
  VersionRecord version = Assemble(std::move(upload).value(), std::move(chosen));
  version.upload = upload_id;
  TARN_CHECK(CheckWhole(completion, version));
  TARN_CHECK(CheckWrite(completion.condition, versions.visible()));
  TARN_CHECK(CheckUnchanged(completion.condition, versions.newest(), initiated, key_deleted));
  // The extents change their owner from the parts to the version: no count changes.
  TARN_CHECK(versions.Add(version, clock_.Now(), /*reference=*/false));
  txn.Delete(UploadKey(bucket.id, key, upload_id).bytes());
  delta.versions += versions.delta().versions;
  delta.bytes += versions.delta().bytes;
  delta.kinds = versions.delta().kinds;
  TARN_CHECK(AddUsage(txn, bucket.id, slot, delta));
  TARN_CHECK(Tell(txn, bucket, "ObjectCreated:CompleteMultipartUpload", key, version, completion.origin));
  result = ToVersion(bucket, key, version);
  return Ok();
}

Result<Version> Store::Complete(const Bucket& bucket, std::string_view key, std::string_view upload,
                                const Completion& completion) {
  Version result;
  const auto lease = slots_.Take();
  const std::string key_text(key);
  const std::string upload_text(upload);
  TARN_CHECK(kv::Transact(kv_, [&](kv::Txn& txn) {
    return CompleteInTxn(txn, bucket, key_text, upload_text, completion, lease.slot(), result);
  }));
  return result;
}

Status Store::AbortInTxn(kv::Txn& txn, const Bucket& bucket, const std::string& key, const std::string& upload,
                         uint32_t slot) {
  TARN_CHECK(LoadUpload(txn, bucket, key, upload));
  TARN_TRY(auto parts, LoadParts(txn, upload));
  UsageRecord delta;
  for (const PartRecord& part : parts) {
    TARN_CHECK(ReleaseAll(txn, blobs_, part.extents));
    txn.Delete(PartKey(upload, part.number).bytes());
    delta.bytes -= static_cast<int64_t>(part.size);
    delta.parts -= 1;
  }
  txn.Delete(UploadKey(bucket.id, key, upload).bytes());
  return AddUsage(txn, bucket.id, slot, delta);
}

Status Store::Abort(const Bucket& bucket, std::string_view key, std::string_view upload) {
  const auto lease = slots_.Take();
  return kv::Transact(
      kv_, [&](kv::Txn& txn) { return AbortInTxn(txn, bucket, std::string(key), std::string(upload), lease.slot()); });
}

Result<PartPage> Store::ListParts(const Bucket& bucket, std::string_view key, std::string_view id, uint32_t after,
                                  uint32_t max) {
  PartPage page;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto record, LoadUpload(txn, bucket, key, id));
    page.upload = ToUpload(key, id, std::move(record));
    if (max == 0) return Ok();
    TARN_TRY(auto rows, txn.PeekScan(PartKey(id, after).Take() + '\0', PartKeys(id).End(), size_t{max} + 1));
    page.truncated = rows.size() > max;
    if (page.truncated) rows.resize(max);
    for (const kv::KeyValue& row : rows) {
      TARN_TRY(auto part, DecodePart(row.value));
      page.parts.push_back({.number = part.number,
                            .size = part.size,
                            .etag = Hex(part.md5),
                            .checksum = part.checksum,
                            .modified = part.modified});
    }
    return Ok();
  }));
  return page;
}

}  // namespace tarn::object
