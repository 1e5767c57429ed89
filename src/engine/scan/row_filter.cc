#include "engine/scan/row_filter.h"

#include <algorithm>
#include <duckdb/planner/expression/bound_between_expression.hpp>
#include <duckdb/planner/expression/bound_comparison_expression.hpp>
#include <duckdb/planner/expression/bound_conjunction_expression.hpp>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <duckdb/planner/filter/conjunction_filter.hpp>
#include <duckdb/planner/filter/constant_filter.hpp>
#include <duckdb/planner/filter/expression_filter.hpp>
#include <duckdb/planner/filter/in_filter.hpp>
#include <duckdb/planner/filter/optional_filter.hpp>
#include <utility>

namespace tarn::engine {
namespace {

using duckdb::ClientContext;
using duckdb::Expression;
using duckdb::ExpressionClass;
using duckdb::ExpressionType;
using duckdb::make_uniq;
using duckdb::TableFilter;
using duckdb::unique_ptr;
using duckdb::Value;

unique_ptr<Expression> BindText(ClientContext& context, const BoundTable& table, const std::string& text,
                                const duckdb::LogicalType& type) {
  duckdb::ColumnList columns;
  for (size_t i = 0; i < table.table_columns(); ++i) {
    columns.AddColumn(duckdb::ColumnDefinition(table.names()[i], table.types()[i]));
  }
  auto expressions = duckdb::Parser::ParseExpressionList(text, context.GetParserOptions());
  if (expressions.size() != 1) throw duckdb::ParserException("not one expression");
  auto binder = duckdb::Binder::CreateBinder(context);
  duckdb::physical_index_set_t references;
  duckdb::CheckBinder check(*binder, context, "row_filter", columns, references);
  check.target_type = type;
  return check.Bind(expressions[0]);
}

// Computes once what is the same for every row: casts of constants, above all. What fails stays as it is.
void Fold(ClientContext& context, unique_ptr<Expression>& expression) {
  const ExpressionClass kind = expression->GetExpressionClass();
  if (kind == ExpressionClass::BOUND_CONSTANT || kind == ExpressionClass::BOUND_REF) return;
  Value value;
  if (expression->IsFoldable() && duckdb::ExpressionExecutor::TryEvaluateScalar(context, *expression, value) &&
      value.type() == expression->return_type) {
    expression = make_uniq<duckdb::BoundConstantExpression>(std::move(value));
    return;
  }
  duckdb::ExpressionIterator::EnumerateChildren(*expression,
                                                [&](unique_ptr<Expression>& child) { Fold(context, child); });
}

void ColumnsOf(const Expression& expression, std::vector<size_t>& columns) {
  if (expression.GetExpressionClass() == ExpressionClass::BOUND_REF) {
    const size_t column = expression.Cast<duckdb::BoundReferenceExpression>().index;
    if (std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    return;
  }
  duckdb::ExpressionIterator::EnumerateChildren(expression,
                                                [&](const Expression& child) { ColumnsOf(child, columns); });
}

unique_ptr<Expression> NullWhereItFails(unique_ptr<Expression> expression) {
  if (!expression->CanThrow()) return expression;
  auto attempt = make_uniq<duckdb::BoundOperatorExpression>(ExpressionType::OPERATOR_TRY, expression->return_type);
  attempt->children.push_back(std::move(expression));
  return attempt;
}

// So that of several filters joined by OR one that fails takes no row from another that admits it.
void FailApart(unique_ptr<Expression>& expression) {
  duckdb::ExpressionIterator::EnumerateChildren(*expression, [](unique_ptr<Expression>& child) { FailApart(child); });
  const ExpressionType type = expression->GetExpressionType();
  if (type != ExpressionType::CONJUNCTION_AND && type != ExpressionType::CONJUNCTION_OR) return;
  for (auto& child : expression->Cast<duckdb::BoundConjunctionExpression>().children) {
    child = NullWhereItFails(std::move(child));
  }
}

void Split(unique_ptr<Expression> condition, std::vector<unique_ptr<Expression>>& parts) {
  if (condition->GetExpressionType() != ExpressionType::CONJUNCTION_AND) {
    parts.push_back(std::move(condition));
    return;
  }
  for (auto& child : condition->Cast<duckdb::BoundConjunctionExpression>().children) Split(std::move(child), parts);
}

bool IsColumn(const Expression& expression) { return expression.GetExpressionClass() == ExpressionClass::BOUND_REF; }

// The constant that a column of that type is compared with; null: it is none, or none to compare with.
const Value* ConstantFor(const Expression& column, const Expression& expression) {
  if (!IsColumn(column) || expression.GetExpressionClass() != ExpressionClass::BOUND_CONSTANT) return nullptr;
  const Value& value = expression.Cast<duckdb::BoundConstantExpression>().value;
  return value.IsNull() || value.type() != column.return_type ? nullptr : &value;
}

bool Orders(ExpressionType comparison) {
  switch (comparison) {
    case ExpressionType::COMPARE_EQUAL:
    case ExpressionType::COMPARE_LESSTHAN:
    case ExpressionType::COMPARE_LESSTHANOREQUALTO:
    case ExpressionType::COMPARE_GREATERTHAN:
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      return true;
    default:
      return false;
  }
}

// A filter that files' statistics are asked of, too; null where the condition is not of such a form.
unique_ptr<TableFilter> Comparison(const Expression& condition) {
  if (condition.GetExpressionClass() == ExpressionClass::BOUND_COMPARISON) {
    const auto& comparison = condition.Cast<duckdb::BoundComparisonExpression>();
    ExpressionType type = comparison.GetExpressionType();
    const Value* value = ConstantFor(*comparison.left, *comparison.right);
    if (value == nullptr) {
      value = ConstantFor(*comparison.right, *comparison.left);
      type = duckdb::FlipComparisonExpression(type);
    }
    if (value == nullptr || !Orders(type)) return nullptr;
    return make_uniq<duckdb::ConstantFilter>(type, *value);
  }
  if (condition.GetExpressionClass() == ExpressionClass::BOUND_BETWEEN) {
    const auto& between = condition.Cast<duckdb::BoundBetweenExpression>();
    const Value* lower = ConstantFor(*between.input, *between.lower);
    const Value* upper = ConstantFor(*between.input, *between.upper);
    if (lower == nullptr || upper == nullptr) return nullptr;
    auto both = make_uniq<duckdb::ConjunctionAndFilter>();
    both->child_filters.push_back(make_uniq<duckdb::ConstantFilter>(between.LowerComparisonType(), *lower));
    both->child_filters.push_back(make_uniq<duckdb::ConstantFilter>(between.UpperComparisonType(), *upper));
    return both;
  }
  return nullptr;
}

// `column = a OR column = b`, for statistics alone; null where the condition is no list of values.
unique_ptr<TableFilter> Membership(const Expression& condition) {
  if (condition.GetExpressionType() != ExpressionType::COMPARE_IN) return nullptr;
  const auto& children = condition.Cast<duckdb::BoundOperatorExpression>().children;
  duckdb::vector<Value> values;
  for (size_t i = 1; i < children.size(); ++i) {
    const Value* value = ConstantFor(*children[0], *children[i]);
    if (value == nullptr) return nullptr;
    values.push_back(*value);
  }
  if (values.empty()) return nullptr;
  return make_uniq<duckdb::OptionalFilter>(make_uniq<duckdb::InFilter>(std::move(values)));
}

unique_ptr<TableFilter> InReader(const BoundTable& table, const Conjunct& conjunct) {
  const TableBinding& binding = table.binding();
  if (binding.format != Format::kParquet || binding.table_format.filter_above) return nullptr;
  const Expression& condition = *conjunct.condition;
  if (conjunct.columns.size() != 1 || condition.CanThrow() || condition.IsVolatile()) return nullptr;
  const size_t column = conjunct.columns[0];
  if (column >= table.file_columns() || table.types()[column].IsNested()) return nullptr;
  if (auto comparison = Comparison(condition)) return comparison;
  auto copy = condition.Copy();
  duckdb::ExpressionFilter::ReplaceExpressionRecursive(copy,
                                                       duckdb::BoundReferenceExpression(table.types()[column], 0));
  auto exactly = make_uniq<duckdb::ExpressionFilter>(std::move(copy));
  auto member = Membership(condition);
  if (!member) return exactly;
  auto both = make_uniq<duckdb::ConjunctionAndFilter>();
  both->child_filters.push_back(std::move(member));
  both->child_filters.push_back(std::move(exactly));
  return both;
}

}  // namespace

Conjunct Conjunct::Copy() const {
  return {.condition = condition->Copy(), .columns = columns, .in_reader = in_reader ? in_reader->Copy() : nullptr};
}

unique_ptr<Expression> BindOverTable(ClientContext& context, const BoundTable& table, const std::string& text,
                                     const duckdb::LogicalType& type, std::vector<size_t>& used) {
  auto bound = BindText(context, table, text, type);
  Fold(context, bound);
  ColumnsOf(*bound, used);
  FailApart(bound);
  return NullWhereItFails(std::move(bound));
}

std::vector<Conjunct> BindRowFilter(ClientContext& context, const BoundTable& table, const std::string& text) {
  auto bound = BindText(context, table, text, duckdb::LogicalType::BOOLEAN);
  Fold(context, bound);
  std::vector<unique_ptr<Expression>> parts;
  Split(std::move(bound), parts);
  std::vector<Conjunct> conjuncts;
  conjuncts.reserve(parts.size());
  for (auto& part : parts) {
    Conjunct& conjunct = conjuncts.emplace_back();
    ColumnsOf(*part, conjunct.columns);
    FailApart(part);
    conjunct.condition = NullWhereItFails(std::move(part));
    conjunct.in_reader = InReader(table, conjunct);
  }
  return conjuncts;
}

unique_ptr<Expression> ConditionsOverRows(const std::vector<Conjunct>& conjuncts) {
  unique_ptr<Expression> all;
  for (const Conjunct& conjunct : conjuncts) {
    if (conjunct.in_reader) continue;
    if (!all) {
      all = conjunct.condition->Copy();
      continue;
    }
    all = make_uniq<duckdb::BoundConjunctionExpression>(ExpressionType::CONJUNCTION_AND, std::move(all),
                                                        conjunct.condition->Copy());
  }
  return all;
}

}  // namespace tarn::engine
