#include "registry/definition.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "json/json.h"
#include "registry/avro.h"
#include "registry/errors.h"
#include "registry/json_schema.h"
#include "registry/protobuf.h"

namespace tarn::registry {
namespace {

Result<json::Value> ReadJson(std::string_view text) {
  auto value = json::Parse(text);
  if (!value.ok()) return Fail(kInvalidInput, value.error().message);
  return std::move(*value);
}

json::Value Sorted(const json::Value& value) {
  if (const json::Object* members = value.AsObject()) {
    json::Object out;
    for (const auto& [key, member] : *members) out.emplace_back(key, Sorted(member));
    std::ranges::stable_sort(out, {}, [](const auto& member) -> const std::string& { return member.first; });
    return out;
  }
  if (const json::Array* items = value.AsArray()) {
    json::Array out;
    for (const json::Value& item : *items) out.push_back(Sorted(item));
    return out;
  }
  return value;
}

std::string PointerTo(const std::string& path, std::string_view key) {
  std::string out = path + '/';
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

void Step(json::Array& patch, const char* what, const std::string& path, const json::Value* value) {
  json::Object step{{"op", what}, {"path", path}};
  if (value) step.emplace_back("value", *value);
  patch.emplace_back(std::move(step));
}

void Compare(json::Array& patch, const std::string& path, const json::Value& from, const json::Value& to) {
  if (from == to) return;
  if (from.is_object() && to.is_object()) {
    for (const auto& [key, value] : *from.AsObject()) {
      if (!to.Find(key)) Step(patch, "remove", PointerTo(path, key), nullptr);
    }
    for (const auto& [key, value] : *to.AsObject()) {
      const json::Value* before = from.Find(key);
      if (!before) {
        Step(patch, "add", PointerTo(path, key), &value);
      } else {
        Compare(patch, PointerTo(path, key), *before, value);
      }
    }
    return;
  }
  if (from.is_array() && to.is_array()) {
    const json::Array& before = *from.AsArray();
    const json::Array& after = *to.AsArray();
    const size_t common = std::min(before.size(), after.size());
    for (size_t i = 0; i < common; ++i) Compare(patch, fmt::format("{}/{}", path, i), before[i], after[i]);
    for (size_t i = before.size(); i > common; --i) Step(patch, "remove", fmt::format("{}/{}", path, i - 1), nullptr);
    for (size_t i = common; i < after.size(); ++i) Step(patch, "add", fmt::format("{}/{}", path, i), &after[i]);
    return;
  }
  Step(patch, "replace", path, &to);
}

}  // namespace

Result<std::string> Canonical(DataFormat format, std::string_view definition) {
  if (format == DataFormat::kProtobuf) {
    TARN_CHECK(protobuf::Parse(definition));
    return protobuf::Canonical(definition);
  }
  TARN_TRY(const json::Value value, ReadJson(definition));
  if (format == DataFormat::kAvro) {
    TARN_CHECK(avro::Parse(definition));
  } else {
    TARN_CHECK(json_schema::Check(value));
  }
  return json::Write(Sorted(value));
}

Result<std::optional<std::string>> WhyUnreadable(DataFormat format, std::string_view reader, std::string_view writer) {
  if (format == DataFormat::kAvro) {
    TARN_TRY(const avro::Schema read, avro::Parse(reader));
    TARN_TRY(const avro::Schema written, avro::Parse(writer));
    return avro::WhyUnreadable(read, written);
  }
  if (format == DataFormat::kJson) {
    TARN_TRY(const json::Value read, ReadJson(reader));
    TARN_TRY(const json::Value written, ReadJson(writer));
    return json_schema::WhyUnreadable(read, written);
  }
  TARN_TRY(const protobuf::File read, protobuf::Parse(reader));
  TARN_TRY(const protobuf::File written, protobuf::Parse(writer));
  return protobuf::WhyUnreadable(read, written);
}

Result<std::string> Difference(DataFormat format, std::string_view from, std::string_view to) {
  json::Array patch;
  if (format == DataFormat::kProtobuf) {
    Compare(patch, "", json::Value(from), json::Value(to));
  } else {
    TARN_TRY(const json::Value before, ReadJson(from));
    TARN_TRY(const json::Value after, ReadJson(to));
    Compare(patch, "", before, after);
  }
  return json::Write(json::Value(std::move(patch)));
}

}  // namespace tarn::registry
