#include "api/athena/athena_service.h"
#include "query/errors.h"

namespace tarn::api::athena {
namespace {

template <typename Input>
query::DataCatalog CatalogOf(const Input& in) {
  query::DataCatalog catalog;
  catalog.name = *in.name;
  catalog.type = *in.type;
  catalog.description = in.description;
  catalog.parameters = in.parameters;
  return catalog;
}

gen::DataCatalog FromDomain(const query::DataCatalog& catalog) {
  gen::DataCatalog out;
  out.name = catalog.name;
  out.description = catalog.description;
  out.type = catalog.type;
  out.parameters = catalog.parameters;
  return out;
}

gen::Database FromDomain(const query::DatabaseMetadata& database) {
  gen::Database out;
  out.name = database.name;
  out.description = database.description;
  out.parameters = database.parameters;
  return out;
}

std::vector<gen::Column> FromDomain(const std::vector<query::ColumnMetadata>& columns) {
  std::vector<gen::Column> out;
  out.reserve(columns.size());
  for (const query::ColumnMetadata& column : columns) out.push_back({column.name, column.type, column.comment});
  return out;
}

gen::TableMetadata FromDomain(const query::TableMetadata& table) {
  gen::TableMetadata out;
  out.name = table.name;
  out.create_time = table.created;
  out.last_access_time = table.last_access;
  out.table_type = table.table_type;
  out.columns = FromDomain(table.columns);
  out.partition_keys = FromDomain(table.partition_keys);
  out.parameters = table.parameters;
  return out;
}

}  // namespace

Result<gen::CreateDataCatalogOutput> AthenaService::CreateDataCatalog(const Call& call,
                                                                      const gen::CreateDataCatalogInput& in) {
  TARN_CHECK(queries_.data_catalogs().Create(call.scope, CatalogOf(in), ToTags(in.tags)));
  TARN_TRY(query::DataCatalog made, queries_.data_catalogs().Get(call.scope, *in.name));
  gen::CreateDataCatalogOutput out;
  out.data_catalog = FromDomain(made);
  return out;
}

Result<gen::GetDataCatalogOutput> AthenaService::GetDataCatalog(const Call& call, const gen::GetDataCatalogInput& in) {
  TARN_TRY(query::DataCatalog catalog, queries_.data_catalogs().Get(call.scope, *in.name));
  gen::GetDataCatalogOutput out;
  out.data_catalog = FromDomain(catalog);
  return out;
}

Result<gen::UpdateDataCatalogOutput> AthenaService::UpdateDataCatalog(const Call& call,
                                                                      const gen::UpdateDataCatalogInput& in) {
  TARN_CHECK(queries_.data_catalogs().Update(call.scope, CatalogOf(in)));
  return gen::UpdateDataCatalogOutput{};
}

Result<gen::DeleteDataCatalogOutput> AthenaService::DeleteDataCatalog(const Call& call,
                                                                      const gen::DeleteDataCatalogInput& in) {
  TARN_TRY(query::DataCatalog deleted, queries_.data_catalogs().Delete(call.scope, *in.name));
  gen::DeleteDataCatalogOutput out;
  out.data_catalog = FromDomain(deleted);
  return out;
}

Result<gen::ListDataCatalogsOutput> AthenaService::ListDataCatalogs(const Call& call,
                                                                    const gen::ListDataCatalogsInput& in) {
  TARN_TRY(auto page, queries_.data_catalogs().List(call.scope, PageOf(in.next_token, in.max_results, 50)));
  gen::ListDataCatalogsOutput out;
  out.data_catalogs_summary.emplace();
  for (const query::DataCatalog& catalog : page.items) {
    gen::DataCatalogSummary& shown = out.data_catalogs_summary->emplace_back();
    shown.catalog_name = catalog.name;
    shown.type = catalog.type;
  }
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::GetDatabaseOutput> AthenaService::GetDatabase(const Call& call, const gen::GetDatabaseInput& in) {
  TARN_TRY(auto database,
           queries_.metadata().GetDatabase(call.caller, call.scope, *in.catalog_name, *in.database_name));
  gen::GetDatabaseOutput out;
  out.database = FromDomain(database);
  return out;
}

Result<gen::ListDatabasesOutput> AthenaService::ListDatabases(const Call& call, const gen::ListDatabasesInput& in) {
  TARN_TRY(auto page, queries_.metadata().ListDatabases(call.caller, call.scope, *in.catalog_name,
                                                        PageOf(in.next_token, in.max_results, 50)));
  gen::ListDatabasesOutput out;
  out.database_list.emplace();
  const bool names_only = in.attributes_to_get && !in.attributes_to_get->empty();
  for (const query::DatabaseMetadata& database : page.items) {
    gen::Database& shown = out.database_list->emplace_back();
    if (names_only) {
      shown.name = database.name;
    } else {
      shown = FromDomain(database);
    }
  }
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::GetTableMetadataOutput> AthenaService::GetTableMetadata(const Call& call,
                                                                    const gen::GetTableMetadataInput& in) {
  TARN_TRY(auto table,
           queries_.metadata().GetTable(call.caller, call.scope, *in.catalog_name, *in.database_name, *in.table_name));
  gen::GetTableMetadataOutput out;
  out.table_metadata = FromDomain(table);
  return out;
}

Result<gen::ListTableMetadataOutput> AthenaService::ListTableMetadata(const Call& call,
                                                                      const gen::ListTableMetadataInput& in) {
  TARN_TRY(auto page,
           queries_.metadata().ListTables(call.caller, call.scope, *in.catalog_name, *in.database_name,
                                          in.expression.value_or(""), PageOf(in.next_token, in.max_results, 50)));
  gen::ListTableMetadataOutput out;
  out.table_metadata_list.emplace();
  const bool summary = in.attributes_to_get && !in.attributes_to_get->empty();
  for (const query::TableMetadata& table : page.items) {
    gen::TableMetadata& shown = out.table_metadata_list->emplace_back();
    if (!summary) {
      shown = FromDomain(table);
      continue;
    }
    shown.name = table.name;
    for (const std::string& attribute : *in.attributes_to_get) {
      if (attribute == "TABLE_TYPE") shown.table_type = table.table_type;
    }
  }
  out.next_token = TokenOf(page.next);
  return out;
}

}  // namespace tarn::api::athena
