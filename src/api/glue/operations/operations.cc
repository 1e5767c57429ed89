// Every operation of operations.txt: the rows of the files beside this one, with what the catalogs' policies add.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "api/glue/errors.h"
#include "api/glue/operations/bind.h"

namespace tarn::api::glue {

std::string GlueArn(const Scope& scope, std::string_view resource) {
  return fmt::format("arn:aws:glue:{}:{}:{}", scope.region, scope.account, resource);
}

Result<std::shared_ptr<void>> RunInCatalog(const protocol::ErasedHandler& handler, protocol::Service& service,
                                           const protocol::Call& call, const void* input,
                                           const std::optional<std::string>& catalog_id, Catalogs served) {
  TARN_TRY(const CatalogName catalog, CatalogNameOf(call, catalog_id));
  if (catalog.is_own(call) || served == Catalogs::kNamed) return handler(service, call, input);
  const bool is_of_bucket = !catalog.bucket.empty() && served == Catalogs::kOfTableBucketsToo;
  if (!catalog.path.empty() && !is_of_bucket) {
    return Fail(kNotSupported, fmt::format("The operation is not supported in catalog {}.", *catalog_id));
  }
  if (is_of_bucket) TARN_CHECK(static_cast<GlueService&>(service).RequireTableBucket(catalog, *catalog_id));
  protocol::Call there = call;
  there.scope = catalog.scope();
  auto answer = handler(service, there, input);
  call.extras = std::move(there.extras);
  return answer;
}

Status AddTableBucketChecks(GlueService& service, const protocol::Call& call, std::string_view action,
                            const std::optional<std::string>& catalog_id, const std::string& database,
                            const std::vector<std::string>& tables, std::vector<identity::Check>& checks) {
  TARN_TRY(const CatalogName catalog, CatalogNameOf(call, catalog_id));
  if (!catalog.bucket.empty()) service.AddTableBucketChecks(catalog, action, database, tables, checks);
  return Ok();
}

std::span<const protocol::Operation> GlueService::operations() const {
  static const Rows kAll = [] {
    Rows all = DataCatalogRows();
    std::ranges::move(PartitionRows(), std::back_inserter(all));
    for (protocol::Operation& row : all) {
      row.rule = [rule = std::move(row.rule)](protocol::Service& service, const protocol::Call& call,
                                              const void* input) -> Result<std::vector<identity::Check>> {
        TARN_TRY(auto checks, rule(service, call, input));
        TARN_CHECK(static_cast<GlueService&>(service).AddGuards(checks));
        return checks;
      };
    }
    std::ranges::move(SettingsRows(), std::back_inserter(all));
    std::ranges::move(CrawlerRows(), std::back_inserter(all));
    std::ranges::move(SchemaRegistryRows(), std::back_inserter(all));
    return all;
  }();
  return kAll;
}

}  // namespace tarn::api::glue
