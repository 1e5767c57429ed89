// AWS Glue's wire face: the data catalog, connections, classifiers, crawlers and the schema registry. Decodes nothing,
// stores nothing: each handler is a domain call or two between two conversions.
//
// Threads: any; handlers block.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/glue/catalog_name.h"
#include "api/glue/gen/shapes.h"
#include "api/protocol/service.h"
#include "base/time.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/catalog.h"
#include "catalog/documents.h"
#include "catalog/iceberg/tables.h"
#include "enforce/catalog_view.h"
#include "govern/engines.h"
#include "identity/secret_box.h"
#include "jobs/crawl/crawler.h"
#include "jobs/crawl/definitions.h"
#include "policy/policy.h"
#include "ram/shared_with.h"
#include "registry/registry.h"

namespace tarn::object {
class Store;
}

namespace tarn::api::glue {

#define TARN_GLUE_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)
// The schema registry's inputs are named otherwise.
#define TARN_GLUE_REGISTRY_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Input& in)

class GlueService : public protocol::Service {
 public:
  // All outlive the service. `access` null: nothing is governed.
  GlueService(catalog::Catalog& catalog, catalog::IcebergTables& iceberg, jobs::crawl::Definitions& crawlers,
              jobs::crawl::Runner& runner, kv::Store& store, registry::SchemaRegistry& schemas, const Clock& clock,
              govern::Access* access, std::string sealing_key);  // of 32 bytes

  // Before the first request; outlives the service. Null: no engine is trusted.
  void SetEngines(govern::Engines* engines) { engines_ = engines; }
  // Before the first request; outlives the service. Null: nothing is shared but by the catalogs' policies.
  void SetShares(ram::SharedWith* shares) { shares_ = shares; }

  // Before the first request; outlives the service. Null: there are no table buckets.
  void SetTableBuckets(catalog::TableBuckets* buckets) { buckets_ = buckets; }

  // Before the first request; outlives the service. Null: nobody is asked where the lake may write metadata.
  void SetObjects(object::Store* objects) { objects_ = objects; }

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  // Puts what the catalogs' own policies and resource shares say on the checks about them.
  Status AddGuards(std::vector<identity::Check>& checks);

  // kEntityNotFound unless the table bucket is there.
  Status RequireTableBucket(const CatalogName& name, std::string_view shown) const;
  // What S3 Tables asks for such a Glue action; `tables` may be empty.
  void AddTableBucketChecks(const CatalogName& name, std::string_view action, const std::string& database,
                            const std::vector<std::string>& tables, std::vector<identity::Check>& checks) const;

  TARN_GLUE_HANDLER(CreateDatabase);
  TARN_GLUE_HANDLER(DeleteDatabase);
  TARN_GLUE_HANDLER(GetDatabase);
  TARN_GLUE_HANDLER(GetDatabases);
  TARN_GLUE_HANDLER(UpdateDatabase);

  TARN_GLUE_HANDLER(BatchDeleteTable);
  TARN_GLUE_HANDLER(BatchDeleteTableVersion);
  TARN_GLUE_HANDLER(CreateTable);
  TARN_GLUE_HANDLER(DeleteTable);
  TARN_GLUE_HANDLER(DeleteTableVersion);
  TARN_GLUE_HANDLER(GetTable);
  TARN_GLUE_HANDLER(GetTableVersion);
  TARN_GLUE_HANDLER(GetTableVersions);
  TARN_GLUE_HANDLER(GetTables);
  TARN_GLUE_HANDLER(GetUnfilteredPartitionMetadata);
  TARN_GLUE_HANDLER(GetUnfilteredPartitionsMetadata);
  TARN_GLUE_HANDLER(GetUnfilteredTableMetadata);
  TARN_GLUE_HANDLER(SearchTables);
  TARN_GLUE_HANDLER(UpdateTable);

  TARN_GLUE_HANDLER(BatchCreatePartition);
  TARN_GLUE_HANDLER(BatchDeletePartition);
  TARN_GLUE_HANDLER(BatchGetPartition);
  TARN_GLUE_HANDLER(BatchUpdatePartition);
  TARN_GLUE_HANDLER(CreatePartition);
  TARN_GLUE_HANDLER(CreatePartitionIndex);
  TARN_GLUE_HANDLER(DeletePartition);
  TARN_GLUE_HANDLER(DeletePartitionIndex);
  TARN_GLUE_HANDLER(GetPartition);
  TARN_GLUE_HANDLER(GetPartitionIndexes);
  TARN_GLUE_HANDLER(GetPartitions);
  TARN_GLUE_HANDLER(UpdatePartition);

