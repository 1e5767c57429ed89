#include "registry/json_schema.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "registry/errors.h"

namespace tarn::registry::json_schema {
namespace {

constexpr int kDepthMax = 100;
constexpr std::array<std::string_view, 7> kTypes = {"null",   "boolean", "object", "array",
                                                    "number", "string",  "integer"};

Error Bad(std::string why) { return Fail(kInvalidInput, std::move(why)); }

bool Among(std::string_view key, std::initializer_list<std::string_view> keys) {
  return std::ranges::find(keys, key) != keys.end();
}

bool IsCount(const json::Value& value) { return value.is_int() && *value.AsInt() >= 0; }

Status CheckSchema(const json::Value& schema, const std::string& path, int depth);

Status CheckType(const json::Value& value, const std::string& path) {
  const auto known = [](const json::Value& name) {
    return name.is_string() && std::ranges::find(kTypes, *name.AsString()) != kTypes.end();
  };
  const bool sound =
      value.is_array() ? !value.AsArray()->empty() && std::ranges::all_of(*value.AsArray(), known) : known(value);
  return sound ? Ok() : Bad(fmt::format("{}/type: unknown type: {}", path, json::Write(value)));
}

Status CheckRequired(const json::Value& value, const std::string& path) {
  if (value.is_bool()) return Ok();  // draft 3 and 4's habit inside properties; without effect
  if (!value.is_array() || !std::ranges::all_of(*value.AsArray(), &json::Value::is_string)) {
    return Bad(path + "/required: an array of strings is expected");
  }
  return Ok();
}

Status CheckMap(const json::Value& value, const std::string& path, int depth) {
  if (!value.is_object()) return Bad(path + ": an object is expected");
  for (const auto& [name, inner] : *value.AsObject()) {
    if (inner.is_array() && path.ends_with("/dependencies")) continue;
    TARN_CHECK(CheckSchema(inner, fmt::format("{}/{}", path, name), depth));
  }
  return Ok();
}

Status CheckList(const json::Value& value, const std::string& path, int depth) {
  if (!value.is_array() || value.AsArray()->empty()) return Bad(path + ": an array of schemas is expected");
  for (const json::Value& inner : *value.AsArray()) TARN_CHECK(CheckSchema(inner, path, depth));
  return Ok();
}

Status CheckKeyword(const std::string& key, const json::Value& value, const std::string& path, int depth) {
  const std::string here = fmt::format("{}/{}", path, key);
  if (key == "type") return CheckType(value, path);
  if (key == "required") return CheckRequired(value, path);
  if (Among(key, {"properties", "patternProperties", "definitions", "$defs", "dependencies", "dependentSchemas"})) {
    return CheckMap(value, here, depth);
  }
  if (Among(key, {"allOf", "anyOf", "oneOf", "prefixItems"})) return CheckList(value, here, depth);
  if (key == "items" && value.is_array()) {
    return value.AsArray()->empty() ? Ok() : CheckList(value, here, depth);
  }
  if (Among(key, {"items", "additionalItems", "additionalProperties", "not", "if", "then", "else", "contains",
                  "propertyNames", "unevaluatedProperties", "unevaluatedItems"})) {
    return CheckSchema(value, here, depth);
  }
  if (Among(key, {"minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"})) {
    return IsCount(value) ? Ok() : Bad(here + ": a whole number is expected");
  }
  if (Among(key, {"minimum", "maximum", "multipleOf"})) {
    return value.is_number() ? Ok() : Bad(here + ": a number is expected");
  }
  if (Among(key, {"exclusiveMinimum", "exclusiveMaximum"})) {
    return value.is_number() || value.is_bool() ? Ok() : Bad(here + ": a number is expected");
  }
  if (key == "enum") return value.is_array() ? Ok() : Bad(here + ": an array is expected");
  if (Among(key, {"$ref", "$id", "$schema", "title", "description", "pattern", "format"})) {
    return value.is_string() ? Ok() : Bad(here + ": a string is expected");
  }
  return Ok();
}

Status CheckSchema(const json::Value& schema, const std::string& path, int depth) {
  if (depth > kDepthMax) return Bad("the schema is nested too deeply");
  if (schema.is_bool()) return Ok();
  if (!schema.is_object()) return Bad(fmt::format("{}: an object or a boolean is expected", path.empty() ? "#" : path));
  for (const auto& [key, value] : *schema.AsObject()) TARN_CHECK(CheckKeyword(key, value, path, depth + 1));
  return Ok();
}

}  // namespace

Status Check(const json::Value& schema) { return CheckSchema(schema, "", 0); }

}  // namespace tarn::registry::json_schema
