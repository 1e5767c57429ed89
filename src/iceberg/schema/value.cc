#include "iceberg/schema/value.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/hash.h"
#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/schema/type.h"

namespace tarn::iceberg {

int64_t Value::Integer() const {
  if (const auto* small = As<int32_t>()) return *small;
  if (const auto* large = As<int64_t>()) return *large;
  return 0;
}

bool Holds(const Type& type, const Value& value) {
  if (value.is_null()) return true;
  switch (type.id()) {
    case TypeId::kUnknown:
      return false;
    case TypeId::kBoolean:
      return value.As<bool>() != nullptr;
    case TypeId::kInt:
    case TypeId::kDate:
      return value.As<int32_t>() != nullptr;
    case TypeId::kLong:
    case TypeId::kTime:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return value.As<int64_t>() != nullptr;
    case TypeId::kFloat:
      return value.As<float>() != nullptr;
    case TypeId::kDouble:
      return value.As<double>() != nullptr;
    case TypeId::kDecimal:
      return value.As<Int128>() != nullptr;
    case TypeId::kUuid:
      return value.As<std::string>() != nullptr && value.As<std::string>()->size() == 16;
    case TypeId::kFixed:
      return value.As<std::string>() != nullptr &&
             value.As<std::string>()->size() == static_cast<size_t>(type.length());
    case TypeId::kStruct:
      return value.As<Values>() != nullptr && value.As<Values>()->size() == type.fields().size();
    case TypeId::kList:
    case TypeId::kMap:
      return value.As<Values>() != nullptr;
    default:
      return value.As<std::string>() != nullptr;
  }
}

namespace {

// IEEE total order, all NaNs alike at the top.
std::strong_ordering CompareDoubles(double a, double b) {
  if (std::isnan(a) && std::isnan(b)) return std::strong_ordering::equal;
  return std::strong_order(a, b);
}

std::strong_ordering CompareBytes(const std::string& a, const std::string& b) {
  const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
  if (order != 0) return order <=> 0;
  return a.size() <=> b.size();
}

}  // namespace

std::strong_ordering CompareValues(const Type& type, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return static_cast<int>(!a.is_null()) <=> static_cast<int>(!b.is_null());
  if (const auto* x = a.As<bool>(); x && b.As<bool>()) return static_cast<int>(*x) <=> static_cast<int>(*b.As<bool>());
  if (const auto* x = a.As<float>(); x && b.As<float>()) return CompareDoubles(*x, *b.As<float>());
  if (const auto* x = a.As<double>(); x && b.As<double>()) return CompareDoubles(*x, *b.As<double>());
  if (const auto* x = a.As<Int128>(); x && b.As<Int128>()) {
    const Int128 y = *b.As<Int128>();
    return *x < y ? std::strong_ordering::less : *x > y ? std::strong_ordering::greater : std::strong_ordering::equal;
  }
  if (const auto* x = a.As<std::string>(); x && b.As<std::string>()) return CompareBytes(*x, *b.As<std::string>());
  if (const auto* x = a.As<Values>(); x && b.As<Values>()) {
    const Values& y = *b.As<Values>();
    const auto& fields = type.fields();
    for (size_t i = 0; i < x->size() && i < y.size(); ++i) {
      const Type& part = type.is_struct() && i < fields.size() ? fields[i].type
                         : fields.empty()                      ? type
                                                               : fields[0].type;
      const auto order = CompareValues(part, (*x)[i], y[i]);
      if (order != 0) return order;
    }
    return x->size() <=> y.size();
  }
  return a.Integer() <=> b.Integer();
}

namespace {

template <typename T>
T ReadLittle(std::string_view bytes) {
  T value;
  // The caller has checked the length.
  std::memcpy(&value, bytes.data(), sizeof(T));  // NOLINT(bugprone-suspicious-stringview-data-usage)
  return value;
}
template <typename T>
std::string WriteLittle(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}
static_assert(std::endian::native == std::endian::little);

Error BadLength(const Type& type, size_t size) {
  return Fail(kInvalid, fmt::format("a value of {} cannot have {} bytes", TypeText(type), size));
}

constexpr int64_t kMicrosADay = 86'400'000'000;

Result<Value> TimestampFromBytes(const Type& type, std::string_view bytes) {
  if (bytes.size() == 8) return Value(ReadLittle<int64_t>(bytes));
  if (bytes.size() != 4) return BadLength(type, bytes.size());
  const bool nanos = type.id() == TypeId::kTimestampNs || type.id() == TypeId::kTimestampTzNs;
  const Int128 value = Int128{ReadLittle<int32_t>(bytes)} * kMicrosADay * (nanos ? 1000 : 1);
  if (value > INT64_MAX || value < INT64_MIN) return Fail(kInvalid, "a promoted date is beyond the timestamp's range");
  return Value(static_cast<int64_t>(value));
}

}  // namespace

Result<Value> ValueFromBytes(const Type& type, std::string_view bytes) {
  const size_t size = bytes.size();
  switch (type.id()) {
    case TypeId::kBoolean:
      if (size != 1) return BadLength(type, size);
      return Value(bytes[0] != 0);
    case TypeId::kInt:
    case TypeId::kDate:
      if (size != 4) return BadLength(type, size);
      return Value(ReadLittle<int32_t>(bytes));
    case TypeId::kLong:
      if (size == 4) return Value(int64_t{ReadLittle<int32_t>(bytes)});
      [[fallthrough]];
    case TypeId::kTime:
      if (size != 8) return BadLength(type, size);
      return Value(ReadLittle<int64_t>(bytes));
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampNs:
    case TypeId::kTimestampTzNs:
      return TimestampFromBytes(type, bytes);
    case TypeId::kFloat:
      if (size != 4) return BadLength(type, size);
      return Value(ReadLittle<float>(bytes));
    case TypeId::kDouble:
      if (size == 4) return Value(double{ReadLittle<float>(bytes)});
      if (size != 8) return BadLength(type, size);
      return Value(ReadLittle<double>(bytes));
    case TypeId::kDecimal: {
      TARN_TRY(const Int128 unscaled, DecimalFromBytes(bytes));
      return Value(unscaled);
    }
    case TypeId::kUuid:
      if (size != 16) return BadLength(type, size);
      return Value(std::string(bytes));
    case TypeId::kFixed:
      if (size != static_cast<size_t>(type.length())) return BadLength(type, size);
      return Value(std::string(bytes));
    case TypeId::kString:
      // Truncated bounds of other writers may cut a character; order is by bytes, so keep them.
      return Value(std::string(bytes));
    case TypeId::kBinary:
    case TypeId::kVariant:
    case TypeId::kGeometry:
    case TypeId::kGeography:
      return Value(std::string(bytes));
    default:
      return Fail(kInvalid, fmt::format("{} has no single-value form", TypeText(type)));
  }
}

std::string ValueToBytes(const Type& type, const Value& value) {
  if (const auto* x = value.As<bool>()) return std::string(1, *x ? '\x01' : '\x00');
  if (const auto* x = value.As<int32_t>()) return WriteLittle(*x);
  if (const auto* x = value.As<int64_t>()) return WriteLittle(*x);
  if (const auto* x = value.As<float>()) return WriteLittle(*x);
  if (const auto* x = value.As<double>()) return WriteLittle(*x);
  if (const auto* x = value.As<Int128>()) return DecimalBytes(*x);
  if (const auto* x = value.As<std::string>()) return *x;
  (void)type;
  return {};
}

std::string DecimalBytes(Int128 unscaled) {
  std::string bytes;
  Int128 rest = unscaled;
  do {
    bytes.insert(bytes.begin(), static_cast<char>(static_cast<uint8_t>(rest & 0xff)));
    rest >>= 8;
    const bool negative = (static_cast<uint8_t>(bytes[0]) & 0x80) != 0;
    if ((rest == 0 && !negative) || (rest == -1 && negative)) break;
  } while (true);
  return bytes;
}

Result<Int128> DecimalFromBytes(std::string_view bytes) {
  if (bytes.empty() || bytes.size() > 16) {
    return Fail(kInvalid, fmt::format("a decimal cannot have {} bytes", bytes.size()));
  }
  unsigned __int128 value = (static_cast<uint8_t>(bytes[0]) & 0x80) != 0 ? ~static_cast<unsigned __int128>(0) : 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return static_cast<Int128>(value);
}

std::string DecimalText(Int128 unscaled, int scale) {
  const bool negative = unscaled < 0;
  unsigned __int128 rest =
      negative ? -static_cast<unsigned __int128>(unscaled) : static_cast<unsigned __int128>(unscaled);
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (scale > 0) {
    if (digits.size() <= static_cast<size_t>(scale))
      digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
    digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
  }
  return negative ? "-" + digits : digits;
}

Result<Int128> ParseDecimal(std::string_view text, int scale) {
  const auto bad = [&] { return Fail(kInvalid, fmt::format("\"{}\" is no decimal of scale {}", text, scale)); };
  std::string_view rest = text;
  int exponent = 0;
  if (const size_t e = rest.find_first_of("eE"); e != std::string_view::npos) {
    std::string_view power = rest.substr(e + 1);
    if (!power.empty() && power[0] == '+') power.remove_prefix(1);
    const auto parsed = ParseI64(power);
    if (!parsed || *parsed > 40 || *parsed < -40) return bad();
    exponent = static_cast<int>(*parsed);
    rest = rest.substr(0, e);
  }
  const bool negative = !rest.empty() && rest[0] == '-';
  if (negative || (!rest.empty() && rest[0] == '+')) rest.remove_prefix(1);
  Int128 value = 0;
  int digits = 0;
  int fraction = 0;
  bool point = false;
  for (const char c : rest) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return bad();
    if (value != 0 || c != '0') ++digits;
    if (digits > 38) return bad();
    value = value * 10 + (c - '0');
    fraction += point ? 1 : 0;
  }
  if (rest.empty() || rest == ".") return bad();
  int shift = scale - fraction + exponent;
  for (; shift > 0; --shift) {
    if (value != 0 && ++digits > 38) return bad();
    value *= 10;
  }
  for (; shift < 0; ++shift) {
    if (value % 10 != 0) return bad();
    value /= 10;
  }
  return negative ? -value : value;
}

int64_t DaysFromCivil(int64_t year, int month, int day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = (y >= 0 ? y : y - 399) / 400;
  const int64_t of_era = y - era * 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

CivilDate CivilFromDays(int64_t days) {
  const int64_t shifted = days + 719468;
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const int64_t of_era = shifted - era * 146097;
  const int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int64_t part = (5 * of_year + 2) / 153;
  const int month = static_cast<int>(part < 10 ? part + 3 : part - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, static_cast<int>(of_year - (153 * part + 2) / 5 + 1)};
}

}  // namespace tarn::iceberg
