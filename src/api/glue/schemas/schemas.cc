// The schema registry's schemas.
#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "api/glue/schemas/schema_ids.h"

namespace tarn::api::glue {
namespace {

constexpr size_t kPerPage = 25;

std::string Shown(Timestamp time) { return FormatIso8601(time, 3); }

}  // namespace

Result<gen::CreateSchemaResponse> GlueService::CreateSchema(const protocol::Call& call,
                                                            const gen::CreateSchemaInput& in) {
  registry::NewSchema given{.description = in.description, .definition = Text(in.schema_definition)};
  TARN_TRY(auto registry_name, RegistryNameOf(in.registry_id));
  TARN_CHECK(CheckRegistryName(Text(in.schema_name), "schemaName"));
  TARN_CHECK(CheckDescription(in.description));
  given.name = {registry_name.value_or(std::string(registry::kDefaultRegistry)), Text(in.schema_name)};
  TARN_TRY(given.format, DataFormatOf(Text(in.data_format)));
  TARN_TRY(given.compatibility, CompatibilityOf(in.compatibility.value_or("NONE")));
  TARN_TRY(given.tags, NewTags(in.tags));
  if (in.schema_definition) TARN_CHECK(CheckDefinition(given.definition));
  TARN_TRY(const registry::Created made, schemas_.CreateSchema(call.scope, given));
  gen::CreateSchemaResponse out{.registry_name = given.name.registry,
                                .registry_arn = RegistryArn(call.scope, given.name.registry),
                                .schema_name = given.name.schema,
                                .schema_arn = SchemaArn(call.scope, given.name),
                                .description = in.description,
                                .data_format = ToText(given.format),
                                .compatibility = ToText(given.compatibility),
                                .schema_checkpoint = made.schema.checkpoint,
                                .latest_schema_version = made.schema.latest,
                                .next_schema_version = made.schema.next,
                                .schema_status = "AVAILABLE",
                                .tags = in.tags};
  if (made.version) {
    out.schema_version_id = made.version->id;
    out.schema_version_status = ToText(made.version->status);
  }
  return out;
}

Result<gen::GetSchemaResponse> GlueService::GetSchema(const protocol::Call& call, const gen::GetSchemaInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_TRY(const registry::Schema found, schemas_.GetSchema(call.scope, name));
  return gen::GetSchemaResponse{.registry_name = name.registry,
                                .registry_arn = RegistryArn(call.scope, name.registry),
                                .schema_name = name.schema,
                                .schema_arn = SchemaArn(call.scope, name),
                                .description = found.description,
                                .data_format = ToText(found.format),
                                .compatibility = ToText(found.compatibility),
                                .schema_checkpoint = found.checkpoint,
                                .latest_schema_version = found.latest,
                                .next_schema_version = found.next,
                                .schema_status = "AVAILABLE",
                                .created_time = Shown(found.create_time),
                                .updated_time = Shown(found.update_time)};
}

Result<gen::ListSchemasResponse> GlueService::ListSchemas(const protocol::Call& call, const gen::ListSchemasInput& in) {
  TARN_TRY(auto registry_name, RegistryNameOf(in.registry_id));
  TARN_TRY(const std::string after, FromToken(in.next_token));
  TARN_TRY(auto page,
           schemas_.ListSchemas(call.scope, registry_name.value_or(""), after, PageSize(in.max_results, kPerPage)));
  gen::ListSchemasResponse out;
  out.schemas.emplace();
  for (const registry::Schema& found : page.items) {
    out.schemas->push_back({.registry_name = found.name.registry,
                            .schema_name = found.name.schema,
                            .schema_arn = SchemaArn(call.scope, found.name),
                            .description = found.description,
                            .schema_status = "AVAILABLE",
                            .created_time = Shown(found.create_time),
                            .updated_time = Shown(found.update_time)});
  }
  out.next_token = ToToken(page.next);
  return out;
}

Result<gen::UpdateSchemaResponse> GlueService::UpdateSchema(const protocol::Call& call,
                                                            const gen::UpdateSchemaInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_CHECK(CheckDescription(in.description));
  std::optional<registry::Compatibility> compatibility;
  if (in.compatibility) {
    TARN_TRY(compatibility, CompatibilityOf(*in.compatibility));
  }
  std::optional<int64_t> checkpoint;
  if (in.schema_version_number) {
    TARN_TRY(checkpoint, NumberOf(in.schema_version_number));
  }
  if (!compatibility && !in.schema_version_number && !in.description) {
    return Fail(kInvalidInput, "One of Compatibility, SchemaVersionNumber or Description has to be provided.");
  }
  const bool latest = in.schema_version_number && !checkpoint;
  TARN_CHECK(schemas_.UpdateSchema(call.scope, name, compatibility, checkpoint, latest, in.description));
  return gen::UpdateSchemaResponse{
      .schema_arn = SchemaArn(call.scope, name), .schema_name = name.schema, .registry_name = name.registry};
}

Result<gen::DeleteSchemaResponse> GlueService::DeleteSchema(const protocol::Call& call,
                                                            const gen::DeleteSchemaInput& in) {
  TARN_TRY(const registry::SchemaName name, SchemaNameOf(in.schema_id));
  TARN_CHECK(schemas_.DeleteSchema(call.scope, name));
  return gen::DeleteSchemaResponse{
      .schema_arn = SchemaArn(call.scope, name), .schema_name = name.schema, .status = "DELETING"};
}

}  // namespace tarn::api::glue
