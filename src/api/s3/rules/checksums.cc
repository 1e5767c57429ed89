#include "api/s3/rules/checksums.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/s3/errors.h"
#include "base/hash.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

using object::ChecksumAlgorithm;

struct AlgorithmRow {
  ChecksumAlgorithm algorithm;
  std::string_view name;    // "CRC32"
  std::string_view suffix;  // of x-amz-checksum-
};
constexpr AlgorithmRow kAlgorithms[] = {
    {ChecksumAlgorithm::kCrc32, "CRC32", "crc32"},
    {ChecksumAlgorithm::kCrc32c, "CRC32C", "crc32c"},
    {ChecksumAlgorithm::kCrc64Nvme, "CRC64NVME", "crc64nvme"},
    {ChecksumAlgorithm::kSha1, "SHA1", "sha1"},
    {ChecksumAlgorithm::kSha256, "SHA256", "sha256"},
};
constexpr std::string_view kHeaderPrefix = "x-amz-checksum-";

Result<ChecksumAlgorithm> AlgorithmOfSuffix(std::string_view suffix) {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (row.suffix == suffix) return row.algorithm;
  }
  return Fail(kNotImplemented, fmt::format("The checksum algorithm {} is not implemented", AsciiUpper(suffix)));
}

Result<std::string> DecodeValue(ChecksumAlgorithm algorithm, std::string_view suffix, std::string_view text) {
  auto raw = Unbase64(text);
  if (!raw || raw->size() != object::ChecksumBytes(algorithm)) {
    return Fail(object::kInvalidRequest, fmt::format("Value for {}{} header is invalid.", kHeaderPrefix, suffix));
  }
  return *std::move(raw);
}

}  // namespace

std::string_view AlgorithmName(ChecksumAlgorithm algorithm) {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (row.algorithm == algorithm) return row.name;
  }
  return "";
}

std::optional<ChecksumAlgorithm> ParseAlgorithm(std::string_view name) {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (EqualsIgnoreCase(row.name, name)) return row.algorithm;
  }
  return std::nullopt;
}

std::string_view TypeName(object::ChecksumType type) {
  return type == object::ChecksumType::kComposite ? "COMPOSITE" : "FULL_OBJECT";
}

std::string ChecksumText(const object::Checksum& checksum, uint32_t parts) {
  std::string text = Base64(checksum.value);
  if (checksum.type == object::ChecksumType::kComposite) text += fmt::format("-{}", parts);
  return text;
}

Result<DeclaredChecksum> OneChecksum(const ChecksumFields& fields) {
  DeclaredChecksum declared;
  if (fields.empty()) return declared;
  if (fields.size() > 1) {
    return Fail(object::kInvalidRequest,
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  }
  TARN_TRY(declared.algorithm, AlgorithmOfSuffix(fields[0].first));
  TARN_TRY(declared.value, DecodeValue(declared.algorithm, fields[0].first, fields[0].second));
  return declared;
}

Result<DeclaredChecksum> DeclaredOf(const ChecksumFields& fields, const protocol::RequestBody& body,
                                    const std::optional<std::string>& sdk_algorithm) {
  TARN_TRY(DeclaredChecksum declared, OneChecksum(fields));
  if (declared.algorithm == ChecksumAlgorithm::kNone) {
    for (const std::string& name : body.announced_trailers()) {
      if (!name.starts_with(kHeaderPrefix)) continue;
      TARN_TRY(declared.algorithm, AlgorithmOfSuffix(std::string_view(name).substr(kHeaderPrefix.size())));
    }
  }
  if (sdk_algorithm) {
    if (declared.algorithm == ChecksumAlgorithm::kNone) {
      return Fail(object::kInvalidRequest,
                  "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                  "headers were found.");
    }
    if (ParseAlgorithm(*sdk_algorithm) != declared.algorithm) {
      return Fail(object::kInvalidRequest, "Value for x-amz-sdk-checksum-algorithm header is invalid.");
    }
  }
  return declared;
}

Status TakeTrailer(DeclaredChecksum& declared, const protocol::RequestBody& body) {
  if (declared.algorithm == ChecksumAlgorithm::kNone || declared.value) return Ok();
  const std::string suffix = AsciiLower(AlgorithmName(declared.algorithm));
  for (const auto& [name, value] : body.trailers()) {
    if (name != fmt::format("{}{}", kHeaderPrefix, suffix)) continue;
    TARN_TRY(declared.value, DecodeValue(declared.algorithm, suffix, value));
    return Ok();
  }
  return Fail(object::kInvalidRequest, fmt::format("The trailer {}{} is missing.", kHeaderPrefix, suffix));
}

Result<std::optional<std::string>> ContentMd5(const std::optional<std::string>& header) {
  if (!header) return std::optional<std::string>();
  auto raw = Unbase64(*header);
  if (!raw || raw->size() != 16) return Fail(kInvalidDigest, "The Content-MD5 you specified was invalid.");
  return raw;
}

Status CompareDigests(const std::optional<std::string>& md5, const DeclaredChecksum& declared,
                      const object::Content& received, const std::string& received_checksum) {
  if (md5 && *md5 != received.md5) {
    return Fail(object::kBadDigest, "The Content-MD5 you specified did not match what we received.");
  }
  if (declared.value && *declared.value != received_checksum) {
    return Fail(object::kBadDigest, fmt::format("The {} you specified did not match the calculated checksum.",
                                                AlgorithmName(declared.algorithm)));
  }
  return Ok();
}

}  // namespace tarn::api::s3
