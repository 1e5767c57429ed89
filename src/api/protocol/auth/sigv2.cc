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

Result<std::optional<ClaimV2>> ReadClaimV2(const SignedHead& head) {
  if (head.query.find("AWSAccessKeyId=") == std::string_view::npos) return std::optional<ClaimV2>();
  ClaimV2 claim;
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
  auto expires = ParseU64(claim.expires);
  if (!expires || static_cast<uint64_t>(now.seconds()) > *expires) {
    fields.emplace_back("Expires", claim.expires);
    fields.emplace_back("ServerTime", FormatIso8601(now));
    return Fail(kPresignExpired, "Request has expired");
  }
  auto parameters = Parameters(head.query);
  std::string to_sign = std::string(head.method) + "\n" + HeaderOrParameter(head, parameters, "content-md5") + "\n" +
                        HeaderOrParameter(head, parameters, "content-type") + "\n" + claim.expires + "\n" +
                        CanonicalAmzHeaders(head, parameters) + CanonicalResource(head, parameters);
  if (ConstantTimeEqual(Base64(HmacSha1(secret, to_sign)), claim.signature)) return Ok();
  fields.emplace_back("AWSAccessKeyId", claim.access_key_id);
  fields.emplace_back("StringToSign", to_sign);
  fields.emplace_back("SignatureProvided", claim.signature);
  return Fail(
      kSignatureMismatch,
      "The request signature we calculated does not match the signature you provided. Check your key and signing "
      "method.");
}

}  // namespace tarn::api::protocol
