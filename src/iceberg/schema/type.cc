#include "iceberg/schema/type.h"

#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "iceberg/errors.h"

namespace tarn::iceberg {

struct Type::Extra {
  std::vector<Field> fields;
  std::string crs;
  std::string algorithm;
  bool operator==(const Extra&) const = default;
};

Type Type::Decimal(int precision, int scale) {
  Type type(TypeId::kDecimal);
  type.a_ = precision;
  type.b_ = scale;
  return type;
}
Type Type::Fixed(int length) {
  Type type(TypeId::kFixed);
  type.a_ = length;
  return type;
}
Type Type::Geometry(std::string crs) {
  Type type(TypeId::kGeometry);
  type.extra_ = std::make_shared<Extra>(Extra{{}, std::move(crs), {}});
  return type;
}
Type Type::Geography(std::string crs, std::string algorithm) {
  Type type(TypeId::kGeography);
  type.extra_ = std::make_shared<Extra>(Extra{{}, std::move(crs), std::move(algorithm)});
  return type;
}
Type Type::Struct(std::vector<Field> fields) {
  Type type(TypeId::kStruct);
  type.extra_ = std::make_shared<Extra>(Extra{std::move(fields), {}, {}});
  return type;
}
Type Type::List(int32_t element_id, Type element, bool required) {
  Type type(TypeId::kList);
  Extra extra;
  extra.fields.push_back(Field{element_id, "element", required, std::move(element), {}, {}, {}});
  type.extra_ = std::make_shared<Extra>(std::move(extra));
  return type;
}
Type Type::Map(int32_t key_id, Type key, int32_t value_id, Type value, bool value_required) {
  Type type(TypeId::kMap);
  Extra extra;
  extra.fields.push_back(Field{key_id, "key", true, std::move(key), {}, {}, {}});
  extra.fields.push_back(Field{value_id, "value", value_required, std::move(value), {}, {}, {}});
  type.extra_ = std::make_shared<Extra>(std::move(extra));
  return type;
}

const std::string& Type::crs() const {
  static const std::string none;
  return extra_ ? extra_->crs : none;
}
const std::string& Type::algorithm() const {
  static const std::string none;
  return extra_ ? extra_->algorithm : none;
}
const std::vector<Field>& Type::fields() const {
  static const std::vector<Field> none;
  return extra_ ? extra_->fields : none;
}

bool Type::operator==(const Type& other) const {
  if (id_ != other.id_ || a_ != other.a_ || b_ != other.b_) return false;
  if (extra_ == other.extra_) return true;
  return fields() == other.fields() && crs() == other.crs() && algorithm() == other.algorithm();
}

namespace {

struct Named {
  TypeId id;
  std::string_view text;
};
constexpr Named kNamed[] = {
    {TypeId::kUnknown, "unknown"},
    {TypeId::kBoolean, "boolean"},
    {TypeId::kInt, "int"},
    {TypeId::kLong, "long"},
    {TypeId::kFloat, "float"},
    {TypeId::kDouble, "double"},
    {TypeId::kDate, "date"},
    {TypeId::kTime, "time"},
    {TypeId::kTimestamp, "timestamp"},
    {TypeId::kTimestampTz, "timestamptz"},
    {TypeId::kTimestampNs, "timestamp_ns"},
    {TypeId::kTimestampTzNs, "timestamptz_ns"},
    {TypeId::kString, "string"},
    {TypeId::kUuid, "uuid"},
    {TypeId::kBinary, "binary"},
    {TypeId::kVariant, "variant"},
    {TypeId::kGeometry, "geometry"},
    {TypeId::kGeography, "geography"},
};

// The text between the brackets of "name(…)" or nothing.
std::optional<std::string_view> Parameters(std::string_view text, std::string_view name, char open, char close) {
  if (!EqualsIgnoreCase(text.substr(0, name.size()), name)) return std::nullopt;
  std::string_view rest = Trim(text.substr(name.size()));
  if (rest.size() < 2 || rest.front() != open || rest.back() != close) return std::nullopt;
  return Trim(rest.substr(1, rest.size() - 2));
}

Result<Type> ParseDecimalType(std::string_view inside, std::string_view text) {
  const auto parts = Split(inside, ',');
  if (parts.size() == 2) {
    const auto precision = ParseU64(Trim(parts[0]));
    const auto scale = ParseU64(Trim(parts[1]));
    if (precision && scale) {
      if (*precision == 0 || *precision > 38) {
        return Fail(kInvalid, fmt::format("Decimals with precision larger than 38 are not supported: {}", text));
      }
      if (*scale > *precision) return Fail(kInvalid, fmt::format("Invalid scale in type: {}", text));
      return Type::Decimal(static_cast<int>(*precision), static_cast<int>(*scale));
    }
  }
  return Fail(kInvalid, fmt::format("Cannot parse type string to primitive: {}", text));
}

Result<Type> ParseGeography(std::string_view inside, std::string_view text) {
  const auto parts = Split(inside, ',');
  if (parts.size() > 2) return Fail(kInvalid, fmt::format("Invalid type: {}", text));
  std::string algorithm;
  if (parts.size() == 2) {
    algorithm = AsciiLower(Trim(parts[1]));
    static constexpr std::string_view kAlgorithms[] = {"spherical", "vincenty", "thomas", "andoyer", "karney"};
    bool known = false;
    for (const auto& each : kAlgorithms) known = known || each == algorithm;
    if (!known) return Fail(kInvalid, fmt::format("Invalid edge interpolation algorithm name: {}", algorithm));
  }
  return Type::Geography(std::string(Trim(parts[0])), algorithm);
}

}  // namespace

Result<Type> ParseTypeText(std::string_view full) {
  const std::string_view text = Trim(full);
  for (const auto& [id, name] : kNamed) {
    if (EqualsIgnoreCase(text, name)) return Type(id);
  }
  if (const auto inside = Parameters(text, "decimal", '(', ')')) return ParseDecimalType(*inside, text);
  if (const auto inside = Parameters(text, "fixed", '[', ']')) {
    const auto length = ParseU64(*inside);
    if (length && *length <= INT32_MAX) return Type::Fixed(static_cast<int>(*length));
  }
  if (const auto inside = Parameters(text, "geometry", '(', ')')) return Type::Geometry(std::string(*inside));
  if (const auto inside = Parameters(text, "geography", '(', ')')) return ParseGeography(*inside, text);
  return Fail(kInvalid, fmt::format("Cannot parse type string to primitive: {}", full));
}

std::string TypeText(const Type& type) {
  switch (type.id()) {
    case TypeId::kDecimal:
      return fmt::format("decimal({}, {})", type.precision(), type.scale());
    case TypeId::kFixed:
      return fmt::format("fixed[{}]", type.length());
    case TypeId::kGeometry:
      return type.crs().empty() ? "geometry" : fmt::format("geometry({})", type.crs());
    case TypeId::kGeography:
      if (type.crs().empty() && type.algorithm().empty()) return "geography";
      if (type.algorithm().empty()) return fmt::format("geography({})", type.crs());
      return fmt::format("geography({}, {})", type.crs().empty() ? "OGC:CRS84" : type.crs(), type.algorithm());
    case TypeId::kStruct: {
      std::vector<std::string> parts;
      for (const Field& field : type.fields()) {
        parts.push_back(fmt::format("{}: {}: {} {}", field.id, field.name, field.required ? "required" : "optional",
                                    TypeText(field.type)));
      }
      return "struct<" + Join(parts, ", ") + ">";
    }
    case TypeId::kList:
      return fmt::format("list<{}>", TypeText(type.fields()[0].type));
    case TypeId::kMap:
      return fmt::format("map<{}, {}>", TypeText(type.fields()[0].type), TypeText(type.fields()[1].type));
    default:
      for (const auto& [id, name] : kNamed) {
        if (id == type.id()) return std::string(name);
      }
      return "unknown";
  }
}

}  // namespace tarn::iceberg
