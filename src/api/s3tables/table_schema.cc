// A new table's schema, partitions and order as S3 Tables words them, made Iceberg's.
#include <utility>

#include "api/s3tables/s3tables_service.h"
#include "json/json.h"

namespace tarn::api::s3tables {
namespace {

void BeginField(json::Writer& out, int32_t id, const std::optional<std::string>& name, bool required) {
  out.BeginObject().Key("id").Int(id).Key("name").String(name.value_or("")).Key("required").Bool(required).Key("type");
}

std::string SchemaJson(const gen::IcebergSchema& schema) {
  json::Writer out;
  out.BeginObject().Key("type").String("struct").Key("fields").BeginArray();
  int32_t next = 1;
  for (const gen::SchemaField& field : schema.fields.value_or(std::vector<gen::SchemaField>())) {
    BeginField(out, field.id.value_or(next), field.name, field.required.value_or(false));
    out.String(field.type.value_or("")).EndObject();
    ++next;
  }
  out.EndArray().EndObject();
  return out.Take();
}

std::string SchemaJson(const gen::IcebergSchemaV2& schema) {
  json::Writer out;
  out.BeginObject().Key("type").String("struct");
  if (schema.schema_id) out.Key("schema-id").Int(*schema.schema_id);
  if (schema.identifier_field_ids) {
    out.Key("identifier-field-ids").BeginArray();
    for (const int32_t id : *schema.identifier_field_ids) out.Int(id);
    out.EndArray();
  }
  out.Key("fields").BeginArray();
  for (const gen::SchemaV2Field& field : schema.fields.value_or(std::vector<gen::SchemaV2Field>())) {
    BeginField(out, field.id.value_or(0), field.name, field.required.value_or(false));
    // A document: the name of a primitive type or an object, as JSON.
    out.Raw(field.type.value_or("null"));
    if (field.doc) out.Key("doc").String(*field.doc);
    out.EndObject();
  }
  out.EndArray().EndObject();
  return out.Take();
}

std::string SpecJson(const gen::IcebergPartitionSpec& spec) {
  json::Writer out;
  out.BeginObject().Key("spec-id").Int(spec.spec_id.value_or(0)).Key("fields").BeginArray();
  int32_t next = iceberg::kPartitionIdStart;
  for (const gen::IcebergPartitionField& field : spec.fields.value_or(std::vector<gen::IcebergPartitionField>())) {
    out.BeginObject().Key("source-id").Int(field.source_id.value_or(0));
    out.Key("field-id").Int(field.field_id.value_or(next++));
    out.Key("name").String(field.name.value_or("")).Key("transform").String(field.transform.value_or("")).EndObject();
  }
  out.EndArray().EndObject();
  return out.Take();
}

std::string OrderJson(const gen::IcebergSortOrder& order) {
  json::Writer out;
  out.BeginObject().Key("order-id").Int(order.order_id.value_or(1)).Key("fields").BeginArray();
  for (const gen::IcebergSortField& field : order.fields.value_or(std::vector<gen::IcebergSortField>())) {
    out.BeginObject().Key("source-id").Int(field.source_id.value_or(0));
    out.Key("transform").String(field.transform.value_or("identity"));
    out.Key("direction").String(field.direction.value_or("asc"));
    out.Key("null-order").String(field.null_order.value_or("nulls-first")).EndObject();
  }
  out.EndArray().EndObject();
  return out.Take();
}

}  // namespace

Result<iceberg::NewTable> ToNewTable(const gen::IcebergMetadata& metadata) {
  if (metadata.schema.has_value() == metadata.schema_v2.has_value()) {
    return Fail(kBadRequest, "Exactly one of schema and schemaV2 must be given.");
  }
  iceberg::NewTable table;
  TARN_TRY(const json::Value schema,
           json::Parse(metadata.schema ? SchemaJson(*metadata.schema) : SchemaJson(*metadata.schema_v2)));
  TARN_TRY(table.schema, iceberg::Schema::FromJson(schema));
  if (metadata.partition_spec) {
    TARN_TRY(const json::Value spec, json::Parse(SpecJson(*metadata.partition_spec)));
    TARN_TRY(table.spec, iceberg::PartitionSpec::FromJson(spec));
  }
  if (metadata.write_order) {
    TARN_TRY(const json::Value order, json::Parse(OrderJson(*metadata.write_order)));
    TARN_TRY(table.order, iceberg::SortOrder::FromJson(order));
  }
  if (metadata.properties) table.properties = {metadata.properties->begin(), metadata.properties->end()};
  return table;
}

}  // namespace tarn::api::s3tables
