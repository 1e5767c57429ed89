// The records behind keys.h and their bytes. Internal. Frozen tags: docs/format/object.md.
//
// Decoders accept any bytes: kCorruptRecord, never a crash.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "blob/blob.h"
#include "object/version.h"

namespace tarn::object {

// `length` bytes of a blob from `offset`.
struct Extent {
  blob::BlobRef blob;
  uint64_t offset = 0;
  uint64_t length = 0;
};

struct PartRecord {
  uint32_t number = 0;
  uint64_t size = 0;
  std::string md5;       // raw
  std::string checksum;  // raw; may be empty
  Timestamp modified;
  std::vector<Extent> extents;  // of a part that is not yet an object's; else the object's list holds them
};

// One version of one key.
struct VersionRecord {
  uint64_t seq = 0;  // grows with each version of the key; about the microsecond when it was written
  std::string id;    // 16 bytes of NewVersionBytes; 16 random ones in versions of before 2026-11-22
  bool is_null = false;
  bool is_delete_marker = false;
  uint64_t size = 0;
  std::string md5;  // raw, of the bytes, or of the parts' MD5s when etag_parts > 0
  uint32_t etag_parts = 0;
  Timestamp modified;
  Checksum checksum;
  uint64_t older_null = 0;  // in the newest version only: the seq of the older null version, 0 for none
  Headers headers;
  Tags tags;
  Attributes attributes;
  std::string upload;             // the multipart upload that made it, so that a repeated completion is recognised
  std::vector<Extent> extents;    // when few
  std::vector<PartRecord> parts;  // when few; sizes only, in order
  uint64_t layout = 0;            // else the id of the layout records
  uint32_t annotations = 0;       // how many hang on it

  std::string Etag() const;
  std::string VersionId() const;  // "null" or 32 characters
};

struct UploadRecord {
  Timestamp initiated;
  std::string initiator;
  Headers headers;
  Tags tags;
  ChecksumAlgorithm checksum = ChecksumAlgorithm::kNone;
  ChecksumType checksum_type = ChecksumType::kFullObject;
  bool checksum_declared = false;  // the client named the algorithm
  bool key_deleted = false;        // since the upload began, in a bucket that keeps no trace of it
  Attributes attributes;           // of the object to be
};

struct UsageRecord {
  int64_t versions = 0;  // a slot may go below zero: only the sum over slots means something
  int64_t bytes = 0;
  int64_t parts = 0;
  std::array<int64_t, kStorageKinds> kinds{};  // of `bytes`; kStandard's is what the others leave, and stays 0 here
};

// A layout chunk: some of the extents and parts of one version.
struct LayoutChunk {
  std::vector<Extent> extents;
  std::vector<PartRecord> parts;
};

std::string Encode(const Bucket& bucket);
std::string Encode(const VersionRecord& version);
std::string Encode(const UploadRecord& upload);
std::string Encode(const PartRecord& part);
std::string Encode(const UsageRecord& usage);
std::string Encode(const LayoutChunk& chunk);
Result<Bucket> DecodeBucket(std::string_view bytes);
Result<VersionRecord> DecodeVersion(std::string_view bytes);
// Only what a listing shows; the other fields stay empty.
Result<VersionRecord> DecodeListed(std::string_view bytes);
Result<UploadRecord> DecodeUpload(std::string_view bytes);
Result<PartRecord> DecodePart(std::string_view bytes);
Result<UsageRecord> DecodeUsage(std::string_view bytes);
Result<LayoutChunk> DecodeLayout(std::string_view bytes);

// A version id taken apart; nothing when it cannot be one. "null" is not handled here.
struct VersionName {
  uint64_t seq = 0;
  std::string id;
};
std::optional<VersionName> ParseVersionId(std::string_view text);
// 12 random bytes and a CRC of `seq` and them: an id that was altered is told from one whose version is gone.
std::string NewVersionBytes(uint64_t seq);

}  // namespace tarn::object
