// How rows of Glue's operation table are made. Private to api/glue/operations.
//
//   TARN_GLUE_OPERATION(Name, rule, …)   works in the caller's account; a CatalogId may name another account's catalog
//   TARN_GLUE_CATALOG_OPERATION(Name, rule, …)  besides, a CatalogId may name a table bucket's catalog
//   TARN_GLUE_NAMED_OPERATION(Name, rule, …)  the handler looks at the CatalogId itself
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/glue/glue_service.h"
#include "api/glue/operations/resources.h"
#include "api/protocol/service.h"

namespace tarn::api::glue {

inline constexpr protocol::OperationOptions kLong{.work = protocol::WorkClass::kData};

enum class Catalogs : uint8_t {
  kOfAccounts,
  kOfTableBucketsToo,
  kNamed,  // the handler looks at the CatalogId itself
};

// The handler in the catalog that the request names.
Result<std::shared_ptr<void>> RunInCatalog(const protocol::ErasedHandler& handler, protocol::Service& service,
                                           const protocol::Call& call, const void* input,
                                           const std::optional<std::string>& catalog_id, Catalogs served);
// Adds what S3 Tables asks when a table bucket's catalog is named.
Status AddTableBucketChecks(GlueService& service, const protocol::Call& call, std::string_view action,
                            const std::optional<std::string>& catalog_id, const std::string& database,
                            const std::vector<std::string>& tables, std::vector<identity::Check>& checks);

template <auto Method, typename Rule>
protocol::Operation BindHere(std::string_view name, std::string_view action, Catalogs served, Rule rule,
                             protocol::OperationOptions options = {}) {
  using Input = typename protocol::internal::HandlerTraits<decltype(Method)>::Input;
  protocol::Operation row = protocol::Bind<Method>(name, action, rule, options);
  if constexpr (requires(const Input& in) { in.catalog_id; }) {
    row.handler = [handler = std::move(row.handler), served](protocol::Service& service, const protocol::Call& call,
                                                             const void* input) {
      return RunInCatalog(handler, service, call, input, static_cast<const Input*>(input)->catalog_id, served);
    };
    row.rule = [rule = std::move(row.rule), action](protocol::Service& service, const protocol::Call& call,
                                                    const void* input) -> Result<std::vector<identity::Check>> {
      const auto& in = *static_cast<const Input*>(input);
      TARN_TRY(auto checks, rule(service, call, input));
      TARN_CHECK(AddTableBucketChecks(static_cast<GlueService&>(service), call, action, in.catalog_id, DatabaseOf(in),
                                      TablesOf(in), checks));
      return checks;
    };
  }
  return row;
}

#define TARN_GLUE_OPERATION(Name, ...) \
  BindHere<&GlueService::Name>(#Name, "glue:" #Name, Catalogs::kOfAccounts, __VA_ARGS__)
#define TARN_GLUE_CATALOG_OPERATION(Name, ...) \
  BindHere<&GlueService::Name>(#Name, "glue:" #Name, Catalogs::kOfTableBucketsToo, __VA_ARGS__)
#define TARN_GLUE_NAMED_OPERATION(Name, ...) \
  BindHere<&GlueService::Name>(#Name, "glue:" #Name, Catalogs::kNamed, __VA_ARGS__)

using Rows = std::vector<protocol::Operation>;
Rows DataCatalogRows();
Rows PartitionRows();
Rows SettingsRows();
Rows CrawlerRows();
Rows SchemaRegistryRows();

}  // namespace tarn::api::glue
