#include "query/statement/seen.h"

#include <utility>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "query/lake/place.h"

namespace tarn::query {
namespace {

// Leaves in a page what `exists` says.
template <typename Item, typename Exists>
Result<catalog::Page<Item>> Filtered(Result<catalog::Page<Item>> page, const Exists& exists) {
  if (!page.ok()) return page;
  catalog::Page<Item> seen;
  seen.next = page->next;
  seen.items.reserve(page->items.size());
  for (Item& item : page->items) {
    TARN_TRY(const govern::TableAccess access, exists(item));
    if (enforce::Exists(access)) seen.items.push_back(std::move(item));
  }
  return seen;
}

Result<govern::TableAccess> OfNamespace(const Job& job, const std::string& name) {
  return job.catalog.rights().OfDatabase(PlaceText(job.target, name));
}

}  // namespace

Result<govern::TableAccess> AccessIn(const Job& job, const Scope& scope, const std::string& database,
                                     const std::string& table) {
  if (catalog::TableBucketOf(scope)) return job.catalog.rights().OfTable(PlaceText(scope, database), table);
  return job.catalog.rights().In(scope).OfTable(database, table);
}

Result<catalog::Database> SeenDatabase(const Job& job, const std::string& name) {
  if (!InTableBucket(job)) return job.catalog.GetDatabase(job.scope, name);
  TARN_TRY(catalog::Database found, job.services.catalog.GetDatabase(job.target, name));
  TARN_TRY(const govern::TableAccess access, OfNamespace(job, found.name));
  if (!enforce::Exists(access)) return Fail(catalog::kNoSuchDatabase, "Database " + name + " not found.");
  return found;
}

Result<catalog::Page<catalog::Database>> SeenDatabases(const Job& job, const catalog::ListOptions& options) {
  if (!InTableBucket(job)) return job.catalog.ListDatabases(job.scope, options);
  return Filtered(job.services.catalog.ListDatabases(job.target, options),
                  [&](const catalog::Database& each) { return OfNamespace(job, each.name); });
}

Result<catalog::Table> SeenTable(const Job& job, const std::string& database, const std::string& name) {
  if (!InTableBucket(job)) return job.catalog.GetTable(job.scope, database, name);
  TARN_TRY(catalog::Table found, job.services.catalog.GetTable(job.target, database, name));
  TARN_TRY(const govern::TableAccess access, AccessIn(job, job.target, found.database, found.name));
  if (!enforce::Exists(access)) return Fail(catalog::kNoSuchTable, "Table " + name + " not found.");
  return found;
}

Result<catalog::Page<catalog::Table>> SeenTables(const Job& job, const std::string& database,
                                                 const catalog::ListOptions& options) {
  if (!InTableBucket(job)) return job.catalog.ListTables(job.scope, database, options);
  return Filtered(job.services.catalog.ListTables(job.target, database, options),
                  [&](const catalog::Table& each) { return AccessIn(job, job.target, each.database, each.name); });
}

}  // namespace tarn::query
