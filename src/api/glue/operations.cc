// Every operation of operations.txt with its IAM action and the resources that it touches.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

#include "api/glue/convert.h"
#include "api/glue/errors.h"
#include "api/glue/glue_service.h"
#include "api/glue/schema_ids.h"
#include "api/protocol/request_checks.h"
#include "base/strings.h"

namespace tarn::api::glue {
namespace {

using protocol::AnyResource;
using protocol::Bind;
using protocol::Call;
using protocol::Operation;
using protocol::WorkClass;

using Arns = Result<std::vector<std::string>>;

std::string Arn(const Call& call, const std::string& account, std::string_view resource) {
  return fmt::format("arn:aws:glue:{}:{}:{}", call.scope.region, account, resource);
}

// The account whose catalog is meant. Another account's is the authoriser's affair; what is no account is not found.
template <typename In>
Result<std::string> CatalogAccount(const Call& call, const In& in) {
  if constexpr (requires { in.catalog_id; }) {
    if (in.catalog_id && *in.catalog_id != call.scope.account) {
      const std::string& id = *in.catalog_id;
      const bool account = id.size() == 12 && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
      if (!account) return Fail(kEntityNotFound, fmt::format("Catalog {} not found.", id));
      return id;
    }
  }
  return call.scope.account;
}

constexpr auto kCatalog = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(std::string account, CatalogAccount(call, in));
  return std::vector<std::string>{Arn(call, account, "catalog")};
};

template <typename In>
std::string DatabaseOf(const In& in) {
  if constexpr (requires { in.database_name; })
    return AsciiLower(Text(in.database_name));
  else if constexpr (requires { in.name; })
    return AsciiLower(Text(in.name));
  else
    return in.database_input ? AsciiLower(Text(in.database_input->name)) : "";
}

constexpr auto kDatabase = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(std::string account, CatalogAccount(call, in));
  return std::vector<std::string>{Arn(call, account, "catalog"), Arn(call, account, "database/" + DatabaseOf(in))};
};

template <typename In>
std::string TableOf(const In& in) {
  if constexpr (requires { in.table_name; })
    return AsciiLower(Text(in.table_name));
  else if constexpr (requires { in.table_input; })
    return in.table_input ? AsciiLower(Text(in.table_input->name)) : "";
  else
    return AsciiLower(Text(in.name));
}

constexpr auto kTable = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(std::string account, CatalogAccount(call, in));
  const std::string database = DatabaseOf(in);
  return std::vector<std::string>{Arn(call, account, "catalog"), Arn(call, account, "database/" + database),
                                  Arn(call, account, fmt::format("table/{}/{}", database, TableOf(in)))};
};

constexpr auto kTables = [](const Call& call, const gen::BatchDeleteTableRequest& in) -> Arns {
  TARN_TRY(std::vector<std::string> arns, kDatabase(call, in));
  TARN_TRY(std::string account, CatalogAccount(call, in));
  for (const std::string& table : Items(in.tables_to_delete)) {
    arns.push_back(Arn(call, account, fmt::format("table/{}/{}", DatabaseOf(in), AsciiLower(table))));
  }
  return arns;
};

constexpr auto kAllTables = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(std::vector<std::string> arns, kDatabase(call, in));
  TARN_TRY(std::string account, CatalogAccount(call, in));
  arns.push_back(Arn(call, account, fmt::format("table/{}/*", DatabaseOf(in))));
  return arns;
};

constexpr auto kFunction = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(std::string account, CatalogAccount(call, in));
  std::string name = "*";
  if constexpr (requires { in.function_name; })
    name = Text(in.function_name);
  else if constexpr (requires { in.function_input; })
    name = Text(in.function_input->function_name);
  const std::string database = in.database_name ? DatabaseOf(in) : "*";
  return std::vector<std::string>{Arn(call, account, "catalog"), Arn(call, account, "database/" + database),
                                  Arn(call, account, fmt::format("userDefinedFunction/{}/{}", database, name))};
};

