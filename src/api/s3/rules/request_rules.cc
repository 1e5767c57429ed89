#include "api/s3/rules/request_rules.h"

#include <fmt/format.h>

#include "api/s3/rules/header_text.h"
#include "api/s3/rules/tag_faults.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kUserMetadataBytesMax = 2048;
constexpr size_t kRedirectBytesMax = 2048;

// The tags of the header, not yet checked.
Result<object::Tags> SplitTagging(const std::optional<std::string>& header) {
  object::Tags tags;
  if (!header || header->empty()) return tags;
  const Error malformed =
      Fail(object::kInvalidArgument,
           "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name "
           "duplicates.");
  for (const std::string_view pair : Split(*header, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    if (equals != pair.npos && pair.find('=', equals + 1) != pair.npos) return malformed;
    auto key = PercentDecode(pair.substr(0, equals), /*plus_is_space=*/true);
    auto value = equals == pair.npos ? std::string() : PercentDecode(pair.substr(equals + 1), /*plus_is_space=*/true);
    if (!key || !value || key->empty()) return malformed;
    tags.emplace_back(*std::move(key), *std::move(value));
  }
  std::sort(tags.begin(), tags.end());
  const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (std::adjacent_find(tags.begin(), tags.end(), same_key) != tags.end()) return malformed;
  return tags;
}

}  // namespace

Result<object::Tags> ParseTagging(const std::optional<std::string>& header) {
  TARN_TRY(auto tags, SplitTagging(header));
  TARN_CHECK(object::CheckTags(tags, kObjectTagsMax));
  return tags;
}

Result<object::Tags> TaggingOf(const protocol::Call& call, const std::optional<std::string>& header) {
  auto tags = SplitTagging(header);
  if (!tags.ok()) {
    call.AddErrorField("ArgumentName", "x-amz-tagging");
    call.AddErrorField("ArgumentValue", *header);
    return tags;
  }
  TARN_CHECK(CheckTagSet(call, *tags, kObjectTagsMax, /*of_object=*/true));
  return tags;
}

object::Tags ToTags(const std::vector<gen::Tag>& tags) {
  object::Tags out;
  for (const gen::Tag& tag : tags) out.emplace_back(tag.key.value_or(""), tag.value.value_or(""));
  return out;
}

std::vector<gen::Tag> FromTags(const object::Tags& tags) {
  std::vector<gen::Tag> out;
  for (const auto& [key, value] : tags) out.push_back({.key = key, .value = value});
  return out;
}

Result<std::map<std::string, std::string>> UserMetadataOf(
    const protocol::Call& call, const std::optional<std::map<std::string, std::string>>& sent) {
  std::map<std::string, std::string> kept;
  size_t bytes = 0;
  for (const auto& [name, value] : sent.value_or(std::map<std::string, std::string>())) {
    bytes += name.size() + value.size();
    // Presigning moves headers into the query, where texts are UTF-8.
    const bool is_text = call.Query("x-amz-meta-" + name) == value;
    kept[name] = is_text ? MetadataText(value) : MetadataOfHeader(value);
  }
  if (bytes <= kUserMetadataBytesMax) return kept;
  call.AddErrorField("Size", std::to_string(bytes));
  call.AddErrorField("MaxSizeAllowed", std::to_string(kUserMetadataBytesMax));
  return Fail(object::kMetadataTooLarge, "Your metadata headers exceed the maximum allowed metadata size");
}

Status CheckRedirectLocation(const std::optional<std::string>& location) {
  if (!location || location->empty()) return Ok();
  if (!location->starts_with('/') && !location->starts_with("http://") && !location->starts_with("https://")) {
    return Fail(kInvalidRedirect,
                "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.");
  }
  if (location->size() > kRedirectBytesMax) {
    return Fail(kInvalidRedirect, "The length of website redirect location cannot exceed 2,048 characters.");
  }
  return Ok();
}

Result<object::WriteCondition> ConditionOf(const protocol::Call& call, const std::optional<std::string>& if_match,
                                           const std::optional<std::string>& if_none_match) {
  object::WriteCondition condition;
  if (if_match && if_none_match) {
    call.AddErrorField("Header", "If-Match,If-None-Match");
    call.AddErrorField("additionalMessage", "Multiple conditional request headers present in the request");
    return Fail(kNotImplemented, "A header you provided implies functionality that is not implemented");
  }
  condition.if_absent = if_none_match == "*";
  if (if_none_match && !condition.if_absent) condition.if_none_match = UnquoteEtag(*if_none_match);
  if (if_match) condition.if_match = UnquoteEtag(*if_match);
  return condition;
}

void NoteCondition(const protocol::Call& call, const Error& error, const object::WriteCondition& condition) {
  if (error.reason == &object::kPreconditionFailed || error.reason == &object::kConditionalConflict) {
    call.AddErrorField("Condition", condition.if_match ? "If-Match" : "If-None-Match");
  }
}

Error BadArgument(const protocol::Call& call, std::string_view name, std::string value, std::string message) {
  call.AddErrorField("ArgumentName", std::string(name));
  call.AddErrorField("ArgumentValue", std::move(value));
  return Fail(object::kInvalidArgument, std::move(message));
}

Error BadVersionId(const protocol::Call& call, const std::string& version_id) {
  return BadArgument(call, "versionId", version_id, "Invalid version id specified");
}

Status CheckPartNumber(const protocol::Call& call, int32_t number) {
  if (number >= 1 && number <= static_cast<int32_t>(object::kPartNumberMax)) return Ok();
  return BadArgument(call, "partNumber", std::to_string(number),
                     "Part number must be an integer between 1 and 10000, inclusive");
}

Status CheckKeyLength(const protocol::Call& call, std::string_view key) {
  if (key.size() <= object::kKeyBytesMax) return Ok();
  call.AddErrorField("Size", std::to_string(key.size()));
  call.AddErrorField("MaxSizeAllowed", std::to_string(object::kKeyBytesMax));
  return Fail(object::kKeyTooLong, "Your key is too long");
}

std::string QuoteEtag(std::string_view etag) {
  std::string quoted;
  quoted.reserve(etag.size() + 2);
  quoted += '"';
  quoted += etag;
  quoted += '"';
  return quoted;
}

std::string UnquoteEtag(std::string_view etag) {
  etag = Trim(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  // AWS takes an ETag with one quote, too.
  if (etag.starts_with('"')) etag.remove_prefix(1);
  if (etag.ends_with('"')) etag.remove_suffix(1);
  return std::string(etag);
}

object::Origin OriginOf(const protocol::Call& call, const object::Bucket& bucket, std::string_view how) {
  if (!bucket.Has(object::kNotificationDocument)) return {};
  return {.how = std::string(how),
          .principal = call.caller.anonymous() ? "Anonymous" : "AWS:" + call.caller.user_id,
          .source_ip = call.source_ip,
          .request_id = call.request_id};
}

std::string CanonicalId(std::string_view account) { return Hex(Sha256(fmt::format("canonical user {}", account))); }

gen::Owner OwnerOf(std::string_view account) { return {.display_name = {}, .id = CanonicalId(account)}; }

std::optional<std::string> NewVersionId(const object::Version& version) {
  if (!version.bucket_versioned || version.version_id == "null") return std::nullopt;
  return version.version_id;
}

Timestamp WholeSeconds(Timestamp time) { return {time.seconds() * kMicrosPerSecond}; }

std::string UrlEncoded(std::string_view text, bool encode) {
  return encode ? PercentEncode(text, /*keep_slash=*/true) : std::string(text);
}

}  // namespace tarn::api::s3
