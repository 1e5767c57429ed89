// What governance asks of the identity domains: the groups of users, the organization of accounts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "govern/principal.h"
#include "iam/iam.h"
#include "identity/principal_policies.h"

namespace tarn::server {

class PrincipalFacts : public govern::PrincipalFacts {
 public:
  // Both outlive it; `controls` may be null: there are no organizations.
  PrincipalFacts(const iam::Iam& iam, identity::ControlSource* controls) : iam_(iam), controls_(controls) {}

  Result<std::vector<std::string>> GroupsOf(const identity::Caller& caller) override;
  Result<std::vector<std::string>> OrganizationsOf(std::string_view account) override;

 private:
  const iam::Iam& iam_;
  identity::ControlSource* const controls_;
};

}  // namespace tarn::server
