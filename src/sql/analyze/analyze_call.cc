#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/internal/functions.h"

namespace tarn::sql {

// Lambdas are typed after the other arguments, which give their parameters' types.
void Analyzer::AnalyzeArguments(Expr* expr, const Scope& scope, std::vector<Type>* types) {
  types->resize(expr->args.size());
  for (size_t i = 0; i < expr->args.size(); ++i) {
    if (expr->args[i]->kind != ExprKind::kLambda) (*types)[i] = Analyze(expr->args[i].get(), scope);
  }
  for (size_t i = 0; i < expr->args.size(); ++i) {
    Expr* lambda = expr->args[i].get();
    if (lambda->kind != ExprKind::kLambda) continue;
    std::vector<Type> parameters = LambdaParameters(expr->name, i, *types);
    if (parameters.size() != lambda->names.size()) {
      ThrowAt(kTypeMismatch, "INVALID_FUNCTION_ARGUMENT", lambda->pos,
              fmt::format("Expected a lambda that takes {} argument(s) but got {}", parameters.size(),
                          lambda->names.size()));
    }
    for (size_t p = 0; p < parameters.size(); ++p) lambda_variables_.emplace_back(lambda->names[p], parameters[p]);
    (*types)[i] = Analyze(lambda, scope);
    lambda_variables_.resize(lambda_variables_.size() - parameters.size());
  }
}

void Analyzer::FailCall(const Expr& expr, const std::vector<Type>& types) {
  if (FindFunctionNamed(expr.name) == nullptr) {
    ThrowAt(kFunctionNotFound, "FUNCTION_NOT_FOUND", expr.pos, fmt::format("Function '{}' not registered", expr.name));
  }
  std::vector<std::string> texts;
  for (const Type& type : types) texts.push_back(ToTrino(type));
  ThrowAt(kFunctionNotFound, "FUNCTION_NOT_FOUND", expr.pos,
          fmt::format("Unexpected parameters ({}) for function {}", Join(texts, ", "), expr.name));
}

namespace {

bool Unifiable(const std::vector<Type>& types) {
  Type result;
  for (const Type& type : types) {
    Type both;
    if (!UnifyTypes(result, type, &both)) return false;
    result = both;
  }
  return true;
}

// Functions whose lambda arguments are typed like any other value.
bool TakesLambda(const Function& function) { return function.signature.find('f') != std::string_view::npos; }

}  // namespace

Type Analyzer::AnalyzeCall(Expr* expr, const Scope& scope) {
  const Function* named = FindFunctionNamed(expr->name);
  if (named == nullptr) FailCall(*expr, {});
  bool star = expr->args.size() == 1 && expr->args[0]->kind == ExprKind::kStar;
  if (star && expr->name != "count") {
    ThrowAt(kFunctionNotFound, "FUNCTION_NOT_FOUND", expr->pos,
            fmt::format("Unexpected parameters (*) for function {}", expr->name));
  }
  std::vector<Type> types;
  AnalyzeArguments(expr, scope, &types);
  bool has_lambda =
      std::any_of(expr->args.begin(), expr->args.end(), [](auto& a) { return a->kind == ExprKind::kLambda; });
  const Function* function = FindFunction(expr->name, types);
  bool mixed = function != nullptr && function->result == "$u" && !Unifiable(types);
  if (mixed || function == nullptr || (has_lambda && !TakesLambda(*function))) FailCall(*expr, types);
  if (expr->filter) {
    Analyze(expr->filter.get(), scope);
    RequireBoolean(*expr->filter, "FILTER");
  }
  AnalyzeSortItems(&expr->order_by, scope);
  bool aggregate = function->kind == FunctionKind::kAggregate;
  if (!aggregate && (expr->distinct || expr->filter || !expr->order_by.empty())) {
    ThrowAt(kSyntaxError, "FUNCTION_NOT_AGGREGATE", expr->pos,
            fmt::format("Function '{}' is not an aggregate function", expr->name));
  }
  if (function->kind == FunctionKind::kWindow && !expr->has_window) {
    ThrowAt(kSyntaxError, "MISSING_OVER", expr->pos,
            fmt::format("Window function {} requires an OVER clause", expr->name));
  }
  if (function->kind == FunctionKind::kScalar && expr->has_window) {
    ThrowAt(kSyntaxError, "FUNCTION_NOT_WINDOW", expr->pos, fmt::format("Not a window function: {}", expr->name));
  }
  if (aggregate && !expr->has_window) {
    for (const ExprPtr& arg : expr->args) {
      if (!ContainsAggregate(*arg) && !ContainsWindow(*arg)) continue;
      ThrowAt(kSyntaxError, "NESTED_AGGREGATION", expr->pos,
              fmt::format("Cannot nest aggregations or window functions inside aggregation '{}'", expr->name));
    }
  }
  if (expr->window) AnalyzeWindow(expr->window.get(), scope);
  if (!expr->window_name.empty()) {
    bool known = windows_ &&
                 std::any_of(windows_->begin(), windows_->end(), [&](auto& w) { return w.name == expr->window_name; });
    if (!known)
      ThrowAt(kSyntaxError, "INVALID_WINDOW_REFERENCE", expr->pos,
              fmt::format("Cannot resolve WINDOW name {}", expr->window_name));
  }
  if (expr->name == "extract") {
    static constexpr std::string_view kFields[] = {
        "year",           "quarter", "month",        "week", "day",  "day_of_month", "day_of_week", "dow",
        "day_of_year",    "doy",     "year_of_week", "yow",  "hour", "minute",       "second",      "timezone_hour",
        "timezone_minute"};
    if (std::find(std::begin(kFields), std::end(kFields), expr->text) == std::end(kFields)) {
      ThrowAt(kSyntaxError, "SYNTAX_ERROR", expr->pos, fmt::format("Invalid EXTRACT field: {}", expr->text));
    }
  }
  return ResultType(*function, types);
}

void Analyzer::AnalyzeSortItems(std::vector<SortItem>* items, const Scope& scope) {
  for (SortItem& item : *items) Analyze(item.expr.get(), scope);
}

void Analyzer::AnalyzeWindow(Window* window, const Scope& scope) {
  for (ExprPtr& key : window->partition_by) Analyze(key.get(), scope);
  AnalyzeSortItems(&window->order_by, scope);
  if (window->start.offset) Analyze(window->start.offset.get(), scope);
  if (window->end.offset) Analyze(window->end.offset.get(), scope);
}

}  // namespace tarn::sql
