#include "engine/text/cell_text.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/hash.h"
#include "base/time.h"

namespace tarn::engine {
namespace {

void AppendDecimal(Int128 wide, int scale, std::string& out) {
  auto value =
      static_cast<__int128>(static_cast<unsigned __int128>(static_cast<uint64_t>(wide.upper)) << 64 | wide.lower);
  const bool negative = value < 0;
  unsigned __int128 magnitude =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  for (; magnitude != 0 || digits.size() <= static_cast<size_t>(scale); magnitude /= 10) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(magnitude % 10)));
  }
  if (negative) out += '-';
  out.append(digits, 0, digits.size() - static_cast<size_t>(scale));
  if (scale > 0) out.append(".").append(digits, digits.size() - static_cast<size_t>(scale));
}

template <typename Number>
void AppendFloat(Number value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-Infinity" : "Infinity";
  } else {
    const std::string text = fmt::format("{}", value);
    out += text;
    if (text.find_first_of(".e") == std::string::npos) out += ".0";
  }
}

void AppendTimestamp(int64_t micros, std::string& out) {
  const CivilTime civil = ToCivil({micros});
  const int64_t fraction = ((micros % kMicrosPerSecond) + kMicrosPerSecond) % kMicrosPerSecond;
  fmt::format_to(std::back_inserter(out), "{:04}-{:02}-{:02} {:02}:{:02}:{:02}", civil.year, civil.month, civil.day,
                 civil.hour, civil.minute, civil.second);
  if (fraction % 1000 == 0) {
    fmt::format_to(std::back_inserter(out), ".{:03}", fraction / 1000);
  } else {
    fmt::format_to(std::back_inserter(out), ".{:06}", fraction);
  }
}

bool IsNumber(Kind kind) { return (kind >= Kind::kTinyInt && kind <= Kind::kDecimal) || kind == Kind::kBoolean; }

}  // namespace

void AppendScalarText(const Column& column, size_t row, std::string& out) {
  auto to = std::back_inserter(out);
  switch (column.type().kind) {
    case Kind::kBoolean:
      out += column.Boolean(row) ? "true" : "false";
      break;
    case Kind::kTinyInt:
    case Kind::kSmallInt:
    case Kind::kInteger:
    case Kind::kBigInt:
      fmt::format_to(to, "{}", column.Integer(row));
      break;
    case Kind::kHugeInt:
      AppendDecimal(column.Wide(row), 0, out);
      break;
    case Kind::kDecimal:
      AppendDecimal(column.Wide(row), column.type().scale, out);
      break;
    case Kind::kReal:
      AppendFloat(column.Real(row), out);
      break;
    case Kind::kDouble:
      AppendFloat(column.Double(row), out);
      break;
    case Kind::kVarbinary:
      out += Base64(column.Bytes(row));
      break;
    case Kind::kDate: {
      const CivilTime civil = ToCivil({column.Integer(row) * kMicrosPerDay});
      fmt::format_to(to, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
      break;
    }
    case Kind::kTime: {
      const int64_t millis = column.Integer(row) / 1000;
      fmt::format_to(to, "{:02}:{:02}:{:02}.{:03}", millis / 3'600'000, millis / 60'000 % 60, millis / 1000 % 60,
                     millis % 1000);
      break;
    }
    case Kind::kTimestamp:
    case Kind::kTimestampTz:
      AppendTimestamp(column.Integer(row), out);
      break;
    case Kind::kIntervalDayTime: {
      const auto interval = column.IntervalAt(row);
      fmt::format_to(to, "{} months {} days {} us", interval.months, interval.days, interval.micros);
      break;
    }
    case Kind::kUuid: {
      const Int128 id = column.Wide(row);
      const auto high = static_cast<uint64_t>(id.upper);
      fmt::format_to(to, "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff,
                     id.lower >> 48, id.lower & 0xffffffffffffULL);
      break;
    }
    default:
      out += column.Bytes(row);
  }
}

void AppendHiveText(const Column& column, size_t row, int level, std::string& out) {
  if (column.IsNull(row)) {
    out += "\\N";
    return;
  }
  const char separator = static_cast<char>(level + 1);
  switch (column.type().kind) {
    case Kind::kArray:
    case Kind::kMap: {
      const bool map = column.type().kind == Kind::kMap;
      const auto range = column.Elements(row);
      for (uint64_t i = range.offset; i < range.offset + range.length; ++i) {
        if (i > range.offset) out += separator;
        AppendHiveText(column.child(0), i, level + (map ? 2 : 1), out);
        if (!map) continue;
        out += static_cast<char>(separator + 1);
        AppendHiveText(column.child(1), i, level + 2, out);
      }
      break;
    }
    case Kind::kRow:
      for (size_t i = 0; i < column.children(); ++i) {
        if (i > 0) out += separator;
        AppendHiveText(column.child(i), row, level + 1, out);
      }
      break;
    default:
      AppendScalarText(column, row, out);
  }
}

void AppendJsonString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<uint8_t>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

void AppendJson(const Column& column, size_t row, std::string& out) {
  if (column.IsNull(row)) {
    out += "null";
    return;
  }
  const Type& type = column.type();
  switch (type.kind) {
    case Kind::kArray:
    case Kind::kMap: {
      const bool map = type.kind == Kind::kMap;
      const auto range = column.Elements(row);
      out += map ? '{' : '[';
      for (uint64_t i = range.offset; i < range.offset + range.length; ++i) {
        if (i > range.offset) out += ',';
        if (map) {
          std::string key;
          AppendHiveText(column.child(0), i, 1, key);
          AppendJsonString(key, out);
          out += ':';
        }
        AppendJson(column.child(map ? 1 : 0), i, out);
      }
      out += map ? '}' : ']';
      return;
    }
    case Kind::kRow:
      out += '{';
      for (size_t i = 0; i < column.children(); ++i) {
        if (i > 0) out += ',';
        AppendJsonString(type.names[i], out);
        out += ':';
        AppendJson(column.child(i), row, out);
      }
      out += '}';
      return;
    case Kind::kJson:
      out += column.Bytes(row);
      return;
    default:
      break;
  }
  std::string text;
  AppendScalarText(column, row, text);
  const bool bare = IsNumber(type.kind) && text.find_first_of("NI") == std::string::npos;
  if (bare) {
    out += text;
  } else {
    AppendJsonString(text, out);
  }
}

}  // namespace tarn::engine
