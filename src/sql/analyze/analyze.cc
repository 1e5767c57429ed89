#include "sql/analyze.h"

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/internal/printer.h"

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

}  // namespace

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
