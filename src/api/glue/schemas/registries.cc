// The schema registry's registries.
#include "api/glue/convert.h"
#include "api/glue/glue_service.h"
#include "api/glue/schemas/schema_ids.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kPerPage = 25;

std::string Shown(Timestamp time) { return FormatIso8601(time, 3); }

}  // namespace

Result<gen::CreateRegistryResponse> GlueService::CreateRegistry(const protocol::Call& call,
                                                                const gen::CreateRegistryInput& in) {
  TARN_CHECK(CheckRegistryName(Text(in.registry_name), "registryName"));
  TARN_CHECK(CheckDescription(in.description));
  TARN_TRY(const registry::Tags tags, NewTags(in.tags));
  TARN_TRY(registry::Registry made, schemas_.CreateRegistry(call.scope, *in.registry_name, in.description, tags));
  return gen::CreateRegistryResponse{.registry_arn = RegistryArn(call.scope, made.name),
                                     .registry_name = made.name,
                                     .description = made.description,
                                     .tags = in.tags};
}

Result<gen::GetRegistryResponse> GlueService::GetRegistry(const protocol::Call& call, const gen::GetRegistryInput& in) {
  TARN_TRY(const std::string name, RequiredRegistryName(in.registry_id));
  TARN_TRY(registry::Registry found, schemas_.GetRegistry(call.scope, name));
  return gen::GetRegistryResponse{.registry_name = found.name,
                                  .registry_arn = RegistryArn(call.scope, found.name),
                                  .description = found.description,
                                  .status = "AVAILABLE",
                                  .created_time = Shown(found.create_time),
                                  .updated_time = Shown(found.update_time)};
}

Result<gen::ListRegistriesResponse> GlueService::ListRegistries(const protocol::Call& call,
                                                                const gen::ListRegistriesInput& in) {
  TARN_TRY(const std::string after, FromToken(in.next_token));
  TARN_TRY(auto page, schemas_.ListRegistries(call.scope, after, PageSize(in.max_results, kPerPage)));
  gen::ListRegistriesResponse out;
  out.registries.emplace();
  for (const registry::Registry& found : page.items) {
    out.registries->push_back({.registry_name = found.name,
                               .registry_arn = RegistryArn(call.scope, found.name),
                               .description = found.description,
                               .status = "AVAILABLE",
                               .created_time = Shown(found.create_time),
                               .updated_time = Shown(found.update_time)});
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::UpdateRegistryResponse> GlueService::UpdateRegistry(const protocol::Call& call,
                                                                const gen::UpdateRegistryInput& in) {
  TARN_TRY(const std::string name, RequiredRegistryName(in.registry_id));
  TARN_CHECK(CheckDescription(in.description));
  TARN_CHECK(schemas_.UpdateRegistry(call.scope, name, Text(in.description)));
  return gen::UpdateRegistryResponse{.registry_name = name, .registry_arn = RegistryArn(call.scope, name)};
}

Result<gen::DeleteRegistryResponse> GlueService::DeleteRegistry(const protocol::Call& call,
                                                                const gen::DeleteRegistryInput& in) {
  TARN_TRY(const std::string name, RequiredRegistryName(in.registry_id));
  TARN_CHECK(schemas_.DeleteRegistry(call.scope, name));
  return gen::DeleteRegistryResponse{
      .registry_name = name, .registry_arn = RegistryArn(call.scope, name), .status = "DELETING"};
}

}  // namespace tarn::api::glue
