// Governor: telling grants.
#include <algorithm>

#include "base/strings.h"
#include "catalog/errors.h"
#include "govern/errors.h"
#include "govern/governor.h"

namespace tarn::govern {
namespace {

bool IsOfKind(const Grant& grant, const GrantQuery& query) {
  if (!query.kind) return true;
  const Kind kind = grant.resource.kind;
  if (*query.kind == Kind::kTable) return kind == Kind::kTable || kind == Kind::kColumns || kind == Kind::kFilter;
  if (query.of_tables && kind == Kind::kTagPolicy && grant.resource.of_tables != *query.of_tables) return false;
  return kind == *query.kind;
}

// Whether a grant is on what was asked for: a table's are those on its columns and filters too.
bool IsOn(const Grant& grant, const Resource& asked) {
  switch (asked.kind) {
    case Kind::kTable:
    case Kind::kColumns:
      if (asked.table.empty()) return grant.resource.kind == Kind::kTable && grant.table_uid.empty();
      return grant.resource.kind == Kind::kTable || grant.resource.kind == Kind::kColumns;
    case Kind::kFilter:
      return grant.resource.kind == Kind::kFilter && (asked.name.empty() || grant.resource.name == asked.name);
    case Kind::kLocation:
      return grant.resource.kind == Kind::kLocation && grant.resource.location == asked.location;
    case Kind::kTag:
      return grant.resource.kind == Kind::kTag && grant.resource.name == asked.name;
    case Kind::kTagExpression:
      return grant.resource.kind == Kind::kTagExpression && grant.resource.name == asked.name;
    case Kind::kTagPolicy:
      return grant.resource.kind == Kind::kTagPolicy && grant.resource.of_tables == asked.of_tables &&
             grant.resource.name == asked.name &&
             (asked.expression.empty() || grant.resource.expression == asked.expression);
    case Kind::kCatalog:
    case Kind::kDatabase:
      return grant.resource.kind == asked.kind;
  }
  return false;
}

constexpr size_t kPage = 1000;

}  // namespace

void Governor::AddTableGrants(const Snapshot& snapshot, const catalog::Table& table, std::vector<Grant>& out) const {
  std::vector<Grant> all = snapshot.On(table);
  if (const auto found = snapshot.of_table.find(table.uid); found != snapshot.of_table.end()) {
    for (const Grant* grant : found->second) {
      if (grant->resource.kind != Kind::kTable) all.push_back(*grant);
    }
  }
  for (Grant& grant : all) {
    grant.resource.database = table.database;
    grant.resource.table = table.name;
    out.push_back(std::move(grant));
  }
}

void Governor::AddDatabaseGrants(const Snapshot& snapshot, const catalog::Database& database,
                                 std::vector<Grant>& out) const {
  for (Grant& grant : snapshot.On(database)) out.push_back(std::move(grant));
  if (const auto found = snapshot.of_database.find(database.uid); found != snapshot.of_database.end()) {
    for (const Grant* grant : found->second) {
      if (grant->resource.kind == Kind::kTable && grant->table_uid.empty()) out.push_back(*grant);
    }
  }
}

Result<std::vector<Grant>> Governor::ListGrants(const identity::Caller& caller, const Scope& scope,
                                                const GrantQuery& query) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  std::vector<Grant> found;
  Place place;
  const bool is_somewhere = query.resource && !query.resource->database.empty();
  if (is_somewhere) {
    const auto txn = store_.Begin();
    auto there = FindFor(*txn, who, scope, *query.resource, "");
    if (there.Is(kAccessDenied)) return found;
    TARN_TRY(place, std::move(there));
    if (place.table.uid.empty()) {
      AddDatabaseGrants(*snapshot, place.database, found);
    } else {
      AddTableGrants(*snapshot, place.table, found);
    }
  } else {
    for (Grant& grant : snapshot->OnCatalog()) found.push_back(std::move(grant));
    for (const Grant* grant : snapshot->elsewhere) {
      if (grant->resource.kind != Kind::kCatalog) found.push_back(*grant);
    }
  }
  if (!query.resource) {
    std::string after;
    do {
      TARN_TRY(const auto databases, catalog_.ListDatabases(scope, {after, kPage}));
      for (const catalog::Database& database : databases.items) {
        AddDatabaseGrants(*snapshot, database, found);
        if (query.kind && *query.kind != Kind::kTable) continue;
        std::string table_after;
        do {
          auto tables = catalog_.ListTables(scope, database.name, {table_after, kPage});
          if (tables.Is(catalog::kNoSuchDatabase)) break;
          if (!tables.ok()) return tables.error();
          for (const catalog::Table& table : tables->items) AddTableGrants(*snapshot, table, found);
          table_after = tables->next;
        } while (!table_after.empty());
      }
      after = databases.next;
    } while (!after.empty());
  }
  const bool sees_all = SeesAll(who, scope, *snapshot);
  std::vector<Grant> own;  // that may be handed on
  for (const Grant& grant : found) {
    if (grant.grantable != 0 && who.Is(grant.principal)) own.push_back(grant);
  }
  std::erase_if(found, [&](const Grant& grant) {
    if (!query.principal.empty() && grant.principal != query.principal) return true;
    if (!IsOfKind(grant, query)) return true;
    if (query.resource && !IsOn(grant, *query.resource)) return true;
    if (sees_all || who.Is(grant.principal)) return false;
    // Who may hand a thing on sees who has it.
    return std::ranges::none_of(own, [&](const Grant& each) {
      return each.resource.kind == grant.resource.kind && each.resource.database == grant.resource.database &&
             each.resource.table == grant.resource.table && each.resource.name == grant.resource.name &&
             each.resource.location == grant.resource.location;
    });
  });
  return found;
}

}  // namespace tarn::govern
