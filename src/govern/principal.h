// Who a grant is for, and who a caller is to grants.
//
// A principal is "IAM_ALLOWED_PRINCIPALS", an account "123456789012", everyone of it "123456789012:IAMPrincipals", or
// the ARN of a user, role, group, root, organization or organizational unit, of a SAML or QuickSight user or group.
// https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/caller.h"

namespace tarn::govern {

inline constexpr std::string_view kIamAllowed = "IAM_ALLOWED_PRINCIPALS";
inline constexpr std::string_view kEveryoneSuffix = ":IAMPrincipals";

// Errors: kInvalidInput.
Status CheckPrincipal(std::string_view id);

// The account that a principal is of; "" for organizations and IAM_ALLOWED_PRINCIPALS.
std::string AccountOf(std::string_view principal);

// The user or role that a caller is; its root's ARN for a root, "" for anonymous and internal actors.
std::string PrincipalOf(const identity::Caller& caller);

// What only the identity domains know. Threads: any.
class PrincipalFacts {
 public:
  virtual ~PrincipalFacts() = default;
  // ARNs of the IAM groups of a user.
  virtual Result<std::vector<std::string>> GroupsOf(const identity::Caller& caller) = 0;
  // The organization and organizational units that an account lies in, as their ARNs name them after the managing
  // account: "organization/o-1", "ou/o-1/ou-2".
  virtual Result<std::vector<std::string>> OrganizationsOf(std::string_view account) = 0;
};

// A caller with all principals that stand for him.
struct Who {
  std::string account;
  std::string arn;               // PrincipalOf
  std::vector<std::string> ids;  // without IAM_ALLOWED_PRINCIPALS
  bool acts_for_account = false;

  bool Is(std::string_view principal) const;
};

// `facts` may be null. Account and organization are not among the ids: they hand on to an account's administrators.
Result<Who> WhoIs(const identity::Caller& caller, PrincipalFacts* facts);

}  // namespace tarn::govern
