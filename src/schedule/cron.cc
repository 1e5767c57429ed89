#include "schedule/cron.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "base/strings.h"

namespace tarn::schedule {
namespace {

constexpr std::array<std::string_view, 12> kMonthNames = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                          "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdayNames = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  int min;
  int max;
};

Error Bad(const Field& field, std::string_view text) {
  return Fail(kBadExpression, fmt::format("'{}' is not a valid {} field", text, field.name));
}

// A number or, in the month and day-of-week fields, a name.
std::optional<int> ParseOne(const Field& field, std::string_view text) {
  std::optional<int> value;
  const std::string upper = AsciiUpper(text);
  if (field.max == 12) {
    for (size_t i = 0; i < kMonthNames.size(); ++i) {
      if (kMonthNames[i] == upper) value = static_cast<int>(i) + 1;
    }
  } else if (field.max == 7) {
    for (size_t i = 0; i < kWeekdayNames.size(); ++i) {
      if (kWeekdayNames[i] == upper) value = static_cast<int>(i) + 1;
    }
  }
  if (!value) {
    const auto number = ParseU64(text);
    if (number && *number <= 9999) value = static_cast<int>(*number);
  }
  if (!value || *value < field.min || *value > field.max) return std::nullopt;
  return value;
}

// One element of a list: "*", "a", "a-b", each with an optional "/step".
template <size_t N>
Status ParseElement(const Field& field, std::string_view text, std::bitset<N>& into) {
  int step = 1;
  const size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  if (slash != std::string_view::npos) {
    const auto number = ParseU64(text.substr(slash + 1));
    if (!number || *number == 0 || *number > static_cast<uint64_t>(field.max)) return Bad(field, text);
    step = static_cast<int>(*number);
  }
  int first = field.min;
  int last = field.max;
  if (range != "*") {
    const size_t dash = range.find('-');
    const auto from = ParseOne(field, range.substr(0, dash));
    if (!from) return Bad(field, text);
    first = *from;
    if (dash != std::string_view::npos) {
      const auto to = ParseOne(field, range.substr(dash + 1));
      if (!to) return Bad(field, text);
      last = *to;
    } else if (slash == std::string_view::npos) {
      last = first;
    }
  }
  if (first > last) return Bad(field, text);
  for (int value = first; value <= last; value += step) into.set(static_cast<size_t>(value));
  return Ok();
}

template <size_t N>
Status ParseList(const Field& field, std::string_view text, std::bitset<N>& into) {
  for (const auto element : Split(text, ',')) TARN_CHECK(ParseElement(field, element, into));
  return Ok();
}

int DaysIn(int year, int month) {
  const auto last = std::chrono::year(year) / std::chrono::month(static_cast<unsigned>(month)) / std::chrono::last;
  return static_cast<int>(static_cast<unsigned>(std::chrono::year_month_day_last(last).day()));
}

// 1 = Sunday.
int WeekdayOf(int year, int month, int day) { return ToCivil(FromCivil(year, month, day)).weekday + 1; }

// The weekday (Monday–Friday) nearest to `day` that lies in the same month.
int NearestWorkday(int year, int month, int day) {
  const int last = DaysIn(year, month);
  if (day > last) day = last;
  const int weekday = WeekdayOf(year, month, day);
  if (weekday == 7) return day > 1 ? day - 1 : day + 2;
  if (weekday == 1) return day < last ? day + 1 : day - 2;
  return day;
}

}  // namespace

Result<Schedule> Schedule::Parse(std::string_view expression) {
  const std::string_view text = Trim(expression);
  const auto inside = [&](std::string_view name) -> std::optional<std::string_view> {
    if (!text.starts_with(name) || !text.ends_with(")")) return std::nullopt;
    return text.substr(name.size(), text.size() - name.size() - 1);
  };
  Result<Schedule> parsed = Fail(kBadExpression, fmt::format("'{}' is neither cron(...) nor rate(...)", expression));
  if (const auto cron = inside("cron(")) parsed = ParseCron(*cron);
  if (const auto rate = inside("rate(")) parsed = ParseRate(*rate);
  if (parsed.ok()) parsed->expression_ = std::string(text);
  return parsed;
}

Result<Schedule> Schedule::ParseRate(std::string_view text) {
  const auto words = Split(Trim(text), ' ');
  const auto value = ParseU64(words[0]);
  if (words.size() != 2 || !value || *value == 0 || *value > 1'000'000) {
    return Fail(kBadExpression, fmt::format("'rate({})' is not 'rate(value unit)'", text));
  }
  std::string_view unit = words[1];
  if (unit.ends_with('s') != (*value > 1)) {
    return Fail(kBadExpression, fmt::format("'{}' does not agree with the value {}", unit, *value));
  }
  if (unit.ends_with('s')) unit.remove_suffix(1);
  const int64_t seconds = unit == "minute" ? 60 : unit == "hour" ? 3600 : unit == "day" ? 86400 : 0;
  if (seconds == 0) return Fail(kBadExpression, fmt::format("'{}' is not minutes, hours or days", words[1]));
  Schedule schedule;
  schedule.rate_micros_ = static_cast<int64_t>(*value) * seconds * kMicrosPerSecond;
  return schedule;
}

