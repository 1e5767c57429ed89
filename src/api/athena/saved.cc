#include "api/athena/athena_service.h"
#include "query/errors.h"

namespace tarn::api::athena {
namespace {

gen::NamedQuery FromDomain(const query::NamedQuery& query) {
  gen::NamedQuery out;
  out.name = query.name;
  out.description = query.description;
  out.database = query.database;
  out.query_string = query.query;
  out.named_query_id = query.id;
  out.work_group = query.workgroup;
  return out;
}

gen::PreparedStatement FromDomain(const query::PreparedStatement& statement) {
  gen::PreparedStatement out;
  out.statement_name = statement.name;
  out.query_statement = statement.query;
  out.work_group_name = statement.workgroup;
  out.description = statement.description;
  out.last_modified_time = statement.modified;
  return out;
}

template <typename Input>
query::PreparedStatement StatementOf(const Input& in) {
  query::PreparedStatement statement;
  statement.name = *in.statement_name;
  statement.workgroup = *in.work_group;
  statement.query = *in.query_statement;
  statement.description = in.description;
  return statement;
}

std::string GroupOr(const std::optional<std::string>& group) {
  return group.value_or(std::string(query::kPrimaryWorkGroup));
}

}  // namespace

Result<gen::CreateNamedQueryOutput> AthenaService::CreateNamedQuery(const Call& call,
                                                                    const gen::CreateNamedQueryInput& in) {
  query::NamedQuery query;
  query.name = *in.name;
  query.description = in.description;
  query.database = *in.database;
  query.query = *in.query_string;
  query.workgroup = GroupOr(in.work_group);
  gen::CreateNamedQueryOutput out;
  TARN_TRY(out.named_query_id,
           queries_.saved().CreateNamed(call.scope, std::move(query), in.client_request_token.value_or("")));
  return out;
}

Result<gen::GetNamedQueryOutput> AthenaService::GetNamedQuery(const Call& call, const gen::GetNamedQueryInput& in) {
  TARN_TRY(query::NamedQuery query, queries_.saved().GetNamed(call.scope, *in.named_query_id));
  gen::GetNamedQueryOutput out;
  out.named_query = FromDomain(query);
  return out;
}

Result<gen::BatchGetNamedQueryOutput> AthenaService::BatchGetNamedQuery(const Call& call,
                                                                        const gen::BatchGetNamedQueryInput& in) {
  gen::BatchGetNamedQueryOutput out;
  out.named_queries.emplace();
  out.unprocessed_named_query_ids.emplace();
  for (const std::string& id : *in.named_query_ids) {
    Result<query::NamedQuery> query = queries_.saved().GetNamed(call.scope, id);
    if (query.ok()) {
      out.named_queries->push_back(FromDomain(*query));
      continue;
    }
    if (!query.Is(query::kInvalidRequest)) return query.error();
    out.unprocessed_named_query_ids->push_back({id, "INVALID_INPUT", query.error().message});
  }
  return out;
}

Result<gen::ListNamedQueriesOutput> AthenaService::ListNamedQueries(const Call& call,
                                                                    const gen::ListNamedQueriesInput& in) {
  TARN_TRY(auto page,
           queries_.saved().ListNamed(call.scope, GroupOr(in.work_group), PageOf(in.next_token, in.max_results, 50)));
  gen::ListNamedQueriesOutput out;
  out.named_query_ids = std::move(page.items);
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::UpdateNamedQueryOutput> AthenaService::UpdateNamedQuery(const Call& call,
                                                                    const gen::UpdateNamedQueryInput& in) {
  TARN_CHECK(queries_.saved().UpdateNamed(call.scope, *in.named_query_id, *in.name, in.description, *in.query_string));
  return gen::UpdateNamedQueryOutput{};
}

Result<gen::DeleteNamedQueryOutput> AthenaService::DeleteNamedQuery(const Call& call,
                                                                    const gen::DeleteNamedQueryInput& in) {
  TARN_CHECK(queries_.saved().DeleteNamed(call.scope, *in.named_query_id));
  return gen::DeleteNamedQueryOutput{};
}

Result<gen::CreatePreparedStatementOutput> AthenaService::CreatePreparedStatement(
    const Call& call, const gen::CreatePreparedStatementInput& in) {
  TARN_CHECK(queries_.saved().CreatePrepared(call.scope, StatementOf(in)));
  return gen::CreatePreparedStatementOutput{};
}

Result<gen::GetPreparedStatementOutput> AthenaService::GetPreparedStatement(const Call& call,
                                                                            const gen::GetPreparedStatementInput& in) {
  TARN_TRY(query::PreparedStatement statement,
           queries_.saved().GetPrepared(call.scope, *in.work_group, *in.statement_name));
  gen::GetPreparedStatementOutput out;
  out.prepared_statement = FromDomain(statement);
  return out;
}

Result<gen::BatchGetPreparedStatementOutput> AthenaService::BatchGetPreparedStatement(
    const Call& call, const gen::BatchGetPreparedStatementInput& in) {
  TARN_TRY(query::WorkGroup group, queries_.workgroups().Get(call.scope, *in.work_group));
  gen::BatchGetPreparedStatementOutput out;
  out.prepared_statements.emplace();
  out.unprocessed_prepared_statement_names.emplace();
  for (const std::string& name : *in.prepared_statement_names) {
    Result<query::PreparedStatement> statement = queries_.saved().GetPrepared(call.scope, group.name, name);
    if (statement.ok()) {
      out.prepared_statements->push_back(FromDomain(*statement));
      continue;
    }
    if (!statement.Is(query::kNoSuchResource)) return statement.error();
    out.unprocessed_prepared_statement_names->push_back({name, "STATEMENT_NOT_FOUND", statement.error().message});
  }
  return out;
}

Result<gen::ListPreparedStatementsOutput> AthenaService::ListPreparedStatements(
    const Call& call, const gen::ListPreparedStatementsInput& in) {
  TARN_TRY(auto page,
           queries_.saved().ListPrepared(call.scope, *in.work_group, PageOf(in.next_token, in.max_results, 50)));
  gen::ListPreparedStatementsOutput out;
  out.prepared_statements.emplace();
  for (const query::PreparedStatement& statement : page.items) {
    out.prepared_statements->push_back({statement.name, statement.modified});
  }
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::UpdatePreparedStatementOutput> AthenaService::UpdatePreparedStatement(
    const Call& call, const gen::UpdatePreparedStatementInput& in) {
  TARN_CHECK(queries_.saved().UpdatePrepared(call.scope, StatementOf(in)));
  return gen::UpdatePreparedStatementOutput{};
}

Result<gen::DeletePreparedStatementOutput> AthenaService::DeletePreparedStatement(
    const Call& call, const gen::DeletePreparedStatementInput& in) {
  TARN_CHECK(queries_.saved().DeletePrepared(call.scope, *in.work_group, *in.statement_name));
  return gen::DeletePreparedStatementOutput{};
}

}  // namespace tarn::api::athena
