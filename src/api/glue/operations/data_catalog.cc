// Catalogs, databases, tables, their versions and statistics, functions: the operations with the resources that they
// touch.
#include "api/glue/operations/bind.h"

namespace tarn::api::glue {
namespace {

using protocol::Call;

constexpr auto kFunction = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(const CatalogName catalog, CatalogOf(call, in));
  std::string name = "*";
  if constexpr (requires { in.function_name; })
    name = Text(in.function_name);
  else if constexpr (requires { in.function_input; })
    name = Text(in.function_input->function_name);
  const std::string database = in.database_name ? DatabaseOf(in) : "*";
  return std::vector<std::string>{
      GlueArn(catalog.owner, catalog.Resource("catalog")),
      GlueArn(catalog.owner, catalog.Resource("database", database)),
      GlueArn(catalog.owner, catalog.Resource("userDefinedFunction", database + "/" + name))};
};

}  // namespace

Rows DataCatalogRows() {
  return {
      TARN_GLUE_CATALOG_OPERATION(CreateDatabase, kDatabase),
      TARN_GLUE_CATALOG_OPERATION(DeleteDatabase, kAllTables, kLong),
      TARN_GLUE_CATALOG_OPERATION(GetDatabase, kDatabase),
      TARN_GLUE_CATALOG_OPERATION(GetDatabases, kCatalog),
      TARN_GLUE_OPERATION(UpdateDatabase, kDatabase),
      TARN_GLUE_CATALOG_OPERATION(BatchDeleteTable, kTable, kLong),
      TARN_GLUE_OPERATION(BatchDeleteTableVersion, kTable),
      TARN_GLUE_CATALOG_OPERATION(CreateTable, kTable),
      TARN_GLUE_CATALOG_OPERATION(DeleteTable, kTable, kLong),
      TARN_GLUE_OPERATION(DeleteTableVersion, kTable),
      TARN_GLUE_CATALOG_OPERATION(GetTable, kTable),
      TARN_GLUE_CATALOG_OPERATION(GetTableVersion, kTable),
      TARN_GLUE_CATALOG_OPERATION(GetTableVersions, kTable),
      TARN_GLUE_CATALOG_OPERATION(GetTables, kAllTables, kLong),
      TARN_GLUE_OPERATION(GetUnfilteredPartitionMetadata, kTable),
      TARN_GLUE_OPERATION(GetUnfilteredPartitionsMetadata, kTable, kLong),
      TARN_GLUE_OPERATION(GetUnfilteredTableMetadata, kTable),
      TARN_GLUE_OPERATION(SearchTables, kCatalog, kLong),
      TARN_GLUE_CATALOG_OPERATION(UpdateTable, kTable),
      TARN_GLUE_OPERATION(DeleteColumnStatisticsForPartition, kTable),
      TARN_GLUE_OPERATION(DeleteColumnStatisticsForTable, kTable),
      TARN_GLUE_OPERATION(GetColumnStatisticsForPartition, kTable),
      TARN_GLUE_OPERATION(GetColumnStatisticsForTable, kTable),
      TARN_GLUE_OPERATION(UpdateColumnStatisticsForPartition, kTable),
      TARN_GLUE_OPERATION(UpdateColumnStatisticsForTable, kTable),
      TARN_GLUE_OPERATION(CreateUserDefinedFunction, kFunction),
      TARN_GLUE_OPERATION(DeleteUserDefinedFunction, kFunction),
      TARN_GLUE_OPERATION(GetUserDefinedFunction, kFunction),
      TARN_GLUE_OPERATION(GetUserDefinedFunctions, kFunction, kLong),
      TARN_GLUE_OPERATION(UpdateUserDefinedFunction, kFunction),
      TARN_GLUE_NAMED_OPERATION(GetCatalog, kCatalog),
      TARN_GLUE_OPERATION(GetCatalogImportStatus, kCatalog),
      TARN_GLUE_OPERATION(GetCatalogs, kCatalog),
      TARN_GLUE_OPERATION(GetDataCatalogEncryptionSettings, kCatalog),
      TARN_GLUE_OPERATION(PutDataCatalogEncryptionSettings, kCatalog),
  };
}

}  // namespace tarn::api::glue
