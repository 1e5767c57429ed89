// Times by patterns of java.time.format.DateTimeFormatter, as its English locale writes them.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>

#include "delivery/errors.h"
#include "delivery/output/java_names.h"
#include "delivery/output/prefix.h"
#include "delivery/output/time_zone.h"

namespace tarn::delivery {
namespace {

constexpr size_t kLettersMax = 19;  // in a row

struct Shown {
  CivilTime civil;
  ZoneOffset zone;
  std::string_view zone_id;
  int64_t micros = 0;  // of the second
  int day_of_year = 0;
  Timestamp local;
};

std::string Padded(int64_t number, size_t width) { return fmt::format("{:0{}}", number, width); }

// "+0130" and the like: `colon` between, `z` for none, minutes left out where they are zero and `brief`.
std::string OffsetText(int32_t seconds, size_t letters, bool z) {
  if (seconds == 0 && z) return "Z";
  const int32_t minutes = (seconds < 0 ? -seconds : seconds) / 60;
  std::string text = fmt::format("{}{:02}", seconds < 0 ? '-' : '+', minutes / 60);
  if (letters == 1 && minutes % 60 == 0) return text;
  return text + (letters == 3 || letters == 5 ? ":" : "") + Padded(minutes % 60, 2);
}

std::string Year(int year, size_t letters) { return letters == 2 ? Padded(year % 100, 2) : Padded(year, letters); }

std::string Name(std::string_view name, size_t letters) {
  if (letters == 4) return std::string(name);
  return std::string(name.substr(0, letters == 5 ? 1 : 3));
}

// Weeks begin on Sunday, and the one that holds January 1st is the first.
CivilTime WeekEnd(const Shown& shown) { return ToCivil(shown.local.Plus((6 - shown.civil.weekday) * kMicrosPerDay)); }

int Week(const Shown& shown) {
  const int year = WeekEnd(shown).year;
  const Timestamp first = FromCivil(year, 1, 1);
  const int64_t days = (shown.local.micros - first.micros) / kMicrosPerDay;
  if (shown.local < first) return 1;
  return static_cast<int>((days + ToCivil(first).weekday) / 7 + 1);
}

std::optional<std::string> DateField(char letter, size_t letters, const Shown& shown) {
  const CivilTime& civil = shown.civil;
  switch (letter) {
    case 'y':
    case 'u':
      return Year(civil.year, letters);
    case 'Y':
      return Year(WeekEnd(shown).year, letters);
    case 'M':
    case 'L':
      return letters <= 2 ? Padded(civil.month, letters)
                          : Name(kMonthNames[static_cast<size_t>(civil.month) - 1], letters);
    case 'd':
      return Padded(civil.day, letters);
    case 'D':
      return Padded(shown.day_of_year, letters);
    case 'Q':
    case 'q':
      return Padded((civil.month - 1) / 3 + 1, letters);
    case 'w':
      return Padded(Week(shown), letters);
    case 'E':
      return Name(kDayNames[static_cast<size_t>(civil.weekday)], letters);
    case 'e':
      return Padded(civil.weekday + 1, letters);
    case 'G':
      return std::string("AD");
    default:
      return std::nullopt;
  }
}

std::optional<std::string> TimeField(char letter, size_t letters, const Shown& shown) {
  const CivilTime& civil = shown.civil;
  const int64_t second_of_day = civil.hour * 3600 + civil.minute * 60 + civil.second;
  switch (letter) {
    case 'H':
      return Padded(civil.hour, letters);
    case 'k':
      return Padded(civil.hour == 0 ? 24 : civil.hour, letters);
    case 'K':
      return Padded(civil.hour % 12, letters);
    case 'h':
      return Padded(civil.hour % 12 == 0 ? 12 : civil.hour % 12, letters);
    case 'a':
      return std::string(civil.hour < 12 ? "AM" : "PM");
    case 'm':
      return Padded(civil.minute, letters);
    case 's':
      return Padded(civil.second, letters);
    case 'S':
      return Padded(shown.micros * 1000, 9).substr(0, letters) + std::string(letters > 9 ? letters - 9 : 0, '0');
    case 'n':
      return Padded(shown.micros * 1000, letters);
    case 'A':
      return Padded(second_of_day * 1000 + shown.micros / 1000, letters);
    case 'N':
      return Padded(second_of_day * 1'000'000'000 + shown.micros * 1000, letters);
    case 'z':
      return shown.zone.name;
    case 'V':
      return std::string(shown.zone_id);
    case 'Z':
      return letters == 5 ? OffsetText(shown.zone.seconds, 5, true) : OffsetText(shown.zone.seconds, 2, false);
    case 'X':
      return OffsetText(shown.zone.seconds, letters, true);
    case 'x':
      return OffsetText(shown.zone.seconds, letters, false);
    default:
      return std::nullopt;
  }
}

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

QuotedText TakeQuoted(std::string_view pattern, size_t& at) {
  QuotedText quoted;
  for (++at; at < pattern.size() && !quoted.closed; ++at) {
    if (pattern[at] != '\'') {
      quoted.text += pattern[at];
    } else if (at + 1 < pattern.size() && pattern[at + 1] == '\'') {
      quoted.text += pattern[++at];
    } else {
      quoted.closed = true;
    }
  }
  if (quoted.text.empty()) quoted.text = "'";
  return quoted;
}

Result<std::string> FormatJavaTime(std::string_view pattern, Timestamp time, std::string_view time_zone) {
  const auto zone = OffsetOf(time_zone, time);
  if (!zone) return Fail(kInvalid, fmt::format("The time zone {} is not known", time_zone));
  Shown shown{.zone = *zone, .zone_id = time_zone, .local = time.Plus(int64_t{zone->seconds} * kMicrosPerSecond)};
  shown.civil = ToCivil(shown.local);
  shown.micros = shown.local.micros - shown.local.seconds() * kMicrosPerSecond;
  shown.day_of_year =
      static_cast<int>((shown.local.micros - FromCivil(shown.civil.year, 1, 1).micros) / kMicrosPerDay) + 1;
  std::string text;
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      const QuotedText quoted = TakeQuoted(pattern, at);
      if (!quoted.closed) {
        return Fail(kInvalid, fmt::format("The timestamp pattern {} has a quote that is not closed", pattern));
      }
      text += quoted.text;
    } else if (!IsLetter(c)) {
      text += c;
      ++at;
    } else {
      size_t end = at;
      while (end < pattern.size() && pattern[end] == c) ++end;
      const size_t letters = end - at;
      auto field = letters > kLettersMax ? std::nullopt : DateField(c, letters, shown);
      if (!field && letters <= kLettersMax) field = TimeField(c, letters, shown);
      if (!field) return Fail(kInvalid, fmt::format("The timestamp pattern {} has the unknown letter {}", pattern, c));
      text += *field;
      at = end;
    }
  }
  return text;
}

}  // namespace tarn::delivery
