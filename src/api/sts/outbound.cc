// GetWebIdentityToken: a signed token that tells other services who calls.
#include "iam/account/outbound.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "api/sts/errors.h"
#include "api/sts/sts_service.h"
#include "base/random.h"
#include "federation/token_signer.h"
#include "iam/errors.h"
#include "json/json.h"

namespace tarn::api::sts {
namespace {

constexpr int64_t kSecondsDefault = 300;
constexpr size_t kPayloadMax = 8192;  // bytes of the claims
constexpr const char* kFactsClaim = "https://sts.amazonaws.com/";

json::Value MapOf(const std::map<std::string, std::string>& tags) {
  json::Object object;
  for (const auto& [key, value] : tags) object.emplace_back(key, value);
  return object;
}

// What is told of the caller beside the standard claims.
Result<json::Value> FactsOf(::tarn::organizations::Organizations* organizations, const protocol::Call& call,
                            const std::string& principal, const std::map<std::string, std::string>& request_tags) {
  json::Object facts{
      {"aws_account", call.caller.account}, {"source_region", call.scope.region}, {"principal_id", principal}};
  if (organizations != nullptr) {
    TARN_TRY(const auto controls, organizations->ControlsOf(call.caller.account));
    if (!controls->organization_id.empty()) {
      facts.emplace_back("org_id", controls->organization_id);
      json::Array paths;
      for (const std::string& path : controls->org_paths) paths.emplace_back(path);
      facts.emplace_back("ou_path", std::move(paths));
    }
  }
  if (call.caller.facts && !call.caller.facts->tags.empty()) {
    facts.emplace_back("principal_tags", MapOf(call.caller.facts->tags));
  }
  if (!request_tags.empty()) facts.emplace_back("request_tags", MapOf(request_tags));
  return json::Value(std::move(facts));
}

// Errors: kInvalidParameterValue for a key that is given twice.
Result<std::map<std::string, std::string>> TagsOf(const std::optional<std::vector<gen::Tag>>& given) {
  std::map<std::string, std::string> tags;
  if (!given) return tags;
  for (const gen::Tag& tag : *given) {
    if (!tags.emplace(*tag.key, *tag.value).second) {
      return Fail(kInvalidParameterValue, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
  }
  return tags;
}

}  // namespace

Result<gen::GetWebIdentityTokenResponse> StsService::GetWebIdentityToken(const protocol::Call& call,
                                                                         const gen::GetWebIdentityTokenRequest& in) {
  if (*in.signing_algorithm != "RS256" && *in.signing_algorithm != "ES384") {
    return Fail(kValidation, "The signing algorithm must be RS256 or ES384.");
  }
  const int64_t seconds = in.duration_seconds ? *in.duration_seconds : kSecondsDefault;
  const Timestamp issued{call.now.seconds() * kMicrosPerSecond};
  const Timestamp expires = issued.Plus(seconds * kMicrosPerSecond);
  if (call.caller.facts && call.caller.facts->expires < expires) {
    return Fail(kSessionEscalation,
                "The requested token duration would extend the session beyond its original expiration time.");
  }
  TARN_TRY(const auto tags, TagsOf(in.tags));
  iam::OutboundIssuer issuer;
  const Status found = parts_.iam.Read(call.caller.account, [&](iam::Rows& rows) -> Status {
    TARN_TRY(issuer, iam::FindOutbound(rows));
    return Ok();
  });
  if (!found.ok() && !found.Is(iam::kFeatureDisabled)) return found.error();
  if (!issuer.enabled) {
    return Fail(kOutboundDisabled, "The outbound web identity federation feature is not enabled for this account.");
  }
  const std::string principal = call.caller.role_arn.empty() ? call.caller.arn : call.caller.role_arn;
  json::Array audience;
  for (const std::string& each : *in.audience) audience.emplace_back(each);
  TARN_TRY(json::Value facts, FactsOf(parts_.organizations, call, principal, tags));
  const std::string claims =
      json::Write(json::Value(json::Object{{"aud", audience.size() == 1 ? audience.front() : json::Value(audience)},
                                           {"sub", principal},
                                           {kFactsClaim, std::move(facts)},
                                           {"iss", issuer.url},
                                           {"exp", expires.seconds()},
                                           {"iat", issued.seconds()},
                                           {"jti", RandomUuid()}}));
  if (claims.size() > kPayloadMax) {
    return Fail(kPayloadTooLarge, "The requested token payload size exceeds the maximum allowed size.");
  }
  TARN_TRY(const std::string key, iam::OutboundKey(parts_.iam, issuer, *in.signing_algorithm));
  gen::GetWebIdentityTokenResponse out;
  TARN_TRY(out.web_identity_token, federation::SignJwt(*in.signing_algorithm, key, claims));
  out.expiration = expires;
  return out;
}

}  // namespace tarn::api::sts
