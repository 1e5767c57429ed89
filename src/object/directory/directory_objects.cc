#include "object/directory/directory_objects.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "base/record.h"
#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/records.h"

namespace tarn::object {
namespace {

// Beside the slots of the store's own writers and of PutBatch: counting never makes two of them conflict.
constexpr uint32_t kFirstSlot = 1U << 17;
constexpr size_t kForgottenAtOnce = 8;  // tokens that are over, for each new one

// o y <bucket id> <token>, and o z <bucket id> <µs> <token>: the same by their time.
kv::Key TokenKey(uint64_t bucket, std::string_view token) { return RenameTokenKeys(bucket).Text(token); }
kv::Key TokenTimeKey(uint64_t bucket, Timestamp when, std::string_view token) {
  return RenameTimeKeys(bucket).Number(static_cast<uint64_t>(when.micros)).Text(token);
}

bool IsCrc(ChecksumAlgorithm algorithm) {
  return algorithm == ChecksumAlgorithm::kCrc32 || algorithm == ChecksumAlgorithm::kCrc32c ||
         algorithm == ChecksumAlgorithm::kCrc64Nvme;
}

Error ConditionFailed() {
  return Fail(kPreconditionFailed, "At least one of the pre-conditions you specified did not hold");
}

Error WrongOffset() {
  return Fail(kInvalidWriteOffset, "The write offset value that you specified does not match the current object size.");
}

Error Replaced() {
  return Fail(kConditionalConflict, "The object was replaced by another request while its bytes were received.");
}

// The checksum of `present` with `content` behind it: combined where the algorithm can, else of the parts' own.
Result<Checksum> Joined(kv::Txn& txn, const VersionRecord& present, const Content& content) {
  const Checksum& before = present.checksum;
  const PartRecord old_bytes{.size = present.size, .checksum = before.value};
  const PartRecord new_bytes{.size = content.size, .checksum = content.checksum.value};
  if (before.type == ChecksumType::kFullObject && IsCrc(before.algorithm)) {
    const PartRecord both[] = {old_bytes, new_bytes};
    return CombineChecksums(before.algorithm, ChecksumType::kFullObject, both);
  }
  std::vector<PartRecord> parts;
  if (present.etag_parts > 0) {
    TARN_TRY(LayoutChunk layout, LoadLayout(txn, present));
    parts = std::move(layout.parts);
  } else if (present.size > 0) {
    parts.push_back(old_bytes);
  }
  parts.push_back(new_bytes);
  return CombineChecksums(before.algorithm, ChecksumType::kComposite, parts);
}

bool Matches(const std::string& wanted, const VersionRecord& present) {
  return wanted == "*" || wanted == present.Etag();
}

Status CheckEnd(const RenameCondition& condition, const VersionRecord* present) {
  if (present == nullptr) {
    const bool any = condition.if_match || condition.modified_since || condition.unmodified_since;
    return any ? Status(ConditionFailed()) : Ok();
  }
  const int64_t modified = present->modified.seconds();
  if (condition.if_match && !Matches(*condition.if_match, *present)) return ConditionFailed();
  if (condition.if_none_match && Matches(*condition.if_none_match, *present)) return ConditionFailed();
  if (condition.modified_since && modified <= condition.modified_since->seconds()) return ConditionFailed();
  if (condition.unmodified_since && modified > condition.unmodified_since->seconds()) return ConditionFailed();
  return Ok();
}

struct KnownToken {
  std::string digest;
  Timestamp when;
};

Result<KnownToken> DecodeToken(std::string_view bytes) {
  KnownToken known;
  RecordReader in(bytes);
  while (in.Next()) {
    if (in.tag() == 1) known.digest = in.str();
    if (in.tag() == 2) known.when.micros = in.i64();
  }
  if (in.corrupt()) return Fail(kCorruptRecord, "a rename's token is damaged");
  return known;
}

// Whether the same was done before. Else the token is noted, and some that are over are forgotten.
Result<bool> WasDone(kv::Txn& txn, uint64_t bucket, const Renaming& renaming, Timestamp now) {
  if (renaming.token.empty()) return false;
  const std::string key = TokenKey(bucket, renaming.token).Take();
  TARN_TRY(const auto stored, txn.Get(key));
  if (stored) {
    TARN_TRY(const KnownToken known, DecodeToken(*stored));
    if (now.micros - known.when.micros < kRenameTokenMicros) {
      if (known.digest == renaming.digest) return true;
      return Fail(
          kIdempotencyMismatch,
          "Parameters on this idempotent request are inconsistent with parameters used in previous request(s).");
    }
    txn.Delete(TokenTimeKey(bucket, known.when, renaming.token).bytes());
  }
  const kv::Key times = RenameTimeKeys(bucket);
  TARN_TRY(const auto oldest, txn.PeekScan(times.bytes(), times.End(), kForgottenAtOnce));
  for (const kv::KeyValue& row : oldest) {
    kv::KeyReader reader(row.key);
    reader.Text(), reader.Text(), reader.Number();
    const auto when = static_cast<int64_t>(reader.Number().value_or(0));
    if (now.micros - when < kRenameTokenMicros) break;
    const std::string token = reader.Text().value_or("");
    txn.Delete(row.key);
    if (token != renaming.token) txn.Delete(TokenKey(bucket, token).bytes());
  }
  txn.Put(key, RecordWriter().Str(1, renaming.digest).I64(2, now.micros).Take());
  txn.Put(TokenTimeKey(bucket, now, renaming.token).bytes(), "");
  return false;
}

// The first version of a key that had none.
Status Begin(KeyVersions& versions, const Content& content, const NewObject& object, Timestamp now,
             VersionRecord& record) {
  record = {.size = content.size, .md5 = content.md5, .checksum = content.checksum};
  record.headers = object.headers;
  record.attributes = object.attributes;
  record.extents = content.extents;
  return versions.Add(record, now, /*reference=*/true);
}

}  // namespace

Status DirectoryObjects::AppendInTxn(kv::Txn& txn, const Bucket& seen, const std::string& key, uint64_t offset,
                                     const Content& content, const NewObject& object, uint32_t slot, Appended& result) {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
  const VersionRecord* present = versions.visible();
  TARN_CHECK(CheckWrite(object.condition, present));
  if (offset != (present == nullptr ? 0 : present->size)) return WrongOffset();
  VersionRecord record;
  if (present == nullptr) {
    TARN_CHECK(Begin(versions, content, object, clock_.Now(), record));
  } else {
    record = *present;
    if (record.attributes.encryption != object.attributes.encryption) return Replaced();
    if (record.checksum.algorithm != content.checksum.algorithm) return Replaced();
    if (record.etag_parts >= kPartNumberMax) {
      return Fail(
          kTooManyParts,
          "You have attempted to add more parts than the maximum of 10000 that are allowed for this object. You "
          "can use the CopyObject operation to copy this object to another and then add more data to the newly "
          "copied object.");
    }
    TARN_TRY(Checksum joined, Joined(txn, record, content));
    TARN_CHECK(versions.Grow(record, clock_.Now(), content));
    record.checksum = std::move(joined);
    TARN_CHECK(versions.Rewrite(record));
  }
  TARN_CHECK(AddUsage(txn, bucket.id, kFirstSlot + slot, versions.delta()));
  result = {.size = record.size, .etag = record.Etag(), .checksum = record.checksum, .parts = record.etag_parts};
  return Ok();
}

Task<Result<Appended>> DirectoryObjects::Append(const Bucket& bucket, std::string key, uint64_t offset, Content content,
                                                NewObject object) {
  Appended result;
  const auto lease = slots_.Take();
  TARN_CO_CHECK(co_await kv::TransactAsync(
      kv_, [&](kv::Txn& txn) { return AppendInTxn(txn, bucket, key, offset, content, object, lease.slot(), result); }));
  co_return result;
}

Status DirectoryObjects::RenameInTxn(kv::Txn& txn, const Bucket& seen, const Renaming& renaming, uint32_t slot) {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
  TARN_TRY(const bool done, WasDone(txn, bucket.id, renaming, clock_.Now()));
  if (done) return Ok();
  TARN_TRY(auto from, KeyVersions::Load(txn, blobs_, bucket, renaming.from));
  TARN_TRY(auto to, KeyVersions::Load(txn, blobs_, bucket, renaming.to));
  if (from.visible() == nullptr) return Fail(kNoSuchKey, "The specified key does not exist.");
  TARN_CHECK(CheckEnd(renaming.source, from.visible()));
  TARN_CHECK(CheckEnd(renaming.destination, to.visible()));
  VersionRecord moved = from.Detach();
  const Timestamp modified = moved.modified;
  TARN_CHECK(to.Add(moved, clock_.Now(), /*reference=*/false));
  moved.modified = modified;
  TARN_CHECK(to.Rewrite(moved));
  TARN_CHECK(AddUsage(txn, bucket.id, kFirstSlot + slot, from.delta()));
  return AddUsage(txn, bucket.id, kFirstSlot + slot, to.delta());
}

Status DirectoryObjects::Rename(const Bucket& bucket, const Renaming& renaming) {
  const auto lease = slots_.Take();
  return kv::Transact(kv_, [&](kv::Txn& txn) { return RenameInTxn(txn, bucket, renaming, lease.slot()); });
}

}  // namespace tarn::object
