#include "object/store/key_versions.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/record.h"
#include "object/annotations.h"
#include "object/errors.h"
#include "object/lock.h"
#include "object/storage_class.h"
#include "object/store/keys.h"

namespace tarn::object {
namespace {

constexpr size_t kInlineMax = 4;           // extents or parts held in the version's own record
constexpr size_t kLayoutChunkMax = 1'000;  // extents or parts in one layout record
constexpr size_t kLayoutChunks = 10'000;   // bound of a layout scan

}  // namespace

Result<KeyVersions> KeyVersions::Load(kv::Txn& txn, blob::Store& blobs, const Bucket& bucket, std::string_view key) {
  KeyVersions versions(txn, blobs, bucket, key);
  TARN_TRY(auto stored, txn.Get(CurrentKey(bucket.id, key).bytes()));
  if (stored) {
    TARN_TRY(versions.newest_, DecodeVersion(*stored));
  }
  return versions;
}

Result<std::optional<VersionRecord>> KeyVersions::LoadOlder(uint64_t seq) const {
  TARN_TRY(auto stored, txn_.Get(OlderKey(bucket_.id, key_, seq).bytes()));
  if (!stored) return std::optional<VersionRecord>();
  TARN_TRY(auto version, DecodeVersion(*stored));
  return std::optional(std::move(version));
}

namespace {

// Whether another store could have made the id: ULIDs, UUIDs. Those of 32 characters are S3's, which knows its own.
bool MayBeAnId(std::string_view id) {
  constexpr size_t kShortest = 26;
  constexpr size_t kLongest = 128;
  constexpr size_t kOurs = 32;
  return id.size() >= kShortest && id.size() <= kLongest && id.size() != kOurs &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
                  c == '-';
         });
}

}  // namespace

Result<std::optional<VersionRecord>> KeyVersions::Find(std::string_view version_id) const {
  if (version_id == "null") {
    if (!newest_) return std::optional<VersionRecord>();
    if (newest_->is_null) return newest_;
    if (newest_->older_null == 0) return std::optional<VersionRecord>();
    return LoadOlder(newest_->older_null);
  }
  const auto name = ParseVersionId(version_id);
  if (!name && MayBeAnId(version_id)) return std::optional<VersionRecord>();
  if (!name) return Fail(kInvalidVersionId, "Invalid version id specified");
  const auto matches = [&](const VersionRecord& version) { return !version.is_null && version.id == name->id; };
  // The id of a version with other characters behind it was never given.
  const Error forged = Fail(kInvalidVersionId, "Invalid version id specified");
  if (newest_ && newest_->seq == name->seq) {
    if (!matches(*newest_)) return forged;
    return newest_;
  }
  TARN_TRY(auto older, LoadOlder(name->seq));
  if (older && !matches(*older)) return forged;
  return older;
}

Result<bool> KeyVersions::Stands(const std::optional<VersionRecord>& version, const OnlyIf& only) const {
  if (!version || version->modified != only.modified) return false;
  if (IsNewest(*version) != (only.standing != Standing::kNoncurrent)) return false;
  if (only.standing != Standing::kAlone) return true;
  const kv::Key older = OlderKeysOf(bucket_.id, key_);
  TARN_TRY(const auto behind, txn_.Scan(older.bytes(), older.End(), 1));
  return behind.empty();
}

void KeyVersions::PutNewest(const VersionRecord& version) {
  txn_.Put(CurrentKey(bucket_.id, key_).bytes(), Encode(version));
  newest_ = version;
}

// Takes the present newest version out of the way of `version`.
Status KeyVersions::MakeRoom(VersionRecord& version, Timestamp now) {
  version.is_null = bucket_.versioning != Versioning::kEnabled;
  version.older_null = 0;
  if (!newest_) return Ok();
  VersionRecord previous = *newest_;
  if (version.is_null && previous.is_null) {
    TARN_CHECK(CheckRemovable(previous.attributes.lock, now, /*bypass_governance=*/false));
    return Forget(previous);
  }
  uint64_t older_null = previous.is_null ? previous.seq : previous.older_null;
  if (version.is_null && older_null != 0) {
    TARN_TRY(auto replaced, LoadOlder(older_null));
    if (replaced) {
      TARN_CHECK(CheckRemovable(replaced->attributes.lock, now, /*bypass_governance=*/false));
      TARN_CHECK(Forget(*replaced));
    }
    txn_.Delete(OlderKey(bucket_.id, key_, older_null).bytes());
    older_null = 0;
  }
  version.older_null = older_null;
  previous.older_null = 0;
  txn_.Put(OlderKey(bucket_.id, key_, previous.seq).bytes(), Encode(previous));
  return Ok();
}

