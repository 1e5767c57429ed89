// Outbound web identity federation: whether an account's callers may get tokens for other services. STS makes them.
#include "iam/account/outbound.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "federation/token_signer.h"

namespace tarn::api::iam {
namespace {

using Type = Subject::Type;

constexpr std::string_view kIssuers = "/_tarn/issuers/";  // where the server publishes what an issuer is

Result<gen::EnableOutboundWebIdentityFederationResponse> EnableOutboundWebIdentityFederation(
    IamService& service, const protocol::Call& call, const gen::EnableOutboundWebIdentityFederationRequest&) {
  std::map<std::string, std::string> keys;
  for (const char* algorithm : {"ES384", "RS256"}) {
    TARN_TRY(keys[algorithm], federation::MakeSigningKey(algorithm));
  }
  gen::EnableOutboundWebIdentityFederationResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto issuer, domain::EnableOutbound(rows, call.endpoint + std::string(kIssuers), keys));
    out.issuer_identifier = issuer.url;
    return Ok();
  }));
  return out;
}

Result<gen::DisableOutboundWebIdentityFederationResponse> DisableOutboundWebIdentityFederation(
    IamService& service, const protocol::Call& call, const gen::DisableOutboundWebIdentityFederationRequest&) {
  TARN_CHECK(service.Change(call, [](domain::Rows& rows) { return domain::DisableOutbound(rows); }));
  return gen::DisableOutboundWebIdentityFederationResponse{};
}

Result<gen::GetOutboundWebIdentityFederationInfoResponse> GetOutboundWebIdentityFederationInfo(
    IamService& service, const protocol::Call& call, const gen::GetOutboundWebIdentityFederationInfoRequest&) {
  gen::GetOutboundWebIdentityFederationInfoResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto issuer, domain::FindOutbound(rows));
    out.issuer_identifier = issuer.url;
    out.jwt_vending_enabled = issuer.enabled;
    return Ok();
  }));
  return out;
}

}  // namespace

Operations OutboundOperations() {
  return {
      IamBind<&EnableOutboundWebIdentityFederation, Type::kNone>("EnableOutboundWebIdentityFederation"),
      IamBind<&DisableOutboundWebIdentityFederation, Type::kNone>("DisableOutboundWebIdentityFederation"),
      IamBind<&GetOutboundWebIdentityFederationInfo, Type::kNone>("GetOutboundWebIdentityFederationInfo"),
  };
}

}  // namespace tarn::api::iam
