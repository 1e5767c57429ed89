// A caller as policies see it.
#pragma once

#include <string>

#include "identity/caller.h"
#include "policy/policy.h"

namespace tarn::identity {

// Views into the caller, which outlives it. An internal actor works with its account's rights: it is the account's
// root.
class AsPrincipal {
 public:
  explicit AsPrincipal(const Caller& caller);
  AsPrincipal(const AsPrincipal&) = delete;
  AsPrincipal& operator=(const AsPrincipal&) = delete;

  const policy::Principal& get() const { return principal_; }
  void set_canonical_id(const std::string& id) { principal_.canonical_id = id; }

 private:
  std::string root_arn_;
  policy::Principal principal_;
};

}  // namespace tarn::identity
