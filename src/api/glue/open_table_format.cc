#include "api/glue/open_table_format.h"

#include <fmt/format.h>

#include <utility>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "base/strings.h"
#include "json/json.h"

namespace tarn::api::glue {
namespace {

// A type is a name or, nested, an object.
json::Value TypeOf(const std::string& text) {
  auto parsed = json::Parse(text);
  if (parsed.ok() && (parsed->is_object() || parsed->is_string())) return std::move(*parsed);
  return json::Value(text);
}

json::Value SchemaOf(const gen::IcebergSchema& in) {
  json::Array fields;
  for (const gen::IcebergStructField& each : Items(in.fields)) {
    json::Object field{{"id", int64_t{each.id.value_or(0)}},
                       {"name", Text(each.name)},
                       {"required", each.required.value_or(false)},
                       {"type", TypeOf(Text(each.type))}};
    if (each.doc) field.emplace_back("doc", *each.doc);
    fields.emplace_back(std::move(field));
  }
  json::Array identifiers;
  for (const int32_t id : Items(in.identifier_field_ids)) identifiers.emplace_back(int64_t{id});
  return json::Object{{"type", "struct"},
                      {"schema-id", int64_t{in.schema_id.value_or(0)}},
                      {"identifier-field-ids", std::move(identifiers)},
                      {"fields", std::move(fields)}};
}

json::Value SpecOf(const gen::IcebergPartitionSpec& in) {
  json::Array fields;
  for (const gen::IcebergPartitionField& each : Items(in.fields)) {
    json::Object field{{"source-id", int64_t{each.source_id.value_or(0)}},
                       {"name", Text(each.name)},
                       {"transform", Text(each.transform)}};
    if (each.field_id) field.emplace_back("field-id", int64_t{*each.field_id});
    fields.emplace_back(std::move(field));
  }
  return json::Object{{"spec-id", int64_t{in.spec_id.value_or(0)}}, {"fields", std::move(fields)}};
}

json::Value OrderOf(const gen::IcebergSortOrder& in) {
  json::Array fields;
  for (const gen::IcebergSortField& each : Items(in.fields)) {
    fields.emplace_back(json::Object{{"source-id", int64_t{each.source_id.value_or(0)}},
                                     {"transform", Text(each.transform)},
                                     {"direction", AsciiLower(Text(each.direction))},
                                     {"null-order", AsciiLower(Text(each.null_order))}});
  }
  return json::Object{{"order-id", int64_t{in.order_id.value_or(1)}}, {"fields", std::move(fields)}};
}

template <typename T>
Result<T> Worded(Result<T> result) {
  if (!result.ok()) return Fail(kInvalidInput, result.error().message);
  return result;
}

}  // namespace

Result<iceberg::NewTable> DefinitionOf(const gen::OpenTableFormatInput& in, catalog::Table& table) {
  if (!in.iceberg_input) return Fail(kInvalidInput, "OpenTableFormatInput must have an IcebergInput.");
  const gen::IcebergInput& input = *in.iceberg_input;
  if (Text(input.metadata_operation) != "CREATE") return Fail(kInvalidInput, "MetadataOperation must be CREATE.");
  if (!table.partition_keys.empty()) {
    return Fail(kInvalidInput, "PartitionKeys cannot be given for an Iceberg table.");
  }
  iceberg::NewTable definition;
  if (table.parameters && catalog::Find(table.parameters, "metadata_location") != nullptr) {
    return Fail(kInvalidInput, "metadata_location cannot be given with OpenTableFormatInput.");
  }
  if (const auto& create = input.create_iceberg_table_input; create) {
    definition.location = Text(create->location);
    if (create->properties) definition.properties.insert(create->properties->begin(), create->properties->end());
    if (create->schema) {
      TARN_TRY(definition.schema, Worded(iceberg::Schema::FromJson(SchemaOf(*create->schema))));
    }
    if (create->partition_spec) {
      TARN_TRY(definition.spec, Worded(iceberg::PartitionSpec::FromJson(SpecOf(*create->partition_spec))));
    }
    if (create->write_order && !Items(create->write_order->fields).empty()) {
      TARN_TRY(definition.order, Worded(iceberg::SortOrder::FromJson(OrderOf(*create->write_order))));
    }
  }
  definition.properties["format-version"] = input.version.value_or("2");
  return definition;
}

}  // namespace tarn::api::glue
