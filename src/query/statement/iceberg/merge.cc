// MERGE INTO an Iceberg table.
//
// One SELECT over the source joined with the target says for each pair what becomes of it: a row of what to do, whether
// a row is written, and its columns; no row at all when no WHEN takes the pair. So every expression is evaluated once,
// by the first WHEN that applies.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "query/errors.h"
#include "query/statement/iceberg/change.h"
#include "query/statement/iceberg/table.h"
#include "query/statement/iceberg/write.h"

namespace tarn::query {
namespace {

using sql::Assignment;
using sql::MergeCase;

// An expression put into the SELECT, and the column whose value it is.
struct Placed {
  const sql::Expr* value;
  size_t column;
};

class MergeQuery {
 public:
  MergeQuery(const Job& job, sql::Merge& merge, const catalog::IcebergTable& table,
             std::vector<sql::TableColumn> columns)
      : merge_(merge),
        table_(table),
        target_(TargetRelation(job, merge.alias, table)),
        columns_(std::move(columns)),
        name_(sql::QuoteIdentifier(merge.alias.empty() ? table.record.name : merge.alias)),
        placed_(merge.cases.size()) {}

  Result<sql::QueryPtr> Build() {
    TARN_CHECK(ResolveColumns());
    std::string text = fmt::format("SELECT {0}.\"$path\", {0}.\"$pos\", {1}", name_,
                                   HasRowIds(table_) ? name_ + ".\"_row_id\"" : std::string("CAST(NULL AS bigint)"));
    text += ", CASE";
    for (size_t i = 0; i < merge_.cases.size(); ++i) text += CaseText(i);
    const bool inserts =
        std::any_of(merge_.cases.begin(), merge_.cases.end(), [](const auto& c) { return !c.matched; });
    text += fmt::format(" END FROM (SELECT 1) AS x {} JOIN {} ON true", inserts ? "LEFT" : "INNER", target_);
    TARN_TRY(sql::QueryPtr query, ParseSelect(text));
    sql::Select& select = *query->body->select;
    select.from->left = std::move(merge_.source);
    select.from->on = std::move(merge_.on);
    sql::Expr& choice = *select.items[3].expr;
    for (size_t i = 0; i < merge_.cases.size(); ++i) Fill(i, *choice.args[2 * i], *choice.args[2 * i + 1]);
    return query;
  }

  // After planning: whether the values are of the columns' types.
  Status CheckTypes() const {
    for (size_t i = 0; i < placed_.size(); ++i) {
      std::vector<std::string> wanted, given;
      bool fits = true;
      for (const Placed& placed : placed_[i]) {
        const sql::Type& type = placed.value->type;
        const sql::Type& column = columns_[placed.column].type;
        wanted.push_back(sql::ToTrino(column));
        given.push_back(sql::ToTrino(type));
        fits = fits && (type.Is(sql::TypeKind::kUnknown) || sql::CanCoerce(type, column));
      }
      if (fits) continue;
      return Fail(
          kUserError,
          fmt::format("TYPE_MISMATCH: line {}:{}: MERGE table column types don't match for MERGE case {}, SET "
                      "expressions: Table: [{}], Expressions: [{}]",
                      merge_.cases[i].pos.line, merge_.cases[i].pos.column, i, Join(wanted, ", "), Join(given, ", ")));
    }
    return Ok();
  }

 private:
  Result<size_t> ColumnAt(const sql::Identifier& column) const {
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (EqualsIgnoreCase(columns_[i].name, column.name)) return i;
    }
    return Fail(kUserError,
                fmt::format("COLUMN_NOT_FOUND: line {}:{}: Merge column name does not exist in target table: "
                            "{}",
                            column.pos.line, column.pos.column, column.name));
  }

  Status ResolveColumns() {
    targets_.resize(merge_.cases.size());
    for (size_t i = 0; i < merge_.cases.size(); ++i) {
      MergeCase& branch = merge_.cases[i];
      for (const Assignment& assignment : branch.set) TARN_CHECK(Take(i, assignment.column));
      for (const sql::Identifier& column : branch.columns) TARN_CHECK(Take(i, column));
      if (branch.kind != MergeCase::kInsert) continue;
      if (branch.columns.empty()) {
        for (size_t at = 0; at < columns_.size(); ++at) targets_[i].push_back(at);
      }
      if (targets_[i].size() != branch.values.size()) {
        return Fail(kUserError,
                    fmt::format("SYNTAX_ERROR: line {}:{}: MERGE INSERT has {} columns and {} values", branch.pos.line,
                                branch.pos.column, targets_[i].size(), branch.values.size()));
      }
    }
    return Ok();
  }
  Status Take(size_t branch, const sql::Identifier& column) {
    TARN_TRY(const size_t at, ColumnAt(column));
    if (std::find(targets_[branch].begin(), targets_[branch].end(), at) != targets_[branch].end()) {
      return Fail(kUserError, fmt::format("SYNTAX_ERROR: line {}:{}: Multiple assignments for same column: {}",
                                          column.pos.line, column.pos.column, column.name));
    }
    targets_[branch].push_back(at);
    return Ok();
  }

