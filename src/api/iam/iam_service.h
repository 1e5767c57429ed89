// IAM's wire face: users, groups, roles, policies and what hangs on them. Decodes nothing, stores nothing: each handler
// is a transaction of domain calls between two conversions. The handlers stand with their rows of the operation table
// in a file a subject; operations.cc joins the tables.
//
// Threads: any; handlers block.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "api/protocol/service.h"
#include "base/time.h"
#include "iam/iam.h"
#include "iam/rows.h"
#include "identity/principal_policies.h"
#include "organizations/organizations.h"

namespace tarn::api::iam {

namespace domain = ::tarn::iam;

class IamService : public protocol::Service {
 public:
  // Both outlive the service; null: there are no organizations.
  explicit IamService(domain::Iam& iam, ::tarn::organizations::Organizations* organizations = nullptr)
      : iam_(iam), organizations_(organizations) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  domain::Iam& iam() { return iam_; }
  identity::ControlSource* controls() { return organizations_; }
  ::tarn::organizations::Organizations* organizations() { return organizations_; }
  Status Read(const protocol::Call& call, const std::function<Status(domain::Rows&)>& body) {
    return iam_.Read(call.scope.account, body);
  }
  Status Change(const protocol::Call& call, const std::function<Status(domain::Rows&)>& body) {
    return iam_.Change(call.scope.account, body);
  }

 private:
  domain::Iam& iam_;
  ::tarn::organizations::Organizations* const organizations_;
};

using Operations = std::vector<protocol::Operation>;
Operations UserOperations();
Operations GroupOperations();
Operations RoleOperations();
Operations EntityPolicyOperations();
Operations PolicyOperations();
Operations ProfileOperations();
Operations AccessKeyOperations();
Operations PasswordOperations();
Operations MfaOperations();
Operations UploadOperations();
Operations ProviderOperations();
Operations CertificateOperations();
Operations AccountOperations();
Operations AccessReportOperations();
Operations RootAccessOperations();
Operations OutboundOperations();
Operations DetailOperations();
Operations TagOperations();
Operations SimulationOperations();

}  // namespace tarn::api::iam
