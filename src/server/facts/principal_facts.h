// What governance asks of other domains: the groups of users, the organization of accounts, what is stored in S3.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "govern/governor.h"
#include "govern/principal.h"
#include "iam/iam.h"
#include "identity/principal_policies.h"
#include "object/store/store.h"

namespace tarn::server {

class PrincipalFacts : public govern::PrincipalFacts, public govern::StoredFiles {
 public:
  // All outlive it; `controls` may be null: there are no organizations.
  PrincipalFacts(const iam::Iam& iam, identity::ControlSource* controls, object::Store& objects)
      : iam_(iam), controls_(controls), objects_(objects) {}

  Result<std::vector<std::string>> GroupsOf(const identity::Caller& caller) override;
  Result<std::vector<std::string>> OrganizationsOf(std::string_view account) override;
  Result<bool> HasAny(std::string_view folder) override;

 private:
  const iam::Iam& iam_;
  identity::ControlSource* const controls_;
  object::Store& objects_;
};

}  // namespace tarn::server
