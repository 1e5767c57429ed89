// What kv knows about blobs: where each lives and how many own it. Frozen: docs/format/blob.md.
//
//   b/l/<id>                      → Location           while somebody owns the blob
//   b/x/<container>/<offset>/<id> → stored bytes       the same, by place: what of a container is live
//   b/d/<container>/<id>          → time of release    a large file to be removed
//   b/c/<container>               → nothing            a directory in which no unowned file is left from a crash
//   b/r                           → container          the pack that was removed last
//   b/v/<name>                    → number, identity   a volume other than the default one
//   b/s                           → ScrubState         how far the scrub is, and what the last one found
// Threads: any, one Txn at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"

namespace tarn::blob {

// A container is a pack file or a directory of large files: odd numbers are directories. The highest byte is the number
// of its volume; the default volume has 0.
inline constexpr bool IsPack(uint64_t container) { return (container & 1) == 0; }
inline constexpr int kVolumeShift = 56;
inline constexpr uint8_t VolumeOf(uint64_t container) { return static_cast<uint8_t>(container >> kVolumeShift); }

struct Placement {
  uint64_t container = 0;
  uint64_t offset = 0;
  bool operator==(const Placement&) const = default;
};

struct Location {
  Placement at;
  uint64_t stored_bytes = 0;
  uint64_t owners = 0;
  std::optional<Placement> second;  // the other copy

  // Every copy.
  std::vector<Placement> Places() const { return second ? std::vector{at, *second} : std::vector{at}; }
  bool IsAt(const Placement& place) const { return at == place || second == place; }
  bool IsIn(uint64_t container) const {
    return at.container == container || (second && second->container == container);
  }
  void Move(const Placement& from, const Placement& to) { (at == from ? at : *second) = to; }

  std::string Encode() const;
  static Result<Location> Decode(std::string_view bytes);
};

std::string LocationKey(const BlobId& id);
std::string PlaceKey(const Placement& at, const BlobId& id);
std::string PlaceValue(uint64_t stored_bytes);
std::string DeadKey(uint64_t container, const BlobId& id);
std::string AuditedKey(uint64_t container);

struct Place {
  Placement at;
  BlobId id;
  uint64_t stored_bytes = 0;
};
Result<Place> DecodePlace(const kv::KeyValue& pair);
struct DeadFile {
  uint64_t container = 0;
  BlobId id;
  Timestamp released;
};
Result<DeadFile> DecodeDead(const kv::KeyValue& pair);
std::string DeadValue(Timestamp released);
std::string VolumeKey(std::string_view name);
struct VolumeRecord {
  uint64_t number = 0;
  std::string identity;  // 32 hex digits, also in the volume's file VOLUME
  std::string Encode() const;
  static Result<VolumeRecord> Decode(std::string_view bytes);
};
// Every volume that the lake ever knew, by name.
Result<std::map<std::string, VolumeRecord>> ListVolumes(kv::Txn& txn);
// Whether anything lies in a volume.
Result<bool> VolumeHoldsNothing(kv::Txn& txn, uint8_t number);
std::string RemovedPackKey();
std::string RemovedPackValue(uint64_t container);
// Whether kv names nothing in a container; the commit depends on it.
Result<bool> HoldsNothing(kv::Txn& txn, uint64_t container);

enum class Depend : uint8_t { kYes, kNo };  // whether the commit depends on what was read
Result<std::optional<Location>> FindLocation(kv::Txn& txn, const BlobId& id, Depend depend);
// The first `limit` live places of a container after `after` (an empty key: from its start), and the key to go on from.
struct PlacePage {
  std::vector<Place> places;
  std::string last_key;
};
Result<PlacePage> ListPlaces(kv::Store& store, uint64_t container, const std::string& after, size_t limit);
// The same over all containers.
Result<PlacePage> ListAllPlaces(kv::Store& store, const std::string& after, size_t limit);

}  // namespace tarn::blob
