#include "iam/policies/condition_check.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/strings.h"

namespace tarn::iam {
namespace {

using json::Value;

std::string_view BareOperator(std::string_view name) {
  for (const std::string_view prefix : {"ForAnyValue:", "ForAllValues:"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(prefix.size());
      break;
    }
  }
  constexpr std::string_view kSuffix = "IfExists";
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  return name;
}

bool IsOperator(std::string_view name) {
  constexpr std::string_view kOperators[] = {"StringEquals",
                                             "StringNotEquals",
                                             "StringEqualsIgnoreCase",
                                             "StringNotEqualsIgnoreCase",
                                             "StringLike",
                                             "StringNotLike",
                                             "NumericEquals",
                                             "NumericNotEquals",
                                             "NumericLessThan",
                                             "NumericLessThanEquals",
                                             "NumericGreaterThan",
                                             "NumericGreaterThanEquals",
                                             "DateEquals",
                                             "DateNotEquals",
                                             "DateLessThan",
                                             "DateLessThanEquals",
                                             "DateGreaterThan",
                                             "DateGreaterThanEquals",
                                             "Bool",
                                             "BinaryEquals",
                                             "IpAddress",
                                             "NotIpAddress",
                                             "ArnEquals",
                                             "ArnLike",
                                             "ArnNotEquals",
                                             "ArnNotLike",
                                             "Null"};
  return std::ranges::find(kOperators, BareOperator(name)) != std::end(kOperators);
}

// A whole number of digits within the bounds.
bool Within(std::string_view text, int64_t least, int64_t most) {
  const auto number = ParseI64(text);
  return number && *number >= least && *number <= most;
}

// "+01:00", "-0130", "z" or nothing behind the seconds.
bool IsZone(std::string_view zone) {
  if (zone.empty() || zone == "z") return true;
  zone.remove_prefix(1);
  const auto parts = Split(zone, ':');
  if (parts.size() > 2 || parts[0].size() != 2 || !Within(parts[0], 0, 23)) return false;
  return parts.size() == 1 || (parts[1].size() == 2 && Within(parts[1], 0, 59));
}

bool IsTimeOfDay(std::string_view time) {
  if (time.empty()) return true;
  const auto parts = Split(time, ':');
  if (!parts[0].empty() && !Within(parts[0], 0, 23)) return false;
  if (parts.size() > 1 && !Within(parts[1], 0, 59)) return false;
  if (parts.size() < 3) return true;
  // What follows the minutes, with a zone that may have a colon of its own.
  std::string_view rest = time.substr(static_cast<size_t>(parts[2].data() - time.data()));
  const size_t zone = rest.find_first_of("z+-");
  if (zone != std::string_view::npos && !IsZone(rest.substr(zone))) return false;
  rest = rest.substr(0, zone);
  const size_t dot = rest.find('.');
  if (!Within(rest.substr(0, dot), 0, 59)) return false;
  return dot == std::string_view::npos || Within(rest.substr(dot + 1), 0, 999'999'999);
}

bool IsDate(std::string_view text) {
  const std::string lower = AsciiLower(text);
  if (lower.find_first_of("t-") == std::string::npos) return ParseI64(lower) && lower[0] != '-';
  const size_t t = lower.find('t');
  std::string_view date = std::string_view(lower).substr(0, t);
  const bool before_christ = date.starts_with('-');
  if (before_christ) date.remove_prefix(1);
  const auto parts = Split(date, '-');
  if (parts.size() > 3) return false;
  if (!Within(parts[0], 0, before_christ ? 292275054 : 292278993)) return false;
  if (parts.size() > 1 && !Within(parts[1], 1, 12)) return false;
  if (parts.size() > 2 && !Within(parts[2], 1, 31)) return false;
  return t == std::string::npos || IsTimeOfDay(std::string_view(lower).substr(t + 1));
}

bool IsDateValue(const Value& value) {
  if (value.is_int()) return true;
  const auto* text = value.AsString();
  // A variable tells its date when it is asked.
  return text != nullptr && (text->starts_with("${") || IsDate(*text));
}

}  // namespace

bool ConditionHasForm(const Value& condition) {
  const auto* operators = condition.AsObject();
  if (operators == nullptr) return false;
  for (const auto& [name, keys] : *operators) {
    const auto* members = keys.AsObject();
    if (members == nullptr) return false;
    for (const auto& [key, value] : *members) {
      if (value.is_object() || value.is_null()) return false;
    }
    if (!IsOperator(name) && !members->empty()) return false;
  }
  return true;
}

bool DatesCanBeRead(const Value& condition) {
  for (const auto& [name, keys] : *condition.AsObject()) {
    if (!BareOperator(name).starts_with("Date")) continue;
    for (const auto& [key, value] : *keys.AsObject()) {
      if (const auto* list = value.AsArray()) {
        if (!std::ranges::all_of(*list, IsDateValue)) return false;
      } else if (!IsDateValue(value)) {
        return false;
      }
    }
  }
  return true;
}

}  // namespace tarn::iam
