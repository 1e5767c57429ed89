// Table buckets as catalogs of SQL: "s3tablescatalog/<bucket>"."namespace"."table", for reading.
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

// The database's name within the query; `database` itself for the account's own catalog.
std::string PlacedDatabase(std::string_view catalog, const std::string& database);
// The same of a table's name; nothing when it is so already.
std::optional<sql::TableName> PlacedName(const sql::TableName& name);

// Where the database of that name within the query is kept.
struct LakePlace {
  Scope scope;
  std::string database;
};
LakePlace PlaceOf(const Scope& scope, const std::string& database);

}  // namespace tarn::query