  TARN_GLUE_HANDLER(DeleteColumnStatisticsForPartition);
  TARN_GLUE_HANDLER(DeleteColumnStatisticsForTable);
  TARN_GLUE_HANDLER(GetColumnStatisticsForPartition);
  TARN_GLUE_HANDLER(GetColumnStatisticsForTable);
  TARN_GLUE_HANDLER(UpdateColumnStatisticsForPartition);
  TARN_GLUE_HANDLER(UpdateColumnStatisticsForTable);

  TARN_GLUE_HANDLER(CreateUserDefinedFunction);
  TARN_GLUE_HANDLER(DeleteUserDefinedFunction);
  TARN_GLUE_HANDLER(GetUserDefinedFunction);
  TARN_GLUE_HANDLER(GetUserDefinedFunctions);
  TARN_GLUE_HANDLER(UpdateUserDefinedFunction);

  TARN_GLUE_HANDLER(GetCatalog);
  TARN_GLUE_HANDLER(GetCatalogImportStatus);
  TARN_GLUE_HANDLER(GetCatalogs);
  TARN_GLUE_HANDLER(GetDataCatalogEncryptionSettings);
  TARN_GLUE_HANDLER(GetResourcePolicies);
  TARN_GLUE_HANDLER(GetResourcePolicy);
  TARN_GLUE_HANDLER(PutResourcePolicy);
  TARN_GLUE_HANDLER(DeleteResourcePolicy);
  TARN_GLUE_HANDLER(PutDataCatalogEncryptionSettings);

  TARN_GLUE_HANDLER(GetTags);
  TARN_GLUE_HANDLER(TagResource);
  TARN_GLUE_HANDLER(UntagResource);

  TARN_GLUE_HANDLER(BatchDeleteConnection);
  TARN_GLUE_HANDLER(CreateConnection);
  TARN_GLUE_HANDLER(CreateSecurityConfiguration);
  TARN_GLUE_HANDLER(DeleteConnection);
  TARN_GLUE_HANDLER(DeleteSecurityConfiguration);
  TARN_GLUE_HANDLER(GetConnection);
  TARN_GLUE_HANDLER(GetConnections);
  TARN_GLUE_HANDLER(GetSecurityConfiguration);
  TARN_GLUE_HANDLER(GetSecurityConfigurations);
  TARN_GLUE_HANDLER(UpdateConnection);

  TARN_GLUE_HANDLER(CreateClassifier);
  TARN_GLUE_HANDLER(DeleteClassifier);
  TARN_GLUE_HANDLER(GetClassifier);
  TARN_GLUE_HANDLER(GetClassifiers);
  TARN_GLUE_HANDLER(UpdateClassifier);

  TARN_GLUE_HANDLER(BatchGetCrawlers);
  TARN_GLUE_HANDLER(CreateCrawler);
  TARN_GLUE_HANDLER(DeleteCrawler);
  TARN_GLUE_HANDLER(GetCrawler);
  TARN_GLUE_HANDLER(GetCrawlerMetrics);
  TARN_GLUE_HANDLER(GetCrawlers);
  TARN_GLUE_HANDLER(ListCrawlers);
  TARN_GLUE_HANDLER(ListCrawls);
  TARN_GLUE_HANDLER(StartCrawler);
  TARN_GLUE_HANDLER(StartCrawlerSchedule);
  TARN_GLUE_HANDLER(StopCrawler);
  TARN_GLUE_HANDLER(StopCrawlerSchedule);
  TARN_GLUE_HANDLER(UpdateCrawler);
  TARN_GLUE_HANDLER(UpdateCrawlerSchedule);

  TARN_GLUE_REGISTRY_HANDLER(CreateRegistry);
  TARN_GLUE_REGISTRY_HANDLER(DeleteRegistry);
  TARN_GLUE_REGISTRY_HANDLER(GetRegistry);
  TARN_GLUE_REGISTRY_HANDLER(ListRegistries);
  TARN_GLUE_REGISTRY_HANDLER(UpdateRegistry);

