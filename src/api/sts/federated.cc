#include "api/sts/federated.h"

#include <algorithm>
#include <span>
#include <utility>

#include "api/sts/errors.h"
#include "iam/errors.h"
#include "identity/errors.h"

namespace tarn::api::sts {

bool IsSessionName(std::string_view name) {
  return name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("_+=,.@-").find(c) != std::string_view::npos;
         });
}

Status TakeProvided(const Federated& somebody, SessionRequest& request) {
  if (!somebody.source_identity.empty() && !IsSessionName(somebody.source_identity)) {
    return Fail(kInvalidIdentityToken,
                "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"");
  }
  std::vector<gen::Tag> tags;
  tags.reserve(somebody.tags.size());
  for (const auto& [key, value] : somebody.tags) {
    gen::Tag& tag = tags.emplace_back();
    tag.key = key;
    tag.value = value;
  }
  return TakeTags(tags, somebody.transitive_tags, request);
}

Error NotAuthorized(const Federated& somebody) {
  return Fail(kAccessDenied, "Not authorized to perform " + std::string(somebody.action));
}

Result<iam::Entity> AdmitFederated(const Parts& parts, const protocol::Call& call, const std::string& role_arn,
                                   const TrustContext& context, const Federated& somebody) {
  auto role = parts.iam.FindByArn(role_arn);
  if (role.Is(iam::kNoSuchEntity) || (role.ok() && role->Arn() != role_arn)) return NotAuthorized(somebody);
  if (!role.ok()) return role.error();
  const auto trust = Trust::Of(*role);
  if (!trust.ok()) return NotAuthorized(somebody);
  policy::Principal principal;
  principal.kind = policy::PrincipalKind::kFederated;
  principal.provider = somebody.provider_arn;
  std::vector<std::string_view> actions{somebody.action};
  if (!somebody.tags.empty()) actions.emplace_back("sts:TagSession");
  if (!somebody.source_identity.empty()) actions.emplace_back("sts:SetSourceIdentity");
  for (const std::string_view action : actions) {
    const policy::Decision decision = trust->Judge(principal, action, context);
    if (decision.effect != policy::Effect::kAllow) return NotAuthorized(somebody);
    identity::Check check{.action = std::string(action), .resource = role_arn, .owner = role->account, .context = {}};
    context.AddTo(check);
    check.guard = GuardOf(decision);
    const Status allowed = call.Allow(std::span(&check, 1));
    if (allowed.Is(identity::kAccessDenied)) return NotAuthorized(somebody);
    if (!allowed.ok()) return allowed.error();
  }
  return std::move(*role);
}

Result<identity::TemporaryCredentials> IssueFederated(const Parts& parts, const iam::Entity& role,
                                                      const std::string& session, const SessionRequest& request,
                                                      const Federated& somebody, int64_t seconds) {
  identity::SessionGrant grant;
  grant.seconds = seconds;
  grant.principal = SessionOf(role, session);
  grant.policies = request.policies;
  grant.policy_arns = request.policy_arns;
  grant.tags = somebody.tags;
  grant.transitive_tags = somebody.transitive_tags;
  grant.source_identity = somebody.source_identity;
  grant.provider = somebody.provider_arn;
  grant.conditions = somebody.conditions;
  auto made = parts.sessions.Issue(grant);
  if (made.Is(identity::kBadSession)) return Fail(kMalformedPolicy, made.error().message);
  return made;
}

}  // namespace tarn::api::sts
