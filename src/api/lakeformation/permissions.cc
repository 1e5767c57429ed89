#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"

namespace tarn::api::lakeformation {
namespace {

template <class In>
Result<govern::GrantSpec> SpecOf(const In& in) {
  if (in.condition) return Fail(kNotSupported, "Condition is not supported.");
  if (!in.principal || Text(in.principal->data_lake_principal_identifier).empty()) {
    return Fail(kInvalidInput, "Principal cannot be empty.");
  }
  if (!in.resource) return Fail(kInvalidInput, "Resource cannot be empty.");
  govern::GrantSpec spec;
  spec.principal = Text(in.principal->data_lake_principal_identifier);
  TARN_TRY(spec.resource, FromWire(*in.resource));
  TARN_TRY(spec.permissions, FromWire(in.permissions));
  TARN_TRY(spec.grantable, FromWire(in.permissions_with_grant_option));
  return spec;
}

using Change = Status (govern::Governor::*)(const identity::Caller&, const Scope&, const govern::GrantSpec&);

template <class In>
Status Apply(govern::Governor& governor, Change change, const protocol::Call& call,
             const std::optional<std::string>& catalog_id, const In& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, catalog_id, in.resource));
  TARN_TRY(const govern::GrantSpec spec, SpecOf(in));
  return (governor.*change)(call.caller, scope, spec);
}

// One by one: each is made or refused by itself.
std::vector<gen::BatchPermissionsFailureEntry> ApplyAll(
    govern::Governor& governor, Change change, const protocol::Call& call, const std::optional<std::string>& catalog_id,
    const std::optional<std::vector<gen::BatchPermissionsRequestEntry>>& entries) {
  std::vector<gen::BatchPermissionsFailureEntry> failures;
  for (const gen::BatchPermissionsRequestEntry& entry : Items(entries)) {
    const Status done = Apply(governor, change, call, catalog_id, entry);
    if (done.ok()) continue;
    gen::ErrorDetail detail{.error_code = std::string(CodeOf(done.error())), .error_message = done.error().message};
    failures.push_back({.request_entry = entry, .error = std::move(detail)});
  }
  return failures;
}

Result<govern::GrantQuery> QueryOf(const gen::ListPermissionsRequest& in) {
  govern::GrantQuery query;
  if (in.principal) query.principal = Text(in.principal->data_lake_principal_identifier);
  if (in.resource) {
    gen::Resource resource = *in.resource;
    // What is asked is the table.
    if (resource.table_with_columns) {
      resource.table = {.catalog_id = resource.table_with_columns->catalog_id,
                        .database_name = resource.table_with_columns->database_name,
                        .name = resource.table_with_columns->name};
      resource.table_with_columns.reset();
    }
    TARN_TRY(query.resource, FromWire(resource));
  }
  query.related = in.include_related == "TRUE";
  const std::string& type = Text(in.resource_type);
  if (type == "CATALOG") query.kind = govern::Kind::kCatalog;
  if (type == "DATABASE") query.kind = govern::Kind::kDatabase;
  if (type == "TABLE") query.kind = govern::Kind::kTable;
  if (type == "DATA_LOCATION") query.kind = govern::Kind::kLocation;
  if (type == "LF_TAG") query.kind = govern::Kind::kTag;
  if (type.starts_with("LF_TAG_POLICY")) query.kind = govern::Kind::kTagPolicy;
  if (type == "LF_TAG_POLICY_DATABASE") query.of_tables = false;
  if (type == "LF_TAG_POLICY_TABLE") query.of_tables = true;
  if (type == "LF_NAMED_TAG_EXPRESSION") query.kind = govern::Kind::kTagExpression;
  return query;
}

}  // namespace

