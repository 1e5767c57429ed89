#include "api/protocol/wire/java_words.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kListHere = "Start of list found where not expected";
constexpr std::string_view kMapHere = "Start of structure or map found where not expected.";
constexpr size_t kBase64Group = 4;

std::string_view JavaClass(const json::Value& value) {
  if (value.is_string()) return "java.lang.String";
  return value.is_bool() ? "java.lang.Boolean" : "com.amazon.coral.value.json.numbers.TruncatingBigNumber";
}

std::optional<std::string> Scalar(const json::Value& value, bool fits, std::string_view wanted) {
  if (value.is_array()) return std::string(kListHere);
  if (value.is_object()) return std::string(kMapHere);
  if (fits) return std::nullopt;
  return fmt::format("class {} can not be converted to {}", JavaClass(value), wanted);
}

std::optional<std::string> Blob(const json::Value& value) {
  if (!value.is_string()) return Scalar(value, false, "a Blob");
  const std::string& text = *value.AsString();
  const auto broken = [&](std::string_view why) {
    return fmt::format("'{}' can not be converted to a Blob: {}", text, why);
  };
  if (text.size() % kBase64Group != 0) {
    return broken(fmt::format("Base64 encoded length is expected a multiple of 4 bytes but found: {}", text.size()));
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool known =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    const bool pad = c == '=' && (i + 1 == text.size() || text[i + 1] == '=');
    if (!known && !pad) return broken(fmt::format("Invalid Base64 character: '{}'", c));
  }
  if (!Unbase64(text)) return broken("Invalid last non-pad Base64 character dectected");
  return std::nullopt;
}

std::optional<std::string> Boolean(const json::Value& value) {
  if (const std::string* text = value.AsString()) {
    return fmt::format("'{}' can not be converted to an Boolean", AsciiUpper(*text));
  }
  return Scalar(value, value.is_bool(), "an Boolean");
}

std::optional<std::string> Structure(const TypeShape& type, const json::Value& value) {
  if (value.is_array()) return std::string(kListHere);
  if (!value.is_object()) return "Expected null";
  for (const Member& member : type.members) {
    const json::Value* found = value.Find(member.wire_name);
    if (found == nullptr || found->is_null()) continue;
    if (auto mismatch = FindJavaMismatch(*member.ref.type, *found)) return mismatch;
  }
  return std::nullopt;
}

std::optional<std::string> List(const TypeShape& type, const json::Value& value) {
  if (value.is_object()) return std::string(kMapHere);
  const json::Array* array = value.AsArray();
  if (array == nullptr) return "Expected list or null";
  for (const json::Value& element : *array) {
    if (element.is_null()) continue;
    if (auto mismatch = FindJavaMismatch(*type.element.type, element)) return mismatch;
  }
  return std::nullopt;
}

std::optional<std::string> Map(const TypeShape& type, const json::Value& value) {
  if (value.is_array()) return std::string(kListHere);
  const json::Object* object = value.AsObject();
  if (object == nullptr) return "Expected map or null";
  for (const auto& [key, element] : *object) {
    if (element.is_null()) continue;
    if (auto mismatch = FindJavaMismatch(*type.value.type, element)) return mismatch;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> FindJavaMismatch(const TypeShape& type, const json::Value& value) {
  switch (type.kind) {
    case Kind::kString:
      return Scalar(value, value.is_string(), "an String");
    case Kind::kBlob:
      return Blob(value);
    case Kind::kInteger:
      return Scalar(value, value.is_number(), "an Integer");
    case Kind::kLong:
      return Scalar(value, value.is_number(), "an Long");
    case Kind::kDouble:
      return Scalar(value, value.is_number(), "an Double");
    case Kind::kBoolean:
      return Boolean(value);
    case Kind::kTimestamp:
      return Scalar(value, value.is_number(), "milliseconds since epoch");
    case Kind::kList:
      return List(type, value);
    case Kind::kMap:
      return Map(type, value);
    case Kind::kStructure:
      return Structure(type, value);
    case Kind::kDocument:
      break;
  }
  return std::nullopt;
}

}  // namespace tarn::api::protocol
