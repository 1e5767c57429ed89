// Object versions as readers see them, and how to ask for lists of them.
//
// Invariant: a version's bytes and headers never change after it is written (tags may). A Version obtained from Head
// pins its bytes: they stay readable as long as a copy of the Version lives, even when the object is overwritten or
// deleted meanwhile.
// Units: sizes are bytes, times UTC microseconds since 1970.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "object/bucket.h"

namespace tarn::object {

enum class ChecksumAlgorithm : uint8_t {
  kNone = 0,
  kCrc32 = 1,
  kCrc32c = 2,
  kCrc64Nvme = 3,
  kSha1 = 4,
  kSha256 = 5,
  kSha512 = 6,
  kMd5 = 7,
  kXxh64 = 8,
  kXxh3 = 9,
  kXxh128 = 10
};
enum class ChecksumType : uint8_t { kFullObject = 0, kComposite = 1 };  // both frozen: stored

struct Checksum {
  ChecksumAlgorithm algorithm = ChecksumAlgorithm::kNone;
  ChecksumType type = ChecksumType::kFullObject;
  std::string value;  // raw bytes
};

struct PartInfo {
  uint32_t number = 0;
  uint64_t size = 0;
  std::string etag;      // without quotes
  std::string checksum;  // raw, of the version's or upload's algorithm; may be empty
  Timestamp modified;
};

// The headers that are kept with an object and sent back with it; empty means absent.
struct Headers {
  std::string content_type;
  std::string cache_control;
  std::string content_disposition;
  std::string content_encoding;
  std::string content_language;
  std::string expires;
  std::string website_redirect;
  std::map<std::string, std::string> user;  // x-amz-meta-*, names without the prefix, lower case
};

struct Layout;  // where the bytes lie; internal

struct Version {
  std::string bucket;
  std::string key;
  std::string version_id;  // "null" for one written without versioning
  bool is_latest = true;
  bool is_delete_marker = false;
  bool bucket_versioned = false;  // the bucket has (had) versioning on: the id is worth telling
  uint64_t size = 0;
  std::string etag;  // without quotes: 32 hex digits, or with "-N" after a multipart upload
  Timestamp modified;
  Checksum checksum;
  Headers headers;
  Tags tags;
  Attributes attributes;
  uint64_t seq = 0;          // of the key, with the bucket: names the version inside of the store
  uint32_t annotations = 0;  // how many hang on it
  uint32_t parts = 0;        // 0: not a multipart upload's
  bool is_restored = false;  // the layout is that of a restored copy
  std::shared_ptr<const Layout> layout;
};

// How a version that is to be deleted must stand among those of its key.
enum class Standing : uint8_t { kNewest, kNoncurrent, kAlone };
struct OnlyIf {
  Timestamp modified;  // exactly
  Standing standing = Standing::kNewest;
};

struct ListQuery {
  std::string prefix;
  std::string delimiter;    // empty: none
  std::string start_after;  // exclusive; need not exist
  uint32_t max = 1000;      // keys and common prefixes together
};

struct Entry {
  std::string key;
  std::string version_id;
  bool is_latest = true;
  bool is_delete_marker = false;
  uint64_t size = 0;
  std::string etag;
  Timestamp modified;
  ChecksumAlgorithm checksum = ChecksumAlgorithm::kNone;
  ChecksumType checksum_type = ChecksumType::kFullObject;
  std::string owner;          // account id; empty: the bucket's owner
  std::string storage_class;  // empty: STANDARD
  AccessTier tier = AccessTier::kFrequent;
};

struct Page {
  std::vector<Entry> entries;         // ascending by key (UTF-8 bytes); of one key the newest version first
  std::vector<std::string> prefixes;  // common prefixes, ascending
  bool truncated = false;
  std::string next;  // when truncated: the `start_after` that goes on (the last key or common prefix)
};

}  // namespace tarn::object
