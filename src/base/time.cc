#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace tarn {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

int64_t FloorDiv(int64_t value, int64_t by) {
  const int64_t quotient = value / by;
  return (value % by < 0) ? quotient - 1 : quotient;
}

// Reads exactly `width` digits at `at` and advances it.
std::optional<int> Digits(std::string_view text, size_t& at, size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int value = 0;
  for (size_t i = 0; i < width; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += width;
  return value;
}

bool Literal(std::string_view text, size_t& at, std::string_view expected) {
  if (text.substr(at, expected.size()) != expected) return false;
  at += expected.size();
  return true;
}

int DaysInMonth(int year, int month) {
  using namespace std::chrono;  // NOLINT(google-build-using-namespace)
  return static_cast<int>(static_cast<unsigned>(
      year_month_day_last(std::chrono::year(year), month_day_last(std::chrono::month(static_cast<unsigned>(month))))
          .day()));
}

std::optional<Timestamp> Checked(int year, int month, int day, int hour, int minute, int second) {
  if (month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month)) return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return FromCivil(year, month, day, hour, minute, second);
}

std::optional<int> MonthOf(std::string_view name) {
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

struct ClockTime {
  int hour, minute, second;
};
std::optional<ClockTime> ParseClock(std::string_view text, size_t& at) {
  auto hour = Digits(text, at, 2);
  if (!hour || !Literal(text, at, ":")) return std::nullopt;
  auto minute = Digits(text, at, 2);
  if (!minute || !Literal(text, at, ":")) return std::nullopt;
  auto second = Digits(text, at, 2);
  if (!second) return std::nullopt;
  return ClockTime{*hour, *minute, *second};
}

}  // namespace

Timestamp Timestamp::FromSeconds(double seconds) {
  return {static_cast<int64_t>(std::llround(seconds * static_cast<double>(kMicrosPerSecond)))};
}
int64_t Timestamp::millis() const { return FloorDiv(micros, 1000); }
int64_t Timestamp::seconds() const { return FloorDiv(micros, kMicrosPerSecond); }

Timestamp SystemClock::Now() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();  // the one place that reads it
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

CivilTime ToCivil(Timestamp time) {
  const int64_t seconds = time.seconds();
  const int64_t days = FloorDiv(seconds, 86400);
  const int64_t rest = seconds - days * 86400;
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(days))};
  const std::chrono::weekday weekday{std::chrono::sys_days(std::chrono::days(days))};
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(rest / 3600),
          static_cast<int>(rest / 60 % 60),
          static_cast<int>(rest % 60),
          static_cast<int>(weekday.c_encoding())};
}

Timestamp FromCivil(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::sys_days date = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) /
                                     std::chrono::day(static_cast<unsigned>(day));
  const int64_t seconds = int64_t{date.time_since_epoch().count()} * 86400 + hour * 3600 + minute * 60 + second;
  return {seconds * kMicrosPerSecond};
}

namespace {

// Listings write thousands of these. Years beyond four digits keep them all.
void AppendDigits(std::string& out, int64_t value, size_t width) {
  char digits[4];
  for (size_t i = width; i > 0; value /= 10) digits[--i] = static_cast<char>('0' + value % 10);
  out.append(digits, width);
}

void AppendYear(std::string& out, int64_t year) {
  if (year >= 0 && year <= 9999) return AppendDigits(out, year, 4);
  out += fmt::format("{:04}", year);
}

void AppendClock(std::string& out, const CivilTime& t, std::string_view between) {
  AppendDigits(out, t.hour, 2);
  out += between;
  AppendDigits(out, t.minute, 2);
  out += between;
  AppendDigits(out, t.second, 2);
}

}  // namespace

std::string FormatIso8601(Timestamp time, int fraction_digits) {
  const CivilTime t = ToCivil(time);
  std::string text;
  text.reserve(28);
  AppendYear(text, t.year);
  text += '-';
  AppendDigits(text, t.month, 2);
  text += '-';
  AppendDigits(text, t.day, 2);
  text += 'T';
  AppendClock(text, t, ":");
  const int64_t micros = time.micros - time.seconds() * kMicrosPerSecond;
  if (fraction_digits > 0) text += '.';
  if (fraction_digits >= 3) AppendDigits(text, micros / 1000, 3);
  if (fraction_digits == 6) AppendDigits(text, micros % 1000, 3);
  text += 'Z';
  return text;
}

std::string FormatAmzDate(Timestamp time) {
  const CivilTime t = ToCivil(time);
  std::string text;
  text.reserve(16);
  AppendYear(text, t.year);
  AppendDigits(text, t.month, 2);
  AppendDigits(text, t.day, 2);
  text += 'T';
  AppendClock(text, t, "");
  text += 'Z';
  return text;
}