  TARN_GLUE_REGISTRY_HANDLER(CreateSchema);
  TARN_GLUE_REGISTRY_HANDLER(DeleteSchema);
  TARN_GLUE_REGISTRY_HANDLER(GetSchema);
  TARN_GLUE_REGISTRY_HANDLER(ListSchemas);
  TARN_GLUE_REGISTRY_HANDLER(UpdateSchema);

  TARN_GLUE_REGISTRY_HANDLER(CheckSchemaVersionValidity);
  TARN_GLUE_REGISTRY_HANDLER(DeleteSchemaVersions);
  TARN_GLUE_REGISTRY_HANDLER(GetSchemaByDefinition);
  TARN_GLUE_REGISTRY_HANDLER(GetSchemaVersion);
  TARN_GLUE_REGISTRY_HANDLER(GetSchemaVersionsDiff);
  TARN_GLUE_REGISTRY_HANDLER(ListSchemaVersions);
  TARN_GLUE_REGISTRY_HANDLER(PutSchemaVersionMetadata);
  TARN_GLUE_REGISTRY_HANDLER(QuerySchemaVersionMetadata);
  TARN_GLUE_REGISTRY_HANDLER(RegisterSchemaVersion);
  TARN_GLUE_REGISTRY_HANDLER(RemoveSchemaVersionMetadata);

 private:
  // A table whole, and what of it the caller may see.
  struct Unfiltered {
    catalog::Table table;
    govern::TableAccess access;
    std::vector<std::string> columns;
    bool is_registered = false;
  };
  Result<Unfiltered> LoadUnfiltered(const protocol::Call& call, const std::string& database, const std::string& name,
                                    const std::optional<std::vector<std::string>>& supported);
  // May the lake write a table's metadata below `location` for the caller: S3 says so, where Lake Formation does not.
  Status MayWriteBelow(const protocol::Call& call, std::string_view location) const;
  // The catalog as the caller sees it. Handlers use this one; the whole one where govern has no say (functions).
  // Table buckets are not Lake Formation's.
  enforce::CatalogView Seen(const protocol::Call& call) {
    govern::Access* const access = catalog::TableBucketOf(call.scope) ? nullptr : access_;
    return {catalog_, access, call.caller, call.scope};
  }
  // A crawler as clients see it, its run included.
  Result<gen::Crawler> Describe(const Scope& scope, const jobs::crawl::Definition& definition);
  // The tags of a resource's ARN are added to and removed from; the tags after are returned.
  Result<catalog::Parameters> EditTagsOf(const protocol::Call& call, const std::string& arn,
                                         const catalog::Parameters& add, const std::vector<std::string>& remove);

  // In a table bucket: a table whose files go with it.
  Status CreateBucketTable(const protocol::Call& call, catalog::Table table);
  Status UpdateBucketTable(const protocol::Call& call, const catalog::Table& table,
                           const catalog::UpdateTableOptions& options);
  Status DropTable(const protocol::Call& call, const std::string& database, const std::string& name);

  Result<std::optional<catalog::Document>> FindPolicy(const Scope& scope) const;
  Result<std::shared_ptr<const policy::Document>> Compiled(const std::string& text);

  catalog::Catalog& catalog_;
  catalog::IcebergTables& iceberg_;
  jobs::crawl::Definitions& crawlers_;
  jobs::crawl::Runner& runner_;
  catalog::Documents connections_;  // their texts are sealed: they hold passwords
  identity::SecretBox connection_box_;
  catalog::Documents security_configurations_;
  catalog::Documents resource_policies_;
  registry::SchemaRegistry& schemas_;
  govern::Access* access_;
  govern::Engines* engines_ = nullptr;
  ram::SharedWith* shares_ = nullptr;
  catalog::TableBuckets* buckets_ = nullptr;
  object::Store* objects_ = nullptr;
  std::mutex compiled_mutex_;
  std::unordered_map<std::string, std::shared_ptr<const policy::Document>> compiled_;  // by their text
};

#undef TARN_GLUE_REGISTRY_HANDLER
#undef TARN_GLUE_HANDLER

}  // namespace tarn::api::glue