constexpr auto kConnection = [](const Call& call, const auto& in) -> Arns {
  TARN_TRY(std::string account, CatalogAccount(call, in));
  std::vector<std::string> arns{Arn(call, account, "catalog")};
  if constexpr (requires { in.connection_name_list; }) {
    for (const std::string& name : Items(in.connection_name_list)) {
      arns.push_back(Arn(call, account, "connection/" + name));
    }
  } else if constexpr (requires { in.connection_name; }) {
    arns.push_back(Arn(call, account, "connection/" + Text(in.connection_name)));
  } else if constexpr (requires { in.name; }) {
    arns.push_back(Arn(call, account, "connection/" + Text(in.name)));
  } else {
    arns.push_back(Arn(call, account, "connection/" + Text(in.connection_input->name)));
  }
  return arns;
};

constexpr auto kCrawler = [](const Call& call, const auto& in) {
  std::string name;
  if constexpr (requires { in.crawler_name; })
    name = Text(in.crawler_name);
  else
    name = Text(in.name);
  return Arn(call, call.scope.account, "crawler/" + name);
};

constexpr auto kCrawlers = [](const Call& call, const gen::BatchGetCrawlersRequest& in) -> Arns {
  std::vector<std::string> arns;
  for (const std::string& name : Items(in.crawler_names)) {
    arns.push_back(Arn(call, call.scope.account, "crawler/" + name));
  }
  return arns;
};

constexpr auto kRegistry = [](const Call& call, const auto& in) {
  return Arn(call, call.scope.account, RegistryResource(in.registry_id));
};

constexpr auto kSchema = [](const Call& call, const auto& in) {
  return Arn(call, call.scope.account, SchemaResource(in.schema_id));
};

constexpr auto kNewRegistry = [](const Call& call, const gen::CreateRegistryInput& in) {
  return Arn(call, call.scope.account, "registry/" + Text(in.registry_name));
};

constexpr auto kTagged = [](const Call&, const auto& in) { return Text(in.resource_arn); };
constexpr auto kTags = [](const Call&, const gen::TagResourceRequest& in) {
  return protocol::CheckWithTags("glue:TagResource", Text(in.resource_arn), in);
};
constexpr auto kUntags = [](const Call&, const gen::UntagResourceRequest& in) {
  return protocol::CheckWithTags("glue:UntagResource", Text(in.resource_arn), in);
};

// A crawler works with the rights of the role that it is given.
constexpr auto kCrawlerWithRole = [](const Call& call, const auto& in) {
  constexpr bool kNew = std::is_same_v<std::remove_cvref_t<decltype(in)>, gen::CreateCrawlerRequest>;
  auto checks = protocol::CheckWithTags(kNew ? "glue:CreateCrawler" : "glue:UpdateCrawler", kCrawler(call, in), in);
  protocol::AddPassRole(call, Text(in.role), "glue.amazonaws.com", checks);
  return checks;
};

constexpr protocol::OperationOptions kLong{.work = WorkClass::kData};

// A row of the table, whose handler works in the catalog that the request names.
template <auto Method, typename Rule>
Operation BindHere(std::string_view name, std::string_view action, Rule rule, protocol::OperationOptions options = {}) {
  using Input = typename protocol::internal::HandlerTraits<decltype(Method)>::Input;
  Operation row = Bind<Method>(name, action, rule, options);
  if constexpr (requires(const Input& in) { in.catalog_id; }) {
    row.handler = [handler = std::move(row.handler)](protocol::Service& service, const Call& call,
                                                     const void* input) -> Result<std::shared_ptr<void>> {
      const auto& in = *static_cast<const Input*>(input);
      if (!in.catalog_id || *in.catalog_id == call.scope.account) return handler(service, call, input);
      Call there = call;
      there.scope.account = *in.catalog_id;
      auto answer = handler(service, there, input);
      call.extras = std::move(there.extras);
      return answer;
    };
  }
  return row;
}

#define TARN_GLUE_OPERATION(Name, ...) BindHere<&GlueService::Name>(#Name, "glue:" #Name, __VA_ARGS__)