std::string FormatHttpDate(Timestamp time) {
  const CivilTime t = ToCivil(time);
  std::string text;
  text.reserve(29);
  text += kDays[static_cast<size_t>(t.weekday)];
  text += ", ";
  AppendDigits(text, t.day, 2);
  text += ' ';
  text += kMonths[static_cast<size_t>(t.month - 1)];
  text += ' ';
  AppendYear(text, t.year);
  text += ' ';
  AppendClock(text, t, ":");
  text += " GMT";
  return text;
}

std::optional<Timestamp> ParseIso8601(std::string_view text) {
  size_t at = 0;
  auto year = Digits(text, at, 4);
  if (!year || !Literal(text, at, "-")) return std::nullopt;
  auto month = Digits(text, at, 2);
  if (!month || !Literal(text, at, "-")) return std::nullopt;
  auto day = Digits(text, at, 2);
  if (!day) return std::nullopt;
  if (at == text.size()) return Checked(*year, *month, *day, 0, 0, 0);
  if (!Literal(text, at, "T") && !Literal(text, at, "t") && !Literal(text, at, " ")) return std::nullopt;
  auto clock = ParseClock(text, at);
  if (!clock) return std::nullopt;
  int64_t micros = 0;
  if (Literal(text, at, ".")) {
    int64_t scale = 100'000;
    const size_t first = at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      micros += (text[at] - '0') * scale;
    if (at == first) return std::nullopt;
  }
  int64_t offset_minutes = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const int sign = text[at++] == '+' ? 1 : -1;
    auto hours = Digits(text, at, 2);
    if (!hours) return std::nullopt;
    Literal(text, at, ":");
    auto minutes = Digits(text, at, 2);
    if (!minutes) return std::nullopt;
    offset_minutes = sign * (*hours * 60 + *minutes);
  } else if (!Literal(text, at, "Z") && !Literal(text, at, "z") && at != text.size()) {
    return std::nullopt;
  }
  if (at != text.size()) return std::nullopt;
  auto whole = Checked(*year, *month, *day, clock->hour, clock->minute, clock->second);
  if (!whole) return std::nullopt;
  return whole->Plus(micros - offset_minutes * 60 * kMicrosPerSecond);
}

std::optional<Timestamp> ParseAmzDate(std::string_view text) {
  size_t at = 0;
  auto year = Digits(text, at, 4);
  auto month = year ? Digits(text, at, 2) : std::nullopt;
  auto day = month ? Digits(text, at, 2) : std::nullopt;
  if (!day || !Literal(text, at, "T")) return std::nullopt;
  auto hour = Digits(text, at, 2);
  auto minute = hour ? Digits(text, at, 2) : std::nullopt;
  auto second = minute ? Digits(text, at, 2) : std::nullopt;
  if (!second || !Literal(text, at, "Z") || at != text.size()) return std::nullopt;
  return Checked(*year, *month, *day, *hour, *minute, *second);
}

std::optional<Timestamp> ParseHttpDate(std::string_view text) {
  const size_t comma = text.find(',');
  if (comma == std::string_view::npos) {  // asctime: "Sun Nov  6 08:49:37 1994"
    if (text.size() != 24) return std::nullopt;
    auto month = MonthOf(text.substr(4, 3));
    size_t at = text[8] == ' ' ? 9 : 8;
    auto day = Digits(text, at, text[8] == ' ' ? 1 : 2);
    at = 11;
    auto clock = ParseClock(text, at);
    at = 20;
    auto year = Digits(text, at, 4);
    if (!month || !day || !clock || !year) return std::nullopt;
    return Checked(*year, *month, *day, clock->hour, clock->minute, clock->second);
  }
  size_t at = comma + 1;
  while (at < text.size() && text[at] == ' ') ++at;
  auto day = Digits(text, at, 2);
  if (!day || at >= text.size()) return std::nullopt;
  const char separator = text[at++];  // ' ' in RFC 1123 form, '-' in RFC 850 form
  if (separator != ' ' && separator != '-') return std::nullopt;
  auto month = MonthOf(text.substr(std::min(at, text.size()), 3));
  if (!month) return std::nullopt;
  at += 4;
  auto year = Digits(text, at, separator == ' ' ? 4 : 2);
  if (!year) return std::nullopt;
  if (separator == '-') *year += *year < 70 ? 2000 : 1900;
  if (!Literal(text, at, " ")) return std::nullopt;
  auto clock = ParseClock(text, at);
  if (!clock || !Literal(text, at, " GMT") || at != text.size()) return std::nullopt;
  return Checked(*year, *month, *day, clock->hour, clock->minute, clock->second);
}

}  // namespace tarn
