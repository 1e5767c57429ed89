#include "tables/transform_sql.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "iceberg/errors.h"

namespace tarn::tables {
namespace {

using iceberg::TransformKind;
using iceberg::TypeId;
using iceberg::Value;

bool Nanos(const iceberg::Type& type) {
  return type.id() == TypeId::kTimestampNs || type.id() == TypeId::kTimestampTzNs;
}

// Towards minus infinity, which DuckDB's // is not.
std::string FloorDivide(const std::string& value, int64_t by) {
  return fmt::format("(({0} - ((({0}) % {1} + {1}) % {1})) // {1})", value, by);
}

std::string Micros(const iceberg::Type& type, const std::string& column) {
  return Nanos(type) ? FloorDivide(fmt::format("epoch_ns({})", column), 1000) : fmt::format("epoch_us({})", column);
}

std::string AsTimestamp(const iceberg::Type& type, const std::string& column) {
  if (type.id() == TypeId::kTimestampTz) return fmt::format("({} AT TIME ZONE 'UTC')", column);
  return column;
}

// The number without its decimal point.
std::string Unscaled(const std::string& column) {
  return fmt::format("CAST(replace(CAST({} AS VARCHAR), '.', '') AS HUGEINT)", column);
}

std::string IdentitySql(const iceberg::Type& source, const std::string& column) {
  switch (source.id()) {
    case TypeId::kDate:
      return fmt::format("({} - DATE '1970-01-01')", column);
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return fmt::format("epoch_us({})", column);
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return fmt::format("epoch_ns({})", column);
    case TypeId::kBinary:
      return fmt::format("hex({})", column);
    case TypeId::kDecimal:
      return Unscaled(column);
    case TypeId::kUuid:
      return fmt::format("CAST({} AS VARCHAR)", column);
    default:
      return column;
  }
}

std::string TruncateSql(int64_t width, const iceberg::Type& source, const std::string& column) {
  if (source.id() == TypeId::kString) return fmt::format("left({}, {})", column, width);
  if (source.id() == TypeId::kBinary) return fmt::format("substr(hex({}), 1, {})", column, 2 * width);
  const std::string number =
      source.id() == TypeId::kDecimal ? Unscaled(column) : fmt::format("CAST({} AS HUGEINT)", column);
  return fmt::format("({0} - (({0} % {1} + {1}) % {1}))", number, width);
}

std::string TimeSql(TransformKind kind, const iceberg::Type& source, const std::string& column) {
  const std::string time = AsTimestamp(source, column);
  switch (kind) {
    case TransformKind::kYear:
      return fmt::format("(year({}) - 1970)", time);
    case TransformKind::kMonth:
      return fmt::format("((year({0}) - 1970) * 12 + month({0}) - 1)", time);
    case TransformKind::kDay:
      return fmt::format("(CAST({} AS DATE) - DATE '1970-01-01')", time);
    default:
      return FloorDivide(Micros(source, column), 3'600'000'000);
  }
}

Result<int64_t> Number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Fail(iceberg::kInvalid, fmt::format("{} is no partition value", text));
  }
  return value;
}

// Of DuckDB's hex(): capital letters, pairs.
std::string FromHex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10; };
  std::string bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2) bytes += static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1]));
  return bytes;
}

Result<Value> FloatValue(const iceberg::Type& type, const std::string& text) {
  const double value = text == "nan" ? std::nan("") : std::strtod(text.c_str(), nullptr);
  return type.id() == TypeId::kFloat ? Value(static_cast<float>(value)) : Value(value);
}

}  // namespace

std::string Quote(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

Result<std::string> KeySql(const iceberg::Transform& transform, const iceberg::Type& source,
                           const std::string& column) {
  if (!iceberg::CanTransform(transform, source) || source.id() == TypeId::kFixed) {
    return Fail(iceberg::kUnsupported, fmt::format("rows cannot be written by the transform {} of a {} column",
                                                   iceberg::TransformText(transform), iceberg::TypeText(source)));
  }
  switch (transform.kind) {
    case TransformKind::kIdentity:
      return IdentitySql(source, column);
    case TransformKind::kBucket: {
      const std::string value = Nanos(source) ? Micros(source, column) : column;
      return fmt::format("((tarn_bucket_hash({}) & 2147483647) % {})", value, transform.width);
    }
    case TransformKind::kTruncate:
      return TruncateSql(transform.width, source, column);
    case TransformKind::kVoid:
      return std::string("NULL");
    case TransformKind::kUnknown:
      return Fail(iceberg::kUnsupported, fmt::format("unknown transform {}", transform.spelling));
    default:
      return TimeSql(transform.kind, source, column);
  }
}

Result<Value> KeyValue(const iceberg::Transform& transform, const iceberg::Type& source,
                       const std::optional<std::string>& text) {
  if (!text || transform.kind == TransformKind::kVoid) return Value();
  const iceberg::Type type = iceberg::ResultType(transform, source);
  switch (type.id()) {
    case TypeId::kBoolean:
      return Value(*text == "true");
    case TypeId::kInt:
    case TypeId::kDate: {
      TARN_TRY(const int64_t number, Number(*text));
      return Value(static_cast<int32_t>(number));
    }
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs: {
      TARN_TRY(const int64_t number, Number(*text));
      return Value(number);
    }
    case TypeId::kFloat:
    case TypeId::kDouble:
      return FloatValue(type, *text);
    case TypeId::kDecimal: {
      TARN_TRY(const iceberg::Int128 unscaled, iceberg::ParseDecimal(*text, 0));
      return Value(unscaled);
    }
    case TypeId::kString:
      return Value(*text);
    case TypeId::kBinary: {
      return Value(FromHex(*text));
    }
    default:
      return iceberg::ParseValueText(type, *text);
  }
}

}  // namespace tarn::tables
