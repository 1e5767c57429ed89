#include <fmt/format.h>

#include "api/athena/athena_service.h"
#include "query/errors.h"

namespace tarn::api::athena {
namespace {

gen::QueryExecutionStatistics StatisticsOf(const query::Execution& e) {
  const query::Statistics& s = e.statistics;
  gen::QueryExecutionStatistics out;
  out.engine_execution_time_in_millis = s.engine_millis;
  out.data_scanned_in_bytes = s.scanned_bytes;
  if (!s.manifest_location.empty()) out.data_manifest_location = s.manifest_location;
  out.total_execution_time_in_millis = s.total_millis;
  out.query_queue_time_in_millis = s.queue_millis;
  out.service_pre_processing_time_in_millis = s.preprocessing_millis;
  out.query_planning_time_in_millis = s.planning_millis;
  out.service_processing_time_in_millis = s.service_millis;
  out.result_reuse_information.emplace();
  out.result_reuse_information->reused_previous_result = s.reused;
  return out;
}

gen::QueryExecutionStatus StatusOf(const query::Execution& e) {
  gen::QueryExecutionStatus out;
  out.state = std::string(query::StateName(e.state));
  out.state_change_reason = e.state_reason;
  out.submission_date_time = e.submitted;
  if (query::IsFinal(e.state)) out.completion_date_time = e.completed;
  if (e.error) {
    gen::AthenaError& error = out.athena_error.emplace();
    error.error_category = e.error->category;
    error.error_type = e.error->type;
    error.retryable = e.error->retryable;
    error.error_message = e.error->message;
  }
  return out;
}

gen::QueryExecution ShowExecution(const query::Execution& e) {
  gen::QueryExecution out;
  out.query_execution_id = e.id;
  out.query = e.query;
  out.statement_type = e.statement_type;
  if (!e.substatement_type.empty()) out.substatement_type = e.substatement_type;
  out.result_configuration = FromDomain(e.result);
  gen::ResultReuseByAgeConfiguration& reuse =
      out.result_reuse_configuration.emplace().result_reuse_by_age_configuration.emplace();
  reuse.enabled = e.reuse_enabled.value_or(false);
  reuse.max_age_in_minutes = e.reuse_max_age_minutes;
  gen::QueryExecutionContext& context = out.query_execution_context.emplace();
  context.database = e.database;
  context.catalog = e.catalog;
  out.status = StatusOf(e);
  out.statistics = StatisticsOf(e);
  out.work_group = e.workgroup;
  out.engine_version = EngineVersionOf(e.selected_engine);
  if (!e.parameters.empty()) out.execution_parameters = e.parameters;
  return out;
}

gen::ColumnInfo ShowColumn(const query::ResultColumn& column) {
  gen::ColumnInfo out;
  out.catalog_name = "hive";
  out.schema_name = "";
  out.table_name = "";
  out.name = column.name;
  out.label = column.name;
  out.type = column.type;
  out.precision = column.precision;
  out.scale = column.scale;
  out.nullable = "UNKNOWN";
  out.case_sensitive = column.case_sensitive;
  return out;
}

}  // namespace

Result<gen::StartQueryExecutionOutput> AthenaService::StartQueryExecution(const Call& call,
                                                                          const gen::StartQueryExecutionInput& in) {
  if (in.engine_configuration) {
    return Fail(query::kInvalidRequest, "EngineConfiguration is not supported here: it belongs to Spark workgroups.");
  }
  query::StartRequest request;
  request.query = *in.query_string;
  request.token = in.client_request_token.value_or("");
  if (in.query_execution_context) {
    request.database = in.query_execution_context->database;
    request.catalog = in.query_execution_context->catalog;
  }
  request.result = ToDomain(in.result_configuration);
  request.workgroup = in.work_group.value_or("");
  request.parameters = in.execution_parameters.value_or(std::vector<std::string>{});
  if (in.result_reuse_configuration && in.result_reuse_configuration->result_reuse_by_age_configuration) {
    const auto& reuse = *in.result_reuse_configuration->result_reuse_by_age_configuration;
    request.reuse_enabled = reuse.enabled;
    request.reuse_max_age_minutes = reuse.max_age_in_minutes;
  }
  request.caller = call.caller;
  Result<std::string> id = queries_.Start(call.scope, request);
  if (id.Is(query::kMalformedQuery)) call.AddErrorField("AthenaErrorCode", "MALFORMED_QUERY");
  if (id.Is(query::kInvalidRequest)) call.AddErrorField("AthenaErrorCode", "INVALID_INPUT");
  if (id.Is(query::kTooManyQueries)) call.AddErrorField("Reason", "CONCURRENT_QUERY_LIMIT_EXCEEDED");
  if (!id.ok()) return id.error();
  gen::StartQueryExecutionOutput out;
  out.query_execution_id = *id;
  return out;
}

Result<gen::StopQueryExecutionOutput> AthenaService::StopQueryExecution(const Call& call,
                                                                        const gen::StopQueryExecutionInput& in) {
  TARN_CHECK(queries_.Stop(call.scope, *in.query_execution_id));
  return gen::StopQueryExecutionOutput{};
}

Result<gen::GetQueryExecutionOutput> AthenaService::GetQueryExecution(const Call& call,
                                                                      const gen::GetQueryExecutionInput& in) {
  TARN_TRY(query::Execution execution, queries_.GetFor(call.caller, call.scope, *in.query_execution_id));
  gen::GetQueryExecutionOutput out;
  out.query_execution = ShowExecution(execution);
  return out;
}

Result<gen::BatchGetQueryExecutionOutput> AthenaService::BatchGetQueryExecution(
    const Call& call, const gen::BatchGetQueryExecutionInput& in) {
  gen::BatchGetQueryExecutionOutput out;
  out.query_executions.emplace();
  out.unprocessed_query_execution_ids.emplace();
  for (const std::string& id : *in.query_execution_ids) {
    Result<query::Execution> execution = queries_.GetFor(call.caller, call.scope, id);
    if (execution.ok()) {
      out.query_executions->push_back(ShowExecution(*execution));
      continue;
    }
    if (!execution.Is(query::kInvalidRequest)) return execution.error();
    gen::UnprocessedQueryExecutionId& missing = out.unprocessed_query_execution_ids->emplace_back();
    missing.query_execution_id = id;
    missing.error_code = "INVALID_INPUT";
    missing.error_message = execution.error().message;
  }
  return out;
}

Result<gen::ListQueryExecutionsOutput> AthenaService::ListQueryExecutions(const Call& call,
                                                                          const gen::ListQueryExecutionsInput& in) {
  TARN_TRY(auto page, queries_.List(call.scope, in.work_group.value_or(""), PageOf(in.next_token, in.max_results, 50)));
  gen::ListQueryExecutionsOutput out;
  out.query_execution_ids = std::move(page.items);
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::GetQueryResultsOutput> AthenaService::GetQueryResults(const Call& call,
                                                                  const gen::GetQueryResultsInput& in) {
  if (in.query_result_type.value_or("DATA_ROWS") != "DATA_ROWS") {
    return Fail(query::kInvalidRequest,
                "QueryResultType DATA_MANIFEST is not served yet: read the object that "
                "Statistics.DataManifestLocation names.");
  }
  query::Execution execution;
  TARN_TRY(auto page, queries_.GetResults(call.caller, call.scope, *in.query_execution_id,
                                          PageOf(in.next_token, in.max_results, 1000), &execution));
  gen::GetQueryResultsOutput out;
  out.update_count = execution.update_count;
  gen::ResultSet& results = out.result_set.emplace();
  results.rows.emplace();
  results.rows->reserve(page.items.size());
  for (query::ResultRow& cells : page.items) {
    auto& data = results.rows->emplace_back().data.emplace();
    data.reserve(cells.size());
    for (std::optional<std::string>& cell : cells) data.push_back({std::move(cell)});
  }
  auto& columns = results.result_set_metadata.emplace().column_info.emplace();
  for (const query::ResultColumn& column : execution.columns) columns.push_back(ShowColumn(column));
  out.next_token = TokenOf(page.next);
  return out;
}

Result<gen::GetQueryRuntimeStatisticsOutput> AthenaService::GetQueryRuntimeStatistics(
    const Call& call, const gen::GetQueryRuntimeStatisticsInput& in) {
  TARN_TRY(query::Execution e, queries_.GetFor(call.caller, call.scope, *in.query_execution_id));
  const query::Statistics& s = e.statistics;
  gen::GetQueryRuntimeStatisticsOutput out;
  gen::QueryRuntimeStatistics& shown = out.query_runtime_statistics.emplace();
  gen::QueryRuntimeStatisticsTimeline& timeline = shown.timeline.emplace();
  timeline.query_queue_time_in_millis = s.queue_millis;
  timeline.service_pre_processing_time_in_millis = s.preprocessing_millis;
  timeline.query_planning_time_in_millis = s.planning_millis;
  timeline.engine_execution_time_in_millis = s.engine_millis;
  timeline.service_processing_time_in_millis = s.service_millis;
  timeline.total_execution_time_in_millis = s.total_millis;
  if (!query::IsFinal(e.state) || e.is_withheld) return out;
  gen::QueryRuntimeStatisticsRows& rows = shown.rows.emplace();
  rows.input_bytes = s.scanned_bytes;
  rows.output_bytes = s.output_bytes;
  rows.output_rows = s.output_rows;
  return out;
}

}  // namespace tarn::api::athena
