#include "iceberg/avro/schema.h"

#include <fmt/format.h>

#include <map>

#include "iceberg/errors.h"
#include "json/json.h"

namespace tarn::iceberg::avro {

const Node* Node::NonNull() const {
  if (kind != Kind::kUnion) return this;
  const Node* found = nullptr;
  for (const Node* part : parts) {
    if (part->kind == Kind::kNull) continue;
    if (found != nullptr) return this;
    found = part;
  }
  return found == nullptr ? this : found;
}

const NodeField* Node::FindField(int32_t field_id) const {
  for (const NodeField& field : fields) {
    if (field.field_id == field_id) return &field;
  }
  return nullptr;
}

class SchemaParser {
 public:
  Result<Schema> Run(std::string_view text) {
    auto json = json::Parse(text, {.bytes = size_t{16} << 20, .depth = 200, .values = size_t{1} << 20});
    if (!json.ok()) return Fail(kCorrupt, "the Avro schema is no JSON: " + json.error().message);
    TARN_TRY(schema_.root_, Visit(*json, "", 0));
    return std::move(schema_);
  }

 private:
  Node* New(Kind kind) {
    schema_.nodes_.push_back(std::make_unique<Node>());
    schema_.nodes_.back()->kind = kind;
    return schema_.nodes_.back().get();
  }

  Result<const Node*> Named(const std::string& name, const std::string& space) {
    static const std::map<std::string, Kind, std::less<>> kPrimitives = {
        {"null", Kind::kNull},   {"boolean", Kind::kBoolean}, {"int", Kind::kInt},     {"long", Kind::kLong},
        {"float", Kind::kFloat}, {"double", Kind::kDouble},   {"bytes", Kind::kBytes}, {"string", Kind::kString},
    };
    if (const auto primitive = kPrimitives.find(name); primitive != kPrimitives.end()) {
      return static_cast<const Node*>(New(primitive->second));
    }
    for (const std::string& full : {space.empty() ? name : space + "." + name, name}) {
      if (const auto known = named_.find(full); known != named_.end()) return known->second;
    }
    return Fail(kCorrupt, fmt::format("the Avro schema names the unknown type {}", name.substr(0, 100)));
  }

  // Makes a named type known under its full name; gives the space that its parts live in.
  std::string Register(const json::Value& json, const std::string& space, const Node* node) {
    const std::string name(json.StringOr("name", ""));
    const size_t dot = name.rfind('.');
    const std::string inner =
        dot != std::string::npos ? name.substr(0, dot) : std::string(json.StringOr("namespace", space));
    const std::string simple = dot == std::string::npos ? name : name.substr(dot + 1);
    named_[inner.empty() ? simple : inner + "." + simple] = node;
    return inner;
  }

  Result<const Node*> Record(const json::Value& json, const std::string& space, int depth) {
    Node* node = New(Kind::kRecord);
    const std::string inner = Register(json, space, node);
    const json::Value* fields = json.Find("fields");
    if (fields == nullptr || !fields->is_array()) return Fail(kCorrupt, "an Avro record has no fields");
    for (const json::Value& each : *fields->AsArray()) {
      const json::Value* type = each.Find("type");
      if (type == nullptr) return Fail(kCorrupt, "a field of an Avro record has no type");
      NodeField field;
      field.name = each.StringOr("name", "");
      field.field_id = static_cast<int32_t>(each.IntOr("field-id", -1));
      TARN_TRY(field.type, Visit(*type, inner, depth + 1));
      node->fields.push_back(std::move(field));
    }
    return static_cast<const Node*>(node);
  }

  Result<const Node*> Part(const json::Value& json, std::string_view key, Kind kind, const std::string& space,
                           int depth) {
    const json::Value* inner = json.Find(key);
    if (inner == nullptr) return Fail(kCorrupt, fmt::format("an Avro type has no {}", key));
    Node* node = New(kind);
    node->logical = json.StringOr("logicalType", "");
    TARN_TRY(const Node* part, Visit(*inner, space, depth + 1));
    node->parts.push_back(part);
    return static_cast<const Node*>(node);
  }

  Result<const Node*> Visit(const json::Value& json, const std::string& space, int depth) {
    if (depth > 64 || schema_.nodes_.size() > 100'000) return Fail(kCorrupt, "the Avro schema is too large");
    if (const auto* name = json.AsString()) return Named(*name, space);
    if (json.is_array()) {
      Node* node = New(Kind::kUnion);
      for (const json::Value& each : *json.AsArray()) {
        TARN_TRY(const Node* part, Visit(each, space, depth + 1));
        node->parts.push_back(part);
      }
      if (node->parts.empty()) return Fail(kCorrupt, "an Avro union has no branches");
      return static_cast<const Node*>(node);
    }
    const json::Value* type = json.Find("type");
    if (type == nullptr) return Fail(kCorrupt, "an Avro type has no type");
    if (!type->is_string()) return Visit(*type, space, depth + 1);
    const std::string& kind = *type->AsString();
    if (kind == "record" || kind == "error") return Record(json, space, depth);
    if (kind == "array") return Part(json, "items", Kind::kArray, space, depth);
    if (kind == "map") return Part(json, "values", Kind::kMap, space, depth);
    if (kind == "enum") {
      Node* node = New(Kind::kEnum);
      Register(json, space, node);
      return static_cast<const Node*>(node);
    }
    if (kind == "fixed") {
      const int64_t size = json.IntOr("size", -1);
      if (size < 0 || size > (1 << 20)) return Fail(kCorrupt, "an Avro fixed type has a bad size");
      Node* node = New(Kind::kFixed);
      node->size = static_cast<int32_t>(size);
      node->logical = json.StringOr("logicalType", "");
      Register(json, space, node);
      return static_cast<const Node*>(node);
    }
    TARN_TRY(const Node* named, Named(kind, space));
    const std::string_view logical = json.StringOr("logicalType", "");
    if (logical.empty() || named->kind > Kind::kString) return named;
    Node* node = New(named->kind);
    node->logical = logical;
    return static_cast<const Node*>(node);
  }

  Schema schema_;
  std::map<std::string, const Node*> named_;
};

Result<Schema> Schema::Parse(std::string_view json) { return SchemaParser().Run(json); }

}  // namespace tarn::iceberg::avro
