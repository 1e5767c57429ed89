#include "engine/duck/instance.h"

#include <fmt/format.h>

#include <duckdb/catalog/catalog_entry/copy_function_catalog_entry.hpp>
#include <duckdb/parser/parsed_data/drop_info.hpp>
#include <set>
#include <utility>
#include <vector>

#include "engine/duck/catalog.h"
#include "engine/duck/file_system.h"
#include "engine/duck/hash_function.h"

namespace tarn::engine {
namespace {

using duckdb::CatalogType;
using duckdb::Value;

// Table functions a printed query may use. The others read files, memory or the instance itself.
const std::set<std::string>& AllowedTableFunctions() {
  static const std::set<std::string> allowed = {"range",      "generate_series", "unnest",   "repeat",
                                                "repeat_row", "json_each",       "json_tree"};
  return allowed;
}
// Scalar functions that reach outside a row.
const std::set<std::string>& RefusedScalarFunctions() {
  static const std::set<std::string> refused = {"current_setting", "getvariable", "write_log",   "nextval",
                                                "currval",         "getenv",      "txid_current"};
  return refused;
}

std::vector<std::string> NamesToDrop(duckdb::Connection& connection, CatalogType type) {
  std::vector<std::string> names;
  auto& system = duckdb::Catalog::GetSystemCatalog(*connection.context);
  auto& schema = system.GetSchema(*connection.context, DEFAULT_SCHEMA);
  schema.Scan(*connection.context, type, [&](duckdb::CatalogEntry& entry) {
    if (entry.type != type) return;  // table macros: without the functions below they do nothing
    const bool drop = type == CatalogType::SCALAR_FUNCTION_ENTRY ? RefusedScalarFunctions().contains(entry.name)
                                                                 : !AllowedTableFunctions().contains(entry.name);
    if (drop) names.push_back(entry.name);
  });
  return names;
}

void Drop(duckdb::Connection& connection, CatalogType type, const std::vector<std::string>& names) {
  auto& system = duckdb::Catalog::GetSystemCatalog(*connection.context);
  auto& schema = system.GetSchema(*connection.context, DEFAULT_SCHEMA);
  for (const std::string& name : names) {
    duckdb::DropInfo info;
    info.type = type;
    info.catalog = SYSTEM_CATALOG;
    info.schema = DEFAULT_SCHEMA;
    info.name = name;
    info.allow_drop_internal = true;
    schema.DropEntry(*connection.context, info);
  }
}

void TakeOut(duckdb::Connection& connection, SlotContext& slot) {
  connection.BeginTransaction();
  auto& system = duckdb::Catalog::GetSystemCatalog(*connection.context);
  auto& schema = system.GetSchema(*connection.context, DEFAULT_SCHEMA);
  auto entry = schema.GetEntry(system.GetCatalogTransaction(*connection.context), CatalogType::TABLE_FUNCTION_ENTRY,
                               "parquet_scan");
  auto& functions = entry->Cast<duckdb::TableFunctionCatalogEntry>().functions;
  slot.parquet_scan = duckdb::make_uniq<duckdb::TableFunction>(
      functions.GetFunctionByArguments(*connection.context, {duckdb::LogicalType::VARCHAR}));
  auto copy =
      schema.GetEntry(system.GetCatalogTransaction(*connection.context), CatalogType::COPY_FUNCTION_ENTRY, "parquet");
  slot.parquet_copy = duckdb::make_uniq<duckdb::CopyFunction>(copy->Cast<duckdb::CopyFunctionCatalogEntry>().function);
  for (CatalogType type : {CatalogType::TABLE_FUNCTION_ENTRY, CatalogType::SCALAR_FUNCTION_ENTRY}) {
    Drop(connection, type, NamesToDrop(connection, type));
  }
  connection.Commit();
}

}  // namespace

void RunOwn(duckdb::Connection& connection, const std::string& sql) {
  auto result = connection.Query(sql);
  if (result->HasError()) result->ThrowError("while setting up the engine (" + sql.substr(0, 200) + "): ");
}

std::unique_ptr<duckdb::DuckDB> MakeInstance(const Pool::Options& options, const std::shared_ptr<SlotContext>& slot) {
  duckdb::DBConfig config;
  config.file_system = duckdb::make_uniq<duckdb::VirtualFileSystem>(MakeGuardedFileSystem(slot));
  // Also as the first to be asked, or DuckDB would look for an extension that reads "s3://".
  config.file_system->RegisterSubSystem(MakeGuardedFileSystem(slot));
  config.SetOptionByName("autoinstall_known_extensions", Value::BOOLEAN(false));
  config.SetOptionByName("autoload_known_extensions", Value::BOOLEAN(false));
  config.SetOptionByName("allow_community_extensions", Value::BOOLEAN(false));
  config.SetOptionByName("enable_external_file_cache", Value::BOOLEAN(false));
  config.SetOptionByName("memory_limit", Value(fmt::format("{}B", options.memory_bytes)));
  config.SetOptionByName("temp_directory", Value(slot->spill_directory));
  config.SetOptionByName("max_temp_directory_size", Value(fmt::format("{}B", options.spill_bytes_max)));
  if (options.threads > 0) config.SetOptionByName("threads", Value::BIGINT(options.threads));
  auto database = std::make_unique<duckdb::DuckDB>(nullptr, &config);
  RegisterLakeCatalog(*database->instance, slot);

  duckdb::Connection connection(*database);
  RunOwn(connection, fmt::format("ATTACH '' AS {} (TYPE {})", kLakeCatalog, kLakeCatalog));
  for (const std::string& macro : options.macros) RunOwn(connection, macro);
  RunOwn(connection, "SET GLOBAL TimeZone = 'UTC'");
  RegisterHashFunction(connection);
  TakeOut(connection, *slot);
  duckdb::DBConfig::GetConfig(*database->instance).replacement_scans.clear();
  RunOwn(connection, "SET GLOBAL lock_configuration = true");
  return database;
}

}  // namespace tarn::engine