std::vector<Operation> CatalogOperations() {
  return {
      TARN_GLUE_OPERATION(CreateDatabase, kDatabase),
      TARN_GLUE_OPERATION(DeleteDatabase, kAllTables, kLong),
      TARN_GLUE_OPERATION(GetDatabase, kDatabase),
      TARN_GLUE_OPERATION(GetDatabases, kCatalog),
      TARN_GLUE_OPERATION(UpdateDatabase, kDatabase),
      TARN_GLUE_OPERATION(BatchDeleteTable, kTables, kLong),
      TARN_GLUE_OPERATION(BatchDeleteTableVersion, kTable),
      TARN_GLUE_OPERATION(CreateTable, kTable),
      TARN_GLUE_OPERATION(DeleteTable, kTable, kLong),
      TARN_GLUE_OPERATION(DeleteTableVersion, kTable),
      TARN_GLUE_OPERATION(GetTable, kTable),
      TARN_GLUE_OPERATION(GetTableVersion, kTable),
      TARN_GLUE_OPERATION(GetTableVersions, kTable),
      TARN_GLUE_OPERATION(GetTables, kAllTables, kLong),
      TARN_GLUE_OPERATION(GetUnfilteredPartitionMetadata, kTable),
      TARN_GLUE_OPERATION(GetUnfilteredPartitionsMetadata, kTable, kLong),
      TARN_GLUE_OPERATION(GetUnfilteredTableMetadata, kTable),
      TARN_GLUE_OPERATION(SearchTables, kCatalog, kLong),
      TARN_GLUE_OPERATION(UpdateTable, kTable),
      TARN_GLUE_OPERATION(BatchCreatePartition, kTable),
      TARN_GLUE_OPERATION(BatchDeletePartition, kTable),
      TARN_GLUE_OPERATION(BatchGetPartition, kTable),
      TARN_GLUE_OPERATION(BatchUpdatePartition, kTable),
      TARN_GLUE_OPERATION(CreatePartition, kTable),
      TARN_GLUE_OPERATION(CreatePartitionIndex, kTable),
      TARN_GLUE_OPERATION(DeletePartition, kTable),
      TARN_GLUE_OPERATION(DeletePartitionIndex, kTable),
      TARN_GLUE_OPERATION(GetPartition, kTable),
      TARN_GLUE_OPERATION(GetPartitionIndexes, kTable),
      TARN_GLUE_OPERATION(GetPartitions, kTable, kLong),
      TARN_GLUE_OPERATION(UpdatePartition, kTable),
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
      TARN_GLUE_OPERATION(GetCatalog, kCatalog),
      TARN_GLUE_OPERATION(GetCatalogImportStatus, kCatalog),
      TARN_GLUE_OPERATION(GetCatalogs, kCatalog),
      TARN_GLUE_OPERATION(GetDataCatalogEncryptionSettings, kCatalog),
      TARN_GLUE_OPERATION(PutDataCatalogEncryptionSettings, kCatalog),
  };
}

