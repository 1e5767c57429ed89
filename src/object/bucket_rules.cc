#include <algorithm>
#include <set>

#include "object/bucket.h"
#include "object/directory/names.h"
#include "object/errors.h"

namespace tarn::object {
namespace {

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool LooksLikeIpAddress(std::string_view name) {
  return std::count(name.begin(), name.end(), '.') == 3 && name.find_first_not_of("0123456789.") == name.npos;
}

// Names of paths on the lake's port that are not buckets.
constexpr std::string_view kReservedNames[] = {"iceberg", "ingest", "_tarn"};
constexpr std::string_view kReservedPrefixes[] = {"xn--", "sthree-"};
// "--table-s3" is refused to users by api/s3: such buckets hold the tables of table buckets.
constexpr std::string_view kReservedSuffixes[] = {"-s3alias", "--ol-s3", ".mrap", "--xa-s3"};

bool IsValidBucketName(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  if (!IsLowerOrDigit(name.front()) || !IsLowerOrDigit(name.back())) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    if (!IsLowerOrDigit(name[i]) && name[i] != '-' && name[i] != '.') return false;
    // Each label between dots begins and ends with a letter or digit.
    if (name[i] == '.' && (!IsLowerOrDigit(name[i - 1]) || !IsLowerOrDigit(name[i + 1]))) return false;
  }
  if (LooksLikeIpAddress(name)) return false;
  for (const auto reserved : kReservedNames) {
    if (name == reserved) return false;
  }
  for (const auto prefix : kReservedPrefixes) {
    if (name.starts_with(prefix)) return false;
  }
  for (const auto suffix : kReservedSuffixes) {
    if (name.ends_with(suffix)) return false;
  }
  return !IsDirectoryBucket(name) || ZoneOf(name);
}

size_t Characters(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool IsTagText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || std::string_view(" +-=._:/@").find(c) != std::string_view::npos;
  });
}

}  // namespace

bool Bucket::Has(std::string_view kind) const { return std::ranges::find(documents, kind) != documents.end(); }

Status CheckBucketName(std::string_view name) {
  if (!IsValidBucketName(name)) return Fail(kInvalidBucketName, "The specified bucket is not valid.");
  return Ok();
}

Status CheckTags(const Tags& tags, size_t max) {
  if (tags.size() > max) {
    return Fail(kTooManyTags, max == 10 ? "Object tags cannot be greater than 10"
                                        : "Bucket tag count cannot be greater than " + std::to_string(max));
  }
  std::set<std::string_view> seen;
  for (const auto& [key, value] : tags) {
    if (key.empty() || Characters(key) > 128 || !IsTagText(key)) {
      return Fail(kInvalidTag, "The TagKey you have provided is invalid");
    }
    if (Characters(value) > 256 || !IsTagText(value)) {
      return Fail(kInvalidTag, "The TagValue you have provided is invalid");
    }
    if (key.starts_with("aws:")) return Fail(kInvalidTag, "System tags cannot be added/updated by requester");
    if (!seen.insert(key).second) return Fail(kInvalidTag, "Cannot provide multiple Tags with the same key");
  }
  return Ok();
}

}  // namespace tarn::object
