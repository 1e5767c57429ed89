#include "api/s3/rules/conditions.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/s3/errors.h"
#include "api/s3/rules/request_rules.h"
#include "base/strings.h"
#include "object/content.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

bool AnyEtagMatches(std::string_view header, std::string_view etag) {
  for (const std::string_view one : Split(header, ',')) {
    const std::string wanted = UnquoteEtag(one);
    if (wanted == "*" || wanted == etag) return true;
  }
  return false;
}

}  // namespace

Judged Judge(const ReadConditions& conditions, const object::Version& version, Timestamp now) {
  const int64_t modified = version.modified.seconds();
  if (conditions.if_match) {
    if (!AnyEtagMatches(*conditions.if_match, version.etag)) return {ReadVerdict::kFailed, "If-Match"};
  } else if (conditions.if_unmodified_since && modified > conditions.if_unmodified_since->seconds()) {
    return {ReadVerdict::kFailed, "If-Unmodified-Since"};
  }
  if (conditions.if_none_match) {
    if (AnyEtagMatches(*conditions.if_none_match, version.etag)) return {ReadVerdict::kNotModified, "If-None-Match"};
  } else if (conditions.if_modified_since && *conditions.if_modified_since <= now &&
             modified <= conditions.if_modified_since->seconds()) {
    return {ReadVerdict::kNotModified, "If-Modified-Since"};
  }
  return {};
}

Result<std::optional<ByteRange>> ParseRange(const std::optional<std::string>& header, uint64_t size) {
  const std::optional<ByteRange> whole;
  if (!header) return whole;
  std::string_view text = Trim(*header);
  constexpr std::string_view kUnit = "bytes=";
  if (!text.starts_with(kUnit) || text.find(',') != text.npos) return whole;
  text = text.substr(kUnit.size());
  const size_t dash = text.find('-');
  if (dash == text.npos) return whole;
  const std::string_view first_text = text.substr(0, dash);
  const std::string_view last_text = text.substr(dash + 1);
  const auto first = ParseU64(first_text);
  const auto last = ParseU64(last_text);
  if ((!first && !first_text.empty()) || (!last && !last_text.empty()) || (!first && !last)) return whole;
  const Error outside = Fail(object::kInvalidRange, "The requested range is not satisfiable");
  if (!first) {
    if (*last == 0) return outside;
    // The last bytes of nothing are the whole of it.
    if (size == 0) return whole;
    const uint64_t length = std::min(*last, size);
    return std::optional(ByteRange{.offset = size - length, .length = length});
  }
  if (last && *last < *first) return whole;
  if (*first >= size) return outside;
  const uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return std::optional(ByteRange{.offset = *first, .length = end - *first + 1});
}

std::string ContentRange(const ByteRange& range, uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.length - 1, size);
}

Result<ByteRange> PartRange(const object::Version& version, uint32_t number) {
  if (version.parts == 0) {
    if (number == 1) return ByteRange{.offset = 0, .length = version.size};
    return Fail(kPartNotSatisfiable, "The requested partnumber is not satisfiable");
  }
  ByteRange range;
  if (version.layout) {
    // The Nth part of the object, whatever number it was uploaded under.
    for (size_t i = 0; i < version.layout->parts.size(); ++i) {
      range.length = version.layout->parts[i].size;
      if (i + 1 == number) return range;
      range.offset += range.length;
    }
  }
  return Fail(kPartNotSatisfiable, "The requested partnumber is not satisfiable");
}

}  // namespace tarn::api::s3
