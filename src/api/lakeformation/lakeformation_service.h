// AWS Lake Formation's wire face: settings, locations, grants, LF-tags, data cells filters, opt-ins and temporary
// credentials. Decodes nothing, stores nothing: each handler is a domain call or two between two conversions.
//
// Threads: any; handlers block.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/lakeformation/gen/shapes.h"
#include "api/protocol/service.h"
#include "catalog/catalog.h"
#include "govern/governor.h"
#include "identity/sessions.h"

namespace tarn::api::lakeformation {

// All outlive the service.
struct Parts {
  govern::Governor* governor = nullptr;
  const catalog::Catalog* catalog = nullptr;
  identity::Sessions* sessions = nullptr;
  // Who opens the data of locations that the account registered.
  std::function<Result<identity::Caller>(const std::string& account)> opener;
};

#define TARN_LF_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

class LakeFormationService : public protocol::Service {
 public:
  explicit LakeFormationService(Parts parts) : parts_(std::move(parts)), governor_(*parts_.governor) {}

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

  TARN_LF_HANDLER(CreateLFTag);
  TARN_LF_HANDLER(UpdateLFTag);
  TARN_LF_HANDLER(DeleteLFTag);
  TARN_LF_HANDLER(GetLFTag);
  TARN_LF_HANDLER(ListLFTags);
  TARN_LF_HANDLER(AddLFTagsToResource);
  TARN_LF_HANDLER(RemoveLFTagsFromResource);
  TARN_LF_HANDLER(GetResourceLFTags);
  TARN_LF_HANDLER(SearchDatabasesByLFTags);
  TARN_LF_HANDLER(SearchTablesByLFTags);

  TARN_LF_HANDLER(CreateLFTagExpression);
  TARN_LF_HANDLER(UpdateLFTagExpression);
  TARN_LF_HANDLER(DeleteLFTagExpression);
  TARN_LF_HANDLER(GetLFTagExpression);
  TARN_LF_HANDLER(ListLFTagExpressions);

  TARN_LF_HANDLER(CreateLakeFormationOptIn);
  TARN_LF_HANDLER(DeleteLakeFormationOptIn);
  TARN_LF_HANDLER(ListLakeFormationOptIns);

  TARN_LF_HANDLER(GetEffectivePermissionsForPath);
  TARN_LF_HANDLER(GetTemporaryDataLocationCredentials);
  TARN_LF_HANDLER(GetTemporaryGlueTableCredentials);
  TARN_LF_HANDLER(GetTemporaryGluePartitionCredentials);

 private:
  struct VendSpec {
    std::string table_arn;
    std::string uri;  // "s3://bucket/prefix" that is to be opened
    govern::Permissions asked = 0;
    std::optional<std::vector<std::string>> supported;
    std::optional<int32_t> seconds;
  };
  Error NoTable(const protocol::Call& call, const Scope& scope, govern::Permissions asked,
                std::string_view missing) const;
  Result<std::string> TableAt(const Scope& scope, const std::string& place) const;
  Result<identity::TemporaryCredentials> Vend(const protocol::Call& call, const VendSpec& spec);

  const Parts parts_;
  govern::Governor& governor_;
};

#undef TARN_LF_HANDLER

}  // namespace tarn::api::lakeformation
