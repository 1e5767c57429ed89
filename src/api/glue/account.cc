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
  TARN_TRY(const CatalogName name, CatalogNameOf(call, in.catalog_id));
  if (name.path.empty()) {
    if (name.owner.account != call.scope.account) return CatalogNotFound(Text(in.catalog_id));
    return gen::GetCatalogResponse{.catalog = RootCatalog(call.scope)};
  }
  if (name.bucket.empty()) {
    if (buckets_ == nullptr) return CatalogNotFound(Text(in.catalog_id));
    return gen::GetCatalogResponse{.catalog = ShownCatalog(name.owner, std::nullopt)};
  }
  TARN_CHECK(RequireTableBucket(name, Text(in.catalog_id)));
  TARN_TRY(const catalog::TableBucket bucket, buckets_->Get(name.owner, name.bucket));
  gen::GetCatalogResponse out{.catalog = ShownCatalog(name.owner, name.bucket)};
  out.catalog->create_time = bucket.created;
  out.catalog->update_time = bucket.created;
  return out;
}

Result<gen::GetCatalogsResponse> GlueService::GetCatalogs(const protocol::Call& call,
                                                          const gen::GetCatalogsRequest& in) {
  TARN_TRY(const CatalogName parent, CatalogNameOf(call, in.parent_catalog_id));
  if (!parent.is_own(call) && parent.path != kTableBucketsCatalog) return CatalogNotFound(*in.parent_catalog_id);
  TARN_TRY(const std::string after, FromToken(in.next_token));
  gen::GetCatalogsResponse out;
  auto& list = out.catalog_list.emplace();
  const bool is_root = parent.path.empty();
  if (is_root && after.empty() && in.include_root.value_or(false)) list.push_back(RootCatalog(call.scope));
  if (buckets_ == nullptr) return out;
  TARN_TRY(const auto first, buckets_->List(parent.owner, "", "", 1));
  if (is_root && after.empty() && !first.buckets.empty()) list.push_back(ShownCatalog(call.scope, std::nullopt));
  if (is_root && !in.recursive.value_or(false)) return out;
  constexpr size_t kCatalogsPerPage = 100;
  TARN_TRY(const auto page, buckets_->List(parent.owner, "", after, PageSize(in.max_results, kCatalogsPerPage)));
  for (const catalog::TableBucket& bucket : page.buckets) {
    if (!call.MayDo("s3tables:GetTableBucket", catalog::TableBucketArn(parent.owner, bucket.name))) continue;
    list.push_back(ShownCatalog(parent.owner, bucket.name));
    list.back().create_time = bucket.created;
    list.back().update_time = bucket.created;
  }
  if (page.truncated) out.next_token = ToToken(page.buckets.back().name);
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
