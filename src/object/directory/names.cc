#include "object/directory/names.h"

#include <algorithm>

namespace tarn::object {
namespace {

bool IsWord(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// Of "<base>--<zone id>".
std::optional<std::string> ZoneBehind(std::string_view name) {
  constexpr std::string_view kMark = "--";
  const size_t mark = name.rfind(kMark);
  if (mark == name.npos) return std::nullopt;
  const std::string_view base = name.substr(0, mark);
  const std::string_view zone = name.substr(mark + kMark.size());
  const size_t last = zone.rfind("-az");
  const bool is_zone = IsWord(zone) && last != zone.npos && last > 0 && last + 3 < zone.size() &&
                       std::ranges::all_of(zone.substr(last + 3), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_zone || !IsWord(base) || base.ends_with('-')) return std::nullopt;
  return std::string(zone);
}

}  // namespace

std::optional<std::string> ZoneOf(std::string_view name) {
  if (!IsDirectoryBucket(name)) return std::nullopt;
  return ZoneBehind(name.substr(0, name.size() - kDirectorySuffix.size()));
}

std::optional<std::string> ZoneOfPoint(std::string_view name) {
  if (!IsDirectoryPoint(name)) return std::nullopt;
  return ZoneBehind(name.substr(0, name.size() - kDirectoryPointSuffix.size()));
}

bool IsLocalZone(std::string_view zone) { return std::ranges::count(zone, '-') >= 2; }

}  // namespace tarn::object
