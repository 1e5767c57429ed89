// The condition keys of one check: what the check and its guard carry, what is known of the request, of the caller's
// session and tags, and of both accounts' organizations. Pure; asked only when a statement needs a key.
//
// Invariant: what the caller could choose freely never hides what is known: keys of the principal and of the request
// come from the caller alone. Names are compared ignoring case, those of tags too (S3's object tags by their guard, as
// written). Threads: any; views into what outlives it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "identity/authorize.h"
#include "identity/principal_policies.h"
#include "identity/resource_tags.h"

namespace tarn::identity {

// In a check's context: what is asked of a listing is whether one key exists, that which its "s3:prefix" names.
inline constexpr std::string_view kOfOneKey = "tarn:of-one-key";

class CheckContext : public policy::Context {
 public:
  // Null: there are none.
  struct Known {
    const PrincipalPolicies* principal = nullptr;
    const ControlPolicies* callers = nullptr;    // of the caller's account
    const ControlPolicies* resources = nullptr;  // of the resource's account
    std::string_view resource_account = {};
    const ResourceTags* tags = nullptr;
  };
  CheckContext(const Caller& caller, const Check& check, const Known& known)
      : caller_(caller), check_(check), known_(known) {}

  bool Find(std::string_view key, std::vector<std::string>& values) const override;

 private:
  bool FindOfCheck(std::string_view key, std::vector<std::string>& values) const;
  bool FindOfResource(std::string_view key, std::vector<std::string>& values) const;
  bool FindOfRequest(std::string_view key, std::vector<std::string>& values) const;
  bool FindOfPrincipal(std::string_view key, std::vector<std::string>& values) const;
  bool FindOfSession(std::string_view key, std::vector<std::string>& values) const;
  bool FindOfAccounts(std::string_view key, std::vector<std::string>& values) const;

  const Caller& caller_;
  const Check& check_;
  const Known known_;
};

}  // namespace tarn::identity
