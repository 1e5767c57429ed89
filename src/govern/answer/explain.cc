// Governor: why somebody sees what he sees, and who may see what lies at a place.
#include <fmt/core.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/errors.h"
#include "govern/governor.h"

namespace tarn::govern {
namespace {

constexpr size_t kPage = 1000;

// "arn:aws:s3:::bucket/prefix" and "s3://bucket/prefix" → "bucket/prefix"
std::string PlaceOf(std::string_view location) {
  for (const std::string_view start : {"arn:aws:s3:::", "s3://", "s3a://", "s3n://"}) {
    if (location.starts_with(start)) location.remove_prefix(start.size());
  }
  while (location.ends_with('/') || location.ends_with('*')) location.remove_suffix(1);
  return std::string(location);
}

bool IsAtOrBelow(const std::string& place, const std::string& folder) {
  return place == folder || (place.starts_with(folder) && place[folder.size()] == '/');
}

std::string Told(const Resource& resource) {
  switch (resource.kind) {
    case Kind::kCatalog:
      return "the catalog";
    case Kind::kDatabase:
      return fmt::format("database {}", resource.database);
    case Kind::kTable:
      return resource.table.empty() ? fmt::format("all tables of {}", resource.database)
                                    : fmt::format("table {}.{}", resource.database, resource.table);
    case Kind::kColumns:
      return fmt::format("{}columns [{}] of {}.{}", resource.all_columns ? "all but " : "",
                         Join(resource.columns, ", "), resource.database, resource.table);
    case Kind::kLocation:
      return resource.location;
    case Kind::kFilter:
      return fmt::format("data cells filter {} of {}.{}", resource.name, resource.database, resource.table);
    case Kind::kTag:
      return fmt::format("LF-tag {}", resource.name);
    case Kind::kTagExpression:
      return fmt::format("LF-tag expression {}", resource.name);
    case Kind::kTagPolicy: {
      std::vector<std::string> parts;
      for (const TagValues& each : resource.expression) {
        parts.push_back(fmt::format("{} in [{}]", each.key, Join(each.values, ", ")));
      }
      return fmt::format("{} whose LF-tags match {}", resource.of_tables ? "tables" : "databases",
                         resource.name.empty() ? Join(parts, " and ") : resource.name);
    }
  }
  return "";
}

std::string Told(const TableAccess& access) {
  if (!access.governed) return "verdict: left to IAM";
  if (access.permissions == 0) return "verdict: nothing; the table does not exist for the caller";
  std::string told = fmt::format("verdict: {}", Join(NamesOf(access.permissions), ", "));
  if (!access.Has(Permission::kSelect)) return told;
  if (access.whole()) return told + "; every row and column";
  if (!access.row_filter.empty()) told += fmt::format("; rows where {}", access.row_filter);
  told += access.all_columns ? "; every column" : "; these columns alone:";
  for (const ColumnAccess& column : access.columns) {
    told += fmt::format(" {}", column.name);
    if (!column.cell_filter.empty()) told += fmt::format(" (where {})", column.cell_filter);
    if (column.mask.kind != MaskKind::kNone) told += " (masked)";
  }
  return told;
}

}  // namespace

Result<std::vector<Grant>> Governor::GrantsAtPath(const identity::Caller& caller, const Scope& scope,
                                                  std::string_view arn) {
  const std::string asked = PlaceOf(arn);
  TARN_TRY(const auto all, ListGrants(caller, scope, {}));
  std::vector<Grant> found;
  const auto lies_there = [&](std::string_view location) {
    return !location.empty() && IsAtOrBelow(asked, PlaceOf(location));
  };
  std::map<std::string, bool> known;  // by the resource's name
  for (const Grant& grant : all) {
    const Resource& on = grant.resource;
    if (on.kind == Kind::kLocation) {
      if (IsAtOrBelow(asked, PlaceOf(on.location))) found.push_back(grant);
      continue;
    }
    if (on.database.empty()) continue;
    const std::string name = on.database + "/" + on.table;
    if (!known.contains(name)) {
      if (on.table.empty()) {
        const auto database = catalog_.GetDatabase(scope, on.database);
        known[name] = database.ok() && lies_there(database->location.value_or(""));
      } else {
        const auto table = catalog_.GetTable(scope, on.database, on.table);
        known[name] = table.ok() && lies_there(table->location());
      }
    }
    if (known[name]) found.push_back(grant);
  }
  return found;
}

Result<std::vector<std::string>> Governor::Explain(const identity::Caller& caller, const Scope& scope,
                                                   std::string_view database, std::string_view table) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  std::vector<std::string> lines;
  lines.push_back(fmt::format("principal: {}", who.ids.empty() ? "anonymous" : Join(who.ids, ", ")));
  if (who.acts_for_account && who.account == scope.account) {
    lines.emplace_back("the account's root and the lake's own actors are not bound by grants");
  }
  TARN_TRY(const catalog::Database parent, catalog_.GetDatabase(scope, database));
  TARN_TRY(const catalog::Table found, catalog_.GetTable(scope, database, table));
  if (snapshot->IsAdmin(who)) lines.emplace_back("data lake administrator: sees all metadata, grants everything");
  if (snapshot->IsReadOnlyAdmin(who)) lines.emplace_back("read-only administrator: sees all metadata");
  if (snapshot->IsOptedIn(who, parent, &found))
    lines.emplace_back("opted in: grants bind although IAM may hold the table");
  const auto tell = [&](const Grant& grant) {
    if (grant.principal != kIamAllowed && !who.Is(grant.principal)) return;
    lines.push_back(fmt::format("{} holds {} on {}", grant.principal, Join(NamesOf(grant.permissions), ", "),
                                Told(grant.resource)));
  };
  std::vector<Grant> on_table;
  AddTableGrants(*snapshot, found, on_table);
  for (const Grant& grant : on_table) tell(grant);
  std::vector<Grant> on_database;
  AddDatabaseGrants(*snapshot, parent, on_database);
  for (const Grant& grant : on_database) {
    if (grant.resource.kind == Kind::kTable) tell(grant);
  }
  for (const Grant* grant : snapshot->elsewhere) {
    if (grant->resource.kind == Kind::kTagPolicy && grant->resource.of_tables) tell(*grant);
  }
  const auto tags = snapshot->TagsOf(parent, found);
  for (const auto& [key, value] : tags) lines.push_back(fmt::format("LF-tag {} = {}", key, value));
  TARN_TRY(const TableAccess access, OfTable(caller, scope, database, table));
  lines.push_back(Told(access));
  return lines;
}

}  // namespace tarn::govern
