#include <algorithm>
#include <utility>

#include "api/sts/errors.h"
#include "api/sts/sts_service.h"
#include "base/strings.h"
#include "iam/errors.h"
#include "identity/errors.h"
#include "identity/principal.h"

namespace tarn::api::sts {
namespace {

Error NotAuthorized(const identity::Caller& caller, const std::string& action, const std::string& role) {
  return Fail(kAccessDenied,
              "User: " + caller.arn + " is not authorized to perform: " + action + " on resource: " + role);
}

bool IsRoleArn(std::string_view arn) {
  const auto ref = iam::ParseArn(arn);
  return ref && ref->kind == iam::Kind::kRole && Split(arn, ':')[2] == "iam";
}

// What the caller handed on or says now. Errors: kAccessDenied when he is somebody already.
Result<std::string> SourceIdentityOf(const identity::Caller& caller, const std::optional<std::string>& asked) {
  const std::string held = caller.facts ? caller.facts->source_identity : std::string();
  if (asked && !held.empty() && *asked != held) {
    return Fail(kAccessDenied, "The source identity " + held + " of the calling session cannot be changed.");
  }
  return asked.value_or(held);
}

}  // namespace

identity::Caller SessionOf(const iam::Entity& role, const std::string& name) {
  identity::Caller caller;
  caller.type = identity::PrincipalType::kAssumedRole;
  caller.account = role.account;
  caller.arn = "arn:aws:sts::" + role.account + ":assumed-role/" + role.name + "/" + name;
  caller.user_id = role.id + ":" + name;
  caller.session = name;
  caller.role_arn = role.Arn();
  return caller;
}

Result<TrustContext> StsService::ContextOf(const protocol::Call& call, const gen::AssumeRoleRequest& in,
                                           const SessionRequest& request, bool mfa) {
  TrustContext context(call);
  const identity::Caller& caller = call.caller;
  context.Set("sts:RoleSessionName", *in.role_session_name);
  if (in.external_id) context.Set("sts:ExternalId", *in.external_id);
  if (in.source_identity) context.Set("sts:SourceIdentity", *in.source_identity);
  if (in.duration_seconds) context.Set("sts:DurationSeconds", std::to_string(*in.duration_seconds));
  context.SetSessionTags(request.tags, request.transitive_tags);
  TARN_TRY(const auto policies, parts_.iam.PoliciesOf(caller));
  if (policies) context.SetPrincipalTags(policies->tags);
  if (caller.facts) {
    context.SetPrincipalTags(caller.facts->tags);
    for (const auto& [key, value] : caller.facts->conditions) context.Set(key, value);
    if (!caller.facts->source_identity.empty()) context.Set("aws:SourceIdentity", caller.facts->source_identity);
    context.Set("aws:TokenIssueTime", FormatIso8601(caller.facts->issued));
  }
  if (caller.facts || mfa) {
    const bool present = mfa || caller.facts->mfa;
    context.Set("aws:MultiFactorAuthPresent", present ? "true" : "false");
    if (present) {
      const int64_t age = mfa ? 0 : call.now.seconds() - caller.facts->issued.seconds();
      context.Set("aws:MultiFactorAuthAge", std::to_string(age));
    }
  }
  if (parts_.organizations != nullptr) {
    TARN_TRY(const auto controls, parts_.organizations->ControlsOf(caller.account));
    if (controls && !controls->organization_id.empty()) {
      context.Set("aws:PrincipalOrgID", controls->organization_id);
      context.Set("aws:PrincipalOrgPaths", controls->org_paths);
    }
  }
  return context;
}

Result<iam::Entity> StsService::Admit(const protocol::Call& call, const gen::AssumeRoleRequest& in,
                                      const SessionRequest& request, bool mfa) {
  const identity::Caller& caller = call.caller;
  const std::string& arn = *in.role_arn;
  if (!IsRoleArn(arn)) return Fail(kValidation, arn + " is invalid");
  if (caller.is_root() && !parts_.root_assumes_roles) {
    return Fail(kAccessDenied, "Roles may not be assumed by root accounts.");
  }
  if (caller.type == identity::PrincipalType::kFederatedUser) return NotAuthorized(caller, "sts:AssumeRole", arn);
  auto role = parts_.iam.FindByArn(arn);
  if (role.Is(iam::kNoSuchEntity)) return NotAuthorized(caller, "sts:AssumeRole", arn);
  if (!role.ok()) return role.error();
  if (role->Arn() != arn) return NotAuthorized(caller, "sts:AssumeRole", arn);
  const auto trust = Trust::Of(*role);
  if (!trust.ok()) return NotAuthorized(caller, "sts:AssumeRole", arn);
  TARN_TRY(const TrustContext context, ContextOf(call, in, request, mfa));
  std::vector<std::string> actions{"sts:AssumeRole"};
  if (!request.tags.empty() && in.tags && !in.tags->empty()) actions.emplace_back("sts:TagSession");
  if (in.source_identity) actions.emplace_back("sts:SetSourceIdentity");
  const identity::AsPrincipal principal(caller);
  for (const std::string& action : actions) {
    const policy::Decision decision = trust->Judge(principal.get(), action, context);
    // A role's trust must say so by itself, even to its own account.
    if (decision.effect != policy::Effect::kAllow) return NotAuthorized(caller, action, arn);
    identity::Check check{.action = action, .resource = arn, .owner = role->account, .context = {}};
    context.AddTo(check);
    check.guard = GuardOf(decision);
    Status allowed = call.Allow(std::span(&check, 1));
    if (allowed.Is(identity::kAccessDenied) && allowed.error().message.find("explicit deny") == std::string::npos) {
      return NotAuthorized(caller, action, arn);
    }
    TARN_CHECK(std::move(allowed));
  }
  return std::move(*role);
}

Result<gen::AssumeRoleResponse> StsService::AssumeRole(const protocol::Call& call, const gen::AssumeRoleRequest& in) {
  TARN_TRY(SessionRequest request, ReadSessionRequest(in.policy, in.policy_arns, in.tags, in.transitive_tag_keys));
  TARN_CHECK(InheritTags(call.caller, request));
  TARN_TRY(const bool mfa, CheckMfa(call, in.serial_number, in.token_code));
  TARN_TRY(const iam::Entity role, Admit(call, in, request, mfa));
  TARN_CHECK(CheckPolicyArns(parts_.iam, role.account, request));
  const bool chained = call.caller.type == identity::PrincipalType::kAssumedRole;
  identity::SessionGrant grant;
  TARN_TRY(grant.seconds, RoleSeconds(in.duration_seconds, role.session_seconds, chained));
  TARN_TRY(grant.source_identity, SourceIdentityOf(call.caller, in.source_identity));
  grant.principal = SessionOf(role, *in.role_session_name);
  grant.policies = request.policies;
  grant.policy_arns = request.policy_arns;
  grant.tags = request.tags;
  grant.transitive_tags = request.transitive_tags;
  grant.mfa = mfa;
  const auto made = parts_.sessions.Issue(grant);
  if (made.Is(identity::kBadSession)) return Fail(kMalformedPolicy, made.error().message);
  if (!made.ok()) return made.error();
  gen::AssumeRoleResponse out;
  out.credentials = ToWire(*made);
  out.assumed_role_user.emplace();
  out.assumed_role_user->assumed_role_id = grant.principal.user_id;
  out.assumed_role_user->arn = grant.principal.arn;
  out.packed_policy_size = request.PackedPercent();
  if (!grant.source_identity.empty()) out.source_identity = grant.source_identity;
  return out;
}

}  // namespace tarn::api::sts
