// What kv knows about blobs: where each lives and how many own it. Frozen: docs/format/blob.md.
//
//   b/l/<id>                      → Location           while somebody owns the blob
//   b/x/<container>/<offset>/<id> → stored bytes       the same, by place: what of a container is live
//   b/d/<container>/<id>          → time of release    a large file to be removed
//   b/c/<container>               → nothing            a directory in which no unowned file is left from a crash
//   b/r                           → container          the pack that was removed last
// Threads: any, one Txn at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "blob/blob.h"
#include "kv/kv.h"

namespace tarn::blob {

// A container is a pack file or a directory of large files: odd numbers are directories.
inline constexpr bool IsPack(uint64_t container) { return (container & 1) == 0; }

struct Placement {
  uint64_t container = 0;
  uint64_t offset = 0;
  bool operator==(const Placement&) const = default;
};

struct Location {
  Placement at;
  uint64_t stored_bytes = 0;
  uint64_t owners = 0;

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