Result<Schedule> Schedule::ParseCron(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const auto part : Split(text, ' ')) {
    if (!part.empty()) fields.push_back(part);
  }
  if (fields.size() != 6) return Fail(kBadExpression, fmt::format("cron takes six fields, not {}", fields.size()));
  static constexpr Field kMinute{"minutes", 0, 59}, kHour{"hours", 0, 23}, kDay{"day-of-month", 1, 31},
      kMonth{"month", 1, 12}, kWeekday{"day-of-week", 1, 7}, kYear{"year", 1970, 2199};
  Schedule schedule;
  TARN_CHECK(ParseList(kMinute, fields[0], schedule.minutes_));
  TARN_CHECK(ParseList(kHour, fields[1], schedule.hours_));
  TARN_CHECK(ParseList(kMonth, fields[3], schedule.months_));
  TARN_CHECK(ParseList(kYear, fields[5], schedule.years_));
  const std::string_view day = fields[2];
  const std::string_view weekday = fields[4];
  if ((day == "?") == (weekday == "?")) {
    return Fail(kBadExpression, "exactly one of day-of-month and day-of-week must be '?'");
  }
  schedule.by_weekday_ = day == "?";
  if (!schedule.by_weekday_) {
    if (day == "L") {
      schedule.last_day_ = true;
    } else if (day == "LW") {
      schedule.nearest_weekday_ = 32;
    } else if (day.ends_with('W')) {
      const auto number = ParseOne(kDay, day.substr(0, day.size() - 1));
      if (!number) return Bad(kDay, day);
      schedule.nearest_weekday_ = *number;
    } else {
      TARN_CHECK(ParseList(kDay, day, schedule.days_));
    }
    return schedule;
  }
  if (const size_t hash = weekday.find('#'); hash != std::string_view::npos) {
    const auto number = ParseOne(kWeekday, weekday.substr(0, hash));
    const auto nth = ParseU64(weekday.substr(hash + 1));
    if (!number || !nth || *nth < 1 || *nth > 5) return Bad(kWeekday, weekday);
    schedule.nth_weekday_ = *number;
    schedule.nth_ = static_cast<int>(*nth);
  } else if (weekday.size() > 1 && weekday.ends_with('L')) {
    const auto number = ParseOne(kWeekday, weekday.substr(0, weekday.size() - 1));
    if (!number) return Bad(kWeekday, weekday);
    schedule.last_weekday_ = *number;
  } else {
    TARN_CHECK(ParseList(kWeekday, weekday == "L" ? "7" : weekday, schedule.weekdays_));
  }
  return schedule;
}

bool Schedule::DayMatches(int year, int month, int day) const {
  if (by_weekday_) {
    const int weekday = WeekdayOf(year, month, day);
    if (nth_ > 0) return weekday == nth_weekday_ && (day - 1) / 7 + 1 == nth_;
    if (last_weekday_ > 0) return weekday == last_weekday_ && day + 7 > DaysIn(year, month);
    return weekdays_.test(static_cast<size_t>(weekday));
  }
  if (last_day_) return day == DaysIn(year, month);
  if (nearest_weekday_ > 0) return day == NearestWorkday(year, month, nearest_weekday_);
  return days_.test(static_cast<size_t>(day));
}

std::optional<Timestamp> Schedule::Next(Timestamp after) const {
  if (rate_micros_ > 0) return after.Plus(rate_micros_);
  const CivilTime start = ToCivil(Timestamp{(after.seconds() / 60 + 1) * 60 * kMicrosPerSecond});
  int hour = start.hour;
  int minute = start.minute;
  int day = start.day;
  int month = start.month;
  for (int year = start.year; year < 2200; ++year, month = 1, day = 1, hour = minute = 0) {
    if (year < 1970 || !years_.test(static_cast<size_t>(year))) continue;
    for (; month <= 12; ++month, day = 1, hour = minute = 0) {
      if (!months_.test(static_cast<size_t>(month))) continue;
      for (const int last = DaysIn(year, month); day <= last; ++day, hour = minute = 0) {
        if (!DayMatches(year, month, day)) continue;
        for (; hour < 24; ++hour, minute = 0) {
          if (!hours_.test(static_cast<size_t>(hour))) continue;
          for (; minute < 60; ++minute) {
            if (minutes_.test(static_cast<size_t>(minute))) return FromCivil(year, month, day, hour, minute);
          }
        }
      }
    }
  }
  return std::nullopt;
}

}  // namespace tarn::schedule
