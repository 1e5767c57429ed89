// Security configurations: kept as Glue's EncryptionConfiguration shape, in canonical JSON.
#include <fmt/core.h>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/gen/tables.h"
#include "api/glue/glue_service.h"
#include "api/protocol/codec.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kConfigurationsPerPage = 100;

Error Worded(const Error& error, const std::string& name) {
  if (error.reason->code == Code::kNotFound) {
    return Fail(kEntityNotFound, fmt::format("SecurityConfiguration {} not found", name));
  }
  if (error.reason->code == Code::kAlreadyExists) {
    return Fail(kAlreadyExists, fmt::format("SecurityConfiguration {} already exists.", name));
  }
  return error;
}

Result<gen::SecurityConfiguration> FromDocument(const catalog::Document& document) {
  gen::SecurityConfiguration out{.name = document.name, .created_time_stamp = document.create_time};
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_EncryptionConfiguration, document.text,
                                         &out.encryption_configuration.emplace()));
  return out;
}

}  // namespace

Result<gen::CreateSecurityConfigurationResponse> GlueService::CreateSecurityConfiguration(
    const protocol::Call& call, const gen::CreateSecurityConfigurationRequest& in) {
  auto created = security_configurations_.Create(
      call.scope, Text(in.name),
      protocol::CanonicalJson(gen::kT_EncryptionConfiguration, &*in.encryption_configuration));
  if (!created.ok()) return Worded(created.error(), Text(in.name));
  return gen::CreateSecurityConfigurationResponse{.name = in.name, .created_timestamp = created->create_time};
}

Result<gen::DeleteSecurityConfigurationResponse> GlueService::DeleteSecurityConfiguration(
    const protocol::Call& call, const gen::DeleteSecurityConfigurationRequest& in) {
  Status deleted = security_configurations_.Delete(call.scope, Text(in.name));
  if (!deleted.ok()) return Worded(deleted.error(), Text(in.name));
  return gen::DeleteSecurityConfigurationResponse{};
}

Result<gen::GetSecurityConfigurationResponse> GlueService::GetSecurityConfiguration(
    const protocol::Call& call, const gen::GetSecurityConfigurationRequest& in) {
  auto document = security_configurations_.Get(call.scope, Text(in.name));
  if (!document.ok()) return Worded(document.error(), Text(in.name));
  TARN_TRY(gen::SecurityConfiguration configuration, FromDocument(*document));
  return gen::GetSecurityConfigurationResponse{.security_configuration = std::move(configuration)};
}

Result<gen::GetSecurityConfigurationsResponse> GlueService::GetSecurityConfigurations(
    const protocol::Call& call, const gen::GetSecurityConfigurationsRequest& in) {
  TARN_TRY(std::string after, FromToken(in.next_token));
  TARN_TRY(auto page,
           security_configurations_.List(call.scope, {after, PageSize(in.max_results, kConfigurationsPerPage)}));
  gen::GetSecurityConfigurationsResponse out;
  out.security_configurations.emplace();
  for (const catalog::Document& document : page.items) {
    TARN_TRY(gen::SecurityConfiguration configuration, FromDocument(document));
    out.security_configurations->push_back(std::move(configuration));
  }
  out.next_token = ToToken(page.next);
  return out;
}

}  // namespace tarn::api::glue
