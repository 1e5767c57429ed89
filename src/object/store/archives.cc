// Restored copies of archived versions, and the tiers of Intelligent-Tiering.
#include <utility>

#include "base/record.h"
#include "object/storage_class.h"
#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/records.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

const Origin kNobody;

Error ChangedMeanwhile() { return Fail(kPreconditionFailed, "the version is another one by now"); }

void PutDue(kv::Txn& txn, const Bucket& bucket, std::string_view key, uint64_t seq, Timestamp at) {
  txn.Put(RestoreDueKey(static_cast<uint64_t>(at.micros), bucket.id, key, seq).bytes(),
          RecordWriter().Str(1, bucket.name).Take());
}

bool IsRestoreDue(const Restoration& restoration, Timestamp now) {
  if (restoration.step == RestoreStep::kAsked) return restoration.ready <= now;
  return restoration.step == RestoreStep::kCopied && restoration.until <= now;
}

Result<std::optional<Timestamp>> LastRead(kv::Txn& txn, const std::string& place) {
  TARN_TRY(const auto stored, txn.Get(place));
  if (!stored) return std::optional<Timestamp>();
  RecordReader in(*stored);
  Timestamp at;
  while (in.Next()) {
    if (in.tag() == 1) at = {in.i64()};
  }
  return std::optional(at);
}

}  // namespace

Result<Version> Store::FindOwn(const Bucket& bucket, std::string_view key, uint64_t seq) {
  Version found;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    TARN_TRY(const auto record, versions.FindSeq(seq));
    if (!record || record->is_delete_marker) return ChangedMeanwhile();
    found = ToVersion(bucket, key, *record);
    TARN_TRY(auto layout, LoadLayout(txn, *record));
    const bool locked = record->attributes.encryption.kind != EncryptionKind::kS3;
    found.layout = std::make_shared<Layout>(blobs_, std::move(layout.extents), std::move(layout.parts),
                                            locked ? std::make_shared<KeyLatch>() : nullptr);
    return Ok();
  }));
  return found;
}

Result<Version> Store::AskRestore(const Bucket& bucket, std::string_view key, std::string_view version_id,
                                  const AttributeChange& change, const Origin& origin) {
  return Edit(bucket, key, version_id, [&](kv::Txn& txn, const Version& present, VersionRecord& record) -> Status {
    TARN_CHECK(change(present, record.attributes));
    const Restoration& restoration = record.attributes.restoration;
    if (restoration.step == RestoreStep::kCopied) {
      PutDue(txn, bucket, key, record.seq, restoration.until);
      return Ok();
    }
    PutDue(txn, bucket, key, record.seq, restoration.ready);
    return Tell(txn, bucket, "ObjectRestore:Post", key, record, origin);
  });
}

Result<std::vector<Store::RestoreDue>> Store::ListRestoresDue(size_t max) {
  std::vector<RestoreDue> list;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = Space("h");
    TARN_TRY(const auto rows, txn.PeekScan(space.bytes(), space.End(), max));
    for (const kv::KeyValue& row : rows) {
      kv::KeyReader key(row.key);
      key.Text(), key.Text();
      RestoreDue due{.place = row.key};
      due.at = {static_cast<int64_t>(key.Number().value_or(0))};
      due.bucket_id = key.Number().value_or(0);
      due.key = key.Text().value_or("");
      due.seq = key.Number().value_or(0);
      RecordReader in(row.value);
      while (in.Next()) {
        if (in.tag() == 1) due.bucket = in.str();
      }
      list.push_back(std::move(due));
    }
    return Ok();
  }));
  return list;
}

Status Store::PostponeRestore(const RestoreDue& due, Timestamp at) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto stored, txn.Get(due.place));
    if (!stored) return Ok();
    txn.Delete(due.place);
    txn.Put(RestoreDueKey(static_cast<uint64_t>(at.micros), due.bucket_id, due.key, due.seq).bytes(), *stored);
    return Ok();
  });
}

Status Store::SettleRestore(const RestoreDue& due, const StorageTimes& times) {
  const auto drop = [&] {
    return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
      txn.Delete(due.place);
      return Ok();
    });
  };
  const auto bucket = GetBucket(due.bucket);
  if (bucket.Is(kNoSuchBucket)) return drop();
  if (!bucket.ok()) return bucket.error();
  if (bucket->id != due.bucket_id) return drop();
  const auto version = FindOwn(*bucket, due.key, due.seq);
  if (version.Is(kPreconditionFailed)) return drop();
  if (!version.ok()) return version.error();
  const Restoration& restoration = version->attributes.restoration;
  if (!IsRestoreDue(restoration, clock_.Now())) return drop();
  if (restoration.step == RestoreStep::kAsked) return MakeRestored(*bucket, due, *version, times);
  return EndRestored(*bucket, due);
}

