// Every operation of operations.txt with its IAM action. Lake Formation's resources have no ARNs in IAM policies: what
// a caller may do with them the grants say, which the domain asks.
#include "api/lakeformation/gen/operations.h"

#include "api/lakeformation/errors.h"
#include "api/lakeformation/lakeformation_service.h"

namespace tarn::api::lakeformation {

using protocol::AnyResource;
using protocol::Bind;

const protocol::ServiceDesc& LakeFormationService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> LakeFormationService::errors() const { return ErrorRows(); }

#define TARN_LF_OPERATION(Operation) \
  Bind<&LakeFormationService::Operation>(#Operation, "lakeformation:" #Operation, AnyResource)

std::span<const protocol::Operation> LakeFormationService::operations() const {
  static const protocol::Operation kOperations[] = {
      TARN_LF_OPERATION(GetDataLakePrincipal),  TARN_LF_OPERATION(GetDataLakeSettings),
      TARN_LF_OPERATION(PutDataLakeSettings),   TARN_LF_OPERATION(DeregisterResource),
      TARN_LF_OPERATION(DescribeResource),      TARN_LF_OPERATION(ListResources),
      TARN_LF_OPERATION(RegisterResource),      TARN_LF_OPERATION(UpdateResource),
      TARN_LF_OPERATION(BatchGrantPermissions), TARN_LF_OPERATION(BatchRevokePermissions),
      TARN_LF_OPERATION(GrantPermissions),      TARN_LF_OPERATION(ListPermissions),
      TARN_LF_OPERATION(RevokePermissions),     TARN_LF_OPERATION(CreateDataCellsFilter),
      TARN_LF_OPERATION(DeleteDataCellsFilter), TARN_LF_OPERATION(GetDataCellsFilter),
      TARN_LF_OPERATION(ListDataCellsFilter),   TARN_LF_OPERATION(UpdateDataCellsFilter),
  };
  return kOperations;
}

#undef TARN_LF_OPERATION

}  // namespace tarn::api::lakeformation
