// DescribeEffectivePolicy: what the policies of a management type come to for one account.
#include <algorithm>
#include <iterator>

#include "api/organizations/convert.h"
#include "api/organizations/effective_policy.h"

namespace tarn::api::organizations {

using domain::Book;
using domain::Who;

namespace {

struct Levels {
  std::vector<std::vector<json::Value>> documents;
  Timestamp updated;
};

// The policies of a type on the way from the root down to the target. Errors: kNoSuchTarget.
Result<Levels> LevelsOf(Book& book, const std::string& type, const std::string& target) {
  TARN_TRY(const auto path, book.PathTo(target));
  if (path.empty()) return Fail(domain::kNoSuchTarget, "You specified a target that doesn't exist.");
  Levels levels;
  for (const std::string& level : path) {
    TARN_TRY(const auto attached, book.AttachedTo(level));
    std::vector<domain::Policy> policies;
    for (const std::string& id : attached) {
      TARN_TRY(auto policy, book.FindPolicy(id));
      if (policy && policy->type == type) policies.push_back(std::move(*policy));
    }
    std::ranges::stable_sort(policies, {}, [](const domain::Policy& each) { return each.created; });
    auto& documents = levels.documents.emplace_back();
    for (const domain::Policy& policy : policies) {
      auto document = json::Parse(policy.content);
      if (!document.ok()) return Fail(domain::kDamaged, "policy " + policy.id + " is damaged");
      documents.push_back(*std::move(document));
      levels.updated = std::max({levels.updated, policy.created, policy.updated});
    }
  }
  return levels;
}

}  // namespace

Result<gen::DescribeEffectivePolicyResponse> OrganizationsService::DescribeEffectivePolicy(
    const protocol::Call& call, const gen::DescribeEffectivePolicyRequest& in) {
  const std::string& type = *in.policy_type;
  TARN_CHECK(CheckPolicyType(call, type));
  if (type == domain::kServiceControl || type == domain::kResourceControl) {
    return InvalidInput(call, "INVALID_ENUM_POLICY_TYPE", "You specified an invalid value.");
  }
  if (in.target_id) TARN_CHECK(CheckTargetId(call, *in.target_id, false));
  const std::string target = in.target_id.value_or(call.caller.account);
  gen::DescribeEffectivePolicyResponse out;
  const Who who = target == call.caller.account ? Who::kMember : Who::kAdministrator;
  TARN_CHECK(organizations_.Read(call.caller.account, who, [&](Book& book) -> Status {
    TARN_TRY(const Levels levels, LevelsOf(book, type, target));
    const json::Value merged = MergePolicies(levels.documents);
    if (!book.Enabled(type) || merged.AsObject()->empty()) {
      return Fail(domain::kNoEffectivePolicy,
                  "We can't find an effective policy with the PolicyType and TargetId that you specified.");
    }
    out.effective_policy.emplace();
    out.effective_policy->policy_content = json::Write(merged);
    out.effective_policy->last_updated_timestamp = levels.updated;
    out.effective_policy->target_id = target;
    out.effective_policy->policy_type = type;
    return Ok();
  }));
  return out;
}

}  // namespace tarn::api::organizations
