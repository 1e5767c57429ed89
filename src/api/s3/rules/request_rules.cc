#include "api/s3/rules/request_rules.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kUserMetadataBytesMax = 2048;
constexpr size_t kRedirectBytesMax = 2048;

}  // namespace

Result<object::Tags> ParseTagging(const std::optional<std::string>& header) {
  object::Tags tags;
  if (!header || header->empty()) return tags;
  for (const std::string_view pair : Split(*header, '&')) {
    const size_t equals = pair.find('=');
    auto key = PercentDecode(pair.substr(0, equals), /*plus_is_space=*/true);
    auto value = equals == pair.npos ? std::string() : PercentDecode(pair.substr(equals + 1), /*plus_is_space=*/true);
    if (!key || !value) {
      return Fail(object::kInvalidArgument,
                  "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without "
                  "tag name duplicates.");
    }
    tags.emplace_back(*std::move(key), *std::move(value));
  }
  TARN_CHECK(object::CheckTags(tags, 10));
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

Status CheckUserMetadata(const protocol::Call& call, const std::map<std::string, std::string>& user) {
  size_t bytes = 0;
  for (const auto& [name, value] : user) bytes += name.size() + value.size();
  if (bytes <= kUserMetadataBytesMax) return Ok();
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

Result<object::WriteCondition> ConditionOf(const std::optional<std::string>& if_match,
                                           const std::optional<std::string>& if_none_match) {
  object::WriteCondition condition;
  if (if_none_match && *if_none_match != "*") {
    return Fail(kNotImplemented,
                "A header you provided implies functionality that is not implemented: If-None-Match "
                "of a write takes only *");
  }
  condition.if_absent = if_none_match.has_value();
  if (if_match) condition.if_match = UnquoteEtag(*if_match);
  return condition;
}

void NoteCondition(const protocol::Call& call, const Error& error, std::string_view condition) {
  if (error.reason == &object::kPreconditionFailed) call.AddErrorField("Condition", std::string(condition));
}

std::string QuoteEtag(std::string_view etag) { return fmt::format("\"{}\"", etag); }

std::string UnquoteEtag(std::string_view etag) {
  etag = Trim(etag);
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
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

Timestamp WholeSeconds(Timestamp time) { return {time.seconds() * kMicrosPerSecond}; }

std::string UrlEncoded(std::string_view text, bool encode) {
  return encode ? PercentEncode(text, /*keep_slash=*/true) : std::string(text);
}

}  // namespace tarn::api::s3
