// AssumeRoleWithSAML: a role's session for whom an identity provider of SAML vouches.
#include "federation/saml.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/sts/errors.h"
#include "api/sts/federated.h"
#include "api/sts/sts_service.h"
#include "base/hash.h"
#include "base/strings.h"
#include "federation/base64_lines.h"
#include "federation/errors.h"
#include "iam/account/providers.h"
#include "iam/errors.h"

namespace tarn::api::sts {
namespace {

constexpr std::string_view kAction = "sts:AssumeRoleWithSAML";
constexpr std::string_view kAttributes = "https://aws.amazon.com/SAML/Attributes/";
constexpr std::string_view kTagAttribute = "https://aws.amazon.com/SAML/Attributes/PrincipalTag:";
constexpr std::string_view kFormats = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

using Values = std::vector<std::string>;

// Attributes of directories that trust policies may name, and their condition keys.
constexpr std::pair<std::string_view, std::string_view> kDirectoryKeys[] = {
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "saml:eduPersonAffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.2", "saml:eduPersonNickname"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.3", "saml:eduPersonOrgDN"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.4", "saml:eduPersonOrgUnitDN"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "saml:eduPersonPrimaryAffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "saml:eduPersonPrincipalName"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.7", "saml:eduPersonEntitlement"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.8", "saml:eduPersonPrimaryOrgUnitDN"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "saml:eduPersonScopedAffiliation"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "saml:eduPersonTargetedID"},
    {"urn:oid:1.3.6.1.4.1.5923.1.1.1.11", "saml:eduPersonAssurance"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.2", "saml:eduOrgHomePageURI"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.3", "saml:eduOrgIdentityAuthNPolicyURI"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.4", "saml:eduOrgLegalName"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.5", "saml:eduOrgSuperiorURI"},
    {"urn:oid:1.3.6.1.4.1.5923.1.2.1.6", "saml:eduOrgWhitePagesURI"},
    {"urn:oid:2.5.4.3", "saml:cn"},
    {"http://schemas.xmlsoap.org/claims/CommonName", "saml:commonName"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name", "saml:name"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname", "saml:givenName"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname", "saml:surname"},
    {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "saml:mail"},
    {"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid", "saml:primaryGroupSID"},
    {"urn:oid:0.9.2342.19200300.100.1.1", "saml:uid"},
    {"urn:oid:0.9.2342.19200300.100.1.3", "saml:mail"},
    {"urn:oid:0.9.2342.19200300.100.1.45", "saml:organizationStatus"},
    {"urn:oid:2.5.4.45", "saml:x500UniqueIdentifier"},
};

const Values& ValuesOf(const federation::SamlAssertion& assertion, std::string_view name) {
  static const Values kNone;
  const auto found = assertion.attributes.find(std::string(kAttributes) + std::string(name));
  return found == assertion.attributes.end() ? kNone : found->second;
}

// "https://signin.aws.amazon.com/saml", of a region too, and the name that AWS has as a service provider.
bool IsHere(std::string_view audience) {
  return audience == "urn:amazon:webservices" ||
         (audience.starts_with("https://") &&
          (audience.ends_with(".signin.aws.amazon.com/saml") || audience == "https://signin.aws.amazon.com/saml"));
}

// The role and the provider, in either order, as the assertion lists what its subject may assume.
bool Offers(const federation::SamlAssertion& assertion, const std::string& role, const std::string& provider) {
  return std::ranges::any_of(ValuesOf(assertion, "Role"), [&](const std::string& value) {
    const auto parts = Split(value, ',');
    if (parts.size() != 2) return false;
    const std::string_view first = Trim(parts[0]);
    const std::string_view second = Trim(parts[1]);
    return (first == role && second == provider) || (first == provider && second == role);
  });
}

// Errors: kInvalidIdentityToken.
Result<std::string> SessionNameOf(const federation::SamlAssertion& assertion) {
  const Values& names = ValuesOf(assertion, "RoleSessionName");
  if (names.size() != 1) return Fail(kInvalidIdentityToken, "RoleSessionName is required in AuthnResponse");
  if (!IsSessionName(names.front())) {
    return Fail(kInvalidIdentityToken, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
  }
  return names.front();
}

std::string TypeOf(const federation::SamlAssertion& assertion) {
  for (const std::string_view known : {"persistent", "transient"}) {
    if (assertion.format == std::string(kFormats) + std::string(known)) return std::string(known);
  }
  return assertion.format;
}

// The assertion, believed and meant for here. Errors: kInvalidIdentityToken, federation's.
Result<federation::SamlAssertion> Believe(const iam::Iam& iam, const protocol::Call& call,
                                          const iam::SamlProvider& provider, const std::string& text) {
  const auto response = federation::UnbaseLines(text);
  if (!response) return Fail(kInvalidIdentityToken, "Invalid base64 SAMLResponse");
  const auto metadata = federation::SamlMetadata::Parse(provider.metadata);
  if (!metadata.ok()) return Fail(kInvalidIdentityToken, "The metadata of the specified provider is not valid");
  if (metadata->valid_until && call.now >= *metadata->valid_until) {
    return Fail(kInvalidIdentityToken, "The metadata of the specified provider has expired");
  }
  federation::SamlDecryption decryption;
  TARN_TRY(decryption.private_keys, iam::PrivateKeysOf(iam, provider));
  decryption.required = provider.encryption == "Required";
  TARN_TRY(auto assertion, federation::VerifySaml(*response, *metadata, call.now, decryption));
  for (const Values& audiences : assertion.audiences) {
    if (std::ranges::none_of(audiences, IsHere)) {
      return Fail(kInvalidIdentityToken, "Response does not contain the required audience.");
    }
  }
  return assertion;
}

Federated SomebodyOf(const iam::SamlProvider& provider, const federation::SamlAssertion& assertion) {
  Federated somebody;
  somebody.action = kAction;
  somebody.provider_arn = provider.Arn();
  for (const auto& [name, values] : assertion.attributes) {
    if (name.starts_with(kTagAttribute) && !values.empty()) {
      somebody.tags[name.substr(kTagAttribute.size())] = values.front();
    }
  }
  somebody.transitive_tags = ValuesOf(assertion, "TransitiveTagKeys");
  const Values& sources = ValuesOf(assertion, "SourceIdentity");
  if (!sources.empty()) somebody.source_identity = sources.front();
  somebody.conditions = {
      {"aws:federatedprovider", provider.Arn()},
      {"saml:sub", assertion.subject},
      {"saml:sub_type", TypeOf(assertion)},
      {"saml:iss", assertion.issuer},
      {"saml:aud", assertion.recipient},
      {"saml:doc", provider.account + "/" + provider.name},
      {"saml:namequalifier", Base64(Sha1(assertion.issuer + provider.account + "/" + provider.name))}};
  return somebody;
}

TrustContext ContextOfAssertion(const protocol::Call& call, const gen::AssumeRoleWithSAMLRequest& in,
                                const federation::SamlAssertion& assertion, const std::string& session,
                                const Federated& somebody) {
  TrustContext context(call);
  context.Set("sts:RoleSessionName", session);
  if (in.duration_seconds) context.Set("sts:DurationSeconds", std::to_string(*in.duration_seconds));
  if (!somebody.source_identity.empty()) context.Set("sts:SourceIdentity", somebody.source_identity);
  for (const auto& [key, value] : somebody.conditions) context.Set(key, value);
  context.SetSessionTags(somebody.tags, somebody.transitive_tags);
  for (const auto& [attribute, key] : kDirectoryKeys) {
    const auto found = assertion.attributes.find(std::string(attribute));
    if (found != assertion.attributes.end()) context.Set(key, found->second);
  }
  return context;
}

}  // namespace

Result<gen::AssumeRoleWithSAMLResponse> StsService::AssumeRoleWithSAML(const protocol::Call& call,
                                                                       const gen::AssumeRoleWithSAMLRequest& in) {
  const auto ref = iam::ParseArn(*in.role_arn);
  if (!ref || ref->kind != iam::Kind::kRole) return Fail(kValidation, *in.role_arn + " is invalid");
  TARN_TRY(SessionRequest request, ReadSessionRequest(in.policy, in.policy_arns, {}, {}));
  const auto provider = parts_.iam.FindSamlProvider(*in.principal_arn);
  if (provider.Is(iam::kNoSuchEntity)) return Fail(kInvalidIdentityToken, "Specified provider doesn't exist");
  if (!provider.ok()) return provider.error();
  TARN_TRY(const auto assertion, Believe(parts_.iam, call, *provider, *in.saml_assertion));
  const Federated somebody = SomebodyOf(*provider, assertion);
  if (provider->account != ref->account || assertion.subject.empty() ||
      !Offers(assertion, *in.role_arn, provider->Arn())) {
    return NotAuthorized(somebody);
  }
  TARN_TRY(const std::string session, SessionNameOf(assertion));
  TARN_CHECK(TakeProvided(somebody, request));
  TARN_TRY(
      const iam::Entity role,
      AdmitFederated(parts_, call, *in.role_arn, ContextOfAssertion(call, in, assertion, session, somebody), somebody));
  TARN_CHECK(CheckPolicyArns(parts_.iam, role.account, request));
  TARN_TRY(int64_t seconds, RoleSeconds(in.duration_seconds, role.session_seconds, false));
  if (assertion.session_ends) {
    seconds = std::min(seconds, (assertion.session_ends->micros - call.now.micros) / kMicrosPerSecond);
    if (seconds <= 0) return Fail(federation::kExpiredToken, "The session of the SAML Assertion has ended");
  }
  TARN_TRY(const auto made, IssueFederated(parts_, role, session, request, somebody, seconds));
  const identity::Caller caller = SessionOf(role, session);
  gen::AssumeRoleWithSAMLResponse out;
  out.credentials = ToWire(made);
  out.assumed_role_user.emplace();
  out.assumed_role_user->assumed_role_id = caller.user_id;
  out.assumed_role_user->arn = caller.arn;
  out.subject = assertion.subject;
  out.subject_type = TypeOf(assertion);
  out.issuer = assertion.issuer;
  out.audience = assertion.recipient;
  out.name_qualifier = somebody.conditions.at("saml:namequalifier");
  out.packed_policy_size = request.PackedPercent();
  if (!somebody.source_identity.empty()) out.source_identity = somebody.source_identity;
  return out;
}

}  // namespace tarn::api::sts
