#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"

namespace tarn::api::lakeformation {
namespace {

template <class In>
Result<govern::OptIn> OptInOf(const In& in) {
  if (in.condition) return Fail(kNotSupported, "Condition is not supported.");
  govern::OptIn opt_in;
  opt_in.principal = Text(in.principal->data_lake_principal_identifier);
  TARN_TRY(opt_in.resource, FromWire(*in.resource));
  return opt_in;
}

}  // namespace

Result<gen::CreateLakeFormationOptInResponse> LakeFormationService::CreateLakeFormationOptIn(
    const protocol::Call& call, const gen::CreateLakeFormationOptInRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, std::nullopt, in.resource));
  TARN_TRY(govern::OptIn opt_in, OptInOf(in));
  TARN_CHECK(governor_.CreateOptIn(call.caller, scope, std::move(opt_in)));
  return gen::CreateLakeFormationOptInResponse{};
}

Result<gen::DeleteLakeFormationOptInResponse> LakeFormationService::DeleteLakeFormationOptIn(
    const protocol::Call& call, const gen::DeleteLakeFormationOptInRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, std::nullopt, in.resource));
  TARN_TRY(govern::OptIn opt_in, OptInOf(in));
  TARN_CHECK(governor_.DeleteOptIn(call.caller, scope, std::move(opt_in)));
  return gen::DeleteLakeFormationOptInResponse{};
}

Result<gen::ListLakeFormationOptInsResponse> LakeFormationService::ListLakeFormationOptIns(
    const protocol::Call& call, const gen::ListLakeFormationOptInsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, std::nullopt, in.resource));
  std::optional<govern::Resource> resource;
  if (in.resource) {
    TARN_TRY(resource, FromWire(*in.resource));
  }
  const std::string principal = in.principal ? Text(in.principal->data_lake_principal_identifier) : "";
  TARN_TRY(const auto found, governor_.ListOptIns(call.caller, scope, principal, resource));
  std::vector<gen::LakeFormationOptInsInfo> rows;
  for (const govern::OptIn& each : found) {
    gen::LakeFormationOptInsInfo row;
    row.resource = ToWire(each.resource, scope.account);
    row.principal = Principal(each.principal);
    row.last_modified = each.modified;
    row.last_updated_by = each.updated_by;
    rows.push_back(std::move(row));
  }
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results));
  return gen::ListLakeFormationOptInsResponse{.lake_formation_opt_ins_info_list = std::move(page.items),
                                              .next_token = std::move(page.next)};
}

}  // namespace tarn::api::lakeformation
