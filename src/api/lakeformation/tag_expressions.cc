#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"

namespace tarn::api::lakeformation {
namespace {

template <class In>
govern::TagExpression ExpressionOf(const In& in) {
  return {.name = Text(in.name), .description = in.description, .expression = FromWire(in.expression)};
}

gen::LFTagExpression ToWire(const govern::TagExpression& in, const std::string& account) {
  return {.name = in.name,
          .description = in.description,
          .catalog_id = account,
          .expression = lakeformation::ToWire(in.expression)};
}

}  // namespace

Result<gen::CreateLFTagExpressionResponse> LakeFormationService::CreateLFTagExpression(
    const protocol::Call& call, const gen::CreateLFTagExpressionRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_CHECK(governor_.CreateExpression(call.caller, scope, ExpressionOf(in)));
  return gen::CreateLFTagExpressionResponse{};
}

Result<gen::UpdateLFTagExpressionResponse> LakeFormationService::UpdateLFTagExpression(
    const protocol::Call& call, const gen::UpdateLFTagExpressionRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_CHECK(governor_.UpdateExpression(call.caller, scope, ExpressionOf(in)));
  return gen::UpdateLFTagExpressionResponse{};
}

Result<gen::DeleteLFTagExpressionResponse> LakeFormationService::DeleteLFTagExpression(
    const protocol::Call& call, const gen::DeleteLFTagExpressionRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_CHECK(governor_.DeleteExpression(call.caller, scope, Text(in.name)));
  return gen::DeleteLFTagExpressionResponse{};
}

Result<gen::GetLFTagExpressionResponse> LakeFormationService::GetLFTagExpression(
    const protocol::Call& call, const gen::GetLFTagExpressionRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(const auto found, governor_.GetExpression(call.caller, scope, Text(in.name)));
  return gen::GetLFTagExpressionResponse{.name = found.name,
                                         .description = found.description,
                                         .catalog_id = scope.account,
                                         .expression = lakeformation::ToWire(found.expression)};
}

Result<gen::ListLFTagExpressionsResponse> LakeFormationService::ListLFTagExpressions(
    const protocol::Call& call, const gen::ListLFTagExpressionsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(const auto found, governor_.ListExpressions(call.caller, scope));
  std::vector<gen::LFTagExpression> rows;
  for (const govern::TagExpression& each : found) rows.push_back(ToWire(each, scope.account));
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results));
  return gen::ListLFTagExpressionsResponse{.lf_tag_expressions = std::move(page.items),
                                           .next_token = std::move(page.next)};
}

}  // namespace tarn::api::lakeformation
