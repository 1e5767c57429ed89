// Values of expressions without columns, computed by the engine as in any query.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "query/statement/job.h"

namespace tarn::query {
namespace {

// Keeps the one text of a query.
class OneText : public engine::ResultSink {
 public:
  Status OnColumns(const std::vector<engine::ResultColumn>&) override { return Ok(); }
  Status OnBatch(const engine::Batch& batch) override {
    if (batch.rows() > 0 && !batch.column(0).IsNull(0)) text = std::string(batch.column(0).Bytes(0));
    return Ok();
  }
  std::optional<std::string> text;
};

}  // namespace

Result<Constant> Job::Evaluate(sql::ExprPtr expression) {
  if (expression->kind == sql::ExprKind::kInteger) {
    return Constant{sql::MakeType(sql::TypeKind::kBigint), expression->text};
  }
  if (expression->kind == sql::ExprKind::kString) return Constant{sql::VarcharType(), expression->text};
  sql::Query query;
  query.pos = expression->pos;
  query.body = std::make_unique<sql::Body>();
  query.body->pos = expression->pos;
  query.body->select = std::make_unique<sql::Select>();
  query.body->select->pos = expression->pos;
  sql::SelectItem item;
  item.pos = expression->pos;
  item.expr = std::move(expression);
  query.body->select->items.push_back(std::move(item));
  TARN_TRY(const sql::Plan plan, sql::PlanQuery(query, lake, context()));
  Constant constant{plan.columns[0].type, std::nullopt};
  const bool moment = constant.type.Is(sql::TypeKind::kDate) || constant.type.Is(sql::TypeKind::kTimestamp) ||
                      constant.type.Is(sql::TypeKind::kTimestampTz);
  auto sink = std::make_shared<OneText>();
  engine::Query run;
  run.sql = fmt::format("SELECT CAST({} AS VARCHAR) FROM ({}) AS q(c)", moment ? "epoch_us(c)" : "c", plan.duckdb);
  run.sink = sink;
  run.resolver = std::shared_ptr<engine::TableResolver>(&lake, [](auto*) {});  // the job outlives the query
  TARN_CHECK(RunEngine(std::move(run)));
  constant.text = std::move(sink->text);
  return constant;
}

}  // namespace tarn::query
