#include "query/render.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

#include "base/time.h"

namespace tarn::query {
namespace {

using engine::Column;
using engine::Int128;
using engine::Kind;
using sql::TypeKind;

const sql::Type kNoHint;

const sql::Type& Child(const sql::Type& type, size_t i) { return i < type.args.size() ? type.args[i] : kNoHint; }

// Lays out the shortest digits of a number as Java does: plain from 1e-3 below 1e7, else with an exponent.
template <typename T>
void AppendJavaNumber(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::signbit(value)) out += '-';
  value = std::fabs(value);
  if (std::isinf(value)) {
    out += "Infinity";
    return;
  }
  if (value == 0) {
    out += "0.0";
    return;
  }
  std::array<char, 64> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  std::string_view text(buffer.data(), static_cast<size_t>(end - buffer.data()));
  const size_t e = text.find('e');
  int exponent = 0;
  const size_t sign = text[e + 1] == '+' ? 2 : 1;
  std::from_chars(text.data() + e + sign, text.data() + text.size(), exponent);
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  if (exponent < -3 || exponent >= 7) {
    fmt::format_to(std::back_inserter(out), "{}.{}E{}", digits[0], digits.size() > 1 ? digits.substr(1) : "0",
                   exponent);
    return;
  }
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<size_t>(-exponent - 1), '0');
    out += digits;
    return;
  }
  const auto whole = static_cast<size_t>(exponent) + 1;  // digits before the point
  if (digits.size() <= whole) {
    out += digits;
    out.append(whole - digits.size(), '0');
    out += ".0";
  } else {
    out += digits.substr(0, whole);
    out += '.';
    out += digits.substr(whole);
  }
}

