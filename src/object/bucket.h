// Buckets: what one is, and the rules of its name, tags and kept configuration.
//
// Bucket names are global in the lake; a bucket belongs to one account and one region for its whole life.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "object/attributes.h"

namespace tarn::object {

struct AccessPoint;  // points/access_points.h

enum class Versioning : uint8_t { kUnversioned = 0, kEnabled = 1, kSuspended = 2 };  // frozen: stored

// Who owns the objects of a bucket and whether ACLs count.
enum class Ownership : uint8_t {  // frozen: stored
  kBucketOwnerEnforced = 0,
  kBucketOwnerPreferred = 1,
  kObjectWriter = 2,
  kNotSet = 3,  // no rule: as kObjectWriter
};

struct Bucket {
  uint64_t id = 0;  // random, never used again
  std::string name;
  Scope owner;
  Timestamp created;
  Versioning versioning = Versioning::kUnversioned;
  std::optional<Tags> tags;
  Ownership ownership = Ownership::kBucketOwnerEnforced;
  bool object_lock = false;                  // for the rest of its life, with versioning on
  DefaultRetention default_retention;        // with object_lock
  std::vector<std::string> documents;        // the kinds of configuration documents that are set (Store::GetDocument)
  uint64_t revision = 0;                     // another one whenever a document changes: the key of caches of them
  std::shared_ptr<const AccessPoint> point;  // what led to the bucket, when a caller came through one; not kept

  bool Has(std::string_view kind) const;
};

// What a bucket holds, exact at one instant.
// What CloudWatch tells the bytes of a bucket by. Frozen: stored.
enum class StorageKind : uint8_t {
  kStandard = 0,
  kReducedRedundancy = 1,
  kStandardIa = 2,
  kOneZoneIa = 3,
  kGlacierInstant = 4,
  kGlacier = 5,
  kDeepArchive = 6,
  kTieringFrequent = 7,
  kTieringInfrequent = 8,
  kTieringArchiveInstant = 9,
  kTieringArchive = 10,
  kTieringDeepArchive = 11
};
inline constexpr size_t kStorageKinds = 12;

struct Usage {
  uint64_t versions = 0;                        // current, noncurrent and delete markers
  uint64_t bytes = 0;                           // of all versions and of the parts of uploads in progress
  uint64_t parts = 0;                           // of uploads in progress
  std::array<uint64_t, kStorageKinds> kinds{};  // of `bytes`, by StorageKind
};

// kInvalidBucketName with the rule that `name` breaks; the lake's own path names are refused too.
Status CheckBucketName(std::string_view name);
// AWS's rules: counts (`max`), lengths, characters, no doubles, no "aws:" keys. kInvalidTag, kTooManyTags.
Status CheckTags(const Tags& tags, size_t max);

}  // namespace tarn::object
