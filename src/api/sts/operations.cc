#include "api/sts/gen/operations.h"

#include "api/sts/errors.h"
#include "api/sts/sts_service.h"
#include "federation/errors.h"
#include "identity/errors.h"

namespace tarn::api::sts {

using protocol::AnyResource;
using protocol::Bind;
using protocol::WorkClass;

namespace {

constexpr int32_t kTokenSeconds = 300;  // of an outbound token, when none are asked for

// Whoever can sign may: no policy takes it away.
template <typename In>
std::vector<identity::Check> NoChecks(const protocol::Call&, const In&) {
  return {};
}

std::string FederatedUserArn(const protocol::Call& call, const gen::GetFederationTokenRequest& in) {
  return "arn:aws:sts::" + call.caller.account + ":federated-user/" + in.name.value_or("");
}

std::vector<identity::Check> TokenChecks(const protocol::Call&, const gen::GetWebIdentityTokenRequest& in) {
  identity::Check check{"sts:GetWebIdentityToken", "*", {}, {}};
  check.sets["sts:IdentityTokenAudience"] = *in.audience;
  check.context["sts:SigningAlgorithm"] = *in.signing_algorithm;
  check.context["sts:DurationSeconds"] = std::to_string(in.duration_seconds.value_or(kTokenSeconds));
  if (in.tags) {
    for (const gen::Tag& tag : *in.tags) {
      check.context["aws:RequestTag/" + *tag.key] = *tag.value;
      check.sets["aws:TagKeys"].push_back(*tag.key);
    }
  }
  return {std::move(check)};
}

}  // namespace

Result<gen::GetCallerIdentityResponse> StsService::GetCallerIdentity(const protocol::Call& call,
                                                                     const gen::GetCallerIdentityRequest&) {
  gen::GetCallerIdentityResponse out;
  out.user_id = call.caller.user_id;
  out.account = call.caller.account;
  out.arn = call.caller.arn;
  return out;
}

const protocol::ServiceDesc& StsService::model() const { return gen::kService; }

// AssumeRole and AssumeRoot ask the authorizer themselves, when it is known of what.
std::span<const protocol::Operation> StsService::operations() const {
  static const protocol::Operation kOperations[] = {
      Bind<&StsService::AssumeRole>("AssumeRole", "sts:AssumeRole", NoChecks<gen::AssumeRoleRequest>),
      Bind<&StsService::AssumeRoleWithSAML>("AssumeRoleWithSAML", "sts:AssumeRoleWithSAML",
                                            NoChecks<gen::AssumeRoleWithSAMLRequest>, {.anonymous = true}),
      Bind<&StsService::AssumeRoleWithWebIdentity>("AssumeRoleWithWebIdentity", "sts:AssumeRoleWithWebIdentity",
                                                   NoChecks<gen::AssumeRoleWithWebIdentityRequest>,
                                                   {.work = WorkClass::kData, .anonymous = true}),
      Bind<&StsService::AssumeRoot>("AssumeRoot", "sts:AssumeRoot", NoChecks<gen::AssumeRootRequest>),
      Bind<&StsService::DecodeAuthorizationMessage>("DecodeAuthorizationMessage", "sts:DecodeAuthorizationMessage",
                                                    AnyResource),
      Bind<&StsService::GetAccessKeyInfo>("GetAccessKeyInfo", "sts:GetAccessKeyInfo", AnyResource),
      Bind<&StsService::GetCallerIdentity>("GetCallerIdentity", "sts:GetCallerIdentity",
                                           NoChecks<gen::GetCallerIdentityRequest>, {.work = WorkClass::kInline}),
      Bind<&StsService::GetFederationToken>("GetFederationToken", "sts:GetFederationToken", FederatedUserArn),
      Bind<&StsService::GetSessionToken>("GetSessionToken", "sts:GetSessionToken",
                                         NoChecks<gen::GetSessionTokenRequest>),
      Bind<&StsService::GetWebIdentityToken>("GetWebIdentityToken", "sts:GetWebIdentityToken", TokenChecks),
  };
  return kOperations;
}

std::span<const protocol::ErrorRow> StsService::errors() const {
  static const protocol::ErrorRow kRows[] = {
      {&kAccessDenied, "AccessDenied", 403},
      {&kValidation, "ValidationError", 400},
      {&kInvalidParameterValue, "InvalidParameterValue", 400},
      {&kMalformedPolicy, "MalformedPolicyDocument", 400},
      {&kPackedPolicyTooLarge, "PackedPolicyTooLarge", 400},
      {&kInvalidIdentityToken, "InvalidIdentityToken", 400},
      {&kOutboundDisabled, "OutboundWebIdentityFederationDisabledException", 403},
      {&kPayloadTooLarge, "JWTPayloadSizeExceededException", 400},
      {&kSessionEscalation, "SessionDurationEscalationException", 403},
      {&kInvalidAuthorizationMessage, "InvalidAuthorizationMessageException", 400},
      {&federation::kInvalidToken, "InvalidIdentityToken", 400},
      {&federation::kExpiredToken, "ExpiredTokenException", 400},
      {&federation::kUnreachable, "IDPCommunicationError", 400},
  };
  return kRows;
}

}  // namespace tarn::api::sts
