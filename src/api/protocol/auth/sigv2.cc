#include "api/protocol/auth/sigv2.h"

#include <algorithm>
#include <array>
#include <map>

#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

// Query parameters that belong to the signed resource, sorted.
constexpr std::array kSubresources = std::to_array<std::string_view>({"accelerate",
                                                                      "acl",
                                                                      "analytics",
                                                                      "attributes",
                                                                      "cors",
                                                                      "delete",
                                                                      "encryption",
                                                                      "inventory",
                                                                      "legal-hold",
                                                                      "lifecycle",
                                                                      "location",
                                                                      "logging",
                                                                      "metrics",
                                                                      "notification",
                                                                      "object-lock",
                                                                      "ownershipControls",
                                                                      "partNumber",
                                                                      "policy",
                                                                      "publicAccessBlock",
                                                                      "replication",
                                                                      "requestPayment",
                                                                      "response-cache-control",
                                                                      "response-content-disposition",
                                                                      "response-content-encoding",
                                                                      "response-content-language",
                                                                      "response-content-type",
                                                                      "response-expires",
                                                                      "restore",
                                                                      "retention",
                                                                      "select",
                                                                      "select-type",
                                                                      "tagging",
                                                                      "torrent",
                                                                      "uploadId",
                                                                      "uploads",
                                                                      "versionId",
                                                                      "versioning",
                                                                      "versions",
                                                                      "website"});
static_assert(std::ranges::is_sorted(kSubresources));

struct Parameter {
  std::string name;
  std::optional<std::string> value;  // nothing without "="
};

std::vector<Parameter> Parameters(std::string_view query) {
  std::vector<Parameter> parameters;
  if (query.empty()) return parameters;
  for (std::string_view part : Split(query, '&')) {
    size_t equals = part.find('=');
    Parameter parameter{PercentDecode(part.substr(0, equals)).value_or(std::string(part.substr(0, equals))), {}};
    if (equals != std::string_view::npos) {
      parameter.value = PercentDecode(part.substr(equals + 1)).value_or(std::string(part.substr(equals + 1)));
    }
    parameters.push_back(std::move(parameter));
  }
  return parameters;
}

// A header, or the parameter of its name: presigning moves headers into the query.
std::string HeaderOrParameter(const SignedHead& head, const std::vector<Parameter>& parameters, std::string_view name) {
  for (const Field& field : *head.headers) {
    if (EqualsIgnoreCase(field.name, name)) return std::string(Trim(field.value));
  }
  for (const Parameter& parameter : parameters) {
    if (EqualsIgnoreCase(parameter.name, name)) return parameter.value.value_or("");
  }
  return {};
}

std::string CanonicalAmzHeaders(const SignedHead& head, const std::vector<Parameter>& parameters) {
  std::map<std::string, std::string> values;
  auto add = [&](std::string_view name, std::string_view value) {
    std::string lower = AsciiLower(name);
    if (!lower.starts_with("x-amz-")) return;
    auto [it, is_new] = values.emplace(lower, Trim(value));
    if (!is_new) it->second += "," + std::string(Trim(value));
  };
  for (const Field& field : *head.headers) add(field.name, field.value);
  for (const Parameter& parameter : parameters) add(parameter.name, parameter.value.value_or(""));
  std::string text;
  for (const auto& [name, value] : values) text += name + ":" + value + "\n";
  return text;
}

std::string CanonicalResource(const SignedHead& head, std::vector<Parameter> parameters) {
  std::string text(head.resource.empty() ? head.path : head.resource);
  std::ranges::stable_sort(parameters, {}, &Parameter::name);
  char separator = '?';
  for (const Parameter& parameter : parameters) {
    if (!std::ranges::binary_search(kSubresources, parameter.name)) continue;
    text += separator + parameter.name;
    if (parameter.value) text += "=" + *parameter.value;
    separator = '&';
  }
  return text;
}

const std::string* FindHeader(const SignedHead& head, std::string_view name) {
  for (const Field& field : *head.headers) {
    if (EqualsIgnoreCase(field.name, name)) return &field.value;
  }
  return nullptr;
}

// "AWS <access key id>:<signature>"; nothing for other schemes.
Result<std::optional<ClaimV2>> ReadHeader(const SignedHead& head, ErrorFields& fields) {
  constexpr std::string_view kScheme = "AWS ";
  const std::string* header = FindHeader(head, "authorization");
  if (header == nullptr || !header->starts_with(kScheme)) return std::optional<ClaimV2>();
  const std::string_view text = Trim(std::string_view(*header).substr(kScheme.size()));
  const size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size()) {
    fields.emplace_back("ArgumentName", "Authorization");
    fields.emplace_back("ArgumentValue", *header);
    return Fail(kUnsupportedAuthorization, "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature");
  }
  ClaimV2 claim;
  claim.access_key_id = text.substr(0, colon);
  claim.signature = text.substr(colon + 1);
  if (const std::string* token = FindHeader(head, "x-amz-security-token")) claim.token = *token;
  return std::optional<ClaimV2>(std::move(claim));
}

