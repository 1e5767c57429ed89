// What binds a principal beyond the resource's own word: its identity policies, its boundary, its tags, and the control
// policies of its account's organization. Made by the IAM and Organizations domains, asked by the authorizer.
//
// Invariant: what PoliciesOf answers is the present state; it is compiled once and kept until a change (a version key
// read per call tells). Threads: any; memory speed when nothing changed, fit for I/O threads.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/caller.h"
#include "policy/policy.h"

namespace tarn::identity {

struct NamedPolicy {
  std::string id;  // ARN of a managed or control policy; "<owner's ARN>/<name>" of an inline one
  std::shared_ptr<const policy::Document> document;
};

struct PrincipalPolicies {
  std::vector<NamedPolicy> identity;  // the user's or role's own, attached, and its groups'
  std::optional<NamedPolicy> boundary;
  std::map<std::string, std::string> tags;  // of the user or role
};

// Control policies of one account: a level each, from the organization's root over the OUs to the account. A request
// must be allowed on every level; no levels: the account is in no organization, or is its management account.
struct ControlPolicies {
  std::string organization_id;         // "o-…"; empty: in none
  std::vector<std::string> org_paths;  // "o-…/r-…/ou-…/", for aws:PrincipalOrgPaths
  bool is_management = false;
  std::vector<std::vector<NamedPolicy>> service;
  std::vector<std::vector<NamedPolicy>> resource;  // of the resource's account
};

class PolicySource {
 public:
  virtual ~PolicySource() = default;
  // For users and assumed roles (by role_arn); roots, internal actors and anonymous have none: an empty value. A
  // principal that is gone has none either. Errors: failures of reading.
  virtual Result<std::shared_ptr<const PrincipalPolicies>> PoliciesOf(const Caller& caller) = 0;
};

class ControlSource {
 public:
  virtual ~ControlSource() = default;
  virtual Result<std::shared_ptr<const ControlPolicies>> ControlsOf(std::string_view account) = 0;
};

}  // namespace tarn::identity
