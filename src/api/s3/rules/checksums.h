// S3's checksum headers and fields ↔ object::Checksum.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/service.h"
#include "base/result.h"
#include "object/content.h"
#include "object/version.h"

namespace tarn::api::s3 {

// "CRC32" … of the API, in any case; kInvalidRequest for others.
Result<object::ChecksumAlgorithm> ParseAlgorithm(std::string_view name);
inline std::string_view AlgorithmName(object::ChecksumAlgorithm algorithm) { return object::ChecksumName(algorithm); }
std::string_view TypeName(object::ChecksumType type);
// Base64, with "-N" for the composite of N parts.
std::string ChecksumText(const object::Checksum& checksum, uint32_t parts);

// What a request says about the checksum of its body. `value` is raw; absent while it comes as a trailer.
struct DeclaredChecksum {
  object::ChecksumAlgorithm algorithm = object::ChecksumAlgorithm::kNone;
  std::optional<std::string> value;
};

// Algorithm and base64 text, by wire suffix ("crc32"), of all that a struct's fields hold.
using ChecksumFields = std::vector<std::pair<std::string_view, std::string>>;
template <typename T>
ChecksumFields FieldsOf(const T& in) {
  ChecksumFields fields;
  const auto add = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) fields.emplace_back(name, *value);
  };
  add("crc32", in.checksum_crc32);
  add("crc32c", in.checksum_crc32_c);
  add("crc64nvme", in.checksum_crc64_nvme);
  add("sha1", in.checksum_sha1);
  add("sha256", in.checksum_sha256);
  add("sha512", in.checksum_sha512);
  add("md5", in.checksum_md5);
  add("xxhash64", in.checksum_xxhash64);
  add("xxhash3", in.checksum_xxhash3);
  add("xxhash128", in.checksum_xxhash128);
  return fields;
}

// At most one is allowed; kInvalidRequest for an algorithm that is none.
Result<DeclaredChecksum> OneChecksum(const ChecksumFields& fields);
// The same for a streamed body: headers first, then what x-amz-trailer announces. `sdk_algorithm` is
// x-amz-sdk-checksum-algorithm, which must be followed by one.
Result<DeclaredChecksum> DeclaredOf(const ChecksumFields& fields, const protocol::RequestBody& body,
                                    const std::optional<std::string>& sdk_algorithm);
// The value of a declared trailer, after the body was read.
Status TakeTrailer(DeclaredChecksum& declared, const protocol::RequestBody& body);

// Content-MD5 as 16 raw bytes; kInvalidDigest.
Result<std::optional<std::string>> ContentMd5(const protocol::Call& call, const std::optional<std::string>& header);
// kBadDigest when one of them differs from what arrived.
Status CompareDigests(const protocol::Call& call, const std::optional<std::string>& md5,
                      const DeclaredChecksum& declared, const object::Content& received,
                      const std::string& received_checksum);

// Sets the one field that belongs to the algorithm.
template <typename T>
void SetChecksum(T& out, object::ChecksumAlgorithm algorithm, std::string text) {
  switch (algorithm) {
    case object::ChecksumAlgorithm::kNone:
      break;
    case object::ChecksumAlgorithm::kCrc32:
      out.checksum_crc32 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kCrc32c:
      out.checksum_crc32_c = std::move(text);
      break;
    case object::ChecksumAlgorithm::kCrc64Nvme:
      out.checksum_crc64_nvme = std::move(text);
      break;
    case object::ChecksumAlgorithm::kSha1:
      out.checksum_sha1 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kSha256:
      out.checksum_sha256 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kSha512:
      out.checksum_sha512 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kMd5:
      out.checksum_md5 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kXxh64:
      out.checksum_xxhash64 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kXxh3:
      out.checksum_xxhash3 = std::move(text);
      break;
    case object::ChecksumAlgorithm::kXxh128:
      out.checksum_xxhash128 = std::move(text);
      break;
  }
}
template <typename T>
void SetChecksum(T& out, const object::Checksum& checksum, uint32_t parts) {
  if (checksum.algorithm == object::ChecksumAlgorithm::kNone) return;
  SetChecksum(out, checksum.algorithm, ChecksumText(checksum, parts));
  out.checksum_type = TypeName(checksum.type);
}

}  // namespace tarn::api::s3
