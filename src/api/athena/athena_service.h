// Athena's face of query/: decode, one domain call, encode.
#pragma once

#include <span>

#include "api/athena/gen/shapes.h"
#include "api/protocol/service.h"
#include "query/service.h"

namespace tarn::api::athena {

class AthenaService : public protocol::Service {
 public:
  explicit AthenaService(query::QueryService& queries) : queries_(queries) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  template <typename T>
  using R = Result<T>;
  using Call = protocol::Call;

  // Workgroups and tags (workgroups.cc).
  R<gen::CreateWorkGroupOutput> CreateWorkGroup(const Call& call, const gen::CreateWorkGroupInput& in);
  R<gen::GetWorkGroupOutput> GetWorkGroup(const Call& call, const gen::GetWorkGroupInput& in);
  R<gen::UpdateWorkGroupOutput> UpdateWorkGroup(const Call& call, const gen::UpdateWorkGroupInput& in);
  R<gen::DeleteWorkGroupOutput> DeleteWorkGroup(const Call& call, const gen::DeleteWorkGroupInput& in);
  R<gen::ListWorkGroupsOutput> ListWorkGroups(const Call& call, const gen::ListWorkGroupsInput& in);
  R<gen::ListEngineVersionsOutput> ListEngineVersions(const Call& call, const gen::ListEngineVersionsInput& in);
  R<gen::ListTagsForResourceOutput> ListTagsForResource(const Call& call, const gen::ListTagsForResourceInput& in);
  R<gen::TagResourceOutput> TagResource(const Call& call, const gen::TagResourceInput& in);
  R<gen::UntagResourceOutput> UntagResource(const Call& call, const gen::UntagResourceInput& in);

  // Executions and results (executions.cc).
  R<gen::StartQueryExecutionOutput> StartQueryExecution(const Call& call, const gen::StartQueryExecutionInput& in);
  R<gen::StopQueryExecutionOutput> StopQueryExecution(const Call& call, const gen::StopQueryExecutionInput& in);
  R<gen::GetQueryExecutionOutput> GetQueryExecution(const Call& call, const gen::GetQueryExecutionInput& in);
  R<gen::BatchGetQueryExecutionOutput> BatchGetQueryExecution(const Call& call,
                                                              const gen::BatchGetQueryExecutionInput& in);
  R<gen::ListQueryExecutionsOutput> ListQueryExecutions(const Call& call, const gen::ListQueryExecutionsInput& in);
  R<gen::GetQueryResultsOutput> GetQueryResults(const Call& call, const gen::GetQueryResultsInput& in);
  R<gen::GetQueryRuntimeStatisticsOutput> GetQueryRuntimeStatistics(const Call& call,
                                                                    const gen::GetQueryRuntimeStatisticsInput& in);

  // Named queries and prepared statements (saved.cc).
  R<gen::CreateNamedQueryOutput> CreateNamedQuery(const Call& call, const gen::CreateNamedQueryInput& in);
  R<gen::GetNamedQueryOutput> GetNamedQuery(const Call& call, const gen::GetNamedQueryInput& in);
  R<gen::BatchGetNamedQueryOutput> BatchGetNamedQuery(const Call& call, const gen::BatchGetNamedQueryInput& in);
  R<gen::ListNamedQueriesOutput> ListNamedQueries(const Call& call, const gen::ListNamedQueriesInput& in);
  R<gen::UpdateNamedQueryOutput> UpdateNamedQuery(const Call& call, const gen::UpdateNamedQueryInput& in);
  R<gen::DeleteNamedQueryOutput> DeleteNamedQuery(const Call& call, const gen::DeleteNamedQueryInput& in);
  R<gen::CreatePreparedStatementOutput> CreatePreparedStatement(const Call& call,
                                                                const gen::CreatePreparedStatementInput& in);
  R<gen::GetPreparedStatementOutput> GetPreparedStatement(const Call& call, const gen::GetPreparedStatementInput& in);
  R<gen::BatchGetPreparedStatementOutput> BatchGetPreparedStatement(const Call& call,
                                                                    const gen::BatchGetPreparedStatementInput& in);
  R<gen::ListPreparedStatementsOutput> ListPreparedStatements(const Call& call,
                                                              const gen::ListPreparedStatementsInput& in);
  R<gen::UpdatePreparedStatementOutput> UpdatePreparedStatement(const Call& call,
                                                                const gen::UpdatePreparedStatementInput& in);
  R<gen::DeletePreparedStatementOutput> DeletePreparedStatement(const Call& call,
                                                                const gen::DeletePreparedStatementInput& in);

  // Data catalogs and metadata (metadata.cc).
  R<gen::CreateDataCatalogOutput> CreateDataCatalog(const Call& call, const gen::CreateDataCatalogInput& in);
  R<gen::GetDataCatalogOutput> GetDataCatalog(const Call& call, const gen::GetDataCatalogInput& in);
  R<gen::UpdateDataCatalogOutput> UpdateDataCatalog(const Call& call, const gen::UpdateDataCatalogInput& in);
  R<gen::DeleteDataCatalogOutput> DeleteDataCatalog(const Call& call, const gen::DeleteDataCatalogInput& in);
  R<gen::ListDataCatalogsOutput> ListDataCatalogs(const Call& call, const gen::ListDataCatalogsInput& in);
  R<gen::GetDatabaseOutput> GetDatabase(const Call& call, const gen::GetDatabaseInput& in);
  R<gen::ListDatabasesOutput> ListDatabases(const Call& call, const gen::ListDatabasesInput& in);
  R<gen::GetTableMetadataOutput> GetTableMetadata(const Call& call, const gen::GetTableMetadataInput& in);
  R<gen::ListTableMetadataOutput> ListTableMetadata(const Call& call, const gen::ListTableMetadataInput& in);

 private:
  // Resource rules that must look at what an id names (operations.cc).
  template <typename In>
  std::string ExecutionArn(const Call& call, const In& in);
  template <typename In>
  std::string NamedQueryArn(const Call& call, const In& in);

  query::QueryService& queries_;
};

// A page of what AWS gives when nothing is said.
query::PageRequest PageOf(const std::optional<std::string>& token, const std::optional<int32_t>& max, size_t otherwise);
std::optional<std::string> TokenOf(const std::string& next);

// ARNs: the service's resource rules and the tag calls' arguments.
std::string WorkGroupArn(const protocol::Call& call, std::string_view name);
std::string DataCatalogArn(const protocol::Call& call, std::string_view name);
query::TagList ToTags(const std::optional<std::vector<gen::Tag>>& tags);
gen::ResultConfiguration FromDomain(const query::ResultConfiguration& result);
query::ResultConfiguration ToDomain(const std::optional<gen::ResultConfiguration>& result);
gen::EngineVersion EngineVersionOf(const std::string& selected);

}  // namespace tarn::api::athena
