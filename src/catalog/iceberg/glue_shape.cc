#include <fmt/format.h>

#include "catalog/iceberg/tables.h"

namespace tarn::catalog {
namespace {

std::string HiveType(const iceberg::Type& type) {
  using Id = iceberg::TypeId;
  switch (type.id()) {
    case Id::kBoolean:
      return "boolean";
    case Id::kInt:
      return "int";
    case Id::kLong:
      return "bigint";
    case Id::kFloat:
      return "float";
    case Id::kDouble:
      return "double";
    case Id::kDecimal:
      return fmt::format("decimal({},{})", type.precision(), type.scale());
    case Id::kDate:
      return "date";
    case Id::kTimestamp:
    case Id::kTimestampTz:
    case Id::kTimestampNs:
    case Id::kTimestampTzNs:
      return "timestamp";
    case Id::kFixed:
    case Id::kBinary:
    case Id::kVariant:
    case Id::kGeometry:
    case Id::kGeography:
      return "binary";
    case Id::kList:
      return fmt::format("array<{}>", HiveType(type.fields()[0].type));
    case Id::kMap:
      return fmt::format("map<{},{}>", HiveType(type.fields()[0].type), HiveType(type.fields()[1].type));
    case Id::kStruct: {
      std::string text = "struct<";
      for (const iceberg::Field& field : type.fields()) {
        if (text.back() != '<') text.push_back(',');
        text += field.name + ":" + HiveType(field.type);
      }
      return text + ">";
    }
    case Id::kTime:
    case Id::kString:
    case Id::kUuid:
    case Id::kUnknown:
      break;
  }
  return "string";
}

void AddColumn(const iceberg::Field& field, bool current, std::vector<Column>& columns) {
  for (const Column& present : columns) {
    if (present.name == field.name) return;
  }
  Column column;
  column.name = field.name;
  column.type = HiveType(field.type);
  column.comment = field.doc;
  column.parameters = Parameters{{"iceberg.field.current", current ? "true" : "false"},
                                 {"iceberg.field.id", std::to_string(field.id)},
                                 {"iceberg.field.optional", field.required ? "false" : "true"}};
  columns.push_back(std::move(column));
}

}  // namespace

std::vector<Column> GlueColumns(const iceberg::Schema& schema) {
  std::vector<Column> columns;
  for (const iceberg::Field& field : schema.columns()) AddColumn(field, true, columns);
  return columns;
}

void ShowAsGlue(const iceberg::TableMetadata& metadata, const std::string& location, const std::string& previous,
                Table& table) {
  std::vector<Column> columns = GlueColumns(metadata.schema());
  for (const iceberg::SchemaPtr& schema : metadata.schemas) {
    for (const iceberg::Field& field : schema->columns()) AddColumn(field, false, columns);
  }
  if (!table.storage) table.storage.emplace();
  table.storage->columns = std::move(columns);
  table.storage->location = metadata.location;
  table.table_type = "EXTERNAL_TABLE";
  if (!table.parameters) table.parameters.emplace();
  Parameters& parameters = *table.parameters;
  parameters["table_type"] = "ICEBERG";
  parameters["metadata_location"] = location;
  if (previous.empty()) {
    parameters.erase("previous_metadata_location");
  } else {
    parameters["previous_metadata_location"] = previous;
  }
  if (const auto comment = metadata.properties.find("comment"); comment != metadata.properties.end()) {
    table.description = comment->second;
  }
}

}  // namespace tarn::catalog
