// SELECT and what only wraps it: EXPLAIN, PREPARE, EXECUTE, DEALLOCATE.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/hash.h"
#include "base/strings.h"
#include "query/errors.h"
#include "query/render.h"
#include "query/statement/iceberg/change.h"
#include "query/statement/job.h"
#include "sql/errors.h"

namespace tarn::query {
namespace {

// Collects EXPLAIN's text.
class TextSink : public engine::ResultSink {
 public:
  Status OnColumns(const std::vector<engine::ResultColumn>&) override { return Ok(); }
  Status OnBatch(const engine::Batch& batch) override {
    const engine::Column& text = batch.column(batch.columns() - 1);
    for (size_t row = 0; row < batch.rows(); row++) {
      if (!text.IsNull(row)) text_ += text.Bytes(row);
    }
    return Ok();
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Status BindAll(Job& job, sql::Statement& statement) {
  if (job.parameters.empty() && statement.parameter_count == 0) return Ok();
  TARN_CHECK(sql::BindParameters(statement, job.parameters));
  job.parameters.clear();
  return Ok();
}

}  // namespace

// The query's columns with types, asked of the engine where the analysis does not know one.
Result<sql::Plan> PlanTyped(Job& job, sql::Query& query) {
  TARN_TRY(sql::Plan plan, sql::PlanQuery(query, job.lake, job.context()));
  job.lake.Prune(plan.tables);
  const bool unknown = std::ranges::any_of(
      plan.columns, [](const sql::OutputColumn& column) { return column.type.kind == sql::TypeKind::kUnknown; });
  if (!unknown) return plan;
  engine::Query asked;
  asked.sql = plan.duckdb;
  asked.resolver = std::shared_ptr<engine::TableResolver>(&job.lake, [](auto*) {});
  TARN_TRY(auto columns, engine::DescribeQuery(job.services.pool, std::move(asked)));
  for (size_t i = 0; i < plan.columns.size() && i < columns.size(); i++) {
    if (plan.columns[i].type.kind == sql::TypeKind::kUnknown) plan.columns[i].type = ToSqlType(columns[i].type);
  }
  return plan;
}

Status RunSelect(Job& job, sql::Query& query) {
  TARN_TRY(sql::Plan plan, sql::PlanQuery(query, job.lake, job.context()));
  job.lake.Prune(plan.tables);
  TARN_TRY(object::Location to, object::ParseLocation(job.execution.result.output_location.value_or("")));
  auto writer = std::make_shared<CsvWriter>(job.files, to, plan.columns);
  engine::Query run;
  run.sql = std::move(plan.duckdb);
  run.sink = writer;
  run.resolver = std::shared_ptr<engine::TableResolver>(&job.lake, [](auto*) {});  // the job outlives the query
  TARN_TRY(engine::Outcome outcome, job.RunEngine(std::move(run)));
  TARN_CHECK(job.WithMetadata(".metadata", writer->columns(), [&] { return writer->Finish(); }));
  job.execution.columns = writer->columns();
  job.execution.has_header = true;
  job.execution.statistics.output_rows = static_cast<int64_t>(writer->rows());
  job.execution.statistics.output_bytes = static_cast<int64_t>(writer->bytes());
  return Ok();
}

namespace {

// The query that reads what the statement works on; null for statements that read nothing.
Result<sql::QueryPtr> ReadingQuery(Job& job, sql::Statement& statement) {
  if (auto* s = statement.As<sql::QueryStatement>()) return std::move(s->query);
  if (auto* s = statement.As<sql::InsertInto>()) return std::move(s->query);
  if (auto* s = statement.As<sql::CreateTableAs>()) return std::move(s->query);
  if (auto* s = statement.As<sql::Unload>()) return std::move(s->query);
  if (auto* s = statement.As<sql::Delete>()) return RowsQuery(job, *s);
  if (auto* s = statement.As<sql::UpdateRows>()) return RowsQuery(job, *s);
  if (auto* s = statement.As<sql::Merge>()) return RowsQuery(job, *s);
  return sql::QueryPtr();
}

}  // namespace

Status RunExplain(Job& job, sql::Explain& explain) {
  sql::Statement& statement = *explain.statement;
  if (explain.analyze && statement.As<sql::QueryStatement>() == nullptr) {
    return Fail(kUnserved, "NOT_SUPPORTED: EXPLAIN ANALYZE is served for SELECT statements only");
  }
  TARN_TRY(const sql::QueryPtr query, ReadingQuery(job, statement));
  if (query == nullptr) {
    return Fail(kUnserved, "NOT_SUPPORTED: EXPLAIN is served for statements that read rows");
  }
  if (!explain.format.empty() && !EqualsIgnoreCase(explain.format, "text")) {
    return Fail(kUnserved,
                fmt::format("NOT_SUPPORTED: EXPLAIN (FORMAT {}) is not served yet; TEXT is", explain.format));
  }
  TARN_TRY(sql::Plan plan, sql::PlanQuery(*query, job.lake, job.context()));
  if (explain.type == "validate") {
    return job.WriteText({TextColumn("Valid")}, {"true"});
  }
  job.lake.Prune(plan.tables);
  auto sink = std::make_shared<TextSink>();
  engine::Query run;
  run.sql = (explain.analyze ? "EXPLAIN ANALYZE " : "EXPLAIN ") + plan.duckdb;
  run.sink = sink;
  run.resolver = std::shared_ptr<engine::TableResolver>(&job.lake, [](auto*) {});
  TARN_TRY(engine::Outcome outcome, job.RunEngine(std::move(run)));
  std::vector<std::string> lines;
  for (std::string_view line : Split(sink->text(), '\n')) lines.emplace_back(line);
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  ResultColumn column = DescribeColumn("Query Plan", sql::VarcharType());
  return job.WriteText({column}, lines);
}

Status RunPrepare(Job& job, const sql::Prepare& prepare) {
  PreparedStatement statement;
  statement.name = prepare.name;
  statement.workgroup = job.execution.workgroup;
  statement.query = prepare.statement;
  TARN_TRY(sql::Statement parsed, sql::Parse(prepare.statement));
  TARN_CHECK(job.services.saved.PutPrepared(job.scope, std::move(statement)));
  return job.WriteText({}, {});
}

Status RunExecute(Job& job, const sql::Execute& execute) {
  Result<PreparedStatement> found = job.services.saved.GetPrepared(job.scope, job.execution.workgroup, execute.name);
  if (found.Is(kNoSuchResource)) {
    return Fail(kUserError,
                fmt::format("PREPARED_STATEMENT_NOT_FOUND: Prepared statement {} was not found in workgroup {}",
                            execute.name, job.execution.workgroup));
  }
  if (!found.ok()) return found.error();
  TARN_TRY(sql::Statement statement, sql::Parse(found->query));
  if (statement.As<sql::Execute>() != nullptr || statement.As<sql::Prepare>() != nullptr) {
    return Fail(kUserError, "NOT_SUPPORTED: a prepared statement cannot run another one");
  }
  // Values written after USING come first; else the call's ExecutionParameters count.
  if (!execute.parameters.empty()) job.parameters = execute.parameters;
  TARN_CHECK(BindAll(job, statement));
  return RunStatement(job, statement);
}

Status RunDeallocate(Job& job, const sql::Deallocate& deallocate) {
  Status deleted = job.services.saved.DeletePrepared(job.scope, job.execution.workgroup, deallocate.name);
  if (deleted.Is(kNoSuchResource)) {
    return Fail(kUserError,
                fmt::format("PREPARED_STATEMENT_NOT_FOUND: Prepared statement {} was not found in workgroup {}",
                            deallocate.name, job.execution.workgroup));
  }
  if (!deleted.ok()) return deleted.error();
  return job.WriteText({}, {});
}

}  // namespace tarn::query
