// The catalog as Athena's metadata calls show it to their caller.
//
// Errors: kInvalidRequest (the data catalog), kMetadata (no such database or table). Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "govern/access.h"
#include "identity/caller.h"
#include "query/store/page.h"

namespace tarn::catalog {
class Catalog;
}

namespace tarn::query {

class DataCatalogs;

struct DatabaseMetadata {
  std::string name;
  std::optional<std::string> description;
  std::map<std::string, std::string> parameters;
};

struct ColumnMetadata {
  std::string name;
  std::optional<std::string> type;
  std::optional<std::string> comment;
};

struct TableMetadata {
  std::string name;
  Timestamp created;
  std::optional<Timestamp> last_access;
  std::optional<std::string> table_type;
  std::vector<ColumnMetadata> columns;
  std::vector<ColumnMetadata> partition_keys;
  std::map<std::string, std::string> parameters;  // the table's, with location and formats as Athena adds them
};

class Metadata {
 public:
  Metadata(catalog::Catalog& catalog, const DataCatalogs& data_catalogs, govern::Access* access)
      : catalog_(catalog), data_catalogs_(data_catalogs), access_(access) {}

  Result<DatabaseMetadata> GetDatabase(const identity::Caller& caller, const Scope& scope, std::string_view catalog,
                                       std::string_view name) const;
  Result<Page<DatabaseMetadata>> ListDatabases(const identity::Caller& caller, const Scope& scope,
                                               std::string_view catalog, const PageRequest& request) const;
  Result<TableMetadata> GetTable(const identity::Caller& caller, const Scope& scope, std::string_view catalog,
                                 std::string_view database, std::string_view name) const;
  // `expression` is a regular expression that a table's name must match; empty: all.
  Result<Page<TableMetadata>> ListTables(const identity::Caller& caller, const Scope& scope, std::string_view catalog,
                                         std::string_view database, std::string_view expression,
                                         const PageRequest& request) const;

 private:
  catalog::Catalog& catalog_;
  const DataCatalogs& data_catalogs_;
  govern::Access* access_;
};

}  // namespace tarn::query
