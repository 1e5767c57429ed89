#include "query/metadata.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/strings.h"
#include "catalog/catalog.h"
#include "catalog/errors.h"
#include "enforce/catalog_view.h"
#include "enforce/errors.h"
#include "query/errors.h"
#include "query/iam_rights.h"
#include "query/statement/job.h"
#include "query/store/data_catalog.h"

namespace tarn::query {
namespace {

DatabaseMetadata ToMetadata(const catalog::Database& database) {
  DatabaseMetadata out;
  out.name = database.name;
  out.description = database.description;
  if (database.parameters) out.parameters = *database.parameters;
  return out;
}

std::vector<ColumnMetadata> ToMetadata(const std::vector<catalog::Column>& columns) {
  std::vector<ColumnMetadata> out;
  out.reserve(columns.size());
  for (const catalog::Column& column : columns) out.push_back({column.name, column.type, column.comment});
  return out;
}

TableMetadata ToMetadata(const catalog::Table& table) {
  TableMetadata out;
  out.name = table.name;
  out.created = table.create_time;
  out.last_access = table.last_access_time;
  out.table_type = table.table_type;
  out.columns = ToMetadata(table.columns());
  out.partition_keys = ToMetadata(table.partition_keys);
  if (table.parameters) out.parameters = *table.parameters;
  if (!table.storage) return out;
  auto add = [&](std::string_view key, const std::optional<std::string>& value) {
    if (value) out.parameters.emplace(key, *value);
  };
  add("location", table.storage->location);
  add("inputformat", table.storage->input_format);
  add("outputformat", table.storage->output_format);
  if (!table.storage->serde) return out;
  add("serde.serialization.lib", table.storage->serde->library);
  if (!table.storage->serde->parameters) return out;
  for (const auto& [key, value] : *table.storage->serde->parameters)
    out.parameters.emplace("serde.param." + key, value);
  return out;
}

Error NotFound(std::string_view operation, std::string_view what) {
  return Fail(kMetadata,
              fmt::format("An error occurred (EntityNotFoundException) when calling the {} operation: {} "
                          "(Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFoundException)",
                          operation, what));
}

bool IsNotFound(const Error& error) {
  return error.reason == &catalog::kNoSuchDatabase || error.reason == &catalog::kNoSuchTable ||
         error.reason == &enforce::kInsufficient;
}

}  // namespace

Status Metadata::May(const identity::Caller& caller, const Scope& scope, std::string_view action,
                     std::string_view database, std::string_view table) const {
  Status may = IamRights(authorizer_, objects_, caller, scope).Glue(action, AsciiLower(database), AsciiLower(table));
  return may.Is(kNotAuthorized) ? Status(Fail(kMetadata, may.error().message)) : may;
}

Result<DatabaseMetadata> Metadata::GetDatabase(const identity::Caller& caller, const Scope& scope,
                                               std::string_view catalog, std::string_view name) const {
  TARN_CHECK(data_catalogs_.CheckServed(scope, catalog));
  TARN_CHECK(May(caller, scope, "glue:GetDatabase", name, ""));
  TARN_CHECK(EnsureDefaultDatabase(catalog_, scope, name));
  Result<catalog::Database> found =
      enforce::CatalogView(catalog_, access_, caller, scope).GetDatabase(scope, AsciiLower(name));
  if (found.ok()) return ToMetadata(*found);
  if (IsNotFound(found.error())) return NotFound("GetDatabase", fmt::format("Database {} not found.", name));
  return found.error();
}

Result<Page<DatabaseMetadata>> Metadata::ListDatabases(const identity::Caller& caller, const Scope& scope,
                                                       std::string_view catalog, const PageRequest& request) const {
  TARN_CHECK(data_catalogs_.CheckServed(scope, catalog));
  TARN_CHECK(May(caller, scope, "glue:GetDatabases", "", ""));
  TARN_CHECK(EnsureDefaultDatabase(catalog_, scope, "default"));
  catalog::ListOptions options;
  options.limit = request.limit;
  if (!request.token.empty()) {
    TARN_TRY(options.after, ReadToken(request.token));
  }
  TARN_TRY(auto found, enforce::CatalogView(catalog_, access_, caller, scope).ListDatabases(scope, options));
  Page<DatabaseMetadata> page;
  for (const catalog::Database& database : found.items) page.items.push_back(ToMetadata(database));
  if (!found.next.empty()) page.next = MakeToken(found.next);
  return page;
}

Result<TableMetadata> Metadata::GetTable(const identity::Caller& caller, const Scope& scope, std::string_view catalog,
                                         std::string_view database, std::string_view name) const {
  TARN_CHECK(data_catalogs_.CheckServed(scope, catalog));
  TARN_CHECK(May(caller, scope, "glue:GetTable", database, name));
  Result<catalog::Table> found =
      enforce::CatalogView(catalog_, access_, caller, scope).GetTable(scope, AsciiLower(database), AsciiLower(name));
  if (found.ok()) return ToMetadata(*found);
  if (found.Is(catalog::kNoSuchDatabase)) {
    return NotFound("GetTable", fmt::format("Database {} not found.", database));
  }
  if (IsNotFound(found.error())) return NotFound("GetTable", fmt::format("Table {} not found.", name));
  return found.error();
}

Result<Page<TableMetadata>> Metadata::ListTables(const identity::Caller& caller, const Scope& scope,
                                                 std::string_view catalog, std::string_view database,
                                                 std::string_view expression, const PageRequest& request) const {
  TARN_CHECK(data_catalogs_.CheckServed(scope, catalog));
  TARN_CHECK(May(caller, scope, "glue:GetTables", database, "*"));
  TARN_CHECK(EnsureDefaultDatabase(catalog_, scope, database));
  RE2::Options quiet;
  quiet.set_log_errors(false);
  quiet.set_case_sensitive(false);
  const RE2 pattern(std::string(expression), quiet);
  if (!pattern.ok())
    return Fail(kInvalidRequest, fmt::format("Expression is no valid regular expression: {}", pattern.error()));
  catalog::ListOptions options;
  options.limit = request.limit;
  if (!request.token.empty()) {
    TARN_TRY(options.after, ReadToken(request.token));
  }
  auto wanted = [&](const catalog::Table& table) { return expression.empty() || RE2::FullMatch(table.name, pattern); };
  auto found =
      enforce::CatalogView(catalog_, access_, caller, scope).ListTables(scope, AsciiLower(database), options, wanted);
  if (!found.ok()) {
    if (IsNotFound(found.error())) return NotFound("GetTables", fmt::format("Database {} not found.", database));
    return found.error();
  }
  Page<TableMetadata> page;
  for (const catalog::Table& table : found->items) page.items.push_back(ToMetadata(table));
  if (!found->next.empty()) page.next = MakeToken(found->next);
  return page;
}

}  // namespace tarn::query
