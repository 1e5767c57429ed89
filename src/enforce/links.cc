#include "enforce/links.h"

#include "base/strings.h"
#include "catalog/errors.h"

namespace tarn::enforce {
namespace {

Scope ScopeOf(const catalog::Target& target, const Scope& scope) {
  return {.account = target.catalog_id.value_or(scope.account), .region = target.region.value_or(scope.region)};
}

}  // namespace

Result<std::optional<catalog::TablePlace>> FollowLink(const catalog::Catalog& catalog, const Scope& scope,
                                                      std::string_view database, std::string_view table,
                                                      const Result<catalog::Table>& found) {
  const std::optional<catalog::TablePlace> none;
  if (found.ok()) {
    const auto& target = found->target;
    if (!target || !target->name) return none;
    return std::optional(catalog::TablePlace{ScopeOf(*target, scope), AsciiLower(target->database.value_or("")),
                                             AsciiLower(*target->name)});
  }
  if (!found.Is(catalog::kNoSuchTable)) return none;
  const auto parent = catalog.GetDatabase(scope, database);
  if (parent.Is(catalog::kNoSuchDatabase)) return none;
  if (!parent.ok()) return parent.error();
  if (!parent->target || !parent->target->database) return none;
  return std::optional(
      catalog::TablePlace{ScopeOf(*parent->target, scope), AsciiLower(*parent->target->database), AsciiLower(table)});
}

Result<govern::TableAccess> OfLinked(const Rights& rights, std::string_view database, std::string_view table,
                                     bool is_table_link, const catalog::TablePlace& target) {
  if (is_table_link) {
    // Access itself follows links of tables, unless the link's own account leaves them to IAM.
    TARN_TRY(govern::TableAccess access, rights.OfTable(database, table));
    if (access.governed) return access;
    return rights.In(target.scope).OfTable(target.database, target.table);
  }
  TARN_TRY(const govern::TableAccess link, rights.OfDatabase(database));
  if (!Exists(link)) return govern::TableAccess{.governed = true};
  return rights.In(target.scope).OfTable(target.database, target.table);
}

}  // namespace tarn::enforce
