// Data catalogs: names under which queries reach a metastore. "AwsDataCatalog" is there by itself and is the account's
// own catalog; a registered GLUE catalog whose catalog-id is the account's is another name of it. LAMBDA, HIVE and
// FEDERATED entries are kept, and queries through them fail with a clear error.
//
// Names are unique by lower case. Errors: kInvalidRequest, and kv's. Threads: any.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "query/store/page.h"
#include "query/store/tags.h"

namespace tarn::kv {
class Store;
}

namespace tarn::query {

inline constexpr std::string_view kAwsDataCatalog = "AwsDataCatalog";

struct DataCatalog {
  std::string name;
  std::string type;  // GLUE, LAMBDA, HIVE, FEDERATED
  std::optional<std::string> description;
  std::optional<std::map<std::string, std::string>> parameters;
};

class DataCatalogs {
 public:
  explicit DataCatalogs(kv::Store& store) : store_(store) {}

  Status Create(const Scope& scope, const DataCatalog& catalog, const TagList& tags);
  Result<DataCatalog> Get(const Scope& scope, std::string_view name) const;
  Status Update(const Scope& scope, const DataCatalog& catalog);
  // Returns what was deleted.
  Result<DataCatalog> Delete(const Scope& scope, std::string_view name);
  Result<Page<DataCatalog>> List(const Scope& scope, const PageRequest& request) const;
  // Ok when `name` means the account's own catalog; kInvalidRequest otherwise, saying why.
  Status CheckServed(const Scope& scope, std::string_view name) const;

 private:
  kv::Store& store_;
};

}  // namespace tarn::query
