#include <algorithm>
#include <iterator>
#include <utility>

#include "api/sts/errors.h"
#include "api/sts/federated.h"
#include "api/sts/sts_service.h"
#include "base/strings.h"
#include "federation/errors.h"
#include "iam/errors.h"

namespace tarn::api::sts {
namespace {

constexpr std::string_view kAction = "sts:AssumeRoleWithWebIdentity";
constexpr std::string_view kTagsClaim = "https://aws.amazon.com/tags";
// The same tags each as a claim of its own, for issuers whose tokens hold no objects.
constexpr std::string_view kTagClaim = "https://aws.amazon.com/tags/principal_tags/";
constexpr std::string_view kTransitiveClaim = "https://aws.amazon.com/tags/transitive_tag_keys";
constexpr std::string_view kSourceIdentityClaim = "https://aws.amazon.com/source_identity";

// A string, or a list of them.
std::vector<std::string> TextsOf(const json::Value* value) {
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  if (const std::string* one = value->AsString()) texts.push_back(*one);
  if (const json::Array* many = value->AsArray()) {
    for (const json::Value& each : *many) {
      if (const std::string* text = each.AsString()) texts.push_back(*text);
    }
  }
  return texts;
}

// What the token says, once it is believed.
struct Claims {
  std::string subject;
  std::vector<std::string> audiences;
  std::string party;     // azp: who asked for it; "" when it does not tell
  std::string audience;  // the party, else which of the audiences the provider knows
  std::string provider_arn;
  std::string host;  // the issuer without its scheme: the prefix of condition keys
  std::map<std::string, std::string> tags;
  std::vector<std::string> transitive_tags;
  std::string source_identity;
};

void ReadTag(const std::string& key, const json::Value& value, Claims& claims) {
  auto texts = TextsOf(&value);
  if (!texts.empty()) claims.tags[key] = std::move(texts.front());
}

void ReadSessionClaims(const json::Value& token, Claims& claims) {
  claims.source_identity = token.StringOr(kSourceIdentityClaim, "");
  for (const auto& [name, value] : *token.AsObject()) {
    if (name.starts_with(kTagClaim)) ReadTag(name.substr(kTagClaim.size()), value, claims);
  }
  claims.transitive_tags = TextsOf(token.Find(kTransitiveClaim));
  const json::Value* const tags = token.Find(kTagsClaim);
  if (tags == nullptr) return;
  const json::Value* const principal = tags->Find("principal_tags");
  if (principal != nullptr && principal->is_object()) {
    for (const auto& [key, value] : *principal->AsObject()) ReadTag(key, value, claims);
  }
  std::ranges::move(TextsOf(tags->Find("transitive_tag_keys")), std::back_inserter(claims.transitive_tags));
}

TrustContext ContextOfToken(const protocol::Call& call, const gen::AssumeRoleWithWebIdentityRequest& in,
                            const json::Value& token, const Claims& claims) {
  TrustContext context(call);
  context.Set("sts:RoleSessionName", *in.role_session_name);
  if (in.duration_seconds) context.Set("sts:DurationSeconds", std::to_string(*in.duration_seconds));
  if (!claims.source_identity.empty()) context.Set("sts:SourceIdentity", claims.source_identity);
  context.Set("aws:FederatedProvider", claims.provider_arn);
  context.SetSessionTags(claims.tags, claims.transitive_tags);
  if (const json::Object* members = token.AsObject()) {
    for (const auto& [name, value] : *members) {
      auto texts = TextsOf(&value);
      if (!texts.empty()) context.Set(claims.host + ":" + name, std::move(texts));
    }
  }
  // Whom the token was made for is the party that asked for it, where it names one.
  if (!claims.party.empty()) context.Set(claims.host + ":aud", claims.party);
  context.Set(claims.host + ":oaud", claims.audiences);
  return context;
}

std::string_view WithoutScheme(std::string_view url) {
  const size_t scheme = url.find("://");
  return scheme == std::string_view::npos ? url : url.substr(scheme + 3);
}

// Whose token it is, and that it is meant for here.
Result<Claims> Believe(const Parts& parts, const std::string& account, const federation::Jwt& jwt) {
  const std::string issuer(jwt.claims.StringOr("iss", ""));
  if (issuer.empty()) return Fail(kInvalidIdentityToken, "Missing a required claim: iss");
  Claims claims;
  claims.subject = jwt.claims.StringOr("sub", "");
  claims.audiences = TextsOf(jwt.claims.Find("aud"));
  claims.party = jwt.claims.StringOr("azp", "");
  claims.host = WithoutScheme(issuer);
  claims.provider_arn = "arn:aws:iam::" + account + ":oidc-provider/" + claims.host;
  if (claims.subject.empty()) return Fail(kInvalidIdentityToken, "Missing a required claim: sub");
  if (claims.audiences.empty()) return Fail(kInvalidIdentityToken, "Missing a required claim: aud");
  std::vector<std::string> clients;
  std::vector<std::string> thumbprints;
  const auto provider = parts.iam.FindOidcProvider(claims.provider_arn);
  if (provider.ok()) {
    clients = provider->clients;
    thumbprints = provider->thumbprints;
  } else if (!provider.Is(iam::kNoSuchEntity)) {
    return provider.error();
  } else if (const auto* configured = parts.issuers.Configured(issuer)) {
    clients = configured->audiences;
  } else {
    return Fail(kInvalidIdentityToken, "No OpenIDConnect provider found in your account for " + issuer);
  }
  if (!issuer.starts_with("https://") && parts.issuers.Configured(issuer) == nullptr) {
    return Fail(kInvalidIdentityToken, "No OpenIDConnect provider found in your account for " + issuer);
  }
  TARN_CHECK(parts.issuers.Verify(issuer, jwt, thumbprints));
  // The party counts instead of the audiences.
  const auto& candidates = claims.party.empty() ? claims.audiences : std::vector<std::string>{claims.party};
  const auto known = std::ranges::find_if(
      candidates, [&](const std::string& audience) { return std::ranges::find(clients, audience) != clients.end(); });
  if (known == candidates.end()) return Fail(kInvalidIdentityToken, "Incorrect token audience");
  claims.audience = *known;
  ReadSessionClaims(jwt.claims, claims);
  return claims;
}

Federated SomebodyOf(const Claims& claims) {
  Federated somebody;
  somebody.action = kAction;
  somebody.provider_arn = claims.provider_arn;
  somebody.tags = claims.tags;
  somebody.transitive_tags = claims.transitive_tags;
  somebody.source_identity = claims.source_identity;
  const std::string host = AsciiLower(claims.host);
  somebody.conditions = {{"aws:federatedprovider", claims.provider_arn},
                         {host + ":sub", claims.subject},
                         {host + ":aud", claims.audience}};
  return somebody;
}

}  // namespace

Result<gen::AssumeRoleWithWebIdentityResponse> StsService::AssumeRoleWithWebIdentity(
    const protocol::Call& call, const gen::AssumeRoleWithWebIdentityRequest& in) {
  const auto ref = iam::ParseArn(*in.role_arn);
  if (!ref || ref->kind != iam::Kind::kRole) return Fail(kValidation, *in.role_arn + " is invalid");
  TARN_TRY(SessionRequest request, ReadSessionRequest(in.policy, in.policy_arns, {}, {}));
  if (in.provider_id) return Fail(kValidation, "OAuth 2.0 access tokens (ProviderId) are not supported.");
  TARN_TRY(const federation::Jwt jwt, federation::ParseJwt(*in.web_identity_token));
  TARN_TRY(const Claims claims, Believe(parts_, ref->account, jwt));
  const Federated somebody = SomebodyOf(claims);
  TARN_CHECK(TakeProvided(somebody, request));
  TARN_TRY(const iam::Entity role,
           AdmitFederated(parts_, call, *in.role_arn, ContextOfToken(call, in, jwt.claims, claims), somebody));
  TARN_CHECK(CheckPolicyArns(parts_.iam, role.account, request));
  TARN_TRY(const int64_t seconds, RoleSeconds(in.duration_seconds, role.session_seconds, false));
  TARN_TRY(const auto made, IssueFederated(parts_, role, *in.role_session_name, request, somebody, seconds));
  const identity::Caller session = SessionOf(role, *in.role_session_name);
  gen::AssumeRoleWithWebIdentityResponse out;
  out.credentials = ToWire(made);
  out.assumed_role_user.emplace();
  out.assumed_role_user->assumed_role_id = session.user_id;
  out.assumed_role_user->arn = session.arn;
  out.subject_from_web_identity_token = claims.subject;
  out.audience = claims.audience;
  out.provider = claims.provider_arn;
  out.packed_policy_size = request.PackedPercent();
  if (!claims.source_identity.empty()) out.source_identity = claims.source_identity;
  return out;
}

}  // namespace tarn::api::sts