Status Store::MakeRestored(const Bucket& seen, const RestoreDue& due, const Version& version,
                           const StorageTimes& times) {
  // What is archived by Intelligent-Tiering comes back for good.
  const bool returns = version.attributes.storage_class == kTieringClass;
  const std::string place =
      returns ? PlaceOf(version.attributes.storage_class, AccessTier::kFrequent) : std::string(kStandardClass);
  const bool copies = version.size > 0 && PlaceOf(version) != place;
  std::vector<Extent> extents;
  if (copies) {
    TARN_TRY(extents, CopyBytes(version, place));
  }
  const auto lease = slots_.Take();
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, due.key));
    TARN_TRY(auto record, versions.FindSeq(due.seq));
    txn.Delete(due.place);
    const Timestamp now = clock_.Now();
    if (!record || record->attributes.restoration.step != RestoreStep::kAsked) return Ok();
    if (!IsRestoreDue(record->attributes.restoration, now)) return Ok();
    if (record->attributes.encryption != version.attributes.encryption) return ChangedMeanwhile();
    TARN_CHECK(versions.DropRestored(*record));
    Restoration& restoration = record->attributes.restoration;
    if (returns) {
      const Attributes before = record->attributes;
      restoration = {};
      record->attributes.tier = AccessTier::kFrequent;
      versions.NoteAccess(*record, now);
      versions.Recount(*record, before);
      TARN_CHECK(AddUsage(txn, bucket.id, lease.slot(), versions.delta()));
      TARN_CHECK(copies ? versions.MoveBytes(*record, extents) : versions.Rewrite(*record));
    } else {
      restoration.step = RestoreStep::kCopied;
      restoration.until = times.Midnight(now, restoration.days);
      PutDue(txn, bucket, due.key, due.seq, restoration.until);
      if (copies) TARN_CHECK(versions.KeepRestored(*record, extents));
      TARN_CHECK(versions.Rewrite(*record));
    }
    const std::string storage_class(ClassName(record->attributes.storage_class));
    return Tell(txn, bucket, "ObjectRestore:Completed", due.key, *record, kNobody,
                {.storage_class = storage_class, .until = record->attributes.restoration.until});
  });
}

Status Store::EndRestored(const Bucket& seen, const RestoreDue& due) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, due.key));
    TARN_TRY(auto record, versions.FindSeq(due.seq));
    txn.Delete(due.place);
    if (!record || !IsRestoreDue(record->attributes.restoration, clock_.Now())) return Ok();
    TARN_CHECK(versions.DropRestored(*record));
    record->attributes.restoration = {};
    TARN_CHECK(Tell(txn, bucket, "ObjectRestore:Delete", due.key, *record, kNobody));
    return versions.Rewrite(*record);
  });
}

Result<std::vector<Store::Access>> Store::ListAccesses(const Bucket& bucket, const std::string& after, size_t max) {
  std::vector<Access> list;
  TARN_CHECK(kv::Read(kv_, [&](kv::Txn& txn) -> Status {
    const kv::Key space = AccessKeys(bucket.id);
    TARN_TRY(const auto rows, txn.PeekScan(after.empty() ? space.bytes() : after + '\0', space.End(), max));
    for (const kv::KeyValue& row : rows) {
      kv::KeyReader key(row.key);
      key.Text(), key.Text(), key.Number();
      Access access{.place = row.key};
      access.key = key.Text().value_or("");
      access.seq = key.Number().value_or(0);
      RecordReader in(row.value);
      while (in.Next()) {
        if (in.tag() == 1) access.at = {in.i64()};
      }
      list.push_back(std::move(access));
    }
    return Ok();
  }));
  return list;
}

Status Store::NoteAccesses(const Bucket& bucket, std::span<const Access> accesses, int64_t apart_micros) {
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    for (const Access& access : accesses) {
      const std::string place = AccessKey(bucket.id, access.key, access.seq).bytes();
      TARN_TRY(const auto last, LastRead(txn, place));
      if (!last || access.at.micros - last->micros < apart_micros) continue;
      txn.Put(place, RecordWriter().I64(1, access.at.micros).Take());
    }
    return Ok();
  });
}

Result<Version> Store::FindTiered(const Bucket& bucket, std::string_view key, uint64_t seq) {
  TARN_TRY(Version version, FindOwn(bucket, key, seq));
  if (version.attributes.storage_class != kTieringClass) return ChangedMeanwhile();
  return version;
}

Status Store::MoveToTier(const Bucket& seen, std::string_view key, uint64_t seq, AccessTier tier,
                         std::optional<Timestamp> last_read) {
  TARN_TRY(const Version version, FindTiered(seen, key, seq));
  const std::string place = PlaceOf(version.attributes.storage_class, tier);
  const bool moves = version.size > 0 && PlaceOf(version) != place;
  std::vector<Extent> extents;
  if (moves) {
    TARN_TRY(extents, CopyBytes(version, place));
  }
  const auto lease = slots_.Take();
  return kv::Transact(kv_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const Bucket bucket, LoadBucket(txn, seen.name, seen.id));
    TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, key));
    TARN_TRY(auto record, versions.FindSeq(seq));
    if (!record || record->attributes.storage_class != kTieringClass || record->attributes.tier == tier ||
        record->attributes.encryption != version.attributes.encryption) {
      return ChangedMeanwhile();
    }
    TARN_TRY(const auto read, LastRead(txn, AccessKey(bucket.id, key, seq).bytes()));
    if (last_read && read != last_read) return ChangedMeanwhile();
    const Attributes before = record->attributes;
    record->attributes.tier = tier;
    record->attributes.restoration = {};
    versions.Recount(*record, before);
    TARN_CHECK(AddUsage(txn, bucket.id, lease.slot(), versions.delta()));
    if (const std::string_view name = ArchiveStatus(tier); !name.empty()) {
      TARN_CHECK(Tell(txn, bucket, "IntelligentTiering", key, *record, kNobody, {.destination = std::string(name)}));
    }
    return moves ? versions.MoveBytes(*record, extents) : versions.Rewrite(*record);
  });
}

}  // namespace tarn::object
