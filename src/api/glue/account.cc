// The account's catalog as a whole: its description, settings and policies.
#include <fmt/core.h>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"

namespace tarn::api::glue {
namespace {

gen::Catalog RootCatalog(const Scope& scope) {
  gen::Catalog out{.catalog_id = scope.account,
                   .name = scope.account,
                   .resource_arn = fmt::format("arn:aws:glue:{}:{}:catalog", scope.region, scope.account)};
  return out;
}

}  // namespace

Result<gen::GetCatalogResponse> GlueService::GetCatalog(const protocol::Call& call, const gen::GetCatalogRequest& in) {
  if (Text(in.catalog_id) != call.scope.account) {
    return Fail(kEntityNotFound, fmt::format("Catalog {} not found.", Text(in.catalog_id)));
  }
  return gen::GetCatalogResponse{.catalog = RootCatalog(call.scope)};
}

Result<gen::GetCatalogsResponse> GlueService::GetCatalogs(const protocol::Call& call,
                                                          const gen::GetCatalogsRequest& in) {
  if (in.parent_catalog_id && *in.parent_catalog_id != call.scope.account) {
    return Fail(kEntityNotFound, fmt::format("Catalog {} not found.", *in.parent_catalog_id));
  }
  gen::GetCatalogsResponse out;
  out.catalog_list.emplace();
  if (in.include_root.value_or(false)) out.catalog_list->push_back(RootCatalog(call.scope));
  return out;
}

Result<gen::GetCatalogImportStatusResponse> GlueService::GetCatalogImportStatus(
    const protocol::Call&, const gen::GetCatalogImportStatusRequest&) {
  // There is one catalog from the start: nothing is left to import from Athena's own of old.
  return gen::GetCatalogImportStatusResponse{.import_status = gen::CatalogImportStatus{.import_completed = true}};
}

Result<gen::GetDataCatalogEncryptionSettingsResponse> GlueService::GetDataCatalogEncryptionSettings(
    const protocol::Call&, const gen::GetDataCatalogEncryptionSettingsRequest&) {
  gen::DataCatalogEncryptionSettings settings;
  settings.encryption_at_rest = gen::EncryptionAtRest{.catalog_encryption_mode = "DISABLED"};
  settings.connection_password_encryption =
      gen::ConnectionPasswordEncryption{.return_connection_password_encrypted = false};
  return gen::GetDataCatalogEncryptionSettingsResponse{.data_catalog_encryption_settings = settings};
}

Result<gen::PutDataCatalogEncryptionSettingsResponse> GlueService::PutDataCatalogEncryptionSettings(
    const protocol::Call&, const gen::PutDataCatalogEncryptionSettingsRequest& in) {
  const auto& settings = *in.data_catalog_encryption_settings;
  if (settings.encryption_at_rest && Text(settings.encryption_at_rest->catalog_encryption_mode) != "DISABLED") {
    return Fail(kNotSupported, "CatalogEncryptionMode other than DISABLED is not supported.");
  }
  if (settings.connection_password_encryption &&
      settings.connection_password_encryption->return_connection_password_encrypted.value_or(false)) {
    return Fail(kNotSupported, "ReturnConnectionPasswordEncrypted is not supported.");
  }
  return gen::PutDataCatalogEncryptionSettingsResponse{};
}

}  // namespace tarn::api::glue
