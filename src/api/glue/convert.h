// Between the catalog's structs and Glue's generated ones, and the small things that every handler needs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/glue/gen/shapes.h"
#include "api/protocol/call.h"
#include "base/result.h"
#include "catalog/table.h"

namespace tarn::api::glue {

// Members that a handler's model requires are there once the request is decoded; absent ones read as empty.
inline const std::string& Text(const std::optional<std::string>& value) {
  static const std::string kNone;
  return value ? *value : kNone;
}
template <typename T>
const std::vector<T>& Items(const std::optional<std::vector<T>>& value) {
  static const std::vector<T> kNone;
  return value ? *value : kNone;
}

catalog::Column FromWire(const gen::Column& in);
gen::Column ToWire(const catalog::Column& in);
catalog::StorageDescriptor FromWire(const gen::StorageDescriptor& in);
// Members that Glue always shows get their defaults. `with_columns` false leaves the schema out.
gen::StorageDescriptor ToWire(const catalog::StorageDescriptor& in, bool with_columns = true);

// Errors: glue.NotSupported for federated databases.
Result<catalog::Database> FromWire(const gen::DatabaseInput& in);
gen::Database ToWire(const catalog::Database& in, const std::string& account);

// Errors: glue.NotSupported for federated tables and multi-dialect views, glue.InvalidInput.
Result<catalog::Table> FromWire(const gen::TableInput& in, const std::string& database);
gen::Table ToWire(const catalog::Table& in, const std::string& account);

// With what marks a table bucket's, when the scope is of one. `bucket` nothing: the catalog of all of the owner's.
gen::Database ShownDatabase(const catalog::Database& in, const Scope& scope);
gen::Table ShownTable(const catalog::Table& in, const Scope& scope);
gen::Catalog ShownCatalog(const Scope& owner, const std::optional<std::string>& bucket);

catalog::Partition FromWire(const gen::PartitionInput& in);
gen::Partition ToWire(const catalog::Partition& in, const std::string& account, const std::string& database,
                      const std::string& table, bool with_columns = true);

// What a batch answers for one item: the code that the error alone would have had.
gen::ErrorDetail ToDetail(const Error& error);

// Page tokens are the store's bytes, in base64. Errors: glue.InvalidInput.
std::optional<std::string> ToToken(const std::string& after);
Result<std::string> FromToken(const std::optional<std::string>& token);
size_t PageSize(const std::optional<int32_t>& asked, size_t otherwise);

}  // namespace tarn::api::glue