Status KeyVersions::StoreLayout(VersionRecord& version, bool reference) {
  if (reference) {
    for (const Extent& extent : version.extents) TARN_CHECK(blobs_.Reference(txn_, extent.blob));
  }
  if (version.extents.size() <= kInlineMax && version.parts.size() <= kInlineMax) return Ok();
  version.layout = RandomU64() | 1;
  const auto take = [](auto& from, size_t chunk) {
    const size_t begin = std::min(from.size(), chunk * kLayoutChunkMax);
    const size_t end = std::min(from.size(), begin + kLayoutChunkMax);
    return std::remove_reference_t<decltype(from)>(std::make_move_iterator(from.begin() + begin),
                                                   std::make_move_iterator(from.begin() + end));
  };
  const size_t items = std::max(version.extents.size(), version.parts.size());
  for (size_t chunk = 0; chunk * kLayoutChunkMax < items; ++chunk) {
    txn_.Put(LayoutKey(version.layout, chunk).bytes(),
             Encode(LayoutChunk{.extents = take(version.extents, chunk), .parts = take(version.parts, chunk)}));
  }
  version.extents.clear();
  version.parts.clear();
  return Ok();
}

void KeyVersions::Count(const Attributes& attributes, int64_t bytes) {
  const auto kind = static_cast<size_t>(KindOf(ClassName(attributes.storage_class), attributes.tier));
  if (kind > 0 && kind < kStorageKinds) delta_.kinds[kind] += bytes;
}

void KeyVersions::Recount(const VersionRecord& version, const Attributes& from) {
  Count(from, -static_cast<int64_t>(version.size));
  Count(version.attributes, static_cast<int64_t>(version.size));
}

Status KeyVersions::Add(VersionRecord& version, Timestamp now, bool reference) {
  version.seq = static_cast<uint64_t>(std::max<int64_t>(now.micros, 1));
  if (newest_) version.seq = std::max(version.seq, newest_->seq + 1);
  version.id = NewVersionBytes(version.seq);
  version.modified = now;
  if (!version.is_delete_marker) {
    TARN_TRY(version.attributes.lock, LockOf(bucket_, version.attributes.lock, now));
  }
  delta_.versions += 1;
  Count(version.attributes, static_cast<int64_t>(version.size));
  delta_.bytes += static_cast<int64_t>(version.size);
  // The new owner is counted before the old ones are released: a copy onto itself never drops to zero.
  TARN_CHECK(StoreLayout(version, reference));
  TARN_CHECK(MakeRoom(version, now));
  if (IsTiered(version)) NoteAccess(version, now);
  PutNewest(version);
  return Ok();
}

// Every layout record but the last is full of extents or of parts, so that their number follows from the counts.
Status KeyVersions::GrowLayout(uint64_t layout, std::vector<Extent> extents, std::optional<PartRecord> first,
                               PartRecord part) {
  if (first) {
    const std::string key = LayoutKey(layout, 0).Take();
    TARN_TRY(const auto stored, txn_.Get(key));
    if (!stored) return Fail(kCorruptRecord, "the layout of a stored version is missing");
    TARN_TRY(LayoutChunk chunk, DecodeLayout(*stored));
    chunk.parts.push_back(*std::move(first));
    txn_.Put(key, Encode(chunk));
  }
  const kv::Key keys = LayoutKeys(layout);
  TARN_TRY(const auto last, txn_.Scan(keys.bytes(), keys.End(), 1, /*reverse=*/true));
  if (last.empty()) return Fail(kCorruptRecord, "the layout of a stored version is missing");
  TARN_TRY(LayoutChunk chunk, DecodeLayout(last[0].value));
  std::string key = last[0].key;
  if (chunk.extents.size() >= kLayoutChunkMax || chunk.parts.size() >= kLayoutChunkMax) {
    kv::KeyReader reader(key);
    reader.Text(), reader.Text(), reader.Number();
    key = LayoutKey(layout, reader.Number().value_or(0) + 1).Take();
    chunk = {};
  }
  std::move(extents.begin(), extents.end(), std::back_inserter(chunk.extents));
  chunk.parts.push_back(std::move(part));
  txn_.Put(key, Encode(chunk));
  return Ok();
}

