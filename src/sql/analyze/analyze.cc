#include "sql/analyze.h"

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
    plan.duckdb = Printer(plan, context, options).TopQuery(query);
    return plan;
  } catch (Failure& failure) {
    return std::move(failure.error);
  }
}

}  // namespace tarn::sql
