// The schema registry: the operations with the resources that they touch.
#include "api/glue/operations/bind.h"
#include "api/glue/schemas/schema_ids.h"

namespace tarn::api::glue {
namespace {

using protocol::AnyResource;
using protocol::Call;

constexpr auto kRegistry = [](const Call& call, const auto& in) {
  return GlueArn(call.scope, RegistryResource(in.registry_id));
};

constexpr auto kSchema = [](const Call& call, const auto& in) {
  return GlueArn(call.scope, SchemaResource(in.schema_id));
};

constexpr auto kNewRegistry = [](const Call& call, const gen::CreateRegistryInput& in) {
  return GlueArn(call.scope, "registry/" + Text(in.registry_name));
};

}  // namespace

Rows SchemaRegistryRows() {
  return {
      TARN_GLUE_OPERATION(CheckSchemaVersionValidity, AnyResource),
      TARN_GLUE_OPERATION(CreateRegistry, kNewRegistry),
      TARN_GLUE_OPERATION(CreateSchema, kRegistry, kLong),
      TARN_GLUE_OPERATION(DeleteRegistry, kRegistry, kLong),
      TARN_GLUE_OPERATION(DeleteSchema, kSchema, kLong),
      TARN_GLUE_OPERATION(DeleteSchemaVersions, kSchema),
      TARN_GLUE_OPERATION(GetRegistry, kRegistry),
      TARN_GLUE_OPERATION(GetSchema, kSchema),
      TARN_GLUE_OPERATION(GetSchemaByDefinition, kSchema),
      TARN_GLUE_OPERATION(GetSchemaVersion, kSchema),
      TARN_GLUE_OPERATION(GetSchemaVersionsDiff, kSchema, kLong),
      TARN_GLUE_OPERATION(ListRegistries, AnyResource),
      TARN_GLUE_OPERATION(ListSchemaVersions, kSchema),
      TARN_GLUE_OPERATION(ListSchemas, kRegistry),
      TARN_GLUE_OPERATION(PutSchemaVersionMetadata, kSchema),
      TARN_GLUE_OPERATION(QuerySchemaVersionMetadata, kSchema),
      TARN_GLUE_OPERATION(RegisterSchemaVersion, kSchema, kLong),
      TARN_GLUE_OPERATION(RemoveSchemaVersionMetadata, kSchema),
      TARN_GLUE_OPERATION(UpdateRegistry, kRegistry),
      TARN_GLUE_OPERATION(UpdateSchema, kSchema),
  };
}

}  // namespace tarn::api::glue
