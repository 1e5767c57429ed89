// Table buckets as catalogs of SQL: "s3tablescatalog/<bucket>"."namespace"."table".
//
// Within a query a namespace of such a catalog is the database "s3tablescatalog/<bucket>/<namespace>": no database of
// the account's own catalog can have that name. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/scope.h"
#include "sql/analyze.h"

namespace tarn::query {

bool IsTableBucketCatalog(std::string_view catalog);
// Where such a catalog's databases are kept; the scope itself for another catalog.
Scope CatalogScope(const Scope& scope, std::string_view catalog);

// The database's name within the query; `database` itself for the account's own catalog.
std::string PlacedDatabase(std::string_view catalog, const std::string& database);
// The same of a table's name; nothing when it is so already.
std::optional<sql::TableName> PlacedName(const sql::TableName& name);

// The name within the query of a database of that scope.
std::string PlaceText(const Scope& scope, const std::string& database);
// Where the database of that name within the query is kept.
struct LakePlace {
  Scope scope;
  std::string database;
};
LakePlace PlaceOf(const Scope& scope, const std::string& database);

}  // namespace tarn::query
