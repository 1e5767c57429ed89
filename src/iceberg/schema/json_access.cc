#include "iceberg/schema/json_access.h"

#include <fmt/format.h>

#include "iceberg/errors.h"

namespace tarn::iceberg {
namespace {

Error Missing(std::string_view kind, std::string_view key) {
  return Fail(kInvalid, fmt::format("Cannot parse missing {}: {}", kind, key));
}
Error Wrong(std::string_view kind, std::string_view key, const json::Value& value) {
  return Fail(kInvalid, fmt::format("Cannot parse to {} value: {}: {}", kind, key, json::Write(value).substr(0, 200)));
}

}  // namespace

Result<int64_t> GetLong(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr) return Missing("long", key);
  if (!value->is_int()) return Wrong("a long", key, *value);
  return *value->AsInt();
}

Result<int32_t> GetInt(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr) return Missing("int", key);
  if (!value->is_int() || *value->AsInt() > INT32_MAX || *value->AsInt() < INT32_MIN) {
    return Wrong("an integer", key, *value);
  }
  return static_cast<int32_t>(*value->AsInt());
}

Result<bool> GetBool(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr) return Missing("boolean", key);
  if (!value->is_bool()) return Wrong("a boolean", key, *value);
  return *value->AsBool();
}

Result<std::string> GetString(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr) return Missing("string", key);
  if (!value->is_string()) return Wrong("a string", key, *value);
  return *value->AsString();
}

Result<std::optional<int64_t>> FindLong(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr || value->is_null()) return std::optional<int64_t>();
  TARN_TRY(const int64_t number, GetLong(object, key));
  return std::optional(number);
}

Result<std::optional<int32_t>> FindInt(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr || value->is_null()) return std::optional<int32_t>();
  TARN_TRY(const int32_t number, GetInt(object, key));
  return std::optional(number);
}

Result<std::optional<std::string>> FindString(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr || value->is_null()) return std::optional<std::string>();
  TARN_TRY(std::string text, GetString(object, key));
  return std::optional(std::move(text));
}

Result<const json::Array*> GetArray(const json::Value& object, std::string_view key) {
  const json::Value* value = object.Find(key);
  if (value == nullptr) return Missing("list", key);
  if (!value->is_array()) return Wrong("a list", key, *value);
  return value->AsArray();
}

Result<std::vector<int64_t>> GetLongs(const json::Value& object, std::string_view key) {
  TARN_TRY(const json::Array* array, GetArray(object, key));
  std::vector<int64_t> numbers;
  for (const json::Value& each : *array) {
    if (!each.is_int()) return Wrong("a list of longs", key, each);
    numbers.push_back(*each.AsInt());
  }
  return numbers;
}

Result<std::vector<int32_t>> GetInts(const json::Value& object, std::string_view key) {
  TARN_TRY(const std::vector<int64_t> longs, GetLongs(object, key));
  std::vector<int32_t> numbers;
  for (const int64_t each : longs) {
    if (each > INT32_MAX || each < INT32_MIN) return Wrong("a list of integers", key, json::Value(each));
    numbers.push_back(static_cast<int32_t>(each));
  }
  return numbers;
}

Result<std::vector<std::string>> GetStrings(const json::Value& object, std::string_view key) {
  TARN_TRY(const json::Array* array, GetArray(object, key));
  std::vector<std::string> texts;
  for (const json::Value& each : *array) {
    if (!each.is_string()) return Wrong("a list of strings", key, each);
    texts.push_back(*each.AsString());
  }
  return texts;
}

Result<Properties> FindStringMap(const json::Value& object, std::string_view key) {
  Properties map;
  const json::Value* value = object.Find(key);
  if (value == nullptr || value->is_null()) return map;
  if (!value->is_object()) return Wrong("a string map", key, *value);
  for (const auto& [name, each] : *value->AsObject()) {
    if (!each.is_string()) return Wrong("a string", name, each);
    map[name] = *each.AsString();
  }
  return map;
}

void WriteStringMap(json::Writer& out, std::string_view key, const Properties& map) {
  out.Key(key).BeginObject();
  for (const auto& [name, value] : map) out.Key(name).String(value);
  out.EndObject();
}

void WriteInts(json::Writer& out, std::string_view key, const std::vector<int32_t>& values) {
  out.Key(key).BeginArray();
  for (const int32_t value : values) out.Int(value);
  out.EndArray();
}

}  // namespace tarn::iceberg