void AppendTo(std::vector<gen::PrincipalResourcePermissions>& out, const govern::Grant& grant,
              const std::string& account) {
  const auto add = [&](const govern::Resource& resource, govern::Permissions permissions,
                       govern::Permissions grantable) {
    if (permissions == 0 && grantable == 0) return;
    gen::PrincipalResourcePermissions row;
    row.principal = Principal(grant.principal);
    row.resource = ToWire(resource, account);
    row.permissions = govern::NamesOf(permissions);
    row.permissions_with_grant_option = govern::NamesOf(grantable);
    out.push_back(std::move(row));
  };
  // SELECT on a table is told as on all of its columns.
  constexpr govern::Permissions kSelect = govern::Bit(govern::Permission::kSelect);
  const bool is_table = grant.resource.kind == govern::Kind::kTable && !grant.resource.table.empty();
  if (!is_table || (grant.permissions & govern::Bit(govern::Permission::kAll)) != 0) {
    add(grant.resource, grant.permissions, grant.grantable);
    return;
  }
  add(grant.resource, grant.permissions & ~kSelect, grant.grantable & ~kSelect);
  govern::Resource columns = grant.resource;
  columns.kind = govern::Kind::kColumns;
  columns.all_columns = true;
  add(columns, grant.permissions & kSelect, grant.grantable & kSelect);
}

Result<gen::GrantPermissionsResponse> LakeFormationService::GrantPermissions(const protocol::Call& call,
                                                                             const gen::GrantPermissionsRequest& in) {
  TARN_CHECK(Apply(governor_, &govern::Governor::GrantPermissions, call, in.catalog_id, in));
  return gen::GrantPermissionsResponse{};
}

Result<gen::RevokePermissionsResponse> LakeFormationService::RevokePermissions(
    const protocol::Call& call, const gen::RevokePermissionsRequest& in) {
  TARN_CHECK(Apply(governor_, &govern::Governor::RevokePermissions, call, in.catalog_id, in));
  return gen::RevokePermissionsResponse{};
}

Result<gen::BatchGrantPermissionsResponse> LakeFormationService::BatchGrantPermissions(
    const protocol::Call& call, const gen::BatchGrantPermissionsRequest& in) {
  return gen::BatchGrantPermissionsResponse{
      .failures = ApplyAll(governor_, &govern::Governor::GrantPermissions, call, in.catalog_id, in.entries)};
}

Result<gen::BatchRevokePermissionsResponse> LakeFormationService::BatchRevokePermissions(
    const protocol::Call& call, const gen::BatchRevokePermissionsRequest& in) {
  return gen::BatchRevokePermissionsResponse{
      .failures = ApplyAll(governor_, &govern::Governor::RevokePermissions, call, in.catalog_id, in.entries)};
}

Result<gen::ListPermissionsResponse> LakeFormationService::ListPermissions(const protocol::Call& call,
                                                                           const gen::ListPermissionsRequest& in) {
  if (in.principal && !in.resource && !in.resource_type) {
    return Fail(kInvalidInput, "Resource is mandatory if Principal is set in the input.");
  }
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id, in.resource));
  TARN_TRY(const govern::GrantQuery query, QueryOf(in));
  TARN_TRY(const auto grants, governor_.ListGrants(call.caller, scope, query));
  std::vector<gen::PrincipalResourcePermissions> rows;
  for (const govern::Grant& grant : grants) AppendTo(rows, grant, scope.account);
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results));
  return gen::ListPermissionsResponse{.principal_resource_permissions = std::move(page.items),
                                      .next_token = std::move(page.next)};
}

Result<gen::GetEffectivePermissionsForPathResponse> LakeFormationService::GetEffectivePermissionsForPath(
    const protocol::Call& call, const gen::GetEffectivePermissionsForPathRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  if (!Text(in.resource_arn).starts_with("arn:aws:s3:::")) return Fail(kInvalidInput, "Invalid resource ARN.");
  TARN_TRY(const auto grants, governor_.GrantsAtPath(call.caller, scope, Text(in.resource_arn)));
  std::vector<gen::PrincipalResourcePermissions> rows;
  for (const govern::Grant& grant : grants) AppendTo(rows, grant, scope.account);
  TARN_TRY(auto page, Page(std::move(rows), in.next_token, in.max_results));
  return gen::GetEffectivePermissionsForPathResponse{.permissions = std::move(page.items),
                                                     .next_token = std::move(page.next)};
}

}  // namespace tarn::api::lakeformation
