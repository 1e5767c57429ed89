#include "blob/local/location.h"

#include "base/record.h"
#include "kv/key.h"

namespace tarn::blob {
namespace {
enum LocationTag : uint32_t { kContainer = 1, kOffset = 2, kStoredBytes = 3, kOwners = 4 };
enum PlaceTag : uint32_t { kPlaceStoredBytes = 1 };
enum RemovedTag : uint32_t { kRemovedContainer = 1 };
enum DeadTag : uint32_t { kReleased = 1 };

kv::Key Space(std::string_view kind) { return kv::Key("b").Text(kind); }
Error Damaged() { return Fail(kDamaged, "a blob location in the metadata is damaged"); }

Result<PlacePage> List(kv::Store& store, const kv::Key& all, const std::string& after, size_t limit) {
  PlacePage page;
  TARN_CHECK(kv::Read(store, [&](kv::Txn& txn) -> Status {
    TARN_TRY(auto pairs, txn.PeekScan(after.empty() ? all.bytes() : after + '\0', all.End(), limit));
    for (const auto& pair : pairs) {
      TARN_TRY(auto place, DecodePlace(pair));
      page.places.push_back(place);
    }
    if (!pairs.empty()) page.last_key = std::move(pairs.back().key);
    return Ok();
  }));
  return page;
}
}  // namespace

std::string Location::Encode() const {
  return RecordWriter()
      .U64(kContainer, at.container)
      .U64(kOffset, at.offset)
      .U64(kStoredBytes, stored_bytes)
      .U64(kOwners, owners)
      .Take();
}

Result<Location> Location::Decode(std::string_view bytes) {
  Location location;
  RecordReader record(bytes);
  while (record.Next()) {
    switch (record.tag()) {
      case kContainer:
        location.at.container = record.u64();
        break;
      case kOffset:
        location.at.offset = record.u64();
        break;
      case kStoredBytes:
        location.stored_bytes = record.u64();
        break;
      case kOwners:
        location.owners = record.u64();
        break;
      default:
        break;
    }
  }
  if (record.corrupt() || location.owners == 0) return Damaged();
  return location;
}

std::string LocationKey(const BlobId& id) { return Space("l").Number(id.high).Number(id.low).Take(); }
std::string PlaceKey(const Placement& at, const BlobId& id) {
  return Space("x").Number(at.container).Number(at.offset).Number(id.high).Number(id.low).Take();
}
std::string PlaceValue(uint64_t stored_bytes) { return RecordWriter().U64(kPlaceStoredBytes, stored_bytes).Take(); }
std::string DeadKey(uint64_t container, const BlobId& id) {
  return Space("d").Number(container).Number(id.high).Number(id.low).Take();
}
std::string AuditedKey(uint64_t container) { return Space("c").Number(container).Take(); }
std::string DeadValue(Timestamp released) { return RecordWriter().I64(kReleased, released.micros).Take(); }

std::string RemovedPackKey() { return Space("r").Take(); }
std::string RemovedPackValue(uint64_t container) { return RecordWriter().U64(kRemovedContainer, container).Take(); }

Result<bool> HoldsNothing(kv::Txn& txn, uint64_t container) {
  const kv::Key all = Space("x").Number(container);
  TARN_TRY(auto first, txn.Scan(all.bytes(), all.End(), 1));
  return first.empty();
}

Result<Place> DecodePlace(const kv::KeyValue& pair) {
  kv::KeyReader key(pair.key);
  const auto space = key.Text();
  const auto kind = key.Text();
  const auto container = key.Number();
  const auto offset = key.Number();
  const auto high = key.Number();
  const auto low = key.Number();
  RecordReader value(pair.value);
  if (!space || !kind || !container || !offset || !high || !low || !value.Next()) return Damaged();
  return Place{{*container, *offset}, {*high, *low}, value.u64()};
}

Result<DeadFile> DecodeDead(const kv::KeyValue& pair) {
  kv::KeyReader key(pair.key);
  const auto space = key.Text();
  const auto kind = key.Text();
  const auto container = key.Number();
  const auto high = key.Number();
  const auto low = key.Number();
  RecordReader value(pair.value);
  if (!space || !kind || !container || !high || !low || !value.Next()) return Damaged();
  return DeadFile{*container, {*high, *low}, {value.i64()}};
}

Result<std::optional<Location>> FindLocation(kv::Txn& txn, const BlobId& id, Depend depend) {
  const std::string key = LocationKey(id);
  TARN_TRY(auto bytes, depend == Depend::kYes ? txn.Get(key) : txn.PeekGet(key));
  if (!bytes) return std::optional<Location>();
  TARN_TRY(auto location, Location::Decode(*bytes));
  return std::optional<Location>(location);
}

Result<PlacePage> ListPlaces(kv::Store& store, uint64_t container, const std::string& after, size_t limit) {
  return List(store, Space("x").Number(container), after, limit);
}

Result<PlacePage> ListAllPlaces(kv::Store& store, const std::string& after, size_t limit) {
  return List(store, Space("x"), after, limit);
}

}  // namespace tarn::blob
