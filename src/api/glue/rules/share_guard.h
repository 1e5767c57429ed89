// ShareGuard: what the catalog's own policy says of a check, and what its account shares through RAM or grants by Lake
// Formation.
//
// A share lets the other account read, as far as that account's own policies allow it: a table; a database with its
// tables; the whole catalog. So does a grant of Lake Formation to the other account, or somebody in it, on a table or
// database (AWS makes a share of it). A check on what lies above a shared table or database passes when the action is
// about what lies below, which is another check. Lake Formation decides afterwards. Threads: one at a time.
#pragma once

#include <memory>

#include "govern/access.h"
#include "identity/policy_guard.h"
#include "ram/shared_with.h"

namespace tarn::api::glue {

class ShareGuard : public identity::PolicyGuard {
 public:
  // Both outlive it; `access` null: nothing is granted.
  explicit ShareGuard(ram::SharedWith& shares, govern::Access* access = nullptr) : shares_(shares), access_(access) {}

  // Errors: failures of reading.
  Result<Ruling> Judge(const identity::Caller& caller, const identity::Check& check,
                       const policy::Context& context) const override;

 private:
  ram::SharedWith& shares_;
  govern::Access* const access_;
};

}  // namespace tarn::api::glue
