#include "delivery/iceberg/table_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "delivery/errors.h"
#include "tables/types.h"

namespace tarn::delivery {
namespace {

using engine::Kind;
using engine::Type;

constexpr int kDepthMax = 16;  // of what Firehose takes apart; deeper is text

Type TypeOf(const json::Value& value, int depth);

// What holds values of both types.
Type Common(const Type& a, const Type& b) {
  if (a == b || b.kind == Kind::kNull) return a;
  if (a.kind == Kind::kNull) return b;
  const auto number = [](const Type& type) { return type.kind == Kind::kBigInt || type.kind == Kind::kDouble; };
  if (number(a) && number(b)) return {.kind = Kind::kDouble};
  if (a.kind == Kind::kArray && b.kind == Kind::kArray) {
    return {.kind = Kind::kArray, .children = {Common(a.children[0], b.children[0])}};
  }
  if (a.kind == Kind::kRow && b.kind == Kind::kRow) {
    Type both = a;
    for (size_t i = 0; i < b.names.size(); ++i) {
      const auto known = std::ranges::find(both.names, b.names[i]);
      if (known == both.names.end()) {
        both.names.push_back(b.names[i]);
        both.children.push_back(b.children[i]);
      } else {
        Type& present = both.children[static_cast<size_t>(known - both.names.begin())];
        present = Common(present, b.children[i]);
      }
    }
    return both;
  }
  return {.kind = Kind::kVarchar};
}

Type RowOf(const json::Object& object, int depth) {
  Type row{.kind = Kind::kRow};
  for (const auto& [key, value] : object) {
    const Type one{.kind = Kind::kRow, .children = {TypeOf(value, depth + 1)}, .names = {AsciiLower(key)}};
    row = Common(row, one);
  }
  return row;
}

Type TypeOf(const json::Value& value, int depth) {
  if (value.is_null()) return {};
  if (value.is_bool()) return {.kind = Kind::kBoolean};
  if (value.is_int()) return {.kind = Kind::kBigInt};
  if (value.is_number()) return {.kind = Kind::kDouble};
  if (depth >= kDepthMax || value.is_string()) return {.kind = Kind::kVarchar};
  if (value.is_object()) return RowOf(*value.AsObject(), depth);
  Type item;
  for (const json::Value& each : *value.AsArray()) item = Common(item, TypeOf(each, depth + 1));
  return {.kind = Kind::kArray, .children = {std::move(item)}};
}

// Without what is not known: empty lists and objects, nulls inside.
Type Settled(const Type& type) {
  if (type.kind == Kind::kNull || (type.kind == Kind::kRow && type.children.empty())) return {.kind = Kind::kVarchar};
  Type settled = type;
  for (Type& child : settled.children) child = Settled(child);
  return settled;
}

}  // namespace

void Shape::Add(const json::Value& record) {
  for (const auto& [key, value] : *record.AsObject()) {
    const std::string name = AsciiLower(key);
    const auto known = std::ranges::find(columns_, name, &Column::name);
    if (known == columns_.end()) {
      columns_.push_back({name, TypeOf(value, 0)});
    } else {
      known->type = Common(known->type, TypeOf(value, 0));
    }
  }
}

Result<iceberg::SchemaPtr> Shape::NewSchema() const {
  std::vector<iceberg::Field> fields;
  int32_t next_id = 1;
  for (const Column& column : columns_) {
    if (column.type.kind == Kind::kNull) continue;
    iceberg::Field field{.id = next_id++, .name = column.name};
    TARN_TRY(field.type, tables::FromEngine(Settled(column.type), next_id));
    fields.push_back(std::move(field));
  }
  if (fields.empty()) return Fail(kBadRecord, "The records have no members that columns could be made of.");
  return iceberg::Schema::Make(0, std::move(fields));
}

Result<std::vector<iceberg::Update>> Shape::Missing(const iceberg::TableMetadata& metadata) const {
  std::vector<iceberg::Update> updates;
  std::vector<iceberg::Field> fields = metadata.schema().columns();
  const size_t present = fields.size();
  int32_t next_id = metadata.last_column_id + 1;
  for (const Column& column : columns_) {
    const bool known = std::ranges::any_of(metadata.schema().columns(), [&](const iceberg::Field& field) {
      return AsciiLower(field.name) == column.name;
    });
    if (known || column.type.kind == Kind::kNull) continue;
    iceberg::Field field{.id = next_id++, .name = column.name};
    TARN_TRY(field.type, tables::FromEngine(Settled(column.type), next_id));
    fields.push_back(std::move(field));
  }
  if (fields.size() == present) return updates;
  int32_t id = 0;
  for (const iceberg::SchemaPtr& schema : metadata.schemas) id = std::max(id, schema->schema_id() + 1);
  TARN_TRY(const iceberg::SchemaPtr schema,
           iceberg::Schema::Make(id, std::move(fields), metadata.schema().identifier_field_ids()));
  updates.emplace_back(iceberg::AddSchema{schema});
  updates.emplace_back(iceberg::SetCurrentSchema{});
  return updates;
}

Result<iceberg::PartitionSpec> PartitionedBy(const iceberg::Schema& schema, const std::vector<std::string>& columns) {
  iceberg::PartitionSpec spec;
  for (const std::string& column : columns) {
    const iceberg::Field* field = schema.FindFieldIgnoreCase(column);
    if (field == nullptr) {
      return Fail(kBadRecord, fmt::format("The records have no member {}, by which the table is partitioned.", column));
    }
    iceberg::PartitionField part;
    part.source_ids = {field->id};
    part.name = field->name;
    part.transform.kind = iceberg::TransformKind::kIdentity;
    spec.fields.push_back(std::move(part));
  }
  return spec;
}

}  // namespace tarn::delivery
