#include "policy/combine.h"

namespace tarn::policy {
namespace {

using enum PolicyType;

struct Layer {
  PolicyType type;
  const std::optional<Decision>* decision;
};

Effect EffectOf(const std::optional<Decision>& decision) { return decision ? decision->effect : Effect::kNone; }

bool Bars(const std::optional<Decision>& limit) { return limit && limit->effect != Effect::kAllow; }

Outcome Missing(PolicyType type) { return {false, false, type, {}}; }

std::string_view NameOf(PolicyType type) {
  switch (type) {
    case kServiceControl:
      return "service control policy";
    case kResourceControl:
      return "resource control policy";
    case kResource:
      return "resource-based policy";
    case kIdentity:
      return "identity-based policy";
    case kBoundary:
      return "permissions boundary";
    case kSession:
      return "session policy";
  }
  return {};
}

}  // namespace

Decision Join(const Decision& a, const Decision& b) {
  if (a.effect != b.effect) return a.effect > b.effect ? a : b;
  return a.match >= b.match ? a : b;
}

Outcome Combine(const Principal& principal, std::string_view resource_account, const Verdicts& verdicts,
                bool resource_policy_required) {
  const Layer layers[] = {{kServiceControl, &verdicts.service_control},
                          {kResourceControl, &verdicts.resource_control},
                          {kResource, &verdicts.resource},
                          {kIdentity, &verdicts.identity},
                          {kBoundary, &verdicts.boundary},
                          {kSession, &verdicts.session}};
  for (const Layer& layer : layers) {
    if (EffectOf(*layer.decision) == Effect::kDeny) {
      return {false, true, layer.type, (*layer.decision)->sid, (*layer.decision)->statement};
    }
  }
  if (Bars(verdicts.resource_control)) return Missing(kResourceControl);
  if (Bars(verdicts.service_control)) return Missing(kServiceControl);

  const bool granted = EffectOf(verdicts.resource) == Effect::kAllow;
  const Outcome by_resource{true, false, kResource, granted ? verdicts.resource->sid : std::string_view{},
                            granted ? verdicts.resource->statement : -1};
  if (principal.kind == PrincipalKind::kAnonymous || principal.kind == PrincipalKind::kService) {
    return granted ? by_resource : Missing(kResource);
  }
  const bool same_account = principal.account == resource_account;
  if ((!same_account || resource_policy_required) && !granted) return Missing(kResource);
  // Within the account, a grant to the very principal needs no other; one to its role is held by boundary and session.
  const bool direct = same_account && granted && verdicts.resource->match >= Match::kRole;
  if (direct && verdicts.resource->match != Match::kRole) return by_resource;
  const bool root = principal.kind == PrincipalKind::kAccountRoot;
  if (!direct && !root && EffectOf(verdicts.identity) != Effect::kAllow) return Missing(kIdentity);
  if (Bars(verdicts.boundary)) return Missing(kBoundary);
  if (Bars(verdicts.session)) return Missing(kSession);
  if (direct) return by_resource;
  if (!verdicts.identity) return {true, false, kIdentity, {}};
  return {true, false, kIdentity, verdicts.identity->sid, verdicts.identity->statement};
}

std::string Because(const Outcome& outcome, std::string_view action) {
  const std::string name(NameOf(outcome.decider));
  if (outcome.explicit_deny)
    return (name[0] == 'i' ? "with an explicit deny in an " : "with an explicit deny in a ") + name;
  return "because no " + name + " allows the " + std::string(action) + " action";
}

}  // namespace tarn::policy
