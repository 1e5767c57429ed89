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
// IAM knows one action for all that opens data.
#define TARN_LF_DATA_OPERATION(Operation) \
  Bind<&LakeFormationService::Operation>(#Operation, "lakeformation:GetDataAccess", AnyResource)

std::span<const protocol::Operation> LakeFormationService::operations() const {
  static const protocol::Operation kOperations[] = {
      TARN_LF_OPERATION(GetDataLakePrincipal),
      TARN_LF_OPERATION(GetDataLakeSettings),
      TARN_LF_OPERATION(PutDataLakeSettings),
      TARN_LF_OPERATION(DeregisterResource),
      TARN_LF_OPERATION(DescribeResource),
      TARN_LF_OPERATION(ListResources),
      TARN_LF_OPERATION(RegisterResource),
      TARN_LF_OPERATION(UpdateResource),
      TARN_LF_OPERATION(BatchGrantPermissions),
      TARN_LF_OPERATION(BatchRevokePermissions),
      TARN_LF_OPERATION(GrantPermissions),
      TARN_LF_OPERATION(ListPermissions),
      TARN_LF_OPERATION(RevokePermissions),
      TARN_LF_OPERATION(CreateDataCellsFilter),
      TARN_LF_OPERATION(DeleteDataCellsFilter),
      TARN_LF_OPERATION(GetDataCellsFilter),
      TARN_LF_OPERATION(ListDataCellsFilter),
      TARN_LF_OPERATION(UpdateDataCellsFilter),
      TARN_LF_OPERATION(CreateLFTag),
      TARN_LF_OPERATION(UpdateLFTag),
      TARN_LF_OPERATION(DeleteLFTag),
      TARN_LF_OPERATION(GetLFTag),
      TARN_LF_OPERATION(ListLFTags),
      TARN_LF_OPERATION(AddLFTagsToResource),
      TARN_LF_OPERATION(RemoveLFTagsFromResource),
      TARN_LF_OPERATION(GetResourceLFTags),
      TARN_LF_OPERATION(SearchDatabasesByLFTags),
      TARN_LF_OPERATION(SearchTablesByLFTags),
      TARN_LF_OPERATION(CreateLFTagExpression),
      TARN_LF_OPERATION(UpdateLFTagExpression),
      TARN_LF_OPERATION(DeleteLFTagExpression),
      TARN_LF_OPERATION(GetLFTagExpression),
      TARN_LF_OPERATION(ListLFTagExpressions),
      TARN_LF_OPERATION(CreateLakeFormationOptIn),
      TARN_LF_OPERATION(DeleteLakeFormationOptIn),
      TARN_LF_OPERATION(ListLakeFormationOptIns),
      TARN_LF_OPERATION(GetEffectivePermissionsForPath),
      TARN_LF_DATA_OPERATION(GetTemporaryDataLocationCredentials),
      TARN_LF_DATA_OPERATION(GetTemporaryGlueTableCredentials),
      TARN_LF_DATA_OPERATION(GetTemporaryGluePartitionCredentials),
  };
  return kOperations;
}

#undef TARN_LF_DATA_OPERATION
#undef TARN_LF_OPERATION

}  // namespace tarn::api::lakeformation
