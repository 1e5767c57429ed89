#include "sheets/number.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/strings.h"
#include "base/time.h"

namespace tarn::sheets {
namespace {

constexpr double kWholeMax = 9007199254740992.0;  // 2^53: beyond it a double holds no whole number exactly
constexpr double kDaysMax = 2'958'466;            // 10000-01-01
constexpr int64_t kMillisPerDay = 86'400'000;

}  // namespace

std::optional<double> ParseNumber(std::string_view text) {
  text = Trim(text);
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Cell NumberCell(double value) {
  if (std::floor(value) == value && std::fabs(value) <= kWholeMax) {
    return {CellKind::kWhole, fmt::format("{}", static_cast<int64_t>(value))};
  }
  return {CellKind::kNumber, fmt::format("{}", value)};
}

std::optional<Cell> DayCell(double serial, bool from_1904) {
  if (!(serial >= 0) || serial >= kDaysMax) return std::nullopt;
  Timestamp epoch = from_1904 ? FromCivil(1904, 1, 1) : FromCivil(1899, 12, 30);
  if (!from_1904 && serial < 60) epoch = FromCivil(1899, 12, 31);
  const auto millis = static_cast<int64_t>(std::llround(serial * static_cast<double>(kMillisPerDay)));
  std::string text = FormatIso8601(epoch.Plus(millis * 1000), 3);  // 2026-11-22T01:02:03.000Z
  constexpr size_t kDayLetters = 10;
  if (millis % kMillisPerDay == 0) return Cell{CellKind::kDate, text.substr(0, kDayLetters)};
  text[kDayLetters] = ' ';
  text.pop_back();
  return Cell{CellKind::kTimestamp, std::move(text)};
}

Cell ClockCell(double serial) {
  const auto seconds = static_cast<int64_t>(std::llround(serial * 86'400));
  return {CellKind::kText, fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)};
}

// Letters outside of quotes, brackets and escapes; the first section, for positive numbers. "m" alone is a month.
ShownTime TimeOf(std::string_view format_code) {
  ShownTime shown;
  for (size_t i = 0; i < format_code.size(); ++i) {
    const char c = format_code[i];
    if (c == ';') break;
    if (c == '"') {
      i = format_code.find('"', i + 1);
    } else if (c == '[') {
      const size_t end = format_code.find(']', i);
      const std::string inner = AsciiLower(format_code.substr(i + 1, end == format_code.npos ? 0 : end - i - 1));
      if (inner.starts_with('h') || inner.starts_with('m') || inner.starts_with('s')) shown.time = true;
      i = end;
    } else if (c == '\\' || c == '_' || c == '*') {
      ++i;
    } else if (c == 'd' || c == 'D' || c == 'y' || c == 'Y' || c == 'm' || c == 'M') {
      shown.day = true;
    } else if (c == 'h' || c == 'H' || c == 's' || c == 'S') {
      shown.time = true;
    }
    if (i == format_code.npos) break;
  }
  // Minutes, not months: there is an hour or a second and neither day nor year.
  const std::string lower = AsciiLower(format_code.substr(0, format_code.find(';')));
  if (shown.time && lower.find('d') == lower.npos && lower.find('y') == lower.npos) shown.day = false;
  return shown;
}

ShownTime TimeOfBuiltIn(int format) {
  if ((format >= 14 && format <= 17) || (format >= 27 && format <= 31) || format == 36 ||
      (format >= 50 && format <= 58)) {
    return {.day = true, .time = false};
  }
  if (format == 22) return {.day = true, .time = true};
  if ((format >= 18 && format <= 21) || (format >= 32 && format <= 35) || (format >= 45 && format <= 47)) {
    return {.day = false, .time = true};
  }
  return {};
}

}  // namespace tarn::sheets
