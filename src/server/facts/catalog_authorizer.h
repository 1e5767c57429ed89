// What the policy of a Glue catalog, and shares of it, say of who may use it, wherever it is asked: Glue's own
// operations attach it themselves, SQL and Iceberg REST ask through this.
//
// Threads: any, once the service is set.
#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "api/glue/glue_service.h"
#include "identity/authorize.h"

namespace tarn::server {

class CatalogAuthorizer : public identity::Authorizer {
 public:
  // `inner` outlives it.
  explicit CatalogAuthorizer(const identity::Authorizer& inner) : inner_(inner) {}

  // Before anything is asked.
  void Set(std::shared_ptr<api::glue::GlueService> glue) { glue_ = std::move(glue); }

  Status Authorize(const identity::Caller& caller, std::span<const identity::Check> checks) const override {
    if (!glue_) return inner_.Authorize(caller, checks);
    std::vector<identity::Check> guarded(checks.begin(), checks.end());
    TARN_CHECK(glue_->AddGuards(guarded));
    return inner_.Authorize(caller, guarded);
  }

 private:
  const identity::Authorizer& inner_;
  std::shared_ptr<api::glue::GlueService> glue_;
};

}  // namespace tarn::server
