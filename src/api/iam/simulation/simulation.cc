// SimulateCustomPolicy, SimulatePrincipalPolicy and the context keys of policies: the authorizer's decision, told with
// its statements. Nothing of the lake's own resources is asked: a resource's policy is what the request gives.
#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "api/iam/simulation/places.h"
#include "api/iam/simulation/sources.h"
#include "base/hash.h"
#include "base/strings.h"
#include "identity/check_context.h"
#include "identity/policy_guard.h"
#include "identity/principal.h"

namespace tarn::api::iam {
namespace {

using policy::Effect;

constexpr std::string_view kIamPolicy = "IAM Policy";
constexpr std::string_view kResourcePolicy = "Resource Policy";
constexpr const char* kDecisions[] = {"implicitDeny", "allowed", "explicitDeny"};

// Context keys that every request answers by itself.
constexpr std::string_view kOfPrincipals[] = {"aws:principalarn", "aws:principalaccount", "aws:principaltype",
                                              "aws:userid",       "aws:username",         "aws:principalisawsservice",
                                              "aws:viaawsservice"};

struct Simulation {
  Sources sources;
  identity::Caller caller;
  identity::Bindings bindings;
  identity::Check like;         // owner, context and guard of every check
  std::set<std::string> given;  // context keys, lower case
};

gen::Position ToWire(const Place& place) {
  gen::Position position;
  position.line = place.line;
  position.column = place.column;
  return position;
}

void AddMatched(const Source& source, std::string_view type, const policy::Request& request, Effect effect,
                std::vector<gen::Statement>& matched) {
  const auto places = StatementPlaces(source.text);
  for (const policy::Applied& applied : source.document->Matching(request)) {
    if (applied.effect != effect) continue;
    gen::Statement statement;
    statement.source_policy_id = source.id;
    statement.source_policy_type = type;
    const auto place = static_cast<size_t>(applied.statement);
    if (place < places.size()) {
      statement.start_position = ToWire(places[place].begin);
      statement.end_position = ToWire(places[place].end);
    }
    matched.push_back(std::move(statement));
  }
}

// The statements that made the decision.
std::vector<gen::Statement> MatchedBy(const Simulation& simulation, const identity::Check& check, Effect effect) {
  std::vector<gen::Statement> matched;
  if (effect == Effect::kNone) return matched;
  const identity::AsPrincipal principal(simulation.caller);
  const identity::CheckContext context(simulation.caller, check,
                                       {.principal = simulation.bindings.principal.get(),
                                        .resource_account = identity::ResourceAccount(simulation.caller, check)});
  const policy::Request request{
      .principal = principal.get(), .action = check.action, .resource = check.resource, .context = context};
  for (const Source& source : simulation.sources.identity) AddMatched(source, kIamPolicy, request, effect, matched);
  if (const auto& resource = simulation.sources.resource)
    AddMatched(*resource, kResourcePolicy, request, effect, matched);
  if (effect == Effect::kDeny) {
    for (const Source& source : simulation.sources.boundary) AddMatched(source, kIamPolicy, request, effect, matched);
  }
  return matched;
}

// The keys that the policies ask for and the request does not bring.
std::vector<std::string> MissingKeys(const Simulation& simulation) {
  std::vector<std::string> missing;
  const auto add = [&](const Source& source) {
    for (std::string& key : source.document->ContextKeys()) {
      const std::string lower = AsciiLower(key);
      const bool own =
          !simulation.caller.arn.empty() && std::ranges::find(kOfPrincipals, lower) != std::end(kOfPrincipals);
      if (own || simulation.given.contains(lower)) continue;
      if (std::ranges::find(missing, key) == missing.end()) missing.push_back(std::move(key));
    }
  };
  std::ranges::for_each(simulation.sources.identity, add);
  std::ranges::for_each(simulation.sources.boundary, add);
  if (simulation.sources.resource) add(*simulation.sources.resource);
  return missing;
}

// How the policies of each side of two accounts decide; within one account nothing is told.
std::map<std::string, std::string> DetailsOf(const Simulation& simulation, const policy::Verdicts& verdicts) {
  if (simulation.like.owner.value_or(simulation.caller.account) == simulation.caller.account) return {};
  const auto told = [](const std::optional<policy::Decision>& verdict) {
    return kDecisions[static_cast<size_t>(verdict ? verdict->effect : Effect::kNone)];
  };
  return {{std::string(kIamPolicy), told(verdicts.identity)}, {std::string(kResourcePolicy), told(verdicts.resource)}};
}

Result<gen::EvaluationResult> Evaluate(const Simulation& simulation, const std::string& action,
                                       const std::string& resource, bool named) {
  identity::Check check = simulation.like;
  check.action = action;
  check.resource = resource;
  TARN_TRY(const identity::Judged judged, identity::Decide(simulation.caller, check, simulation.bindings));
  const Effect effect = judged.outcome.allowed         ? Effect::kAllow
                        : judged.outcome.explicit_deny ? Effect::kDeny
                                                       : Effect::kNone;
  gen::EvaluationResult result;
  result.eval_action_name = action;
  result.eval_resource_name = resource;
  result.eval_decision = kDecisions[static_cast<size_t>(effect)];
  result.matched_statements = MatchedBy(simulation, check, effect);
  std::vector<std::string> missing = MissingKeys(simulation);
  if (judged.verdicts.boundary) {
    gen::PermissionsBoundaryDecisionDetail detail;
    detail.allowed_by_permissions_boundary = judged.verdicts.boundary->effect == Effect::kAllow;
    result.permissions_boundary_decision_detail = detail;
  }
  if (simulation.bindings.callers && !simulation.bindings.callers->organization_id.empty()) {
    const auto& verdict = judged.verdicts.service_control;
    gen::OrganizationsDecisionDetail detail;
    detail.allowed_by_organizations = !verdict || verdict->effect == Effect::kAllow;
    result.organizations_decision_detail = detail;
  }
  if (!named || resource == "*") {
    result.missing_context_values = std::move(missing);
    return result;
  }
  result.missing_context_values.emplace();
  result.eval_decision_details = DetailsOf(simulation, judged.verdicts);
  gen::ResourceSpecificResult specific;
  specific.eval_resource_name = resource;
  specific.eval_resource_decision = result.eval_decision;
  specific.matched_statements = result.matched_statements;
  specific.missing_context_values = std::move(missing);
  specific.permissions_boundary_decision_detail = result.permissions_boundary_decision_detail;
  result.resource_specific_results.emplace();
  result.resource_specific_results->push_back(std::move(specific));
  return result;
}

// Bytes are given in Base64. Errors: kInvalidInput.
template <class In>
Status TakeContext(const In& in, Simulation& simulation) {
  if (!in.context_entries) return Ok();
  for (const auto& entry : *in.context_entries) {
    const std::string& key = Text(entry.context_key_name);
    const std::string& type = Text(entry.context_key_type);
    auto values = entry.context_key_values.value_or(std::vector<std::string>());
    if (type.starts_with("binary")) {
      for (std::string& value : values) {
        auto bytes = Unbase64(value);
        if (!bytes) return Fail(domain::kInvalidInput, "Invalid value for context key " + key + ": " + value);
        value = *std::move(bytes);
      }
    }
    simulation.given.insert(AsciiLower(key));
    if (!type.ends_with("List") && values.size() == 1) {
      simulation.like.context[key] = values.front();
    } else {
      simulation.like.sets[key] = values;
    }
  }
  return Ok();
}

std::shared_ptr<identity::PrincipalPolicies> PoliciesOf(const Sources& sources) {
  auto policies = std::make_shared<identity::PrincipalPolicies>();
  for (const Source& source : sources.identity) policies->identity.push_back({source.id, source.document});
  if (sources.boundary.empty()) return policies;
  std::vector<std::shared_ptr<const policy::Document>> all;
  all.reserve(sources.boundary.size());
  for (const Source& source : sources.boundary) all.push_back(source.document);
  policies->boundary = identity::NamedPolicy{sources.boundary.front().id, policy::Union(std::move(all))};
  return policies;
}

// A user or role that need not be there.
identity::Caller Named(const std::string& arn, const domain::Ref& ref) {
  identity::Caller caller;
  caller.account = ref.account;
  caller.arn = arn;
  caller.type = identity::PrincipalType::kUser;
  if (ref.kind == domain::Kind::kRole) {
    caller.type = identity::PrincipalType::kAssumedRole;
    caller.role_arn = arn;
  }
  return caller;
}

// Who is simulated: the user that is named, else nobody in particular of the account.
Result<identity::Caller> CallerFor(IamService& service, const protocol::Call& call, const std::string& arn) {
  if (const auto ref = arn.empty() ? std::nullopt : domain::ParseArn(arn)) {
    auto known = service.iam().CallerOf(arn);
    return known.Is(domain::kNoSuchEntity) ? Named(arn, *ref) : std::move(known);
  }
  if (arn.ends_with(":root")) {
    const auto parts = Split(arn, ':');
    if (parts.size() == 6) return identity::RootOf(std::string(parts[4]));
  }
  if (!arn.empty()) return Fail(domain::kInvalidInput, "Invalid Caller Arn: " + arn);
  identity::Caller nobody;
  nobody.type = identity::PrincipalType::kUser;
  nobody.account = call.scope.account;
  return nobody;
}

template <class In>
Result<gen::SimulatePolicyResponse> Simulate(const In& in, Simulation& simulation) {
  TARN_CHECK(TakeContext(in, simulation));
  simulation.bindings.principal = PoliciesOf(simulation.sources);
  simulation.like.owner = simulation.caller.account;
  if (const std::string& owner = Text(in.resource_owner); !owner.empty()) {
    const auto parts = Split(owner, ':');
    if (parts.size() != 6) return Fail(domain::kInvalidInput, "Invalid Resource Owner: " + owner);
    simulation.like.owner = std::string(parts[4]);
  }
  if (in.resource_policy) {
    TARN_TRY(simulation.sources.resource, ResourceSourceOf(*in.resource_policy));
    auto guard = std::make_shared<identity::PolicyGuard>();
    guard->Add(simulation.sources.resource->document);
    simulation.like.guard = std::move(guard);
  }
  const bool named = in.resource_arns && !in.resource_arns->empty();
  const std::vector<std::string> resources = named ? *in.resource_arns : std::vector<std::string>{"*"};
  TARN_TRY(const std::string after, FromMarker(in.marker));
  const size_t from = after.empty() ? 0 : static_cast<size_t>(ParseI64(after).value_or(0));
  const auto limit = static_cast<size_t>(in.max_items.value_or(100));
  gen::SimulatePolicyResponse out;
  out.evaluation_results.emplace();
  out.is_truncated = false;
  size_t place = 0;
  for (const std::string& action : *in.action_names) {
    if (action != "*" && action.find(':') == std::string::npos) {
      return Fail(domain::kInvalidInput, "Invalid action name: " + action);
    }
    for (const std::string& resource : resources) {
      if (place++ < from) continue;
      if (out.evaluation_results->size() == limit) {
        out.is_truncated = true;
        out.marker = ToMarker(std::to_string(place - 1));
        return out;
      }
      TARN_TRY(out.evaluation_results->emplace_back(), Evaluate(simulation, action, resource, named));
    }
  }
  return out;
}

Result<gen::SimulatePolicyResponse> SimulateCustomPolicy(IamService& service, const protocol::Call& call,
                                                         const gen::SimulateCustomPolicyRequest& in) {
  Simulation simulation;
  TARN_TRY(simulation.caller, CallerFor(service, call, Text(in.caller_arn)));
  TARN_TRY(simulation.sources.identity, SourcesOf(in.policy_input_list, "PolicyInputList"));
  TARN_TRY(simulation.sources.boundary,
           SourcesOf(in.permissions_boundary_policy_input_list, "PermissionsBoundaryPolicyInputList"));
  return Simulate(in, simulation);
}

Result<gen::SimulatePolicyResponse> SimulatePrincipalPolicy(IamService& service, const protocol::Call& call,
                                                            const gen::SimulatePrincipalPolicyRequest& in) {
  Simulation simulation;
  const std::string& source = *in.policy_source_arn;
  const auto ref = domain::ParseArn(source);
  const bool group = ref && ref->kind == domain::Kind::kGroup;
  TARN_TRY(simulation.sources.boundary,
           SourcesOf(in.permissions_boundary_policy_input_list, "PermissionsBoundaryPolicyInputList"));
  TARN_CHECK(AddPrincipal(service.iam(), source, simulation.sources));
  TARN_TRY(simulation.caller, CallerFor(service, call, in.caller_arn ? *in.caller_arn : group ? "" : source));
  TARN_TRY(auto more, SourcesOf(in.policy_input_list, "PolicyInputList"));
  std::ranges::move(more, std::back_inserter(simulation.sources.identity));
  if (service.controls() != nullptr) {
    TARN_TRY(simulation.bindings.callers, service.controls()->ControlsOf(simulation.caller.account));
  }
  return Simulate(in, simulation);
}

gen::GetContextKeysForPolicyResponse KeysOf(const std::vector<Source>& sources) {
  gen::GetContextKeysForPolicyResponse out;
  out.context_key_names.emplace();
  std::vector<std::string>& names = *out.context_key_names;
  for (const Source& source : sources) {
    for (std::string& key : source.document->ContextKeys()) {
      if (std::ranges::find(names, key) == names.end()) names.push_back(std::move(key));
    }
  }
  return out;
}

Result<gen::GetContextKeysForPolicyResponse> GetContextKeysForCustomPolicy(
    IamService&, const protocol::Call&, const gen::GetContextKeysForCustomPolicyRequest& in) {
  TARN_TRY(const auto sources, SourcesOf(in.policy_input_list, "PolicyInputList"));
  return KeysOf(sources);
}

Result<gen::GetContextKeysForPolicyResponse> GetContextKeysForPrincipalPolicy(
    IamService& service, const protocol::Call&, const gen::GetContextKeysForPrincipalPolicyRequest& in) {
  Sources sources;
  TARN_CHECK(AddPrincipal(service.iam(), *in.policy_source_arn, sources));
  TARN_TRY(auto more, SourcesOf(in.policy_input_list, "PolicyInputList"));
  std::ranges::move(more, std::back_inserter(sources.identity));
  return KeysOf(sources.identity);
}

// The user, group or role whose policies are asked for.
constexpr auto kSourceArn = [](const protocol::Call&, const auto& in) { return *in.policy_source_arn; };

}  // namespace

Operations SimulationOperations() {
  using protocol::AnyResource;
  using protocol::Bind;
  return {
      Bind<&SimulateCustomPolicy>("SimulateCustomPolicy", "iam:SimulateCustomPolicy", AnyResource),
      Bind<&SimulatePrincipalPolicy>("SimulatePrincipalPolicy", "iam:SimulatePrincipalPolicy", kSourceArn),
      Bind<&GetContextKeysForCustomPolicy>("GetContextKeysForCustomPolicy", "iam:GetContextKeysForCustomPolicy",
                                           AnyResource),
      Bind<&GetContextKeysForPrincipalPolicy>("GetContextKeysForPrincipalPolicy",
                                              "iam:GetContextKeysForPrincipalPolicy", kSourceArn),
  };
}

}  // namespace tarn::api::iam
