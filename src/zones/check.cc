#include "zones/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "catalog/errors.h"

namespace tarn::zones {
namespace {

constexpr size_t kNameMax = 63;
constexpr size_t kPrefixMax = 900;
constexpr size_t kTextMax = 255;
constexpr uint32_t kDaysMax = 36'500;
constexpr std::array<std::string_view, 6> kFormats = {"iceberg", "parquet", "orc", "avro", "json", "csv"};

template <typename... Args>
Error Invalid(fmt::format_string<Args...> format, Args&&... args) {
  return Fail(catalog::kInvalidInput, fmt::format(format, std::forward<Args>(args)...));
}

bool IsNameChar(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && name[0] != '-' && name[0] != '_' &&
         std::ranges::all_of(name, IsNameChar);
}

}  // namespace

Status CheckZone(Zone& zone) {
  if (!IsName(zone.name)) {
    return Invalid("'{}' is no name of a zone: lower-case letters, digits, '-' and '_', at most {}.", zone.name,
                   kNameMax);
  }
  if (zone.bucket.empty()) return Invalid("A zone needs a bucket.");
  while (zone.prefix.starts_with('/')) zone.prefix.erase(0, 1);
  if (!zone.prefix.empty() && !zone.prefix.ends_with('/')) zone.prefix += '/';
  if (zone.prefix.size() > kPrefixMax) return Invalid("A zone's prefix has at most {} bytes.", kPrefixMax);
  zone.format = AsciiLower(zone.format);
  if (!zone.format.empty() && std::ranges::find(kFormats, zone.format) == kFormats.end()) {
    return Invalid("'{}' is no format of a zone: {}.", zone.format, fmt::join(kFormats, ", "));
  }
  if (zone.retention_days && (*zone.retention_days == 0 || *zone.retention_days > kDaysMax)) {
    return Invalid("Retention is 1 to {} days.", kDaysMax);
  }
  if (zone.classification.size() > kTextMax) return Invalid("A classification has at most {} bytes.", kTextMax);
  zone.database = AsciiLower(zone.database);
  const auto is_printable = [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7f; };
  if (zone.database.size() > kTextMax || !std::ranges::all_of(zone.database, is_printable)) {
    return Invalid("'{}' is no name of a database.", zone.database);
  }
  return Ok();
}

Status CheckApart(const Zone& zone, const Zone& other) {
  if (zone.bucket == other.bucket && (zone.prefix.starts_with(other.prefix) || other.prefix.starts_with(zone.prefix))) {
    return Fail(kZoneConflict, fmt::format("{} and zone '{}' ({}) would share objects.", zone.Location(), other.name,
                                           other.Location()));
  }
  if (!zone.database.empty() && zone.database == other.database) {
    return Fail(kZoneConflict, fmt::format("Database {} is of zone '{}' already.", zone.database, other.name));
  }
  return Ok();
}

}  // namespace tarn::zones
