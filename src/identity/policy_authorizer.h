// The one decision that every path asks: identity policies, boundary, session policies, service and resource control
// policies and the resource's own word, combined as IAM does (policy/combine.h).
//
// Invariants: an account's root and its internal actors have all rights of their account that nothing denies; SCPs bind
// roots of member accounts, no internal actor and no service-linked role; anonymous has what the resource grants.
// Cost: memory only, when the sources are. Threads: any.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#pragma once

#include <memory>
#include <span>
#include <string>

#include "identity/authorize.h"
#include "identity/denials.h"
#include "identity/principal_policies.h"
#include "identity/resource_tags.h"
#include "policy/combine.h"

namespace tarn::identity {

// What binds one caller on one account's resources; null: nothing of the kind.
struct Bindings {
  std::shared_ptr<const PrincipalPolicies> principal;
  std::shared_ptr<const ControlPolicies> callers;    // of the caller's account
  std::shared_ptr<const ControlPolicies> resources;  // of the resource's account
  const ResourceTags* tags = nullptr;
};

// A decision with what decided it.
struct Judged {
  policy::Outcome outcome;  // its sid is not kept: see below
  std::string policy;       // the id of the policy that decided; empty: the resource's, or none did
  std::string sid;          // of the deciding statement, as far as it has one
  // What each kind of policy said; sids in it live as long as the policies.
  policy::Verdicts verdicts;
};

// Pure. Errors: the guard's failures of reading.
Result<Judged> Decide(const Caller& caller, const Check& check, const Bindings& bindings);

// The account whose resource the check is about.
std::string_view ResourceAccount(const Caller& caller, const Check& check);

class PolicyAuthorizer : public Authorizer {
 public:
  // All outlive it; null: no principal has policies, no account is in an organization, nobody asks what refused.
  explicit PolicyAuthorizer(PolicySource* policies = nullptr, ControlSource* controls = nullptr,
                            Denials* denials = nullptr)
      : policies_(policies), controls_(controls), denials_(denials) {}

  // Before the first request; outlives the authorizer. Without it resources have the tags alone that checks bring.
  void SetResourceTags(const ResourceTags* tags) { tags_ = tags; }

  Status Authorize(const Caller& caller, std::span<const Check> checks) const override;
  // The decision itself, for those who want to know why.
  Result<Judged> Explain(const Caller& caller, const Check& check) const;

 private:
  Result<Bindings> Bind(const Caller& caller, const Check& check) const;

  PolicySource* const policies_;
  ControlSource* const controls_;
  Denials* const denials_;
  const ResourceTags* tags_ = nullptr;
};

}  // namespace tarn::identity
