#include "object/store/put_batch.h"

#include <semaphore>
#include <utility>

#include "base/hash.h"
#include "base/task.h"
#include "identity/caller.h"
#include "object/store/key_versions.h"
#include "object/store/usage.h"

namespace tarn::object {
namespace {

// Beside the slots that the store's own writers lease: counting never makes two of them conflict.
constexpr uint32_t kFirstSlot = 1U << 16;

UsageSlots& Slots() {
  static UsageSlots slots;
  return slots;
}

}  // namespace

PutBatch::PutBatch(object::Store& store, blob::Store& blobs, std::string account)
    : store_(store), blobs_(blobs), account_(std::move(account)), slot_(Slots().Take()) {}
PutBatch::~PutBatch() = default;

Result<Bucket> PutBatch::Own(std::string_view bucket) const { return Files(store_, account_).GetBucket(bucket); }

Status PutBatch::Add(std::string_view url, std::string_view bytes, const WriteOptions& options) {
  TARN_TRY(const Location place, ParseLocation(url));
  TARN_TRY(const Bucket bucket, Own(place.bucket));
  NewObject object;
  object.headers.content_type = options.content_type;
  object.condition.if_absent = options.only_if_absent;
  if (!options.only_if_etag.empty()) object.condition.if_match = options.only_if_etag;
  return Add(url, bytes, std::move(object), {},
             {.scope = bucket.owner, .caller = identity::RootOf(bucket.owner.account)});
}

Status PutBatch::Add(std::string_view url, std::string_view bytes, NewObject object, const EncryptionChoice& choice,
                     const KeyUser& user) {
  TARN_TRY(Location place, ParseLocation(url));
  if (place.key.empty()) return Fail(kInvalidArgument, "A key must have at least one byte");
  if (place.key.size() > kKeyBytesMax) return Fail(kKeyTooLong, "Your key is too long");
  TARN_TRY(Bucket bucket, Own(place.bucket));
  TARN_TRY(Sealing sealing, store_.Seal(bucket, place.key, choice, user));
  object.attributes.encryption = std::move(sealing.encryption);
  Incoming incoming =
      store_.Receive({.length = bytes.size(), .bytes_max = UINT64_MAX, .wrapper = std::move(sealing.wrapper)});
  TARN_CHECK(SyncWait(incoming.Append(std::as_bytes(std::span(bytes)))));
  items_.push_back({std::move(bucket), std::move(place.key), std::move(object), std::move(incoming), {}});
  bytes_ += bytes.size();
  return Ok();
}

Status PutBatch::Remove(std::string_view url) {
  TARN_TRY(Location place, ParseLocation(url));
  TARN_TRY(Bucket bucket, Own(place.bucket));
  removals_.push_back({std::move(bucket), std::move(place.key)});
  return Ok();
}

Status PutBatch::Seal() {
  std::counting_semaphore<> ready(0);
  std::vector<std::optional<Result<Content>>> contents(items_.size());
  for (size_t i = 0; i < items_.size(); ++i) {
    Spawn(items_[i].incoming.Finish(), [&ready, &slot = contents[i]](Result<Content> content) {
      slot.emplace(std::move(content));
      ready.release();
    });
  }
  for (size_t i = 0; i < items_.size(); ++i) ready.acquire();
  for (size_t i = 0; i < items_.size(); ++i) {
    if (!contents[i]->ok()) return contents[i]->error();
    items_[i].content = std::move(**contents[i]);
  }
  return Ok();
}

std::string PutBatch::EtagOf(size_t index) const { return Hex(items_[index].content.md5); }

Status PutBatch::Count(kv::Txn& txn, const Bucket& bucket, const KeyVersions& versions) const {
  return AddUsage(txn, bucket.id, kFirstSlot + slot_.slot(), versions.delta());
}

Status PutBatch::Put(kv::Txn& txn, const Item& item) const {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, item.bucket.name, item.bucket.id));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, item.key));
  TARN_CHECK(CheckWrite(item.object.condition, versions.visible()));
  VersionRecord record{.size = item.content.size, .md5 = item.content.md5, .checksum = item.content.checksum};
  record.headers = item.object.headers;
  record.attributes = item.object.attributes;
  record.extents = item.content.extents;
  TARN_CHECK(versions.Add(record, store_.clock().Now(), /*reference=*/true));
  TARN_CHECK(Count(txn, bucket, versions));
  return store_.Tell(txn, bucket, "ObjectCreated:Put", item.key, record, item.object.origin);
}

Status PutBatch::Remove(kv::Txn& txn, const Removal& removal) const {
  TARN_TRY(const Bucket bucket, LoadBucket(txn, removal.bucket.name, removal.bucket.id));
  TARN_TRY(auto versions, KeyVersions::Load(txn, blobs_, bucket, removal.key));
  if (versions.visible() == nullptr) return Ok();
  if (bucket.versioning != Versioning::kUnversioned) {
    VersionRecord marker{.is_delete_marker = true};
    TARN_CHECK(versions.Add(marker, store_.clock().Now(), /*reference=*/false));
    TARN_CHECK(Count(txn, bucket, versions));
    return store_.Tell(txn, bucket, "ObjectRemoved:DeleteMarkerCreated", removal.key, marker, {});
  }
  const VersionRecord gone = *versions.newest();
  const Status removed = versions.Remove(gone, store_.clock().Now(), /*bypass_governance=*/false);
  if (removed.Is(kObjectLocked)) return Ok();
  if (!removed.ok()) return removed.error();
  TARN_CHECK(Count(txn, bucket, versions));
  VersionRecord told{.seq = std::max(gone.seq + 1, static_cast<uint64_t>(store_.clock().Now().micros)), .id = gone.id};
  told.is_null = gone.is_null;
  return store_.Tell(txn, bucket, "ObjectRemoved:Delete", removal.key, told, {});
}

Status PutBatch::Apply(kv::Txn& txn) const {
  for (const Item& item : items_) TARN_CHECK(Put(txn, item));
  for (const Removal& removal : removals_) TARN_CHECK(Remove(txn, removal));
  return Ok();
}

}  // namespace tarn::object
