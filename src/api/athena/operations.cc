// The one table of Athena's operations: name, IAM action, resource rule, handler; and of its errors.
#include "api/athena/gen/operations.h"

#include "api/athena/athena_service.h"
#include "query/errors.h"

namespace tarn::api::athena {
namespace {

using protocol::Call;

// Resource rules: which workgroup or data catalog a call is about.
constexpr auto GroupMember = [](const Call& call, const auto& in) {
  return WorkGroupArn(call, in.work_group.value_or(std::string(query::kPrimaryWorkGroup)));
};
constexpr auto NamedGroup = [](const Call& call, const auto& in) { return WorkGroupArn(call, *in.name); };
constexpr auto CatalogMember = [](const Call& call, const auto& in) { return DataCatalogArn(call, *in.name); };
constexpr auto MetadataCatalog = [](const Call& call, const auto& in) {
  return DataCatalogArn(call, *in.catalog_name);
};
constexpr auto TagTarget = [](const Call&, const auto& in) { return *in.resource_arn; };
// The workgroup of what an id names; of an unknown id, any.
constexpr auto AnyGroup = [](const Call& call, const auto&) { return WorkGroupArn(call, "*"); };

}  // namespace

template <typename In>
std::string AthenaService::ExecutionArn(const Call& call, const In& in) {
  Result<query::Execution> execution = queries_.Get(call.scope, *in.query_execution_id);
  return WorkGroupArn(call, execution.ok() ? execution->workgroup : "*");
}

template <typename In>
std::string AthenaService::NamedQueryArn(const Call& call, const In& in) {
  Result<query::NamedQuery> query = queries_.saved().GetNamed(call.scope, *in.named_query_id);
  return WorkGroupArn(call, query.ok() ? query->workgroup : "*");
}

const protocol::ServiceDesc& AthenaService::model() const { return gen::kService; }

std::span<const protocol::Operation> AthenaService::operations() const {
  using protocol::AnyResource;
  using protocol::Bind;
  using S = AthenaService;
  static const protocol::Operation kOperations[] = {
      Bind<&S::BatchGetNamedQuery>("BatchGetNamedQuery", "athena:BatchGetNamedQuery", AnyGroup),
      Bind<&S::BatchGetPreparedStatement>("BatchGetPreparedStatement", "athena:BatchGetPreparedStatement", GroupMember),
      Bind<&S::BatchGetQueryExecution>("BatchGetQueryExecution", "athena:BatchGetQueryExecution", AnyGroup),
      Bind<&S::CreateDataCatalog>("CreateDataCatalog", "athena:CreateDataCatalog", CatalogMember),
      Bind<&S::CreateNamedQuery>("CreateNamedQuery", "athena:CreateNamedQuery", GroupMember),
      Bind<&S::CreatePreparedStatement>("CreatePreparedStatement", "athena:CreatePreparedStatement", GroupMember),
      Bind<&S::CreateWorkGroup>("CreateWorkGroup", "athena:CreateWorkGroup", NamedGroup),
      Bind<&S::DeleteDataCatalog>("DeleteDataCatalog", "athena:DeleteDataCatalog", CatalogMember),
      Bind<&S::DeleteNamedQuery>("DeleteNamedQuery", "athena:DeleteNamedQuery",
                                 &S::NamedQueryArn<gen::DeleteNamedQueryInput>),
      Bind<&S::DeletePreparedStatement>("DeletePreparedStatement", "athena:DeletePreparedStatement", GroupMember),
      Bind<&S::DeleteWorkGroup>("DeleteWorkGroup", "athena:DeleteWorkGroup", GroupMember),
      Bind<&S::GetDataCatalog>("GetDataCatalog", "athena:GetDataCatalog", CatalogMember),
      Bind<&S::GetDatabase>("GetDatabase", "athena:GetDatabase", MetadataCatalog),
      Bind<&S::GetNamedQuery>("GetNamedQuery", "athena:GetNamedQuery", &S::NamedQueryArn<gen::GetNamedQueryInput>),
      Bind<&S::GetPreparedStatement>("GetPreparedStatement", "athena:GetPreparedStatement", GroupMember),
      Bind<&S::GetQueryExecution>("GetQueryExecution", "athena:GetQueryExecution",
                                  &S::ExecutionArn<gen::GetQueryExecutionInput>),
      Bind<&S::GetQueryResults>("GetQueryResults", "athena:GetQueryResults",
                                &S::ExecutionArn<gen::GetQueryResultsInput>, {.work = protocol::WorkClass::kData}),
      Bind<&S::GetQueryRuntimeStatistics>("GetQueryRuntimeStatistics", "athena:GetQueryRuntimeStatistics",
                                          &S::ExecutionArn<gen::GetQueryRuntimeStatisticsInput>),
      Bind<&S::GetTableMetadata>("GetTableMetadata", "athena:GetTableMetadata", MetadataCatalog),
      Bind<&S::GetWorkGroup>("GetWorkGroup", "athena:GetWorkGroup", GroupMember),
      Bind<&S::ListDataCatalogs>("ListDataCatalogs", "athena:ListDataCatalogs", AnyResource),
      Bind<&S::ListDatabases>("ListDatabases", "athena:ListDatabases", MetadataCatalog),
      Bind<&S::ListEngineVersions>("ListEngineVersions", "athena:ListEngineVersions", AnyResource),
      Bind<&S::ListNamedQueries>("ListNamedQueries", "athena:ListNamedQueries", GroupMember),
      Bind<&S::ListPreparedStatements>("ListPreparedStatements", "athena:ListPreparedStatements", GroupMember),
      Bind<&S::ListQueryExecutions>("ListQueryExecutions", "athena:ListQueryExecutions", GroupMember),
      Bind<&S::ListTableMetadata>("ListTableMetadata", "athena:ListTableMetadata", MetadataCatalog,
                                  {.work = protocol::WorkClass::kData}),
      Bind<&S::ListTagsForResource>("ListTagsForResource", "athena:ListTagsForResource", TagTarget),
      Bind<&S::ListWorkGroups>("ListWorkGroups", "athena:ListWorkGroups", AnyResource),
      Bind<&S::StartQueryExecution>("StartQueryExecution", "athena:StartQueryExecution", GroupMember,
                                    {.work = protocol::WorkClass::kQuery}),
      Bind<&S::StopQueryExecution>("StopQueryExecution", "athena:StopQueryExecution",
                                   &S::ExecutionArn<gen::StopQueryExecutionInput>,
                                   {.work = protocol::WorkClass::kQuery}),
      Bind<&S::TagResource>("TagResource", "athena:TagResource", TagTarget),
      Bind<&S::UntagResource>("UntagResource", "athena:UntagResource", TagTarget),
      Bind<&S::UpdateDataCatalog>("UpdateDataCatalog", "athena:UpdateDataCatalog", CatalogMember),
      Bind<&S::UpdateNamedQuery>("UpdateNamedQuery", "athena:UpdateNamedQuery",
                                 &S::NamedQueryArn<gen::UpdateNamedQueryInput>),
      Bind<&S::UpdatePreparedStatement>("UpdatePreparedStatement", "athena:UpdatePreparedStatement", GroupMember),
      Bind<&S::UpdateWorkGroup>("UpdateWorkGroup", "athena:UpdateWorkGroup", GroupMember),
  };
  return kOperations;
}

std::span<const protocol::ErrorRow> AthenaService::errors() const {
  static constexpr protocol::ErrorRow kErrors[] = {
      {&query::kInvalidRequest, "InvalidRequestException", 400},
      {&query::kMalformedQuery, "InvalidRequestException", 400},
      {&query::kUserError, "InvalidRequestException", 400},
      {&query::kUnserved, "InvalidRequestException", 400},
      {&query::kNoSuchResource, "ResourceNotFoundException", 400},
      {&query::kMetadata, "MetadataException", 400},
      {&query::kTooManyQueries, "TooManyRequestsException", 400},
      {&query::kDamaged, "InternalServerException", 500},
      {&query::kSystemError, "InternalServerException", 500},
  };
  return kErrors;
}

}  // namespace tarn::api::athena