Status KeyVersions::Grow(VersionRecord& grown, Timestamp now, const Content& content) {
  for (const Extent& extent : content.extents) TARN_CHECK(blobs_.Reference(txn_, extent.blob));
  std::string digests;  // of the parts
  if (grown.etag_parts > 0) {
    TARN_TRY(const LayoutChunk layout, LoadLayout(txn_, grown));
    for (const PartRecord& part : layout.parts) digests += part.md5;
  }
  std::optional<PartRecord> first;  // what was no upload of parts becomes its own first one
  if (grown.etag_parts == 0 && grown.size > 0) {
    first = PartRecord{.number = ++grown.etag_parts, .size = grown.size, .md5 = grown.md5};
    first->checksum = grown.checksum.value;
    digests = grown.md5;
  }
  PartRecord part{.number = ++grown.etag_parts, .size = content.size, .md5 = content.md5};
  part.checksum = content.checksum.value;
  grown.md5 = Md5(digests + content.md5);
  if (grown.layout != 0) {
    TARN_CHECK(GrowLayout(grown.layout, content.extents, std::move(first), std::move(part)));
  } else {
    if (first) grown.parts.push_back(*std::move(first));
    grown.parts.push_back(std::move(part));
    grown.extents.insert(grown.extents.end(), content.extents.begin(), content.extents.end());
    TARN_CHECK(StoreLayout(grown, /*reference=*/false));
  }
  grown.size += content.size;
  grown.seq = std::max(static_cast<uint64_t>(std::max<int64_t>(now.micros, 1)), grown.seq + 1);
  grown.id = NewVersionBytes(grown.seq);
  grown.modified = now;
  delta_.bytes += static_cast<int64_t>(content.size);
  Count(grown.attributes, static_cast<int64_t>(content.size));
  PutNewest(grown);
  return Ok();
}

VersionRecord KeyVersions::Detach() {
  VersionRecord gone = *std::exchange(newest_, std::nullopt);
  delta_.versions -= 1;
  delta_.bytes -= static_cast<int64_t>(gone.size);
  Count(gone.attributes, -static_cast<int64_t>(gone.size));
  txn_.Delete(CurrentKey(bucket_.id, key_).bytes());
  return gone;
}

Status KeyVersions::ReleaseLayout(const VersionRecord& version, const LayoutChunk& layout) {
  for (const Extent& extent : layout.extents) TARN_CHECK(blobs_.Release(txn_, extent.blob));
  if (version.layout != 0) {
    const size_t items = std::max(layout.extents.size(), layout.parts.size());
    for (size_t chunk = 0; chunk * kLayoutChunkMax < items; ++chunk) {
      txn_.Delete(LayoutKey(version.layout, chunk).bytes());
    }
  }
  return Ok();
}

Status KeyVersions::Forget(const VersionRecord& version) {
  delta_.versions -= 1;
  Count(version.attributes, -static_cast<int64_t>(version.size));
  delta_.bytes -= static_cast<int64_t>(version.size);
  TARN_TRY(const auto layout, LoadLayout(txn_, version));
  TARN_CHECK(ReleaseLayout(version, layout));
  if (version.attributes.restoration.ready.micros != 0) TARN_CHECK(DropRestored(version));
  if (IsTiered(version)) txn_.Delete(AccessKey(bucket_.id, key_, version.seq).bytes());
  if (version.annotations == 0) return Ok();
  return ForgetAnnotations(txn_, blobs_, {.bucket = bucket_.id, .key = key_, .seq = version.seq});
}

Status KeyVersions::KeepRestored(const VersionRecord& version, std::vector<Extent> extents) {
  TARN_TRY(auto layout, LoadLayout(txn_, version));
  VersionRecord copy = version;
  copy.layout = 0;
  copy.annotations = 0;
  copy.extents = std::move(extents);
  copy.parts = std::move(layout.parts);
  TARN_CHECK(StoreLayout(copy, /*reference=*/true));
  txn_.Put(RestoredKey(bucket_.id, key_, version.seq).bytes(), Encode(copy));
  return Ok();
}

Status KeyVersions::DropRestored(const VersionRecord& version) {
  TARN_TRY(const auto copy, LoadRestored(txn_, bucket_.id, key_, version.seq));
  if (!copy) return Ok();
  TARN_TRY(const auto layout, LoadLayout(txn_, *copy));
  TARN_CHECK(ReleaseLayout(*copy, layout));
  txn_.Delete(RestoredKey(bucket_.id, key_, version.seq).bytes());
  return Ok();
}

