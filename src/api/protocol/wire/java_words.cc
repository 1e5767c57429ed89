#include "api/protocol/wire/java_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <ranges>
#include <vector>

#include "base/hash.h"
#include "base/strings.h"
#include "base/utf8.h"

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
  const auto bytes = Unbase64(text);
  if (!bytes || Base64(*bytes) != text) return broken("Invalid last non-pad Base64 character dectected");
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

namespace {

// What Java's conversion of a number to a whole one gives: not-a-number cannot come from JSON.
template <typename Whole>
int64_t Truncated(const json::Value& value) {
  constexpr auto kMin = std::numeric_limits<Whole>::min();
  constexpr auto kMax = std::numeric_limits<Whole>::max();
  if (const int64_t* whole = value.AsInt()) return std::clamp<int64_t>(*whole, kMin, kMax);
  const double number = value.AsNumber()->value;
  if (number >= static_cast<double>(kMax)) return kMax;
  if (number <= static_cast<double>(kMin)) return kMin;
  return static_cast<int64_t>(number);
}

}  // namespace

void TruncateNumbers(const TypeShape& type, json::Value& value) {
  if (type.kind == Kind::kInteger && value.is_number()) value = json::Value(Truncated<int32_t>(value));
  if (type.kind == Kind::kLong && value.is_number()) value = json::Value(Truncated<int64_t>(value));
  if (type.kind == Kind::kList && value.is_array()) {
    for (json::Value& element : *value.AsArray()) TruncateNumbers(*type.element.type, element);
  }
  if (!value.is_object() || (type.kind != Kind::kStructure && type.kind != Kind::kMap)) return;
  for (auto& [key, element] : *value.AsObject()) {
    if (type.kind == Kind::kMap) {
      TruncateNumbers(*type.value.type, element);
    } else if (const auto member = std::ranges::find(type.members, key, &Member::wire_name);
               member != type.members.end()) {
      TruncateNumbers(*member->ref.type, element);
    }
  }
}

namespace {

constexpr uint32_t kJavaFactor = 31;

// Of its UTF-16 units.
uint32_t HashText(std::string_view text) {
  uint32_t hash = 0;
  while (!text.empty()) {
    const uint32_t code = TakeUtf8(text);
    if (code < 0x10000) {
      hash = kJavaFactor * hash + code;
      continue;
    }
    hash = kJavaFactor * hash + (0xd800 + ((code - 0x10000) >> 10));
    hash = kJavaFactor * hash + (0xdc00 + ((code - 0x10000) & 0x3ff));
  }
  return hash;
}

// A buffer's, from its last byte on.
uint32_t HashBytes(std::string_view bytes) {
  uint32_t hash = 1;
  for (const char c : std::views::reverse(bytes)) {
    hash = kJavaFactor * hash + static_cast<uint32_t>(static_cast<int32_t>(static_cast<signed char>(c)));
  }
  return hash;
}

uint32_t HashObject(std::string_view package, const TypeShape& type, const void* value) {
  std::vector<const Member*> members;
  members.reserve(type.members.size());
  for (const Member& member : type.members) members.push_back(&member);
  std::ranges::sort(members, {}, [](const Member* member) { return member->name; });
  const uint32_t name = kJavaFactor + HashText(std::string(package) + std::string(type.name));
  uint32_t hash = kJavaFactor + name;
  for (const Member* member : members) {
    const void* field = GetMember(*member, value);
    const TypeShape& of = *member->ref.type;
    uint32_t part = 0;
    if (field != nullptr && of.kind == Kind::kString) part = HashText(*static_cast<const std::string*>(field));
    if (field != nullptr && of.kind == Kind::kBlob) part = HashBytes(*static_cast<const std::string*>(field));
    if (field != nullptr && of.kind == Kind::kInteger)
      part = static_cast<uint32_t>(*static_cast<const int32_t*>(field));
    if (field != nullptr && of.kind == Kind::kStructure) part = HashObject(package, of, field);
    hash = kJavaFactor * hash + part;
  }
  return hash;
}

}  // namespace

std::string FormatJavaObject(std::string_view package, const TypeShape& type, const void* value) {
  return fmt::format("{}{}@{:x}", package, type.name, HashObject(package, type, value));
}

}  // namespace tarn::api::protocol
