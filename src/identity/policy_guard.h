// A guard made of policy documents alone: of a table bucket and its table, a catalog, a role's trust.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "identity/authorize.h"

namespace tarn::identity {

class PolicyGuard : public Guard {
 public:
  explicit PolicyGuard(bool must_allow = false) : must_allow_(must_allow) {}
  void Add(std::shared_ptr<const policy::Document> document) { documents_.push_back(std::move(document)); }

  Result<Ruling> Judge(const Caller& caller, const Check& check, const policy::Context& context) const override;

 private:
  const bool must_allow_;
  std::vector<std::shared_ptr<const policy::Document>> documents_;
};

}  // namespace tarn::identity
