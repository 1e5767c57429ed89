// ShareGuard: what the catalog's own policy says of a check, and what its account shares through RAM.
//
// A share lets the other account read, as far as that account's own policies allow it: a table; a database with its
// tables; the whole catalog. A check on what lies above a shared table or database passes when the action is about what
// lies below. Lake Formation decides afterwards. Threads: one at a time.
#pragma once

#include <memory>

#include "identity/policy_guard.h"
#include "ram/shared_with.h"

namespace tarn::api::glue {

class ShareGuard : public identity::PolicyGuard {
 public:
  explicit ShareGuard(ram::SharedWith& shares) : shares_(shares) {}

  // Errors: failures of reading.
  Result<Ruling> Judge(const identity::Caller& caller, const identity::Check& check,
                       const policy::Context& context) const override;

 private:
  ram::SharedWith& shares_;
};

}  // namespace tarn::api::glue
