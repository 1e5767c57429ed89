#include "api/lakeformation/convert.h"
#include "api/lakeformation/lakeformation_service.h"
#include "govern/principal.h"

namespace tarn::api::lakeformation {
namespace {

using Principals = std::optional<std::vector<gen::DataLakePrincipal>>;
using Defaults = std::optional<std::vector<gen::PrincipalPermissions>>;

std::optional<std::vector<std::string>> FromPrincipals(const Principals& in) {
  if (!in) return std::nullopt;
  std::vector<std::string> out;
  for (const gen::DataLakePrincipal& each : *in) out.push_back(Text(each.data_lake_principal_identifier));
  return out;
}

Principals ToPrincipals(const std::optional<std::vector<std::string>>& in) {
  if (!in) return std::nullopt;
  Principals out(std::in_place);
  for (const std::string& each : *in) out->push_back(Principal(each));
  return out;
}

Result<std::optional<std::vector<govern::PrincipalGrant>>> FromDefaults(const Defaults& in) {
  std::optional<std::vector<govern::PrincipalGrant>> out;
  if (!in) return out;
  out.emplace();
  for (const gen::PrincipalPermissions& each : *in) {
    govern::PrincipalGrant grant;
    if (each.principal) grant.principal = Text(each.principal->data_lake_principal_identifier);
    TARN_TRY(grant.permissions, FromWire(each.permissions));
    out->push_back(std::move(grant));
  }
  return out;
}

Defaults ToDefaults(const std::optional<std::vector<govern::PrincipalGrant>>& in) {
  if (!in) return std::nullopt;
  Defaults out(std::in_place);
  for (const govern::PrincipalGrant& each : *in) {
    out->push_back({.principal = Principal(each.principal), .permissions = govern::NamesOf(each.permissions)});
  }
  return out;
}

}  // namespace

Result<gen::GetDataLakePrincipalResponse> LakeFormationService::GetDataLakePrincipal(
    const protocol::Call& call, const gen::GetDataLakePrincipalRequest&) {
  return gen::GetDataLakePrincipalResponse{.identity = govern::PrincipalOf(call.caller)};
}

Result<gen::GetDataLakeSettingsResponse> LakeFormationService::GetDataLakeSettings(
    const protocol::Call& call, const gen::GetDataLakeSettingsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  TARN_TRY(const govern::Settings settings, governor_.GetSettings(scope));
  gen::DataLakeSettings out;
  out.data_lake_admins = ToPrincipals(settings.admins);
  out.read_only_admins = ToPrincipals(settings.read_only_admins);
  out.create_database_default_permissions = ToDefaults(settings.database_defaults);
  out.create_table_default_permissions = ToDefaults(settings.table_defaults);
  out.parameters = settings.parameters;
  out.trusted_resource_owners = settings.trusted_owners;
  out.allow_external_data_filtering = settings.external_filtering;
  out.allow_full_table_external_data_access = settings.full_table_external_access;
  out.external_data_filtering_allow_list = ToPrincipals(settings.external_filtering_allow_list);
  out.authorized_session_tag_value_list = settings.authorized_session_tags;
  return gen::GetDataLakeSettingsResponse{.data_lake_settings = std::move(out)};
}

Result<gen::PutDataLakeSettingsResponse> LakeFormationService::PutDataLakeSettings(
    const protocol::Call& call, const gen::PutDataLakeSettingsRequest& in) {
  TARN_TRY(const Scope scope, ScopeOf(call, in.catalog_id));
  const gen::DataLakeSettings& given = *in.data_lake_settings;
  govern::Settings settings;
  settings.admins = FromPrincipals(given.data_lake_admins);
  settings.read_only_admins = FromPrincipals(given.read_only_admins);
  TARN_TRY(settings.database_defaults, FromDefaults(given.create_database_default_permissions));
  TARN_TRY(settings.table_defaults, FromDefaults(given.create_table_default_permissions));
  settings.parameters = given.parameters;
  settings.trusted_owners = given.trusted_resource_owners;
  settings.external_filtering = given.allow_external_data_filtering;
  settings.full_table_external_access = given.allow_full_table_external_data_access;
  settings.external_filtering_allow_list = FromPrincipals(given.external_data_filtering_allow_list);
  settings.authorized_session_tags = given.authorized_session_tag_value_list;
  TARN_CHECK(governor_.PutSettings(call.caller, scope, std::move(settings)));
  return gen::PutDataLakeSettingsResponse{};
}

}  // namespace tarn::api::lakeformation