  // WHEN … THEN with a NULL for each expression that Fill puts in.
  std::string CaseText(size_t i) const {
    const MergeCase& branch = merge_.cases[i];
    std::string row = branch.kind == MergeCase::kDelete ? "false" : "true";
    std::string type = "w boolean";
    for (size_t at = 0; at < columns_.size(); ++at) {
      const bool given = std::find(targets_[i].begin(), targets_[i].end(), at) != targets_[i].end();
      const bool kept = branch.kind == MergeCase::kUpdate && !given;
      row += kept ? fmt::format(", {}.{}", name_, sql::QuoteIdentifier(columns_[at].name)) : std::string(", NULL");
      type += fmt::format(", c{} {}", at, sql::ToTrino(columns_[at].type));
    }
    return fmt::format(" WHEN {}.\"$path\" IS {} NULL AND true THEN CAST(ROW({}) AS ROW({}))", name_,
                       branch.matched ? "NOT" : "", row, type);
  }

  void Fill(size_t i, sql::Expr& when, sql::Expr& then) {
    MergeCase& branch = merge_.cases[i];
    if (branch.condition) when.args[1] = std::move(branch.condition);
    sql::Expr& row = *then.args[0];
    for (size_t k = 0; k < targets_[i].size(); ++k) {
      sql::ExprPtr& value = branch.kind == MergeCase::kInsert ? branch.values[k] : branch.set[k].value;
      sql::ExprPtr& place = row.args[1 + targets_[i][k]];
      place = std::move(value);
      placed_[i].push_back({place.get(), targets_[i][k]});
    }
  }

  sql::Merge& merge_;
  const catalog::IcebergTable& table_;
  const std::string target_;
  const std::vector<sql::TableColumn> columns_;
  const std::string name_;
  std::vector<std::vector<size_t>> targets_;  // per case, the columns that it gives values for, as written
  std::vector<std::vector<Placed>> placed_;
};

}  // namespace

Result<sql::QueryPtr> RowsQuery(Job& job, sql::Merge& merge) {
  TARN_TRY(const catalog::IcebergTable table, TargetOf(job, merge.table, "MERGE"));
  TARN_TRY(std::vector<sql::TableColumn> columns, TargetColumns(table.metadata->schema()));
  return MergeQuery(job, merge, table, std::move(columns)).Build();
}

Status RunMerge(Job& job, sql::Merge& merge) {
  RowChange run;
  run.operation = catalog::RowOperation::kMerge;
  TARN_TRY(run.table, TargetOf(job, merge.table, "MERGE"));
  const iceberg::Schema& schema = run.table.metadata->schema();
  TARN_TRY(std::vector<sql::TableColumn> columns, TargetColumns(schema));
  MergeQuery build(job, merge, run.table, std::move(columns));
  TARN_TRY(const sql::QueryPtr query, build.Build());
  TARN_TRY(const sql::Plan plan, sql::PlanQuery(*query, job.lake, job.context()));
  TARN_CHECK(RaiseLevel(job, run.table.record.database, run.table.record.name, plan.tables));
  TARN_CHECK(build.CheckTypes());
  job.lake.Prune(plan.tables);
  std::vector<std::string> values;
  values.reserve(schema.columns().size());
  for (size_t i = 0; i < schema.columns().size(); ++i) values.push_back(fmt::format("struct_extract(q.c3, 'c{}')", i));
  const std::string from =
      fmt::format("(SELECT * FROM ({}) AS p(c0, c1, c2, c3) WHERE c3 IS NOT NULL) AS q", plan.duckdb);
  TARN_TRY(run.select, RowsSelect(schema, {"q.c0", "q.c1", "struct_extract(q.c3, 'w')"}, values, from,
                                  HasRowIds(run.table) ? "q.c2, CAST(NULL AS BIGINT)" : ""));
  run.filter = iceberg::AlwaysTrue();
  run.merges = true;
  return RunRowChange(job, run);
}

}  // namespace tarn::query
