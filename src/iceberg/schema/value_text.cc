// The JSON and the people's form of values.
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "base/hash.h"
#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/schema/type.h"
#include "iceberg/schema/value.h"

namespace tarn::iceberg {
namespace {

constexpr int64_t kNanosADay = 86'400'000'000'000;

bool HasZone(TypeId id) { return id == TypeId::kTimestampTz || id == TypeId::kTimestampTzNs; }
bool IsNanos(TypeId id) { return id == TypeId::kTimestampNs || id == TypeId::kTimestampTzNs; }

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - static_cast<int64_t>(a % b != 0 && (a % b < 0) != (b < 0)); }

std::string DateText(int64_t days) {
  const CivilDate date = CivilFromDays(days);
  if (date.year > 9999) return fmt::format("+{}-{:02}-{:02}", date.year, date.month, date.day);
  if (date.year < 0) return fmt::format("-{:04}-{:02}-{:02}", -date.year, date.month, date.day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

// Seconds always, a fraction as long as it needs to be.
std::string ClockText(int64_t nanos) {
  const int64_t seconds = nanos / 1'000'000'000;
  std::string text = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (const int64_t fraction = nanos % 1'000'000'000; fraction != 0) {
    std::string digits = fmt::format("{:09}", fraction);
    while (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text;
}

std::string TimestampText(TypeId id, int64_t value) {
  const int64_t day = IsNanos(id) ? kNanosADay : kNanosADay / 1000;
  const int64_t days = FloorDiv(value, day);
  const int64_t rest = value - days * day;
  return DateText(days) + "T" + ClockText(IsNanos(id) ? rest : rest * 1000) + (HasZone(id) ? "+00:00" : "");
}

std::optional<int64_t> Digits(std::string_view text, size_t at, size_t count) {
  if (at + count > text.size()) return std::nullopt;
  const auto value = ParseU64(text.substr(at, count));
  if (!value) return std::nullopt;
  return static_cast<int64_t>(*value);
}

std::optional<int64_t> ParseDate(std::string_view text) {
  bool negative = false;
  size_t year_digits = 4;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
    year_digits = text.find('-');
    if (year_digits == std::string_view::npos || year_digits > 6) return std::nullopt;
  }
  if (text.size() != year_digits + 6 || text[year_digits] != '-' || text[year_digits + 3] != '-') return std::nullopt;
  const auto year = Digits(text, 0, year_digits);
  const auto month = Digits(text, year_digits + 1, 2);
  const auto day = Digits(text, year_digits + 4, 2);
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  const int64_t days = DaysFromCivil(negative ? -*year : *year, static_cast<int>(*month), static_cast<int>(*day));
  const CivilDate back = CivilFromDays(days);
  if (back.day != *day) return std::nullopt;
  return days;
}

// Nanoseconds of the day.
std::optional<int64_t> ParseClock(std::string_view text) {
  if (text.size() < 5 || text[2] != ':') return std::nullopt;
  const auto hour = Digits(text, 0, 2);
  const auto minute = Digits(text, 3, 2);
  std::optional<int64_t> second = 0;
  int64_t nanos = 0;
  if (text.size() > 5) {
    if (text[5] != ':') return std::nullopt;
    second = Digits(text, 6, 2);
    if (text.size() > 8) {
      const size_t digits = text.size() - 9;
      if (text[8] != '.' || digits == 0 || digits > 9) return std::nullopt;
      const auto fraction = Digits(text, 9, digits);
      if (!fraction) return std::nullopt;
      nanos = *fraction;
      for (size_t i = digits; i < 9; ++i) nanos *= 10;
    }
  }
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return (*hour * 3600 + *minute * 60 + *second) * 1'000'000'000 + nanos;
}

// Minutes east of UTC of "Z", "+00:00", "-07:30"; takes it off the text.
std::optional<int64_t> TakeZone(std::string_view& text) {
  if (!text.empty() && (text.back() == 'Z' || text.back() == 'z')) {
    text.remove_suffix(1);
    return 0;
  }
  if (text.size() < 6) return std::nullopt;
  const std::string_view zone = text.substr(text.size() - 6);
  if ((zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const auto hours = Digits(zone, 1, 2);
  const auto minutes = Digits(zone, 4, 2);
  if (!hours || !minutes) return std::nullopt;
  text.remove_suffix(6);
  return (zone[0] == '-' ? -1 : 1) * (*hours * 60 + *minutes);
}

std::optional<Value> ParseTimestamp(TypeId id, std::string_view text) {
  int64_t east = 0;
  if (HasZone(id)) {
    const auto zone = TakeZone(text);
    if (!zone) return std::nullopt;
    east = *zone;
  }
  const size_t t = text.find_first_of("T ");
  if (t == std::string_view::npos) return std::nullopt;
  const auto days = ParseDate(text.substr(0, t));
  const auto nanos = ParseClock(text.substr(t + 1));
  if (!days || !nanos) return std::nullopt;
  const Int128 total = Int128{*days} * kNanosADay + *nanos - Int128{east} * 60 * 1'000'000'000;
  if (IsNanos(id)) {
    if (total > INT64_MAX || total < INT64_MIN) return std::nullopt;
    return Value(static_cast<int64_t>(total));
  }
  Int128 micros = total / 1000;
  if (total % 1000 < 0) micros -= 1;
  if (micros > INT64_MAX || micros < INT64_MIN) return std::nullopt;
  return Value(static_cast<int64_t>(micros));
}

std::optional<std::string> ParseUuid(std::string_view text) {
  if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-') return std::nullopt;
  std::string hex;
  for (const char c : text) {
    if (c != '-') hex += c;
  }
  return hex.size() == 32 ? Unhex(AsciiLower(hex)) : std::nullopt;
}

std::string UuidText(const std::string& bytes) {
  const std::string hex = Hex(bytes);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20));
}

std::optional<Value> ParseText(const Type& type, std::string_view text) {
  switch (type.id()) {
    case TypeId::kDate: {
      const auto days = ParseDate(text);
      if (!days || *days > INT32_MAX || *days < INT32_MIN) return std::nullopt;
      return Value(static_cast<int32_t>(*days));
    }
    case TypeId::kTime: {
      const auto nanos = ParseClock(text);
      return nanos ? std::optional<Value>(Value(*nanos / 1000)) : std::nullopt;
    }
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return ParseTimestamp(type.id(), text);
    case TypeId::kDecimal: {
      const auto value = ParseDecimal(text, type.scale());
      return value.ok() ? std::optional<Value>(Value(*value)) : std::nullopt;
    }
    case TypeId::kUuid: {
      auto bytes = ParseUuid(text);
      return bytes ? std::optional<Value>(Value(std::move(*bytes))) : std::nullopt;
    }
    case TypeId::kString:
      return Value(text);
    case TypeId::kFixed:
    case TypeId::kBinary: {
      auto bytes = Unhex(AsciiLower(text));
      if (!bytes || (type.id() == TypeId::kFixed && bytes->size() != static_cast<size_t>(type.length()))) return {};
      return Value(std::move(*bytes));
    }
    default:
      return std::nullopt;
  }
}

Error BadJson(const Type& type, const json::Value& json) {
  return Fail(kInvalid, fmt::format("Cannot parse default as a {} value: {}", TypeText(type), json::Write(json)));
}

Result<Value> NestedFromJson(const Type& type, const json::Value& json) {
  Values values;
  if (type.is_struct() && json.is_object()) {
    for (const Field& field : type.fields()) {
      const json::Value* member = json.Find(std::to_string(field.id));
      if (member == nullptr) {
        values.emplace_back();
        continue;
      }
      TARN_TRY(Value value, ValueFromJson(field.type, *member));
      values.push_back(std::move(value));
    }
    return Value(std::move(values));
  }
  if (type.is_list() && json.is_array()) {
    for (const json::Value& each : *json.AsArray()) {
      TARN_TRY(Value value, ValueFromJson(type.fields()[0].type, each));
      values.push_back(std::move(value));
    }
    return Value(std::move(values));
  }
  if (!type.is_map() || !json.is_object()) return BadJson(type, json);
  const json::Value* keys = json.Find("keys");
  const json::Value* items = json.Find("values");
  if (keys == nullptr || items == nullptr || !keys->is_array() || !items->is_array() ||
      keys->AsArray()->size() != items->AsArray()->size()) {
    return BadJson(type, json);
  }
  for (size_t i = 0; i < keys->AsArray()->size(); ++i) {
    TARN_TRY(Value key, ValueFromJson(type.fields()[0].type, (*keys->AsArray())[i]));
    TARN_TRY(Value item, ValueFromJson(type.fields()[1].type, (*items->AsArray())[i]));
    values.push_back(std::move(key));
    values.push_back(std::move(item));
  }
  return Value(std::move(values));
}

void WriteNested(json::Writer& out, const Type& type, const Values& values) {
  if (type.is_struct()) {
    out.BeginObject();
    for (size_t i = 0; i < values.size() && i < type.fields().size(); ++i) {
      if (values[i].is_null()) continue;
      out.Key(std::to_string(type.fields()[i].id));
      WriteValue(out, type.fields()[i].type, values[i]);
    }
    out.EndObject();
    return;
  }
  if (type.is_list()) {
    out.BeginArray();
    for (const Value& each : values) WriteValue(out, type.fields()[0].type, each);
    out.EndArray();
    return;
  }
  out.BeginObject().Key("keys").BeginArray();
  for (size_t i = 0; i + 1 < values.size(); i += 2) WriteValue(out, type.fields()[0].type, values[i]);
  out.EndArray().Key("values").BeginArray();
  for (size_t i = 0; i + 1 < values.size(); i += 2) WriteValue(out, type.fields()[1].type, values[i + 1]);
  out.EndArray().EndObject();
}

}  // namespace

Result<Value> ValueFromJson(const Type& type, const json::Value& json) {
  if (json.is_null()) return Value();
  switch (type.id()) {
    case TypeId::kBoolean:
      if (json.is_bool()) return Value(*json.AsBool());
      break;
    case TypeId::kInt:
      if (json.is_int() && *json.AsInt() >= INT32_MIN && *json.AsInt() <= INT32_MAX) {
        return Value(static_cast<int32_t>(*json.AsInt()));
      }
      break;
    case TypeId::kLong:
      if (json.is_int()) return Value(*json.AsInt());
      break;
    case TypeId::kFloat:
      if (const auto number = json.AsDouble()) return Value(static_cast<float>(*number));
      break;
    case TypeId::kDouble:
      if (const auto number = json.AsDouble()) return Value(*number);
      break;
    case TypeId::kStruct:
    case TypeId::kList:
    case TypeId::kMap:
      return NestedFromJson(type, json);
    default:
      if (const auto* text = json.AsString()) {
        if (auto value = ParseText(type, *text)) return std::move(*value);
      }
  }
  return BadJson(type, json);
}

void WriteValue(json::Writer& out, const Type& type, const Value& value) {
  if (value.is_null()) {
    out.Null();
  } else if (const auto* flag = value.As<bool>()) {
    out.Bool(*flag);
  } else if (type.id() == TypeId::kInt || type.id() == TypeId::kLong) {
    out.Int(value.Integer());
  } else if (const auto* single = value.As<float>()) {
    // The shortest digits that give the float, not those of its double.
    std::string digits = fmt::format("{}", *single);
    if (digits.find_first_of(".e") == std::string::npos) digits += ".0";  // stays a float when it is read again
    std::isfinite(*single) ? out.Raw(digits) : out.Double(*single);
  } else if (const auto* number = value.As<double>()) {
    out.Double(*number);
  } else if (const auto* values = value.As<Values>()) {
    WriteNested(out, type, *values);
  } else if (type.id() == TypeId::kFixed || type.id() == TypeId::kBinary) {
    out.String(Hex(*value.As<std::string>()));
  } else {
    out.String(ValueText(type, value));
  }
}

std::string ValueText(const Type& type, const Value& value) {
  if (value.is_null()) return "null";
  if (const auto* flag = value.As<bool>()) return *flag ? "true" : "false";
  if (const auto* single = value.As<float>()) return fmt::format("{}", *single);
  if (const auto* number = value.As<double>()) return fmt::format("{}", *number);
  if (const auto* unscaled = value.As<Int128>()) return DecimalText(*unscaled, type.scale());
  if (const auto* values = value.As<Values>()) {
    json::Writer out;
    WriteNested(out, type, *values);
    return out.Take();
  }
  if (const auto* text = value.As<std::string>()) {
    if (type.id() == TypeId::kString) return *text;
    if (type.id() == TypeId::kUuid && text->size() == 16) return UuidText(*text);
    return Base64(*text);
  }
  switch (type.id()) {
    case TypeId::kDate:
      return DateText(value.Integer());
    case TypeId::kTime:
      return ClockText(value.Integer() * 1000);
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return TimestampText(type.id(), value.Integer());
    default:
      return std::to_string(value.Integer());
  }
}

Result<Value> ParseValueText(const Type& type, std::string_view text) {
  const auto bad = [&] { return Fail(kInvalid, fmt::format("\"{}\" is no value of {}", text, TypeText(type))); };
  switch (type.id()) {
    case TypeId::kBoolean:
      if (EqualsIgnoreCase(text, "true")) return Value(true);
      if (EqualsIgnoreCase(text, "false")) return Value(false);
      return bad();
    case TypeId::kInt:
    case TypeId::kLong: {
      const auto number = ParseI64(text);
      if (!number) return bad();
      if (type.id() == TypeId::kLong) return Value(*number);
      if (*number < INT32_MIN || *number > INT32_MAX) return bad();
      return Value(static_cast<int32_t>(*number));
    }
    case TypeId::kFloat:
    case TypeId::kDouble: {
      const auto parsed = json::Parse(text);
      const auto number = parsed.ok() ? parsed->AsDouble() : std::nullopt;
      if (!number) return bad();
      return type.id() == TypeId::kFloat ? Value(static_cast<float>(*number)) : Value(*number);
    }
    default: {
      auto value = ParseText(type, text);
      if (!value) return bad();
      return std::move(*value);
    }
  }
}

}  // namespace tarn::iceberg
