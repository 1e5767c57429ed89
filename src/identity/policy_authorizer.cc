#include "identity/policy_authorizer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"
#include "identity/check_context.h"
#include "identity/errors.h"
#include "identity/principal.h"
#include "identity/sessions.h"

namespace tarn::identity {
namespace {

using policy::Decision;
using policy::Effect;
using policy::PolicyType;

// Whoever can sign may ask these, whatever policies say.
constexpr std::string_view kAlwaysAllowed[] = {"sts:GetCallerIdentity", "sts:GetSessionToken"};
// The services whose resources RCPs bind.
constexpr std::string_view kUnderResourceControl[] = {"s3:", "sts:", "kms:", "sqs:", "secretsmanager:"};
constexpr std::string_view kServiceLinked = ":role/aws-service-role/";
constexpr std::string_view kReserved = ":role/aws-reserved/";
constexpr size_t kPolicyTypes = static_cast<size_t>(PolicyType::kSession) + 1;

// The account of "arn:aws:glue:us-east-1:123456789012:database/x"; "" when it has none.
std::string_view AccountInArn(std::string_view arn) {
  if (!arn.starts_with("arn:")) return {};
  for (int colons = 0; colons < 4; ++colons) {
    const size_t at = arn.find(':');
    if (at == arn.npos) return {};
    arn.remove_prefix(at + 1);
  }
  const size_t end = arn.find(':');
  return end == arn.npos ? std::string_view() : arn.substr(0, end);
}

bool IsS3(const Check& check) { return check.action.starts_with("s3:") || check.action.starts_with("s3express:"); }

// What AWS keeps for itself, whatever policies say: its managed policies and the roles of its sign-in. All may read
// them.
bool IsKeptByAws(const Check& check) {
  if (!check.action.starts_with("iam:")) return false;
  const std::string_view resource = check.resource;
  if (!resource.starts_with("arn:aws:iam::aws:policy/") && resource.find(kReserved) == resource.npos) return false;
  constexpr std::string_view kReading[] = {"Get", "List", "Generate", "Simulate"};
  const std::string_view name = std::string_view(check.action).substr(4);
  return std::ranges::none_of(kReading, [&](std::string_view verb) { return name.starts_with(verb); });
}

Error Refuse(const Caller& caller, const Check& check, const policy::Outcome& outcome) {
  // S3 tells another account no more than that.
  if (caller.anonymous() || (IsS3(check) && ResourceAccount(caller, check) != caller.account)) {
    return Fail(kAccessDenied, "Access Denied");
  }
  const std::string quote = IsS3(check) && check.resource != "*" ? "\"" : "";
  std::string message = "User: " + caller.arn + " is not authorized to perform: " + check.action +
                        " on resource: " + quote + check.resource + quote;
  if (IsKeptByAws(check) && !outcome.explicit_deny) {
    const bool role = check.resource.find(kReserved) != std::string::npos;
    message.insert(message.rfind(check.resource), role ? "role " : "policy ");
  } else if (!check.action.starts_with("sts:AssumeRole")) {
    // STS does not say why a role may not be assumed.
    message += " " + policy::Because(outcome, check.action);
  }
  return Fail(kAccessDenied, std::move(message));
}

// "with an explicit deny in an identity-based policy: arn:aws:iam::…:policy/P, statement 2 (Sid)".
std::string DeciderOf(const Judged& judged, std::string_view action) {
  std::string text = policy::Because(judged.outcome, action);
  if (!judged.policy.empty()) text += ": " + judged.policy;
  if (judged.outcome.statement >= 0) text += ", statement " + std::to_string(judged.outcome.statement + 1);
  if (!judged.sid.empty()) text += " (" + judged.sid + ")";
  return text;
}

// What any of the policies allows; `decided` is told which one spoke.
Decision Union(const std::vector<NamedPolicy>& policies, const policy::Request& request, const NamedPolicy** decided) {
  Decision joined;
  for (const NamedPolicy& policy : policies) {
    const Decision decision = policy.document->Evaluate(request);
    if (decision.effect <= joined.effect) continue;
    joined = decision;
    *decided = &policy;
    if (joined.effect == Effect::kDeny) break;
  }
  return joined;
}

// What every level allows.
Decision OfLevels(const std::vector<std::vector<NamedPolicy>>& levels, const policy::Request& request,
                  const NamedPolicy** decided) {
  Decision joined{.effect = Effect::kAllow, .match = policy::Match::kPrincipal};
  for (const auto& level : levels) {
    const Decision decision = Union(level, request, decided);
    if (decision.effect == Effect::kDeny) return decision;
    if (decision.effect == Effect::kNone) joined = {};
  }
  return joined;
}

// What the policies of a session leave: each has to allow. A federated user has nothing that its session does not give.
std::optional<Decision> OfSession(const Caller& caller, const policy::Request& request) {
  const bool federated = caller.type == PrincipalType::kFederatedUser;
  if (!caller.facts || caller.facts->policies.empty())
    return federated ? std::optional<Decision>(Decision{}) : std::nullopt;
  std::optional<Decision> joined;
  for (const auto& document : caller.facts->policies) {
    const Decision decision = document->Evaluate(request);
    if (decision.effect == Effect::kDeny) return decision;
    if (!joined || decision.effect == Effect::kNone) joined = decision;
  }
  return joined;
}

bool UnderServiceControl(const Caller& caller, const ControlPolicies* controls) {
  return controls != nullptr && !controls->is_management && !controls->service.empty() && !caller.anonymous() &&
         caller.type != PrincipalType::kService && caller.role_arn.find(kServiceLinked) == std::string::npos;
}

bool UnderResourceControl(const Caller& caller, const Check& check, const ControlPolicies* controls) {
  return controls != nullptr && !controls->is_management && !controls->resource.empty() &&
         caller.type != PrincipalType::kService && caller.role_arn.find(kServiceLinked) == std::string::npos &&
         std::ranges::any_of(kUnderResourceControl,
                             [&](std::string_view service) { return check.action.starts_with(service); });
}

// Federated by its account's root: its session's policies alone say what it may.
bool HasAllIdentityRights(const Caller& caller) {
  return caller.type == PrincipalType::kFederatedUser && caller.role_arn.ends_with(":root");
}

bool IsAlwaysAllowed(const Caller& caller, const Check& check) {
  return !caller.anonymous() && std::ranges::find(kAlwaysAllowed, check.action) != std::end(kAlwaysAllowed);
}

// IAM takes no credentials of GetFederationToken, and those of GetSessionToken only with a second factor; AssumeRoot's
// are for it. What other services ask IAM for on the way is no call of IAM.
bool IsKeptFromIam(const Caller& caller, const Check& check) {
  if (!caller.facts || !check.action.starts_with("iam:") || check.action == "iam:PassRole") return false;
  if (caller.type == PrincipalType::kFederatedUser) return true;
  if (caller.facts->conditions.contains(std::string(kAssumedRoot))) return false;
  return (caller.type == PrincipalType::kUser || caller.is_root()) && !caller.facts->mfa;
}

bool IsUnbound(const ControlPolicies* controls) {
  return controls == nullptr || controls->is_management || (controls->service.empty() && controls->resource.empty());
}

// An account's own rights on what is its own, where nothing else has a say: the usual case of roots.
bool IsOwnersAlone(const Caller& caller, const Check& check, const Bindings& bindings) {
  return caller.acts_for_account() && !check.guard && (!caller.facts || caller.facts->policies.empty()) &&
         IsUnbound(bindings.callers.get()) && IsUnbound(bindings.resources.get()) &&
         ResourceAccount(caller, check) == caller.account;
}

}  // namespace

std::string_view ResourceAccount(const Caller& caller, const Check& check) {
  std::string_view told = AccountInArn(check.resource);
  // What AWS gives everybody, its managed policies for one, is asked for as one's own.
  if (told == "aws") told = {};
  // Where both tell, a resource is somebody else's as soon as one of them says so.
  if (check.owner && (*check.owner != caller.account || told.empty())) return *check.owner;
  return told.empty() ? std::string_view(caller.account) : told;
}

Result<Judged> Decide(const Caller& caller, const Check& check, const Bindings& bindings) {
  Judged judged;
  if (IsAlwaysAllowed(caller, check)) {
    judged.outcome.allowed = true;
    return judged;
  }
  const std::string_view owner = ResourceAccount(caller, check);
  const AsPrincipal principal(caller);
  const CheckContext context(caller, check,
                             {.principal = bindings.principal.get(),
                              .callers = bindings.callers.get(),
                              .resources = bindings.resources.get(),
                              .resource_account = owner,
                              .tags = bindings.tags});
  const policy::Request request{
      .principal = principal.get(), .action = check.action, .resource = check.resource, .context = context};
  policy::Verdicts& verdicts = judged.verdicts;
  std::array<const NamedPolicy*, kPolicyTypes> by = {};
  const auto decider = [&](PolicyType type) { return &by[static_cast<size_t>(type)]; };

  bool must_allow = false;
  if (check.guard) {
    TARN_TRY(const Guard::Ruling ruling, check.guard->Judge(caller, check, context));
    verdicts.resource = ruling.decision;
    must_allow = ruling.must_allow;
  }
  if (UnderServiceControl(caller, bindings.callers.get())) {
    verdicts.service_control = OfLevels(bindings.callers->service, request, decider(PolicyType::kServiceControl));
  }
  if (UnderResourceControl(caller, check, bindings.resources.get())) {
    verdicts.resource_control = OfLevels(bindings.resources->resource, request, decider(PolicyType::kResourceControl));
  }
  if (HasAllIdentityRights(caller)) {
    verdicts.identity = Decision{.effect = Effect::kAllow, .match = policy::Match::kPrincipal};
  } else if (bindings.principal) {
    verdicts.identity = Union(bindings.principal->identity, request, decider(PolicyType::kIdentity));
    if (const auto& boundary = bindings.principal->boundary) {
      verdicts.boundary = boundary->document->Evaluate(request);
      *decider(PolicyType::kBoundary) = &*boundary;
    }
  }
  verdicts.session = OfSession(caller, request);
  judged.outcome = policy::Combine(principal.get(), owner, verdicts, must_allow);
  if (check.guard && !judged.outcome.allowed && !judged.outcome.explicit_deny) {
    TARN_TRY(const Decision more, check.guard->JudgeRefused(caller, check, context));
    if (more.effect == Effect::kAllow) {
      verdicts.resource = policy::Join(verdicts.resource.value_or(Decision()), more);
      judged.outcome = policy::Combine(principal.get(), owner, verdicts, must_allow);
    }
  }
  if (judged.outcome.allowed && IsKeptByAws(check)) judged.outcome = {.decider = PolicyType::kResource, .sid = {}};
  judged.sid = judged.outcome.sid;
  judged.outcome.sid = {};
  const bool spoke = judged.outcome.allowed || judged.outcome.explicit_deny;
  if (const NamedPolicy* policy = *decider(judged.outcome.decider); policy != nullptr && spoke)
    judged.policy = policy->id;
  return judged;
}

Result<Bindings> PolicyAuthorizer::Bind(const Caller& caller, const Check& check) const {
  Bindings bindings;
  bindings.tags = tags_;
  const bool principal = !caller.anonymous() && !caller.acts_for_account();
  if (policies_ != nullptr && principal) {
    TARN_TRY(bindings.principal, policies_->PoliciesOf(caller));
  }
  if (controls_ == nullptr) return bindings;
  if (!caller.anonymous()) {
    TARN_TRY(bindings.callers, controls_->ControlsOf(caller.account));
  }
  const std::string_view owner = ResourceAccount(caller, check);
  if (owner == caller.account) {
    bindings.resources = bindings.callers;
  } else if (!owner.empty()) {
    TARN_TRY(bindings.resources, controls_->ControlsOf(owner));
  }
  return bindings;
}

Result<Judged> PolicyAuthorizer::Explain(const Caller& caller, const Check& check) const {
  TARN_TRY(const Bindings bindings, Bind(caller, check));
  TARN_TRY(Judged judged, Decide(caller, check, bindings));
  judged.verdicts = {};  // whose views end with the bindings
  return judged;
}

Status PolicyAuthorizer::Authorize(const Caller& caller, std::span<const Check> checks) const {
  for (const Check& check : checks) {
    if (IsKeptFromIam(caller, check)) return Fail(kBadToken, "The security token included in the request is invalid.");
    TARN_TRY(const Bindings bindings, Bind(caller, check));
    if (IsOwnersAlone(caller, check, bindings) && !IsKeptByAws(check)) continue;
    TARN_TRY(const Judged judged, Decide(caller, check, bindings));
    if (judged.outcome.allowed) continue;
    if (denials_ != nullptr && caller.request) denials_->Note(caller.request->id, DeciderOf(judged, check.action));
    return Refuse(caller, check, judged.outcome);
  }
  // Even a call without checks needs somebody who calls.
  if (checks.empty() && caller.anonymous()) return Fail(kAccessDenied, "Access Denied");
  return Ok();
}

}  // namespace tarn::identity
