#include "catalog/partitions/partition_value.h"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/strings.h"
#include "base/time.h"

namespace tarn::catalog {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A number as ±0.digits × 10^exponent, digits without zeros at either end.
struct Decimal {
  bool negative = false;
  std::string digits;
  int64_t exponent = 0;
};

// Reads [+-]digits[.digits][e[+-]digits]; `integer` allows digits only.
std::optional<Decimal> ParseDecimal(std::string_view text, bool integer) {
  Decimal out;
  size_t i = 0;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) out.negative = text[i++] == '-';
  bool any = false;
  for (; i < text.size() && IsDigit(text[i]); ++i, ++out.exponent) {
    out.digits += text[i];
    any = true;
  }
  if (!integer && i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && IsDigit(text[i]); ++i) {
      out.digits += text[i];
      any = true;
    }
  }
  if (!any) return std::nullopt;
  if (!integer && i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    std::string_view power = text.substr(i + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    std::optional<int64_t> value = ParseI64(power);
    if (!value || *value > 100'000 || *value < -100'000) return std::nullopt;
    out.exponent += *value;
    i = text.size();
  }
  if (i != text.size()) return std::nullopt;
  size_t zeros = out.digits.find_first_not_of('0');
  if (zeros == std::string::npos) return Decimal{};
  out.digits.erase(0, zeros);
  out.exponent -= static_cast<int64_t>(zeros);
  out.digits.erase(out.digits.find_last_not_of('0') + 1);
  return out;
}

std::string OrderedDecimal(const Decimal& value) {
  if (value.digits.empty()) return "1";
  const uint32_t biased = static_cast<uint32_t>(value.exponent + (int64_t{1} << 31));
  std::string out(1, value.negative ? '0' : '2');
  for (int shift = 24; shift >= 0; shift -= 8) {
    auto byte = static_cast<uint8_t>(biased >> shift);
    out += static_cast<char>(value.negative ? ~byte : byte);
  }
  if (!value.negative) return out + value.digits;
  for (char digit : value.digits) out += static_cast<char>('0' + '9' - digit);
  return out + '\xff';  // of two negatives with one prefix, the longer is the smaller
}

// Takes between `least` and `most` digits from the front.
std::optional<int> TakeNumber(std::string_view& text, size_t least, size_t most) {
  size_t count = 0;
  int value = 0;
  while (count < most && count < text.size() && IsDigit(text[count])) value = value * 10 + (text[count++] - '0');
  if (count < least) return std::nullopt;
  text.remove_prefix(count);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::string> TakeDate(std::string_view& text) {
  std::optional<int> year = TakeNumber(text, 4, 4);
  if (!year || *year == 0 || !Take(text, '-')) return std::nullopt;
  std::optional<int> month = TakeNumber(text, 1, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  std::optional<int> day = TakeNumber(text, 1, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1) return std::nullopt;
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  if (*day > kDays[static_cast<size_t>(*month - 1)] + (leap && *month == 2 ? 1 : 0)) return std::nullopt;
  return fmt::format("{:04}-{:02}-{:02}", *year, *month, *day);
}

std::optional<std::string> OrderedTimestamp(std::string_view text) {
  std::optional<std::string> date = TakeDate(text);
  if (!date || (!Take(text, ' ') && !Take(text, 'T'))) return std::nullopt;
  std::optional<int> hour = TakeNumber(text, 2, 2);
  if (!hour || *hour > 23 || !Take(text, ':')) return std::nullopt;
  std::optional<int> minute = TakeNumber(text, 2, 2);
  if (!minute || *minute > 59 || !Take(text, ':')) return std::nullopt;
  std::optional<int> second = TakeNumber(text, 2, 2);
  if (!second || *second > 59) return std::nullopt;
  std::string fraction;
  if (!text.empty()) {
    if (!Take(text, '.') || text.empty() || text.size() > 9) return std::nullopt;
    for (char c : text) {
      if (!IsDigit(c)) return std::nullopt;
    }
    fraction = text;
  }
  fraction.resize(9, '0');
  return fmt::format("{} {:02}:{:02}:{:02}.{}", *date, *hour, *minute, *second, fraction);
}

}  // namespace

std::optional<ValueKind> KindOfType(std::string_view type) {
  const std::string name = AsciiLower(Trim(type.substr(0, type.find('('))));
  if (name == "string" || name == "char" || name == "varchar") return ValueKind::kText;
  if (name == "int" || name == "integer" || name == "bigint" || name == "long" || name == "smallint" ||
      name == "tinyint") {
    return ValueKind::kInteger;
  }
  if (name == "decimal") return ValueKind::kDecimal;
  if (name == "date") return ValueKind::kDate;
  if (name == "timestamp") return ValueKind::kTimestamp;
  return std::nullopt;
}

std::optional<std::string> Ordered(ValueKind kind, std::string_view text) {
  switch (kind) {
    case ValueKind::kText:
      return std::string(text);
    case ValueKind::kInteger:
    case ValueKind::kDecimal: {
      std::optional<Decimal> number = ParseDecimal(text, kind == ValueKind::kInteger);
      if (!number) return std::nullopt;
      return OrderedDecimal(*number);
    }
    case ValueKind::kDate: {
      std::optional<std::string> date = TakeDate(text);
      return text.empty() ? date : std::nullopt;
    }
    case ValueKind::kTimestamp:
      return OrderedTimestamp(text);
  }
  return std::nullopt;
}

std::string NotOfKind(ValueKind kind, std::string_view text) {
  switch (kind) {
    case ValueKind::kText:
      break;
    case ValueKind::kInteger:
      return fmt::format("\"{}\" is not an integer.", text);
    case ValueKind::kDecimal:
      return fmt::format("{} is not a decimal.", text);
    case ValueKind::kDate:
      return fmt::format("{} is not a date.", text);
    case ValueKind::kTimestamp:
      return fmt::format("Timestamp format must be yyyy-mm-dd hh:mm:ss[.fffffffff] {} is not a timestamp.", text);
  }
  return fmt::format("{} is not a string.", text);
}

std::string_view KindName(ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
      return "String";
    case ValueKind::kInteger:
      return "Integral";
    case ValueKind::kDecimal:
      return "Decimal";
    case ValueKind::kDate:
      return "Date";
    case ValueKind::kTimestamp:
      return "Timestamp";
  }
  return "";
}

bool Like(std::string_view text, std::string_view pattern) {
  size_t t = 0;
  size_t p = 0;
  size_t star = std::string_view::npos;  // the pattern after the last %
  size_t from = 0;                       // the text that the last % took up to
  auto width = [&](size_t at) {          // bytes of the UTF-8 character at `at`
    size_t end = at + 1;
    while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xc0) == 0x80) ++end;
    return end - at;
  };
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = ++p;
      from = t;
      continue;
    }
    if (p < pattern.size() && pattern[p] == '_') {
      t += width(t);
      ++p;
      continue;
    }
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p + (escaped ? 1 : 0)] == text[t]) {
      p += escaped ? 2 : 1;
      ++t;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star;
    from += width(from);
    t = from;
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

}  // namespace tarn::catalog
