// The operation tables of the subjects, joined.
#include "api/iam/gen/operations.h"

#include <iterator>

#include "api/iam/iam_service.h"

namespace tarn::api::iam {

const protocol::ServiceDesc& IamService::model() const { return gen::kService; }

std::span<const protocol::Operation> IamService::operations() const {
  static const Operations kAll = [] {
    Operations all;
    for (auto* part :
         {UserOperations, GroupOperations, RoleOperations, EntityPolicyOperations, PolicyOperations, ProfileOperations,
          AccessKeyOperations, PasswordOperations, MfaOperations, UploadOperations, ProviderOperations,
          CertificateOperations, AccountOperations, AccessReportOperations, RootAccessOperations, OutboundOperations,
          DetailOperations, TagOperations, SimulationOperations}) {
      Operations rows = part();
      std::ranges::move(rows, std::back_inserter(all));
    }
    return all;
  }();
  return kAll;
}

}  // namespace tarn::api::iam
