#include "delivery/records/time_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/output/java_names.h"
#include "delivery/output/time_zone.h"

namespace tarn::delivery {
namespace {

constexpr std::string_view kNumbers = "yYdDHhKkmsS";  // and M up to two letters
constexpr std::string_view kOthers = "MEaZ";

bool IsNumber(char letter, size_t count) {
  return kNumbers.find(letter) != std::string_view::npos || (letter == 'M' && count <= 2);
}

size_t DigitsMax(char letter) {
  switch (letter) {
    case 'y':
    case 'Y':
    case 'S':
      return 9;
    case 'D':
      return 3;
    default:
      return 2;
  }
}

// What has been read of a time.
struct Fields {
  int64_t year = 1970;
  int64_t month = 1;
  int64_t day = 1;
  std::optional<int64_t> day_of_year;
  int64_t hour = 0;
  bool half = false;  // of a day: `hour` is of one
  bool afternoon = false;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t micros = 0;
  int64_t offset_seconds = 0;
  std::string zone;
};

// Digits from the front of `text`, at most `max` of them.
std::string_view TakeDigits(std::string_view& text, size_t max) {
  size_t count = 0;
  while (count < text.size() && count < max && std::isdigit(static_cast<unsigned char>(text[count])) != 0) ++count;
  const std::string_view digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size() || !EqualsIgnoreCase(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void SetNumber(char letter, std::string_view digits, size_t letters, Fields& fields) {
  const auto value = static_cast<int64_t>(ParseU64(digits).value_or(0));
  switch (letter) {
    case 'y':
    case 'Y':
      fields.year = letters == 2 && digits.size() == 2 ? value + (value < 50 ? 2000 : 1900) : value;
      break;
    case 'M':
      fields.month = value;
      break;
    case 'd':
      fields.day = value;
      break;
    case 'D':
      fields.day_of_year = value;
      break;
    case 'H':
      fields.hour = value;
      break;
    case 'k':
      fields.hour = value % 24;
      break;
    case 'K':
    case 'h':
      fields.half = true;
      fields.hour = value % 12;
      break;
    case 'm':
      fields.minute = value;
      break;
    case 's':
      fields.second = value;
      break;
    default: {
      std::string six(digits.substr(0, 6));
      six.resize(6, '0');
      fields.micros = static_cast<int64_t>(ParseU64(six).value_or(0));
    }
  }
}

// The index of the name that `text` begins with, whole or its first three letters.
template <size_t N>
std::optional<size_t> TakeName(std::string_view& text, const std::array<std::string_view, N>& names) {
  for (size_t i = 0; i < N; ++i) {
    if (TakePrefix(text, names[i]) || TakePrefix(text, names[i].substr(0, 3))) return i;
  }
  return std::nullopt;
}

// "Z", "+01", "+0130", "+01:30"; with three letters a zone's name.
bool TakeZone(std::string_view& text, size_t letters, Fields& fields) {
  if (letters >= 3) {
    const size_t end = std::min(text.find_first_of(" ,;"), text.size());
    fields.zone = text.substr(0, end);
    text.remove_prefix(end);
    return OffsetOf(fields.zone, Timestamp{}).has_value();
  }
  if (TakePrefix(text, "Z")) return true;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return false;
  const int64_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  const std::string_view hours = TakeDigits(text, 2);
  if (hours.size() != 2) return false;
  const bool colon = TakePrefix(text, ":");
  const std::string_view minutes = TakeDigits(text, 2);
  if (minutes.size() != 2 && (colon || !minutes.empty())) return false;
  const auto number = [](std::string_view digits) { return static_cast<int64_t>(ParseU64(digits).value_or(0)); };
  fields.offset_seconds = sign * (number(hours) * 3600 + number(minutes) * 60);
  return true;
}

bool TakeOther(std::string_view& text, char letter, size_t count, Fields& fields) {
  switch (letter) {
    case 'M': {
      const auto month = TakeName(text, kMonthNames);
      if (month) fields.month = static_cast<int64_t>(*month) + 1;
      return month.has_value();
    }
    case 'E':
      return TakeName(text, kDayNames).has_value();
    case 'a':
      fields.afternoon = TakePrefix(text, "PM");
      return fields.afternoon || TakePrefix(text, "AM");
    default:
      return TakeZone(text, count, fields);
  }
}

std::optional<Timestamp> TimeOf(const Fields& fields) {
  if (fields.year < 1 || fields.year > 9999 || fields.month < 1 || fields.month > 12 || fields.day < 1 ||
      fields.hour > 23 || fields.minute > 59 || fields.second > 59) {
    return std::nullopt;
  }
  const int64_t hour = fields.half ? fields.hour + (fields.afternoon ? 12 : 0) : fields.hour;
  const auto month = static_cast<int>(fields.day_of_year ? 1 : fields.month);
  const auto day = static_cast<int>(fields.day_of_year ? 1 : fields.day);
  const auto year = static_cast<int>(fields.year);
  Timestamp date = FromCivil(year, month, day);
  if (ToCivil(date).day != day) return std::nullopt;  // February 30th
  if (fields.day_of_year) date = date.Plus((*fields.day_of_year - 1) * kMicrosPerDay);
  if (ToCivil(date).year != year) return std::nullopt;
  Timestamp time = date.Plus(
      (hour * 3600 + fields.minute * 60 + fields.second - fields.offset_seconds) * kMicrosPerSecond + fields.micros);
  if (fields.zone.empty()) return time;
  const auto zone = OffsetOf(fields.zone, time);
  if (!zone) return std::nullopt;
  return time.Plus(-int64_t{zone->seconds} * kMicrosPerSecond);
}

}  // namespace

Result<TimePattern> TimePattern::Parse(std::string_view pattern) {
  TimePattern made;
  if (pattern == "millis") return made;
  if (pattern.empty()) return Fail(kInvalid, "A timestamp format is empty.");
  for (size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    Part part;
    if (c == '\'') {
      part.text = TakeQuoted(pattern, at).text;
    } else if (std::isalpha(static_cast<unsigned char>(c)) == 0) {
      part.text = c;
      ++at;
    } else {
      const size_t end = std::min(pattern.find_first_not_of(c, at), pattern.size());
      part.letter = c;
      part.count = end - at;
      at = end;
      if (!IsNumber(c, part.count) && kOthers.find(c) == std::string_view::npos) {
        return Fail(kInvalid, fmt::format("The timestamp format {} has the letter {}, which this lake does not read.",
                                          pattern, c));
      }
      Part* last = made.parts_.empty() ? nullptr : &made.parts_.back();
      if (last != nullptr && last->letter != 0 && IsNumber(last->letter, last->count)) {
        last->exact = IsNumber(c, part.count);
      }
    }
    made.parts_.push_back(std::move(part));
  }
  return made;
}

std::optional<Timestamp> TimePattern::Read(std::string_view text) const {
  if (parts_.empty()) {
    constexpr int64_t kMillisMax = INT64_MAX / 1000;
    const auto millis = ParseI64(text);
    if (!millis || *millis > kMillisMax || *millis < -kMillisMax) return std::nullopt;
    return Timestamp{*millis * 1000};
  }
  Fields fields;
  for (const Part& part : parts_) {
    if (part.letter == 0) {
      if (!TakePrefix(text, part.text)) return std::nullopt;
    } else if (IsNumber(part.letter, part.count)) {
      const size_t max = part.exact || part.letter == 'S' ? part.count : std::max(part.count, DigitsMax(part.letter));
      const std::string_view digits = TakeDigits(text, max);
      if (digits.empty() || (part.exact && digits.size() != part.count)) return std::nullopt;
      SetNumber(part.letter, digits, part.count, fields);
    } else if (!TakeOther(text, part.letter, part.count, fields)) {
      return std::nullopt;
    }
  }
  if (!text.empty()) return std::nullopt;
  return TimeOf(fields);
}

}  // namespace tarn::delivery
