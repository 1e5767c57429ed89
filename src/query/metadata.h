// The catalog as Athena's metadata calls show it to their caller.
//
// Errors: kInvalidRequest (the data catalog), kMetadata (no such database or table, or no right to it). Threads: any.
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
#include "identity/authorize.h"
#include "identity/caller.h"
#include "query/store/page.h"

namespace tarn::catalog {
class Catalog;
}

namespace tarn::object {
class Store;
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
  Metadata(catalog::Catalog& catalog, const DataCatalogs& data_catalogs, object::Store& objects, govern::Access* access,
           const identity::Authorizer* authorizer)
      : catalog_(catalog), data_catalogs_(data_catalogs), objects_(objects), access_(access), authorizer_(authorizer) {}

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
  // By IAM, which Athena asks Glue for in the caller's name.
  Status May(const identity::Caller& caller, const Scope& scope, std::string_view action, std::string_view database,
             std::string_view table) const;

  catalog::Catalog& catalog_;
  const DataCatalogs& data_catalogs_;
  object::Store& objects_;
  govern::Access* access_;
  const identity::Authorizer* authorizer_;
};

}  // namespace tarn::query
