#include "query/lake/place.h"

#include "catalog/buckets/table_buckets.h"

namespace tarn::query {

bool IsTableBucketCatalog(std::string_view catalog) {
  return catalog.starts_with(catalog::kTableBucketCatalogs) && catalog.size() > catalog::kTableBucketCatalogs.size();
}

Scope CatalogScope(const Scope& scope, std::string_view catalog) {
  if (!IsTableBucketCatalog(catalog)) return scope;
  return catalog::TableBucketScope(scope, catalog.substr(catalog::kTableBucketCatalogs.size()));
}

std::string PlacedDatabase(std::string_view catalog, const std::string& database) {
  if (!IsTableBucketCatalog(catalog)) return database;
  const std::string prefix = std::string(catalog) + "/";
  return database.starts_with(prefix) ? database : prefix + database;
}

std::optional<sql::TableName> PlacedName(const sql::TableName& name) {
  sql::TableName placed = name;
  placed.database = PlacedDatabase(name.catalog, name.database);
  if (placed.database == name.database) return std::nullopt;
  return placed;
}

std::string PlaceText(const Scope& scope, const std::string& database) {
  const auto bucket = catalog::TableBucketOf(scope);
  return bucket ? PlacedDatabase(std::string(catalog::kTableBucketCatalogs) + *bucket, database) : database;
}

LakePlace PlaceOf(const Scope& scope, const std::string& database) {
  if (!database.starts_with(catalog::kTableBucketCatalogs)) return {scope, database};
  const std::string rest = database.substr(catalog::kTableBucketCatalogs.size());
  const size_t slash = rest.find('/');
  if (slash == std::string::npos) return {scope, database};
  return {catalog::TableBucketScope(scope, rest.substr(0, slash)), rest.substr(slash + 1)};
}

}  // namespace tarn::query
