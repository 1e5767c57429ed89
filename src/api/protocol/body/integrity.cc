#include "api/protocol/body/integrity.h"

#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"
#include "base/xxhash.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kChecksumPrefix = "x-amz-checksum-";

std::string Xx(XxDigest digest, std::string_view body) {
  XxHasher hasher(digest);
  hasher.Update(AsBytes(body));
  return hasher.Finish();
}

// The raw checksum of that algorithm; nothing for one that is not known ("algorithm", "type", "mode" are none).
std::optional<std::string> Compute(std::string_view algorithm, std::string_view body) {
  if (algorithm == "crc32") return BigEndian32(Crc32(AsBytes(body)));
  if (algorithm == "crc32c") return BigEndian32(Crc32c(AsBytes(body)));
  if (algorithm == "crc64nvme") return BigEndian64(Crc64Nvme(AsBytes(body)));
  if (algorithm == "sha1") return Sha1(body);
  if (algorithm == "sha256") return Sha256(body);
  if (algorithm == "md5") return Md5(body);
  if (algorithm == "sha512") {
    Hasher hasher(Digest::kSha512);
    hasher.Update(body);
    return hasher.Finish();
  }
  if (algorithm == "xxhash64") return Xx(XxDigest::kXxh64, body);
  if (algorithm == "xxhash3") return Xx(XxDigest::kXxh3, body);
  if (algorithm == "xxhash128") return Xx(XxDigest::kXxh128, body);
  return std::nullopt;
}

Status CheckMd5(std::string_view value, std::string_view body) {
  auto given = Unbase64(Trim(value));
  if (!given || given->size() != 16) return Fail(kInvalidDigest, "The Content-MD5 you specified was invalid.");
  if (*given != Md5(body)) {
    return Fail(kBadDigest, "The Content-MD5 you specified did not match what we received.");
  }
  return Ok();
}

// True when the field is a checksum and it holds.
Result<bool> CheckChecksum(std::string_view name, std::string_view value, std::string_view body) {
  std::string lower = AsciiLower(name);
  if (!lower.starts_with(kChecksumPrefix)) return false;
  std::string algorithm = lower.substr(kChecksumPrefix.size());
  auto computed = Compute(algorithm, body);
  if (!computed) return false;
  auto given = Unbase64(Trim(value));
  if (!given || given->size() != computed->size()) {
    return Fail(kInvalidChecksum, "Value for " + lower + " header is invalid.");
  }
  if (*given != *computed) {
    return Fail(kBadDigest, "The " + AsciiUpper(algorithm) + " you specified did not match the calculated checksum.");
  }
  return true;
}

}  // namespace

Status CheckBodyDigests(const std::vector<Field>& headers,
                        const std::vector<std::pair<std::string, std::string>>& trailers, std::string_view body,
                        bool checksums, bool required) {
  bool found = false;
  for (const Field& field : headers) {
    if (EqualsIgnoreCase(field.name, "content-md5")) {
      TARN_CHECK(CheckMd5(field.value, body));
      found = true;
      continue;
    }
    if (!checksums) continue;
    TARN_TRY(bool holds, CheckChecksum(field.name, field.value, body));
    found = found || holds;
  }
  for (const auto& [name, value] : trailers) {
    if (!checksums) break;
    TARN_TRY(bool holds, CheckChecksum(name, value, body));
    found = found || holds;
  }
  if (required && !found) {
    return Fail(kMissingDigest, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*");
  }
  return Ok();
}

}  // namespace tarn::api::protocol
