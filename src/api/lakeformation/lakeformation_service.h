// AWS Lake Formation's wire face: settings, locations, grants, LF-tags, data cells filters, opt-ins and temporary
// credentials. Decodes nothing, stores nothing: each handler is a domain call or two between two conversions.
//
// Threads: any; handlers block.
#pragma once

#include <span>

#include "api/lakeformation/gen/shapes.h"
#include "api/protocol/service.h"
#include "govern/governor.h"

namespace tarn::api::lakeformation {

#define TARN_LF_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

class LakeFormationService : public protocol::Service {
 public:
  // Outlives the service.
  explicit LakeFormationService(govern::Governor& governor) : governor_(governor) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_LF_HANDLER(GetDataLakePrincipal);
  TARN_LF_HANDLER(GetDataLakeSettings);
  TARN_LF_HANDLER(PutDataLakeSettings);

  TARN_LF_HANDLER(DeregisterResource);
  TARN_LF_HANDLER(DescribeResource);
  TARN_LF_HANDLER(ListResources);
  TARN_LF_HANDLER(RegisterResource);
  TARN_LF_HANDLER(UpdateResource);

  TARN_LF_HANDLER(BatchGrantPermissions);
  TARN_LF_HANDLER(BatchRevokePermissions);
  TARN_LF_HANDLER(GrantPermissions);
  TARN_LF_HANDLER(ListPermissions);
  TARN_LF_HANDLER(RevokePermissions);

  TARN_LF_HANDLER(CreateDataCellsFilter);
  TARN_LF_HANDLER(DeleteDataCellsFilter);
  TARN_LF_HANDLER(GetDataCellsFilter);
  TARN_LF_HANDLER(ListDataCellsFilter);
  TARN_LF_HANDLER(UpdateDataCellsFilter);

 private:
  govern::Governor& governor_;
};

#undef TARN_LF_HANDLER

}  // namespace tarn::api::lakeformation
