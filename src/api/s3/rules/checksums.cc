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
    {ChecksumAlgorithm::kSha512, "SHA512", "sha512"},
    {ChecksumAlgorithm::kMd5, "MD5", "md5"},
    {ChecksumAlgorithm::kXxh64, "XXHASH64", "xxhash64"},
    {ChecksumAlgorithm::kXxh3, "XXHASH3", "xxhash3"},
    {ChecksumAlgorithm::kXxh128, "XXHASH128", "xxhash128"},
};
constexpr std::string_view kHeaderPrefix = "x-amz-checksum-";

Error MoreThanOne() {
  return Fail(object::kInvalidRequest,
              "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
}

Result<ChecksumAlgorithm> AlgorithmOfSuffix(std::string_view suffix) {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (row.suffix == suffix) return row.algorithm;
  }
  return Fail(object::kInvalidRequest, "The algorithm type you specified in x-amz-checksum- header is invalid.");
}

Error Mismatch(ChecksumAlgorithm algorithm) {
  return Fail(object::kBadDigest,
              fmt::format("The {} you specified did not match the calculated checksum.", AlgorithmName(algorithm)));
}

// `where`: "header" or "trailing header". Text that is base64 but for its padding cannot be the checksum of anything.
Result<std::string> DecodeValue(ChecksumAlgorithm algorithm, std::string_view suffix, std::string_view text,
                                std::string_view where = "header") {
  auto raw = Unbase64(text);
  if (raw && raw->size() == object::ChecksumBytes(algorithm)) return *std::move(raw);
  const auto in_alphabet = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  };
  if (!raw && where == "header" && !text.empty() && std::all_of(text.begin(), text.end(), in_alphabet)) {
    return Mismatch(algorithm);
  }
  return Fail(object::kInvalidRequest, fmt::format("Value for {}{} {} is invalid.", kHeaderPrefix, suffix, where));
}

}  // namespace

Result<ChecksumAlgorithm> ParseAlgorithm(std::string_view name) {
  for (const AlgorithmRow& row : kAlgorithms) {
    if (EqualsIgnoreCase(row.name, name)) return row.algorithm;
  }
  return Fail(
      object::kInvalidRequest,
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, "
      "CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]");
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
    return MoreThanOne();
  }
  TARN_TRY(declared.algorithm, AlgorithmOfSuffix(fields[0].first));
  TARN_TRY(declared.value, DecodeValue(declared.algorithm, fields[0].first, fields[0].second));
  return declared;
}

Result<DeclaredChecksum> DeclaredOf(const ChecksumFields& fields, const protocol::RequestBody& body,
                                    const std::optional<std::string>& sdk_algorithm) {
  TARN_TRY(DeclaredChecksum declared, OneChecksum(fields));
  for (const std::string& name : body.announced_trailers()) {
    if (!name.starts_with(kHeaderPrefix)) {
      return Fail(object::kInvalidRequest, "The value specified in the x-amz-trailer header is not supported");
    }
    if (declared.algorithm != ChecksumAlgorithm::kNone) return MoreThanOne();
    TARN_TRY(declared.algorithm, AlgorithmOfSuffix(std::string_view(name).substr(kHeaderPrefix.size())));
  }
  if (sdk_algorithm) {
    if (declared.algorithm == ChecksumAlgorithm::kNone) {
      return Fail(object::kInvalidRequest,
                  "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer "
                  "headers were found.");
    }
    const auto named = ParseAlgorithm(*sdk_algorithm);
    if (!named.ok() || *named != declared.algorithm) {
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
    TARN_TRY(declared.value, DecodeValue(declared.algorithm, suffix, value, "trailing header"));
    return Ok();
  }
  return Fail(object::kInvalidRequest, fmt::format("The trailer {}{} is missing.", kHeaderPrefix, suffix));
}

Result<std::optional<std::string>> ContentMd5(const protocol::Call& call, const std::optional<std::string>& header) {
  if (!header) return std::optional<std::string>();
  auto raw = Unbase64(*header);
  if (raw && raw->size() == 16) return raw;
  call.AddErrorField("Content-MD5", *header);
  return Fail(kInvalidDigest, "The Content-MD5 you specified was invalid.");
}

Status CompareDigests(const protocol::Call& call, const std::optional<std::string>& md5,
                      const DeclaredChecksum& declared, const object::Content& received,
                      const std::string& received_checksum) {
  if (md5 && *md5 != received.md5) {
    // Of a part it is told as it came.
    call.AddErrorField("ExpectedDigest", call.Query("partNumber") ? Base64(*md5) : Hex(*md5));
    call.AddErrorField("CalculatedDigest", Base64(received.md5));
    return Fail(object::kBadDigest, "The Content-MD5 you specified did not match what we received.");
  }
  if (declared.value && *declared.value != received_checksum) {
    return Mismatch(declared.algorithm);
  }
  return Ok();
}

}  // namespace tarn::api::s3
