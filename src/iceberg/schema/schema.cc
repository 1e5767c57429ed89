#include "iceberg/schema/schema.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/schema/json_access.h"

namespace tarn::iceberg {
namespace {

constexpr int kDepthMax = 64;

Result<std::optional<Value>> DefaultFromJson(const json::Value& json, std::string_view key, const Type& type) {
  const json::Value* member = json.Find(key);
  if (member == nullptr || member->is_null()) return std::optional<Value>();
  if (type.id() == TypeId::kUnknown || type.id() == TypeId::kVariant || type.id() == TypeId::kGeometry ||
      type.id() == TypeId::kGeography) {
    return Fail(kInvalid, fmt::format("Invalid default: type {} must default to null", TypeText(type)));
  }
  TARN_TRY(Value value, ValueFromJson(type, *member));
  return std::optional(std::move(value));
}

Result<Type> StructFromJson(const json::Value& json, int depth) {
  TARN_TRY(const json::Array* array, GetArray(json, "fields"));
  std::vector<Field> fields;
  fields.reserve(array->size());
  for (const json::Value& each : *array) {
    if (!each.is_object()) return Fail(kInvalid, "Cannot parse struct field from non-object: " + json::Write(each));
    Field field;
    TARN_TRY(field.id, GetInt(each, "id"));
    TARN_TRY(field.name, GetString(each, "name"));
    const json::Value* type = each.Find("type");
    if (type == nullptr) return Fail(kInvalid, "Cannot parse missing field: type");
    TARN_TRY(field.type, TypeFromJson(*type, depth + 1));
    TARN_TRY(field.initial_default, DefaultFromJson(each, "initial-default", field.type));
    TARN_TRY(field.write_default, DefaultFromJson(each, "write-default", field.type));
    TARN_TRY(field.doc, FindString(each, "doc"));
    TARN_TRY(field.required, GetBool(each, "required"));
    if (field.required && field.type.id() == TypeId::kUnknown) {
      return Fail(kInvalid, fmt::format("Cannot create required field with unknown type: {}", field.name));
    }
    fields.push_back(std::move(field));
  }
  return Type::Struct(std::move(fields));
}

Result<Type> PartFromJson(const json::Value& json, std::string_view key, int depth) {
  const json::Value* part = json.Find(key);
  if (part == nullptr) return Fail(kInvalid, fmt::format("Cannot parse missing field: {}", key));
  return TypeFromJson(*part, depth + 1);
}

void WriteStruct(json::Writer& out, const Type& type, const Schema* schema) {
  out.BeginObject().Key("type").String("struct");
  if (schema != nullptr) {
    out.Key("schema-id").Int(schema->schema_id());
    if (!schema->identifier_field_ids().empty()) {
      WriteInts(out, "identifier-field-ids", schema->identifier_field_ids());
    }
  }
  out.Key("fields").BeginArray();
  for (const Field& field : type.fields()) {
    out.BeginObject().Key("id").Int(field.id).Key("name").String(field.name).Key("required").Bool(field.required);
    out.Key("type");
    WriteType(out, field.type);
    if (field.doc) out.Key("doc").String(*field.doc);
    if (field.initial_default) {
      out.Key("initial-default");
      WriteValue(out, field.type, *field.initial_default);
    }
    if (field.write_default) {
      out.Key("write-default");
      WriteValue(out, field.type, *field.write_default);
    }
    out.EndObject();
  }
  out.EndArray().EndObject();
}

}  // namespace

Result<Type> TypeFromJson(const json::Value& json, int depth) {
  if (depth > kDepthMax) return Fail(kInvalid, "Cannot parse type: nested too deeply");
  if (const auto* text = json.AsString()) return ParseTypeText(*text);
  const std::string_view kind = json.StringOr("type", "");
  if (kind == "struct") return StructFromJson(json, depth);
  if (kind == "list") {
    TARN_TRY(const int32_t id, GetInt(json, "element-id"));
    TARN_TRY(Type element, PartFromJson(json, "element", depth));
    TARN_TRY(const bool required, GetBool(json, "element-required"));
    return Type::List(id, std::move(element), required);
  }
  if (kind == "map") {
    TARN_TRY(const int32_t key_id, GetInt(json, "key-id"));
    TARN_TRY(Type key, PartFromJson(json, "key", depth));
    TARN_TRY(const int32_t value_id, GetInt(json, "value-id"));
    TARN_TRY(Type value, PartFromJson(json, "value", depth));
    TARN_TRY(const bool required, GetBool(json, "value-required"));
    return Type::Map(key_id, std::move(key), value_id, std::move(value), required);
  }
  return Fail(kInvalid, "Cannot parse type from json: " + json::Write(json).substr(0, 200));
}

void WriteType(json::Writer& out, const Type& type) {
  if (type.is_struct()) {
    WriteStruct(out, type, nullptr);
  } else if (type.is_list()) {
    const Field& element = type.fields()[0];
    out.BeginObject().Key("type").String("list").Key("element-id").Int(element.id).Key("element");
    WriteType(out, element.type);
    out.Key("element-required").Bool(element.required).EndObject();
  } else if (type.is_map()) {
    const Field& key = type.fields()[0];
    const Field& value = type.fields()[1];
    out.BeginObject().Key("type").String("map").Key("key-id").Int(key.id).Key("key");
    WriteType(out, key.type);
    out.Key("value-id").Int(value.id).Key("value");
    WriteType(out, value.type);
    out.Key("value-required").Bool(value.required).EndObject();
  } else {
    out.String(TypeText(type));
  }
}

Status Schema::Index(const std::vector<Field>& fields, const std::string& prefix, int32_t parent, int depth) {
  if (depth > kDepthMax) return Fail(kInvalid, "Cannot create schema: nested too deeply");
  for (const Field& field : fields) {
    const std::string name = prefix.empty() ? field.name : prefix + "." + field.name;
    if (!by_id_.emplace(field.id, Entry{field, name, parent}).second) {
      return Fail(kInvalid, fmt::format("Multiple entries with same field id: {} ({} and {})", field.id,
                                        by_id_.at(field.id).name, name));
    }
    ids_.push_back(field.id);
    highest_ = std::max(highest_, field.id);
    if (!by_name_.emplace(name, field.id).second) {
      return Fail(kInvalid, fmt::format("Invalid schema: multiple fields for name {}: {} and {}", name,
                                        by_name_.at(name), field.id));
    }
    const auto [lower, added] = by_lower_name_.emplace(AsciiLower(name), field.id);
    if (!added) lower->second = -1;
    TARN_CHECK(Index(field.type.fields(), name, field.id, depth + 1));
    // The short names of structs within lists and maps: "points.x" for "points.element.x".
    const bool through = (field.type.is_list() && field.type.fields()[0].type.is_struct()) ||
                         (field.type.is_map() && field.type.fields()[1].type.is_struct());
    if (through) {
      for (const Field& inner : field.type.fields().back().type.fields()) {
        by_name_.emplace(name + "." + inner.name, inner.id);
        by_lower_name_.emplace(AsciiLower(name + "." + inner.name), inner.id);
      }
    }
  }
  return Ok();
}

Status Schema::CheckIdentifiers() const {
  for (const int32_t id : identifier_field_ids_) {
    const auto entry = by_id_.find(id);
    if (entry == by_id_.end()) {
      return Fail(kInvalid, fmt::format("Cannot add fieldId {} as an identifier field: field does not exist", id));
    }
    const auto bad = [&](std::string_view why) {
      return Fail(kInvalid, fmt::format("Cannot add field {} as an identifier field: {}", entry->second.name, why));
    };
    const Type& type = entry->second.field.type;
    if (!type.is_primitive()) return bad("not a primitive type field");
    if (!entry->second.field.required) return bad("not a required field");
    if (type.id() == TypeId::kFloat || type.id() == TypeId::kDouble) return bad("must not be float or double field");
    for (int32_t parent = entry->second.parent; parent != -1; parent = by_id_.at(parent).parent) {
      const Field& holder = by_id_.at(parent).field;
      if (!holder.type.is_struct()) return bad("must not be nested in a list or map");
      if (!holder.required) return bad("must not be nested in an optional field " + by_id_.at(parent).name);
    }
  }
  return Ok();
}

Result<SchemaPtr> Schema::Make(int32_t schema_id, std::vector<Field> columns, std::vector<int32_t> identifiers) {
  auto schema = std::make_shared<Schema>();
  schema->schema_id_ = schema_id;
  schema->root_ = Type::Struct(std::move(columns));
  std::sort(identifiers.begin(), identifiers.end());
  identifiers.erase(std::unique(identifiers.begin(), identifiers.end()), identifiers.end());
  schema->identifier_field_ids_ = std::move(identifiers);
  TARN_CHECK(schema->Index(schema->root_.fields(), "", -1, 0));
  TARN_CHECK(schema->CheckIdentifiers());
  return SchemaPtr(std::move(schema));
}

Result<SchemaPtr> Schema::FromJson(const json::Value& json) {
  TARN_TRY(const Type type, TypeFromJson(json));
  if (!type.is_struct()) return Fail(kInvalid, "Cannot create schema, not a struct type: " + TypeText(type));
  TARN_TRY(const std::optional<int32_t> id, FindInt(json, "schema-id"));
  std::vector<int32_t> identifiers;
  const json::Value* listed = json.Find("identifier-field-ids");
  if (listed != nullptr && !listed->is_null()) {
    TARN_TRY(identifiers, GetInts(json, "identifier-field-ids"));
  }
  return Make(id.value_or(0), type.fields(), std::move(identifiers));
}

Result<SchemaPtr> Schema::Parse(std::string_view text) {
  TARN_TRY(const json::Value json, json::Parse(text));
  return FromJson(json);
}

SchemaPtr Schema::WithId(int32_t schema_id) const {
  auto copy = std::make_shared<Schema>(*this);
  copy->schema_id_ = schema_id;
  return copy;
}

const Field* Schema::FindField(int32_t id) const {
  const auto entry = by_id_.find(id);
  return entry == by_id_.end() ? nullptr : &entry->second.field;
}
const Field* Schema::FindField(std::string_view full_name) const {
  const auto id = by_name_.find(std::string(full_name));
  return id == by_name_.end() ? nullptr : FindField(id->second);
}
const Field* Schema::FindFieldIgnoreCase(std::string_view full_name) const {
  const auto id = by_lower_name_.find(AsciiLower(full_name));
  return id == by_lower_name_.end() ? nullptr : FindField(id->second);
}
std::string_view Schema::NameOf(int32_t id) const {
  const auto entry = by_id_.find(id);
  return entry == by_id_.end() ? std::string_view() : entry->second.name;
}
std::optional<int32_t> Schema::ParentOf(int32_t id) const {
  const auto entry = by_id_.find(id);
  if (entry == by_id_.end() || entry->second.parent == -1) return std::nullopt;
  return entry->second.parent;
}

bool Schema::SameSchema(const Schema& other) const {
  return root_ == other.root_ && identifier_field_ids_ == other.identifier_field_ids_;
}

void Schema::Write(json::Writer& out) const { WriteStruct(out, root_, this); }
std::string Schema::ToJson() const {
  json::Writer out;
  Write(out);
  return out.Take();
}

}  // namespace tarn::iceberg
