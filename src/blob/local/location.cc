#include "blob/local/location.h"

#include "base/record.h"
#include "kv/key.h"

namespace tarn::blob {
namespace {
enum LocationTag : uint32_t {
  kContainer = 1,
  kOffset = 2,
  kStoredBytes = 3,
  kOwners = 4,
  kSecondContainer = 5,
  kSecondOffset = 6
};
enum PlaceTag : uint32_t { kPlaceStoredBytes = 1 };
enum RemovedTag : uint32_t { kRemovedContainer = 1 };
enum VolumeTag : uint32_t { kNumber = 1, kIdentity = 2 };
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
  RecordWriter record;
  record.U64(kContainer, at.container).U64(kOffset, at.offset);
  record.U64(kStoredBytes, stored_bytes).U64(kOwners, owners);
  if (second) record.U64(kSecondContainer, second->container).U64(kSecondOffset, second->offset);
  return record.Take();
}

Result<Location> Location::Decode(std::string_view bytes) {
  Location location;
  Placement second;
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
      case kSecondContainer:
        second.container = record.u64();
        break;
      case kSecondOffset:
        second.offset = record.u64();
        break;
      default:
        break;
    }
  }
  if (record.corrupt() || location.owners == 0) return Damaged();
  if (second.container != 0) location.second = second;
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

std::string VolumeKey(std::string_view name) { return Space("v").Text(name).Take(); }

std::string VolumeRecord::Encode() const { return RecordWriter().U64(kNumber, number).Str(kIdentity, identity).Take(); }

Result<VolumeRecord> VolumeRecord::Decode(std::string_view bytes) {
  VolumeRecord volume;
  RecordReader record(bytes);
  while (record.Next()) {
    if (record.tag() == kNumber) volume.number = record.u64();
    if (record.tag() == kIdentity) volume.identity = record.str();
  }
  if (record.corrupt() || volume.number == 0 || volume.number > UINT8_MAX) return Damaged();
  return volume;
}

Result<std::map<std::string, VolumeRecord>> ListVolumes(kv::Txn& txn) {
  const kv::Key all = Space("v");
  std::map<std::string, VolumeRecord> volumes;
  TARN_TRY(auto pairs, txn.Scan(all.bytes(), all.End(), UINT8_MAX + 1));
  for (const auto& pair : pairs) {
    kv::KeyReader key(pair.key);
    const auto space = key.Text();
    const auto kind = key.Text();
    const auto name = key.Text();
    if (!space || !kind || !name) return Damaged();
    TARN_TRY(volumes[*name], VolumeRecord::Decode(pair.value));
  }
  return volumes;
}

Result<bool> VolumeHoldsNothing(kv::Txn& txn, uint8_t number) {
  const uint64_t first = uint64_t{number} << kVolumeShift;
  const uint64_t last = first | ((uint64_t{1} << kVolumeShift) - 1);
  TARN_TRY(auto found, txn.PeekScan(Space("x").Number(first).bytes(), Space("x").Number(last).End(), 1));
  return found.empty();
}

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
