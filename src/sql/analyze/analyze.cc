#include "sql/analyze.h"

#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/internal/printer.h"
#include "sql/statement.h"

namespace tarn::sql {

std::string QuoteIdentifier(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

std::string QuoteLiteral(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  out += "'";
  // A NUL ends DuckDB's statement text; spell it.
  for (size_t at = out.find('\0'); at != std::string::npos; at = out.find('\0')) out.replace(at, 1, "' || chr(0) || '");
  return out;
}

namespace {

std::string TypeNames(const std::vector<Type>& types) {
  std::vector<std::string> names;
  for (const Type& type : types) names.push_back(ToTrino(type));
  return Join(names, ", ");
}

void RequireTarget(const Plan& plan, const std::vector<TableColumn>& target, Position pos) {
  std::vector<Type> have;
  std::vector<Type> want;
  for (const OutputColumn& column : plan.columns) have.push_back(column.type);
  for (const TableColumn& column : target) want.push_back(column.type);
  bool fits = have.size() == want.size();
  for (size_t i = 0; fits && i < have.size(); ++i) fits = CanCoerce(have[i], want[i]);
  if (fits) return;
  ThrowAt(kTypeMismatch, "TYPE_MISMATCH", pos,
          fmt::format("Insert query has mismatched column types: Table: [{}], Query: [{}]", TypeNames(want),
                      TypeNames(have)));
}

// The one table that an expression by itself is over.
class OneTable : public CatalogView {
 public:
  explicit OneTable(const std::vector<TableColumn>& columns) : columns_(columns) {}

  Result<std::optional<TableInfo>> FindTable(const TableName& name) const override {
    TableInfo info;
    info.catalog = name.catalog;
    info.database = name.database;
    info.table = name.table;
    info.columns = columns_;
    return std::optional(std::move(info));
  }
  Result<bool> DatabaseExists(const std::string&, const std::string&) const override { return true; }
  Result<bool> CatalogExists(const std::string&) const override { return true; }

 private:
  const std::vector<TableColumn>& columns_;
};

bool HasSubquery(const Expr& expr) {
  if (expr.query) return true;
  return std::ranges::any_of(expr.args, [](const ExprPtr& arg) { return arg && HasSubquery(*arg); });
}

}  // namespace

Result<std::string> PrintExpression(std::string_view text, const std::vector<TableColumn>& columns, const Type& type,
                                    const AnalyzeContext& context) {
  TARN_TRY(ExprPtr expr, ParseExpression(text));
  if (HasSubquery(*expr)) return Fail(kNotSupported, "NOT_SUPPORTED: a subquery in a row filter");
  Query query;
  query.body = std::make_unique<Body>();
  query.body->select = std::make_unique<Select>();
  Select& select = *query.body->select;
  select.items.emplace_back();
  select.items[0].expr = std::move(expr);
  select.from = std::make_unique<Relation>();
  select.from->table.table = "row_filter";  // so is each column qualified
  try {
    Plan plan;
    const OneTable table(columns);
    Analyzer analyzer(table, context, &plan);
    const QueryShape shape = analyzer.AnalyzeQuery(&query, nullptr);
    const Expr& analyzed = *select.items[0].expr;
    if (ContainsAggregate(analyzed) || ContainsWindow(analyzed)) {
      return Fail(kNotSupported, "NOT_SUPPORTED: an aggregate in a row filter");
    }
    if (shape.types[0].kind != type.kind) {
      return Fail(kTypeMismatch,
                  fmt::format("TYPE_MISMATCH: expected {}, got {}", ToTrino(type), ToTrino(shape.types[0])));
    }
    const PrintOptions options;
    std::string printed = Printer(plan, context, options).Text(analyzed);
    return printed;
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
}

Result<Plan> PlanQuery(Query& query, const CatalogView& catalog, const AnalyzeContext& context,
                       const PrintOptions& options) {
  try {
    Plan plan;
    Analyzer analyzer(catalog, context, &plan);
    QueryShape shape = analyzer.AnalyzeQuery(&query, nullptr);
    analyzer.FinishPartitions();
    for (size_t i = 0; i < shape.names.size(); ++i) {
      OutputColumn column;
      column.named = !shape.names[i].empty();
      column.name = column.named ? shape.names[i] : fmt::format("_col{}", i);
      column.type = shape.types[i];
      plan.columns.push_back(std::move(column));
    }
    Printer printer(plan, context, options);
    if (!options.target.empty()) RequireTarget(plan, options.target, query.pos);
    plan.duckdb = options.target.empty() ? printer.TopQuery(query) : printer.QueryInto(query, options.target);
    return plan;
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
}

}  // namespace tarn::sql
