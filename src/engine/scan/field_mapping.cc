#include "engine/scan/field_mapping.h"

#include <duckdb/parser/expression/constant_expression.hpp>
#include <string>
#include <utility>

#include "engine/scan/condition_of.h"

namespace tarn::engine {
namespace {

using duckdb::LogicalType;
using duckdb::LogicalTypeId;
using duckdb::MultiFileColumnDefinition;
using duckdb::Value;
using std::string;

MultiFileColumnDefinition Numbered(const string& name, const LogicalType& type, const FieldIds& field) {
  MultiFileColumnDefinition column(name, type);
  column.identifier = Value::INTEGER(field.id);
  column.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(ValueOf(field.initial_default, type));
  switch (type.id()) {
    case LogicalTypeId::STRUCT: {
      const auto& children = duckdb::StructType::GetChildTypes(type);
      for (size_t i = 0; i < children.size(); ++i) {
        column.children.push_back(Numbered(children[i].first, children[i].second, field.children[i]));
      }
      break;
    }
    case LogicalTypeId::LIST:
      column.children.push_back(Numbered("element", duckdb::ListType::GetChildType(type), field.children[0]));
      break;
    case LogicalTypeId::MAP:
      column.children.push_back(Numbered("key", duckdb::MapType::KeyType(type), field.children[0]));
      column.children.push_back(Numbered("value", duckdb::MapType::ValueType(type), field.children[1]));
      break;
    default:
      break;
  }
  return column;
}

bool HasNumber(const MultiFileColumnDefinition& column) {
  if (!column.identifier.IsNull()) return true;
  for (const auto& child : column.children) {
    if (HasNumber(child)) return true;
  }
  return false;
}

const NamedField* FindName(const std::vector<NamedField>& mapping, const string& name) {
  for (const NamedField& field : mapping) {
    for (const string& known : field.names) {
      if (known == name) return &field;
    }
  }
  return nullptr;
}

void ApplyNames(const std::vector<NamedField>& mapping, const string& name, MultiFileColumnDefinition& column) {
  const NamedField* field = FindName(mapping, name);
  if (field == nullptr) return;
  if (field->id) column.identifier = Value::INTEGER(*field->id);
  switch (column.type.id()) {
    case LogicalTypeId::LIST:  // one child, whatever writers call it
      for (auto& child : column.children) ApplyNames(field->fields, "element", child);
      break;
    case LogicalTypeId::MAP:
      for (auto& entries : column.children) {
        for (size_t i = 0; i < entries.children.size(); ++i) {
          ApplyNames(field->fields, i == 0 ? "key" : "value", entries.children[i]);
        }
      }
      break;
    default:
      for (auto& child : column.children) ApplyNames(field->fields, child.name, child);
  }
}

void FillNumbers(duckdb::vector<MultiFileColumnDefinition>& columns, int32_t& next) {
  for (auto& column : columns) {
    if (column.identifier.IsNull()) column.identifier = Value::INTEGER(next--);
    FillNumbers(column.children, next);
  }
}

}  // namespace

MultiFileColumnDefinition DefinitionOf(const ColumnDef& column, const LogicalType& type) {
  if (column.field) return Numbered(column.name, type, *column.field);
  auto named = MultiFileColumnDefinition::CreateFromNameAndType(column.name, type);
  named.default_expression = duckdb::make_uniq<duckdb::ConstantExpression>(Value(type));  // absent: NULL
  return named;
}

void NumberFileColumns(const std::vector<NamedField>& mapping, duckdb::vector<MultiFileColumnDefinition>& columns) {
  bool numbered = false;
  for (const auto& column : columns) numbered = numbered || HasNumber(column);
  if (!numbered) {
    for (auto& column : columns) ApplyNames(mapping, column.name, column);
  }
  int32_t next = -1;
  FillNumbers(columns, next);
}

std::optional<size_t> FindFileColumn(const duckdb::vector<MultiFileColumnDefinition>& columns, int32_t id) {
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i].identifier.IsNull() && columns[i].identifier.GetValue<int32_t>() == id) return i;
  }
  return std::nullopt;
}

}  // namespace tarn::engine
