#include "server/care/zone_route.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "api/s3/lifecycle/expiry_rule.h"
#include "base/log.h"
#include "base/strings.h"
#include "catalog/errors.h"
#include "json/json.h"
#include "zones/spared.h"

namespace tarn::server {
namespace {

json::Value ToJson(const zones::Zone& zone) {
  json::Object out{{"name", zone.name}, {"bucket", zone.bucket}, {"prefix", zone.prefix}};
  if (!zone.format.empty()) out.emplace_back("format", zone.format);
  if (zone.retention_days) out.emplace_back("retentionDays", static_cast<int64_t>(*zone.retention_days));
  if (!zone.classification.empty()) out.emplace_back("classification", zone.classification);
  if (!zone.database.empty()) out.emplace_back("database", zone.database);
  out.emplace_back("created", FormatIso8601(zone.created));
  out.emplace_back("updated", FormatIso8601(zone.updated));
  return out;
}

Result<zones::Zone> ZoneOf(const QueryOf& query) {
  zones::Zone zone;
  zone.name = query("name");
  zone.bucket = query("bucket");
  zone.prefix = query("prefix");
  zone.format = query("format");
  zone.classification = query("classification");
  zone.database = query("database");
  if (const std::string days = query("retentionDays"); !days.empty()) {
    const auto number = ParseU64(days);
    if (!number || *number > std::numeric_limits<uint32_t>::max()) {
      return Fail(catalog::kInvalidInput, fmt::format("retentionDays is a number of days, not '{}'.", days));
    }
    zone.retention_days = static_cast<uint32_t>(*number);
  }
  return zone;
}

}  // namespace

Result<std::string> RunZones(zones::Zones& zones, const Scope& root, std::string_view method, const QueryOf& query) {
  Scope scope = root;
  if (std::string account = query("account"); !account.empty()) scope.account = std::move(account);
  if (std::string region = query("region"); !region.empty()) scope.region = std::move(region);
  const std::string name = query("name");
  if (method == "GET" && name.empty()) {
    TARN_TRY(const auto all, zones.List(scope));
    json::Array list;
    list.reserve(all.size());
    for (const zones::Zone& zone : all) list.push_back(ToJson(zone));
    return json::Write(json::Object{{"zones", std::move(list)}});
  }
  if (method == "GET") {
    TARN_TRY(const zones::Zone zone, zones.Get(scope, name));
    return json::Write(ToJson(zone));
  }
  if (method == "DELETE") {
    TARN_CHECK(zones.Delete(scope, name));
    return json::Write(json::Object{});
  }
  TARN_TRY(zones::Zone wanted, ZoneOf(query));
  TARN_TRY(const zones::Zone zone, zones.Declare(scope, std::move(wanted)));
  return json::Write(ToJson(zone));
}

std::unique_ptr<zones::Zones> MakeZones(kv::Store& kv, catalog::Catalog& catalog, object::Store& objects,
                                        const Clock& clock) {
  return std::make_unique<zones::Zones>(
      kv, catalog, objects, clock,
      [&objects](const std::string& bucket, const std::string& id, const std::optional<zones::ExpiryRule>& rule) {
        api::s3::PlainExpiry expiry;
        if (rule) expiry = {.prefix = rule->prefix, .days = rule->days};
        return api::s3::SetExpiryRule(objects, bucket, id, expiry);
      });
}

object::LifecycleRunner::Sparing SparedByZones(kv::Store& kv, const catalog::Catalog& catalog,
                                               catalog::IcebergTables& tables, object::Store& objects,
                                               const object::Bucket& bucket, const object::LifecycleRules& rules) {
  object::LifecycleRunner::Sparing sparing{.rules = std::string(zones::kRulePrefix), .keys = {}};
  const auto is_zones = [&](const object::LifecycleRule& rule) { return rule.id.starts_with(zones::kRulePrefix); };
  if (std::ranges::none_of(rules.rules, is_zones)) return sparing;
  auto keys = zones::SparedKeys(kv, catalog, tables, objects, bucket);
  if (keys.ok()) {
    sparing.keys = *std::move(keys);
  } else {
    log::Fault("zones", fmt::format("nothing of bucket {} expires by its zones' retention today: {}", bucket.name,
                                    keys.error().message));
    sparing.keys = {""};
  }
  return sparing;
}

}  // namespace tarn::server