std::vector<Operation> OtherOperations() {
  return {
      // Not asked of the policy itself, so that nobody locks the catalog for good.
      TARN_GLUE_OPERATION(DeleteResourcePolicy, kCatalog),
      TARN_GLUE_OPERATION(GetResourcePolicies, kCatalog),
      TARN_GLUE_OPERATION(GetResourcePolicy, kCatalog),
      TARN_GLUE_OPERATION(PutResourcePolicy, kCatalog),
      TARN_GLUE_OPERATION(GetTags, kTagged),
      TARN_GLUE_OPERATION(TagResource, kTags),
      TARN_GLUE_OPERATION(UntagResource, kUntags),
      TARN_GLUE_OPERATION(BatchDeleteConnection, kConnection),
      TARN_GLUE_OPERATION(CreateConnection, kConnection),
      TARN_GLUE_OPERATION(CreateSecurityConfiguration, AnyResource),
      TARN_GLUE_OPERATION(DeleteConnection, kConnection),
      TARN_GLUE_OPERATION(DeleteSecurityConfiguration, AnyResource),
      TARN_GLUE_OPERATION(GetConnection, kConnection),
      TARN_GLUE_OPERATION(GetConnections, kCatalog),
      TARN_GLUE_OPERATION(GetSecurityConfiguration, AnyResource),
      TARN_GLUE_OPERATION(GetSecurityConfigurations, AnyResource),
      TARN_GLUE_OPERATION(UpdateConnection, kConnection),
      TARN_GLUE_OPERATION(CreateClassifier, AnyResource),
      TARN_GLUE_OPERATION(DeleteClassifier, AnyResource),
      TARN_GLUE_OPERATION(GetClassifier, AnyResource),
      TARN_GLUE_OPERATION(GetClassifiers, AnyResource),
      TARN_GLUE_OPERATION(UpdateClassifier, AnyResource),
      TARN_GLUE_OPERATION(BatchGetCrawlers, kCrawlers),
      TARN_GLUE_OPERATION(CreateCrawler, kCrawlerWithRole),
      TARN_GLUE_OPERATION(DeleteCrawler, kCrawler),
      TARN_GLUE_OPERATION(GetCrawler, kCrawler),
      TARN_GLUE_OPERATION(GetCrawlerMetrics, AnyResource),
      TARN_GLUE_OPERATION(GetCrawlers, AnyResource),
      TARN_GLUE_OPERATION(ListCrawlers, AnyResource),
      TARN_GLUE_OPERATION(ListCrawls, kCrawler, kLong),
      TARN_GLUE_OPERATION(StartCrawler, kCrawler),
      TARN_GLUE_OPERATION(StartCrawlerSchedule, kCrawler),
      TARN_GLUE_OPERATION(StopCrawler, kCrawler),
      TARN_GLUE_OPERATION(StopCrawlerSchedule, kCrawler),
      TARN_GLUE_OPERATION(UpdateCrawler, kCrawlerWithRole),
      TARN_GLUE_OPERATION(UpdateCrawlerSchedule, kCrawler),
  };
}

std::vector<Operation> RegistryOperations() {
  return {
      TARN_GLUE_OPERATION(CheckSchemaVersionValidity, AnyResource),
      TARN_GLUE_OPERATION(CreateRegistry, kNewRegistry),
      TARN_GLUE_OPERATION(CreateSchema, kRegistry, kLong),
      TARN_GLUE_OPERATION(DeleteRegistry, kRegistry, kLong),
      TARN_GLUE_OPERATION(DeleteSchema, kSchema, kLong),
      TARN_GLUE_OPERATION(DeleteSchemaVersions, kSchema),
      TARN_GLUE_OPERATION(GetRegistry, kRegistry),
      TARN_GLUE_OPERATION(GetSchema, kSchema),
      TARN_GLUE_OPERATION(GetSchemaByDefinition, kSchema),
      TARN_GLUE_OPERATION(GetSchemaVersion, kSchema),
      TARN_GLUE_OPERATION(GetSchemaVersionsDiff, kSchema, kLong),
      TARN_GLUE_OPERATION(ListRegistries, AnyResource),
      TARN_GLUE_OPERATION(ListSchemaVersions, kSchema),
      TARN_GLUE_OPERATION(ListSchemas, kRegistry),
      TARN_GLUE_OPERATION(PutSchemaVersionMetadata, kSchema),
      TARN_GLUE_OPERATION(QuerySchemaVersionMetadata, kSchema),
      TARN_GLUE_OPERATION(RegisterSchemaVersion, kSchema, kLong),
      TARN_GLUE_OPERATION(RemoveSchemaVersionMetadata, kSchema),
      TARN_GLUE_OPERATION(UpdateRegistry, kRegistry),
      TARN_GLUE_OPERATION(UpdateSchema, kSchema),
  };
}

#undef TARN_GLUE_OPERATION

}  // namespace

std::span<const Operation> GlueService::operations() const {
  static const std::vector<Operation> kAll = [] {
    std::vector<Operation> all = CatalogOperations();
    for (Operation& row : all) {
      row.rule = [rule = std::move(row.rule)](protocol::Service& service, const Call& call,
                                              const void* input) -> Result<std::vector<identity::Check>> {
        TARN_TRY(auto checks, rule(service, call, input));
        TARN_CHECK(static_cast<GlueService&>(service).AddGuards(checks));
        return checks;
      };
    }
    std::ranges::move(OtherOperations(), std::back_inserter(all));
    std::ranges::move(RegistryOperations(), std::back_inserter(all));
    return all;
  }();
  return kAll;
}

}  // namespace tarn::api::glue
