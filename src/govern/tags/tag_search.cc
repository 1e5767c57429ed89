// Governor: what carries which LF-tags.
#include "base/strings.h"
#include "catalog/errors.h"
#include "govern/answer/seen_columns.h"
#include "govern/governor.h"

namespace tarn::govern {
namespace {

constexpr size_t kPage = 1000;

Status ForEachDatabase(const catalog::Catalog& catalog, const Scope& scope,
                       const std::function<Status(const catalog::Database&)>& take) {
  std::string after;
  do {
    TARN_TRY(const auto page, catalog.ListDatabases(scope, {after, kPage}));
    for (const catalog::Database& database : page.items) TARN_CHECK(take(database));
    after = page.next;
  } while (!after.empty());
  return Ok();
}

}  // namespace

Result<std::vector<TaggedDatabase>> Governor::SearchDatabases(const identity::Caller& caller, const Scope& scope,
                                                              const std::vector<TagValues>& expression) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  const bool sees_all = who.account == scope.account && who.acts_for_account;
  std::vector<TaggedDatabase> found;
  TARN_CHECK(ForEachDatabase(catalog_, scope, [&](const catalog::Database& database) -> Status {
    auto tags = snapshot->TagsOf(database);
    if (!Matches(expression, tags)) return Ok();
    if (!sees_all && !JudgeDatabase(who, scope, *snapshot, database).Has(Permission::kDescribe)) return Ok();
    found.push_back({database.Shown(), std::move(tags)});
    return Ok();
  }));
  return found;
}

Result<std::vector<TaggedTable>> Governor::SearchTables(const identity::Caller& caller, const Scope& scope,
                                                        const std::vector<TagValues>& expression) {
  TARN_TRY(const Who who, Known(caller, scope));
  TARN_TRY(const auto snapshot, SnapshotOf(scope));
  const bool sees_all = who.account == scope.account && who.acts_for_account;
  std::vector<TaggedTable> found;
  const auto look = [&](const catalog::Database& database, const catalog::Table& table) -> Status {
    catalog::Table seen = table;
    if (!sees_all) {
      TARN_TRY(const TableAccess access, JudgeTable(who, scope, *snapshot, database, table));
      if (!access.Has(Permission::kDescribe)) return Ok();
      DropUnseen(access, seen);
    }
    TagsOfResource tags = TagsOn(*snapshot, database, &seen, nullptr, false);
    bool is_match = Matches(expression, tags.table);
    for (const auto& [column, own] : tags.columns) is_match = is_match || Matches(expression, own);
    if (!is_match) return Ok();
    found.push_back({database.Shown(), table.Shown(), std::move(tags)});
    return Ok();
  };
  TARN_CHECK(ForEachDatabase(catalog_, scope, [&](const catalog::Database& database) -> Status {
    std::string after;
    do {
      const auto page = catalog_.ListTables(scope, database.name, {after, kPage});
      if (page.Is(catalog::kNoSuchDatabase)) return Ok();
      if (!page.ok()) return page.error();
      for (const catalog::Table& table : page->items) TARN_CHECK(look(database, table));
      after = page->next;
    } while (!after.empty());
    return Ok();
  }));
  return found;
}

}  // namespace tarn::govern
