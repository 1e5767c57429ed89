// The decision over several policies, as IAM's evaluation logic has it. Pure.
//
// Defined by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/policy.h"

namespace tarn::policy {

// What each kind of policy says of one request. Unset: no such policy applies (for `identity` and `resource`: none is
// attached, which is an implicit deny). Several policies of a kind are joined by Join first.
struct Verdicts {
  std::optional<Decision> service_control;   // SCPs of the principal's account
  std::optional<Decision> resource_control;  // RCPs of the resource's account
  std::optional<Decision> resource;
  std::optional<Decision> identity;
  std::optional<Decision> boundary;
  std::optional<Decision> session;
};

enum class PolicyType : uint8_t { kServiceControl, kResourceControl, kResource, kIdentity, kBoundary, kSession };

struct Outcome {
  bool allowed = false;
  bool explicit_deny = false;  // by a policy of type `decider`; else `decider` is the type that did not allow
  PolicyType decider = PolicyType::kIdentity;
  std::string_view sid;
  int statement = -1;  // the deciding one's place in its policy, from 0
};

// The union of two policies of one type.
Decision Join(const Decision& a, const Decision& b);

// `resource_account` is the owner of the resource; `principal.account` the caller's. A resource whose policy must grant
// even in its own account (a KMS key, a role's trust) sets `resource_policy_required`.
Outcome Combine(const Principal& principal, std::string_view resource_account, const Verdicts& verdicts,
                bool resource_policy_required = false);

// "with an explicit deny in a resource-based policy", "because no identity-based policy allows the s3:GetObject
// action".
std::string Because(const Outcome& outcome, std::string_view action);

}  // namespace tarn::policy
