#include "query/date_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/strings.h"

namespace tarn::query {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr int64_t kMicrosPerHour = 3600 * kMicrosPerSecond;

int DaysOf(int64_t year, int month) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return kDays[static_cast<size_t>(month - 1)] + (month == 2 && leap ? 1 : 0);
}

Timestamp AddMonths(Timestamp time, int64_t months) {
  const CivilTime civil = ToCivil(time);
  constexpr int64_t kLastMonth = 9999 * 12 + 11;
  const int64_t total = std::clamp<int64_t>(civil.year * 12LL + (civil.month - 1) + months, 0, kLastMonth);
  const int64_t year = total / 12;
  const int month = static_cast<int>(total % 12) + 1;
  const int64_t of_day = time.micros - FromCivil(civil.year, civil.month, civil.day).micros;
  return FromCivil(static_cast<int>(year), month, std::min(civil.day, DaysOf(year, month))).Plus(of_day);
}

std::string MonthText(int month, int count) {
  const std::string_view name = kMonths[static_cast<size_t>(month - 1)];
  if (count == 3) return std::string(name.substr(0, 3));
  return count > 3 ? std::string(name) : fmt::format("{:0{}}", month, count);
}

// Reads digits of `text` from `at` on: `count` of them where that is more than one, else as many as there are.
std::optional<int> TakeNumber(std::string_view text, size_t& at, int count) {
  const size_t from = at;
  const size_t most = count > 1 ? static_cast<size_t>(count) : 4;
  while (at < text.size() && at - from < most && text[at] >= '0' && text[at] <= '9') ++at;
  if (at == from || (count > 1 && at - from < most)) return std::nullopt;
  return static_cast<int>(ParseI64(text.substr(from, at - from)).value_or(0));
}

std::optional<int> TakeMonth(std::string_view text, size_t& at, int count) {
  if (count < 3) return TakeNumber(text, at, count);
  for (size_t i = 0; i < kMonths.size(); ++i) {
    const std::string_view name = count == 3 ? kMonths[i].substr(0, 3) : kMonths[i];
    if (!EqualsIgnoreCase(text.substr(at, name.size()), name)) continue;
    at += name.size();
    return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

}  // namespace

std::optional<DateUnit> DateUnitOf(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, DateUnit>, 7> kUnits = {{{"SECOND", DateUnit::kSecond},
                                                                            {"MINUTE", DateUnit::kMinute},
                                                                            {"HOUR", DateUnit::kHour},
                                                                            {"DAY", DateUnit::kDay},
                                                                            {"WEEK", DateUnit::kWeek},
                                                                            {"MONTH", DateUnit::kMonth},
                                                                            {"YEAR", DateUnit::kYear}}};
  std::string upper = AsciiUpper(name);
  if (upper.ends_with('S')) upper.pop_back();
  const auto found = std::ranges::find(kUnits, upper, [](const auto& unit) { return unit.first; });
  return found == kUnits.end() ? std::nullopt : std::optional(found->second);
}

Timestamp AddUnits(Timestamp time, DateUnit unit, int64_t count) {
  switch (unit) {
    case DateUnit::kYear:
      return AddMonths(time, count * 12);
    case DateUnit::kMonth:
      return AddMonths(time, count);
    case DateUnit::kWeek:
      return time.Plus(count * 7 * kMicrosPerDay);
    case DateUnit::kDay:
      return time.Plus(count * kMicrosPerDay);
    case DateUnit::kHour:
      return time.Plus(count * kMicrosPerHour);
    case DateUnit::kMinute:
      return time.Plus(count * 60 * kMicrosPerSecond);
    case DateUnit::kSecond:
      break;
  }
  return time.Plus(count * kMicrosPerSecond);
}

std::optional<DatePattern> DatePattern::Compile(std::string_view pattern) {
  constexpr std::string_view kLetters = "yuMLdHms";
  DatePattern compiled;
  const auto add_text = [&](char c) {
    if (compiled.pieces_.empty() || compiled.pieces_.back().letter != 0) compiled.pieces_.emplace_back();
    compiled.pieces_.back().text += c;
  };
  bool has_date = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      if (i + 1 < pattern.size() && pattern[i + 1] == '\'') {
        add_text(pattern[++i]);
        continue;
      }
      const size_t close = pattern.find('\'', i + 1);
      if (close == pattern.npos) return std::nullopt;
      for (const char each : pattern.substr(i + 1, close - i - 1)) add_text(each);
      i = close;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      if (kLetters.find(c) == kLetters.npos) return std::nullopt;
      size_t end = i;
      while (end < pattern.size() && pattern[end] == c) ++end;
      Piece piece;
      piece.letter = c == 'u' ? 'y' : c == 'L' ? 'M' : c;
      piece.count = static_cast<int>(end - i);
      const bool is_month = piece.letter == 'M';
      if (piece.count > (is_month || piece.letter == 'y' ? 4 : 2)) return std::nullopt;
      compiled.pieces_.push_back(std::move(piece));
      has_date = true;
      i = end - 1;
    } else {
      add_text(c);
    }
  }
  return has_date ? std::optional(std::move(compiled)) : std::nullopt;
}

std::string DatePattern::Format(Timestamp time) const {
  const CivilTime civil = ToCivil(time);
  std::string out;
  for (const Piece& piece : pieces_) {
    const auto number = [&](int value) { out += fmt::format("{:0{}}", value, piece.count); };
    switch (piece.letter) {
      case 'y':
        number(piece.count == 2 ? civil.year % 100 : civil.year);
        break;
      case 'M':
        out += MonthText(civil.month, piece.count);
        break;
      case 'd':
        number(civil.day);
        break;
      case 'H':
        number(civil.hour);
        break;
      case 'm':
        number(civil.minute);
        break;
      case 's':
        number(civil.second);
        break;
      default:
        out += piece.text;
    }
  }
  return out;
}

std::optional<Timestamp> DatePattern::Parse(std::string_view text) const {
  constexpr int kCentury = 2000;
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  size_t at = 0;
  for (const Piece& piece : pieces_) {
    if (piece.letter == 0) {
      if (!text.substr(at).starts_with(piece.text)) return std::nullopt;
      at += piece.text.size();
      continue;
    }
    const auto value = piece.letter == 'M' ? TakeMonth(text, at, piece.count) : TakeNumber(text, at, piece.count);
    if (!value) return std::nullopt;
    if (piece.letter == 'y') year = piece.count == 2 ? kCentury + *value : *value;
    if (piece.letter == 'M') month = *value;
    if (piece.letter == 'd') day = *value;
    if (piece.letter == 'H') hour = *value;
    if (piece.letter == 'm') minute = *value;
    if (piece.letter == 's') second = *value;
  }
  const bool is_date = month >= 1 && month <= 12 && day >= 1 && day <= DaysOf(year, month);
  if (at != text.size() || !is_date || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return FromCivil(year, month, day, hour, minute, second);
}

DateUnit DatePattern::unit() const {
  constexpr std::string_view kFinest = "smHdM";
  constexpr std::array<DateUnit, 5> kUnits = {DateUnit::kSecond, DateUnit::kMinute, DateUnit::kHour, DateUnit::kDay,
                                              DateUnit::kMonth};
  for (size_t i = 0; i < kFinest.size(); ++i) {
    if (std::ranges::find(pieces_, kFinest[i], &Piece::letter) != pieces_.end()) return kUnits[i];
  }
  return DateUnit::kYear;
}

}  // namespace tarn::query