void KeyVersions::NoteAccess(const VersionRecord& version, Timestamp when) {
  const kv::Key key = AccessKey(bucket_.id, key_, version.seq);
  if (IsTiered(version)) {
    txn_.Put(key.bytes(), RecordWriter().I64(1, when.micros).Take());
  } else {
    txn_.Delete(key.bytes());
  }
}

Status KeyVersions::MoveBytes(VersionRecord& version, std::vector<Extent> extents) {
  TARN_TRY(auto layout, LoadLayout(txn_, version));
  TARN_CHECK(ReleaseLayout(version, layout));
  version.layout = 0;
  version.extents = std::move(extents);
  version.parts = std::move(layout.parts);
  TARN_CHECK(StoreLayout(version, /*reference=*/true));
  return Rewrite(version);
}

Status KeyVersions::Remove(const VersionRecord& version, Timestamp now, bool bypass_governance) {
  TARN_CHECK(CheckRemovable(version.attributes.lock, now, bypass_governance));
  TARN_CHECK(Forget(version));
  if (!IsNewest(version)) {
    txn_.Delete(OlderKey(bucket_.id, key_, version.seq).bytes());
    if (version.is_null) {
      VersionRecord newest = *newest_;
      newest.older_null = 0;
      PutNewest(newest);
    }
    return Ok();
  }
  const uint64_t older_null = newest_->older_null;
  const kv::Key older = OlderKeysOf(bucket_.id, key_);
  TARN_TRY(auto next, txn_.Scan(older.bytes(), older.End(), 1));
  if (next.empty()) {
    txn_.Delete(CurrentKey(bucket_.id, key_).bytes());
    newest_.reset();
    return Ok();
  }
  TARN_TRY(auto promoted, DecodeVersion(next[0].value));
  txn_.Delete(next[0].key);
  promoted.older_null = older_null == promoted.seq ? 0 : older_null;
  PutNewest(promoted);
  return Ok();
}

Status KeyVersions::Rewrite(const VersionRecord& version) {
  if (IsNewest(version)) {
    PutNewest(version);
  } else {
    txn_.Put(OlderKey(bucket_.id, key_, version.seq).bytes(), Encode(version));
  }
  return Ok();
}

Result<std::optional<VersionRecord>> KeyVersions::FindSeq(uint64_t seq) const {
  if (newest_ && newest_->seq == seq) return newest_;
  return LoadOlder(seq);
}

Result<std::optional<VersionRecord>> LoadRestored(kv::Txn& txn, uint64_t bucket, std::string_view key, uint64_t seq) {
  TARN_TRY(const auto stored, txn.Get(RestoredKey(bucket, key, seq).bytes()));
  if (!stored) return std::optional<VersionRecord>();
  TARN_TRY(auto copy, DecodeVersion(*stored));
  return std::optional(std::move(copy));
}

bool IsTiered(const VersionRecord& version) {
  return version.attributes.storage_class == kTieringClass && version.size >= kTieringBytesMin &&
         !version.is_delete_marker;
}

Result<LayoutChunk> LoadLayout(kv::Txn& txn, const VersionRecord& version) {
  LayoutChunk whole{.extents = version.extents, .parts = version.parts};
  if (version.layout == 0) return whole;
  const kv::Key keys = LayoutKeys(version.layout);
  TARN_TRY(auto chunks, txn.PeekScan(keys.bytes(), keys.End(), kLayoutChunks));
  if (chunks.empty()) return Fail(kCorruptRecord, "the layout of a stored version is missing");
  for (const kv::KeyValue& stored : chunks) {
    TARN_TRY(auto chunk, DecodeLayout(stored.value));
    std::move(chunk.extents.begin(), chunk.extents.end(), std::back_inserter(whole.extents));
    std::move(chunk.parts.begin(), chunk.parts.end(), std::back_inserter(whole.parts));
  }
  return whole;
}

Status ChangeExtents(kv::Txn& txn, VersionRecord& version, const std::function<Status(Extent&)>& change) {
  for (Extent& extent : version.extents) TARN_CHECK(change(extent));
  if (version.layout == 0) return Ok();
  const kv::Key keys = LayoutKeys(version.layout);
  TARN_TRY(auto chunks, txn.Scan(keys.bytes(), keys.End(), kLayoutChunks));
  for (const kv::KeyValue& stored : chunks) {
    TARN_TRY(auto chunk, DecodeLayout(stored.value));
    for (Extent& extent : chunk.extents) TARN_CHECK(change(extent));
    txn.Put(stored.key, Encode(chunk));
  }
  return Ok();
}

}  // namespace tarn::object