std::string DecimalDigits(unsigned __int128 value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

void AppendTimeOfDay(int64_t micros, int digits, std::string& out) {
  const int64_t seconds = micros / 1'000'000;
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (digits <= 0) return;
  std::string fraction = fmt::format("{:06}", micros % 1'000'000);
  fraction.resize(static_cast<size_t>(digits), '0');
  out += '.';
  out += fraction;
}

void AppendInterval(const Column::Interval& interval, const sql::Type& type, std::string& out) {
  auto to = std::back_inserter(out);
  if (type.kind == TypeKind::kIntervalYear || (interval.days == 0 && interval.micros == 0 && interval.months != 0)) {
    const int32_t months = interval.months < 0 ? -interval.months : interval.months;
    fmt::format_to(to, "{}{}-{}", interval.months < 0 ? "-" : "", months / 12, months % 12);
    return;
  }
  int64_t millis = (static_cast<int64_t>(interval.months) * 30 + interval.days) * 86'400'000 + interval.micros / 1000;
  if (millis < 0) out += '-';
  if (millis < 0) millis = -millis;
  fmt::format_to(to, "{} {:02}:{:02}:{:02}.{:03}", millis / 86'400'000, millis / 3'600'000 % 24, millis / 60'000 % 60,
                 millis / 1000 % 60, millis % 1000);
}

void AppendUuid(Int128 value, std::string& out) {
  const auto upper = static_cast<uint64_t>(value.upper);
  const uint64_t lower = value.lower;
  fmt::format_to(std::back_inserter(out), "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", upper >> 32, upper >> 16 & 0xffff,
                 upper & 0xffff, lower >> 48, lower & 0xffffffffffffULL);
}

void AppendHex(std::string_view bytes, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (size_t i = 0; i < bytes.size(); i++) {
    if (i > 0) out += ' ';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

void AppendNested(const Column& column, size_t row, const sql::Type& type, std::string& out) {
  if (column.IsNull(row)) {
    out += "null";
  } else {
    AppendValue(column, row, type, out);
  }
}

void AppendArray(const Column& column, size_t row, const sql::Type& type, std::string& out) {
  const Column::Range range = column.Elements(row);
  out += '[';
  for (uint64_t i = 0; i < range.length; i++) {
    if (i > 0) out += ", ";
    AppendNested(column.child(0), range.offset + i, Child(type, 0), out);
  }
  out += ']';
}

void AppendMap(const Column& column, size_t row, const sql::Type& type, std::string& out) {
  const Column::Range range = column.Elements(row);
  out += '{';
  for (uint64_t i = 0; i < range.length; i++) {
    if (i > 0) out += ", ";
    AppendNested(column.child(0), range.offset + i, Child(type, 0), out);
    out += '=';
    AppendNested(column.child(1), range.offset + i, Child(type, 1), out);
  }
  out += '}';
}

void AppendRow(const Column& column, size_t row, const sql::Type& type, std::string& out) {
  out += '{';
  for (size_t i = 0; i < column.children(); i++) {
    if (i > 0) out += ", ";
    std::string_view name;
    if (i < type.names.size()) {
      name = type.names[i];
    } else if (i < column.type().names.size()) {
      name = column.type().names[i];
    }
    if (name.empty()) {
      fmt::format_to(std::back_inserter(out), "field{}", i);
    } else {
      out += name;
    }
    out += '=';
    AppendNested(column.child(i), row, Child(type, i), out);
  }
  out += '}';
}

// Fraction digits of a temporal type: what the statement says, else Athena's milliseconds.
int FractionDigits(const sql::Type& type) {
  return type.IsTemporal() && type.length > 0 && type.length <= 12 ? type.length : 3;
}

}  // namespace

void AppendDouble(double value, std::string& out) { AppendJavaNumber(value, out); }
void AppendReal(float value, std::string& out) { AppendJavaNumber(value, out); }

void AppendDecimal(Int128 unscaled, int scale, std::string& out) {
  const bool negative = unscaled.upper < 0;
  auto value = static_cast<unsigned __int128>(static_cast<uint64_t>(unscaled.upper)) << 64 | unscaled.lower;
  if (negative) value = ~value + 1;
  std::string digits = DecimalDigits(value);
  if (static_cast<int>(digits.size()) <= scale) {
    digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
  }
  if (negative) out += '-';
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
  out += digits;
}

void AppendDate(int64_t days, std::string& out) {
  const CivilTime civil = ToCivil(Timestamp{days * kMicrosPerDay});
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

void AppendTimestamp(int64_t micros, int digits, std::string& out) {
  int64_t days = micros / kMicrosPerDay;
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    days--;
  }
  AppendDate(days, out);
  out += ' ';
  AppendTimeOfDay(rest, digits, out);
}

void AppendValue(const Column& column, size_t row, const sql::Type& type, std::string& out) {
  switch (column.type().kind) {
    case Kind::kNull:
      return;
    case Kind::kBoolean:
      out += column.Boolean(row) ? "true" : "false";
      return;
    case Kind::kTinyInt:
    case Kind::kSmallInt:
    case Kind::kInteger:
    case Kind::kBigInt:
      out += fmt::format_int(column.Integer(row)).c_str();
      return;
    case Kind::kHugeInt:
      AppendDecimal(column.Wide(row), 0, out);
      return;
    case Kind::kReal:
      AppendReal(column.Real(row), out);
      return;
    case Kind::kDouble:
      // A real that the engine widened is shown as what it is.
      if (type.kind == TypeKind::kReal) {
        AppendReal(static_cast<float>(column.Double(row)), out);
      } else {
        AppendDouble(column.Double(row), out);
      }
      return;
    case Kind::kDecimal:
      AppendDecimal(column.Wide(row), column.type().scale, out);
      return;
    case Kind::kVarchar:
    case Kind::kJson:
      out += column.Bytes(row);
      return;
    case Kind::kChar:
      out += column.Bytes(row);
      return;
    case Kind::kVarbinary:
      AppendHex(column.Bytes(row), out);
      return;
    case Kind::kDate:
      AppendDate(column.Integer(row), out);
      return;
    case Kind::kTime:
      AppendTimeOfDay(column.Integer(row), FractionDigits(type), out);
      return;
    case Kind::kTimestamp:
      AppendTimestamp(column.Integer(row), FractionDigits(type), out);
      return;
    case Kind::kTimestampTz:
      AppendTimestamp(column.Integer(row), FractionDigits(type), out);
      out += " UTC";
      return;
    case Kind::kIntervalDayTime:
      AppendInterval(column.IntervalAt(row), type, out);
      return;
    case Kind::kUuid:
      AppendUuid(column.Wide(row), out);
      return;
    case Kind::kArray:
      AppendArray(column, row, type, out);
      return;
    case Kind::kMap:
      AppendMap(column, row, type, out);
      return;
    case Kind::kRow:
      AppendRow(column, row, type, out);
      return;
  }
}

void AppendQuoted(std::string_view text, std::string& out) {
  out += '"';
  for (size_t at = 0; at < text.size();) {
    const size_t quote = text.find('"', at);
    if (quote == std::string_view::npos) {
      out += text.substr(at);
      break;
    }
    out += text.substr(at, quote + 1 - at);
    out += '"';
    at = quote + 1;
  }
  out += '"';
}

sql::Type ToSqlType(const engine::Type& type) {
  if (type.kind == Kind::kNull) return sql::MakeType(TypeKind::kUnknown);
  Result<sql::Type> parsed = sql::ParseTrinoType(engine::AthenaTypeName(type));
  return parsed.ok() ? std::move(parsed).value() : sql::MakeType(TypeKind::kVarchar);
}

}  // namespace tarn::query