// The time that a signed header names must be near ours.
Status CheckDate(const SignedHead& head, Timestamp now, ErrorFields& fields) {
  const std::string* date = FindHeader(head, "x-amz-date");
  if (date == nullptr) date = FindHeader(head, "date");
  auto time = date != nullptr ? ParseHttpDate(*date) : std::nullopt;
  if (!time && date != nullptr) time = ParseAmzDate(*date);
  if (!time || time->seconds() < 0)
    return Fail(kMissingDate, "AWS authentication requires a valid Date or x-amz-date header");
  Claim claim;
  claim.time = *time;
  claim.timestamp = *date;
  return CheckTime(claim, now, /*s3=*/true, fields);
}

Status CheckExpiry(const ClaimV2& claim, Timestamp now, ErrorFields& fields) {
  auto expires = ParseU64(claim.expires);
  if (expires && static_cast<uint64_t>(now.seconds()) <= *expires) return Ok();
  fields.emplace_back("Expires", claim.expires);
  fields.emplace_back("ServerTime", FormatIso8601(now));
  return Fail(kPresignExpired, "Request has expired");
}

// The text under the signature. Presigning moves headers into the query; a header signature has its date instead of the
// expiry, empty where x-amz-date takes its place.
std::string ToSign(const ClaimV2& claim, const SignedHead& head, bool with_date) {
  auto parameters = Parameters(head.query);
  const std::vector<Parameter> moved = claim.presigned ? parameters : std::vector<Parameter>();
  std::string when = claim.expires;
  if (!claim.presigned) when = with_date ? HeaderOrParameter(head, {}, "date") : std::string();
  return std::string(head.method) + "\n" + HeaderOrParameter(head, moved, "content-md5") + "\n" +
         HeaderOrParameter(head, moved, "content-type") + "\n" + when + "\n" + CanonicalAmzHeaders(head, moved) +
         CanonicalResource(head, std::move(parameters));
}

}  // namespace

std::string HmacSha1(std::string_view key, std::string_view text) {
  constexpr size_t kBlock = 64;
  std::string block = key.size() > kBlock ? Sha1(key) : std::string(key);
  block.resize(kBlock, '\0');
  std::string inner = block;
  std::string outer = block;
  for (char& c : inner) c = static_cast<char>(c ^ 0x36);
  for (char& c : outer) c = static_cast<char>(c ^ 0x5c);
  return Sha1(outer + Sha1(inner.append(text)));
}

Result<std::optional<ClaimV2>> ReadClaimV2(const SignedHead& head, ErrorFields& fields) {
  if (head.query.find("AWSAccessKeyId=") == std::string_view::npos) return ReadHeader(head, fields);
  ClaimV2 claim;
  claim.presigned = true;
  for (Parameter& parameter : Parameters(head.query)) {
    std::string value = parameter.value.value_or("");
    if (parameter.name == "AWSAccessKeyId") claim.access_key_id = value;
    if (parameter.name == "Signature") claim.signature = value;
    if (parameter.name == "Expires") claim.expires = value;
    if (EqualsIgnoreCase(parameter.name, "x-amz-security-token")) claim.token = value;
  }
  if (claim.access_key_id.empty() || claim.signature.empty() || !ParseU64(claim.expires)) {
    return Fail(kMalformedPresignV2,
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
  }
  return std::optional<ClaimV2>(std::move(claim));
}

Status VerifyV2(const ClaimV2& claim, const SignedHead& head, std::string_view secret, Timestamp now,
                ErrorFields& fields) {
  TARN_CHECK(claim.presigned ? CheckExpiry(claim, now, fields) : CheckDate(head, now, fields));
  const auto holds = [&](const std::string& to_sign) {
    return ConstantTimeEqual(Base64(HmacSha1(secret, to_sign)), claim.signature);
  };
  const bool amz_date = FindHeader(head, "x-amz-date") != nullptr;
  const std::string to_sign = ToSign(claim, head, !amz_date);
  if (holds(to_sign)) return Ok();
  // Some clients sign both dates, and a bucket's path with a slash at its end however they send it.
  const bool both_dates = amz_date && !claim.presigned;
  if (both_dates && holds(ToSign(claim, head, true))) return Ok();
  std::string resource(head.resource.empty() ? head.path : head.resource);
  if (resource.size() > 1 && resource.find('/', 1) == resource.npos) {
    resource += '/';
    SignedHead closed = head;
    closed.resource = resource;
    if (holds(ToSign(claim, closed, !amz_date)) || (both_dates && holds(ToSign(claim, closed, true)))) return Ok();
  }
  fields.emplace_back("AWSAccessKeyId", claim.access_key_id);
  fields.emplace_back("StringToSign", to_sign);
  fields.emplace_back("SignatureProvided", claim.signature);
  return Fail(
      kSignatureMismatch,
      "The request signature we calculated does not match the signature you provided. Check your key and signing "
      "method.");
}

}  // namespace tarn::api::protocol
