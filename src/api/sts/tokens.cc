// Sessions of users themselves and of those whom they vouch for.
#include <algorithm>
#include <utility>

#include "api/sts/errors.h"
#include "api/sts/sts_service.h"
#include "iam/credentials/mfa.h"
#include "iam/errors.h"
#include "identity/errors.h"

namespace tarn::api::sts {
namespace {

constexpr int64_t kUserSeconds = 43'200;
constexpr int64_t kRootSecondsMax = 3600;

// A root's sessions last an hour, however long was asked for.
int64_t SecondsOf(const identity::Caller& caller, const std::optional<int32_t>& asked) {
  const int64_t seconds = asked ? *asked : kUserSeconds;
  return caller.is_root() ? std::min(seconds, kRootSecondsMax) : seconds;
}

Status RefuseSessions(const identity::Caller& caller, std::string_view operation) {
  if (!caller.facts) return Ok();
  return Fail(kAccessDenied, "Cannot call " + std::string(operation) + " with session credentials");
}

// A session of a user himself may call AssumeRole and GetCallerIdentity alone, one of a role most operations.
Status RefuseSessionsOfUsers(const identity::Caller& caller, std::string_view operation) {
  return caller.type == identity::PrincipalType::kAssumedRole ? Ok() : RefuseSessions(caller, operation);
}

}  // namespace

Result<bool> StsService::CheckMfa(const protocol::Call& call, const std::optional<std::string>& serial,
                                  const std::optional<std::string>& code) {
  if (!serial && !code) return false;
  if (!serial || !code) {
    return Fail(kAccessDenied,
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.");
  }
  const std::string user = call.caller.arn.substr(call.caller.arn.rfind('/') + 1);
  bool known = call.caller.type == identity::PrincipalType::kUser;
  bool valid = false;
  TARN_CHECK(parts_.iam.Read(call.caller.account, [&](iam::Rows& rows) -> Status {
    const auto device = iam::FindDevice(rows, *serial);
    if (!device.ok() && !device.Is(iam::kNoSuchEntity)) return device.error();
    known = known && device.ok() && device->user == user;
    if (known) {
      TARN_TRY(valid, iam::IsCode(parts_.iam, *device, *code, call.now));
    }
    return Ok();
  }));
  if (!known) {
    return Fail(kAccessDenied,
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number "
                "is valid and associated with this user.");
  }
  if (!valid) return Fail(kAccessDenied, "MultiFactorAuthentication failed with invalid MFA one time pass code. ");
  return true;
}

Result<gen::GetSessionTokenResponse> StsService::GetSessionToken(const protocol::Call& call,
                                                                 const gen::GetSessionTokenRequest& in) {
  TARN_CHECK(RefuseSessions(call.caller, "GetSessionToken"));
  identity::SessionGrant grant;
  TARN_TRY(grant.mfa, CheckMfa(call, in.serial_number, in.token_code));
  grant.principal = call.caller;
  grant.seconds = SecondsOf(call.caller, in.duration_seconds);
  TARN_TRY(const auto made, parts_.sessions.Issue(grant));
  gen::GetSessionTokenResponse out;
  out.credentials = ToWire(made);
  return out;
}

Result<gen::GetFederationTokenResponse> StsService::GetFederationToken(const protocol::Call& call,
                                                                       const gen::GetFederationTokenRequest& in) {
  const identity::Caller& caller = call.caller;
  TARN_CHECK(RefuseSessions(caller, "GetFederationToken"));
  TARN_TRY(const SessionRequest request, ReadSessionRequest(in.policy, in.policy_arns, in.tags, {}));
  TARN_CHECK(CheckPolicyArns(parts_.iam, caller.account, request));
  identity::SessionGrant grant;
  grant.principal.type = identity::PrincipalType::kFederatedUser;
  grant.principal.account = caller.account;
  grant.principal.arn = "arn:aws:sts::" + caller.account + ":federated-user/" + *in.name;
  grant.principal.user_id = caller.account + ":" + *in.name;
  grant.principal.access_key_id = caller.access_key_id;
  grant.principal.session = *in.name;
  grant.principal.role_arn = caller.arn;
  grant.policies = request.policies;
  grant.policy_arns = request.policy_arns;
  grant.tags = request.tags;
  grant.seconds = SecondsOf(caller, in.duration_seconds);
  const auto made = parts_.sessions.Issue(grant);
  if (made.Is(identity::kBadSession)) return Fail(kMalformedPolicy, made.error().message);
  if (!made.ok()) return made.error();
  gen::GetFederationTokenResponse out;
  out.credentials = ToWire(*made);
  out.federated_user.emplace();
  out.federated_user->arn = grant.principal.arn;
  out.federated_user->federated_user_id = grant.principal.user_id;
  out.packed_policy_size = request.PackedPercent().value_or(0);
  return out;
}

Result<gen::GetAccessKeyInfoResponse> StsService::GetAccessKeyInfo(const protocol::Call& call,
                                                                   const gen::GetAccessKeyInfoRequest& in) {
  TARN_CHECK(RefuseSessionsOfUsers(call.caller, "GetAccessKeyInfo"));
  gen::GetAccessKeyInfoResponse out;
  if (*in.access_key_id == call.caller.access_key_id) {
    out.account = call.caller.account;
    return out;
  }
  const auto found = parts_.sessions.FindKey(*in.access_key_id, "");
  if (found.Is(identity::kUnknownKey)) return Fail(kValidation, "Invalid access key ID: " + *in.access_key_id);
  if (!found.ok()) return found.error();
  out.account = (*found)->caller.account;
  return out;
}

// No service here encodes why it refused: refusals say it in the clear.
Result<gen::DecodeAuthorizationMessageResponse> StsService::DecodeAuthorizationMessage(
    const protocol::Call& call, const gen::DecodeAuthorizationMessageRequest&) {
  TARN_CHECK(RefuseSessionsOfUsers(call.caller, "DecodeAuthorizationMessage"));
  return Fail(kInvalidAuthorizationMessage, "The specified encoded message is not valid.");
}

}  // namespace tarn::api::sts
