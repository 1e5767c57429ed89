#include "api/glue/rules/share_guard.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "policy/combine.h"
#include "ram/permissions.h"

namespace tarn::api::glue {
namespace {

// What an action reads: its other checks are on what lies above.
enum class Level : uint8_t { kNone, kCatalog, kDatabase, kTable };

Level LevelOf(std::string_view action) {
  constexpr std::array<std::string_view, 2> kOfCatalog = {"glue:GetDatabases", "glue:SearchTables"};
  constexpr std::array<std::string_view, 11> kOfTable = {"glue:GetTable",
                                                         "glue:GetTables",
                                                         "glue:GetTableVersion",
                                                         "glue:GetTableVersions",
                                                         "glue:GetPartition",
                                                         "glue:GetPartitions",
                                                         "glue:BatchGetPartition",
                                                         "glue:GetPartitionIndexes",
                                                         "glue:GetColumnStatisticsForTable",
                                                         "glue:GetColumnStatisticsForPartition",
                                                         "glue:GetUnfilteredTableMetadata"};
  if (action == "glue:GetDatabase") return Level::kDatabase;
  if (std::ranges::find(kOfCatalog, action) != kOfCatalog.end()) return Level::kCatalog;
  return std::ranges::find(kOfTable, action) != kOfTable.end() ? Level::kTable : Level::kNone;
}

// "arn:aws:glue:REGION:ACCOUNT:table/db/t" as its place ("arn:aws:glue:REGION:ACCOUNT:") and its steps ("db", "t").
struct Place {
  std::string catalog;
  std::vector<std::string> steps;
  Level level() const { return steps.empty() ? Level::kCatalog : steps.size() == 1 ? Level::kDatabase : Level::kTable; }
};

std::optional<Place> PlaceOf(std::string_view arn) {
  const size_t colon = arn.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string rest = AsciiLower(arn.substr(colon + 1));
  Place place{.catalog = std::string(arn.substr(0, colon)), .steps = {}};
  if (rest == "catalog") return place;
  const auto parts = Split(rest, '/');
  const bool is_database = parts.size() == 2 && parts[0] == "database";
  const bool is_table = parts.size() == 3 && parts[0] == "table";
  if (!is_database && !is_table) return std::nullopt;
  for (size_t i = 1; i < parts.size(); ++i) place.steps.emplace_back(parts[i]);
  return place;
}

// Whether one is the other or lies below it. "*" as a share's table is every table.
bool Holds(const Place& outer, const Place& inner) {
  if (outer.catalog != inner.catalog || outer.steps.size() > inner.steps.size()) return false;
  for (size_t i = 0; i < outer.steps.size(); ++i) {
    if (outer.steps[i] != inner.steps[i] && !(i == 1 && outer.steps[i] == "*")) return false;
  }
  return true;
}

// Whether the permission that goes with the share says so: AWS's let all be read.
bool Permits(const ram::SharedResource& resource, const identity::Check& check, const policy::Context& context) {
  if (resource.policy.empty()) return true;
  const auto permission = ram::ParseTemplate(resource.policy, "glue");
  if (!permission.ok()) return false;
  const policy::Principal nobody;  // of whom an identity policy does not ask
  const policy::Request request{
      .principal = nobody, .action = check.action, .resource = check.resource, .context = context};
  return (*permission)->Evaluate(request).effect == policy::Effect::kAllow;
}

// Whether Lake Formation grants the caller anything there.
Result<bool> IsGranted(govern::Access& access, const identity::Caller& caller, const Place& place, Level level) {
  const auto parts = Split(place.catalog, ':');
  if (parts.size() != 5 || place.level() > level) return false;
  if (place.level() < level) return true;  // what lies below is asked for besides
  const Scope scope{.account = std::string(parts[4]), .region = std::string(parts[3])};
  govern::TableAccess granted;
  if (level == Level::kDatabase) {
    TARN_TRY(granted, access.OfDatabase(caller, scope, place.steps[0]));
  } else if (level == Level::kTable) {
    TARN_TRY(granted, access.OfTable(caller, scope, place.steps[0], place.steps[1]));
  }
  return granted.governed && granted.permissions != 0;
}

}  // namespace

Result<identity::Guard::Ruling> ShareGuard::Judge(const identity::Caller& caller, const identity::Check& check,
                                                  const policy::Context& context) const {
  TARN_TRY(Ruling ruling, PolicyGuard::Judge(caller, check, context));
  const Level level = LevelOf(check.action);
  const auto asked = PlaceOf(check.resource);
  if (level == Level::kNone || !asked || caller.account.empty()) return ruling;
  if (asked->catalog.ends_with(":" + caller.account)) return ruling;
  TARN_TRY(const auto shared, shares_.SharedWithAccount(caller.account));
  bool is_allowed = std::ranges::any_of(shared, [&](const ram::SharedResource& resource) {
    const auto place = PlaceOf(resource.arn);
    if (!place || !Permits(resource, check, context)) return false;
    const bool lies_above = asked->level() < level && Holds(*asked, *place);
    return lies_above || Holds(*place, *asked);
  });
  if (!is_allowed && access_ != nullptr) {
    TARN_TRY(is_allowed, IsGranted(*access_, caller, *asked, level));
  }
  if (is_allowed) {
    ruling.decision =
        policy::Join(ruling.decision,
                     {.effect = policy::Effect::kAllow, .match = policy::Match::kAccount, .sid = {}, .statement = -1});
  }
  return ruling;
}

}  // namespace tarn::api::glue
