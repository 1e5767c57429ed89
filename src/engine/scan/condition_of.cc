#include "engine/scan/condition_of.h"

#include <duckdb/planner/expression/bound_between_expression.hpp>
#include <duckdb/planner/expression/bound_comparison_expression.hpp>
#include <duckdb/planner/expression/bound_conjunction_expression.hpp>
#include <duckdb/planner/expression/bound_function_expression.hpp>
#include <duckdb/planner/expression/bound_operator_expression.hpp>
#include <duckdb/planner/filter/conjunction_filter.hpp>
#include <duckdb/planner/filter/constant_filter.hpp>
#include <duckdb/planner/filter/dynamic_filter.hpp>
#include <duckdb/planner/filter/in_filter.hpp>
#include <duckdb/planner/filter/optional_filter.hpp>
#include <utility>

namespace tarn::engine {

using duckdb::Expression;
using duckdb::ExpressionType;
using duckdb::LogicalTypeId;
using duckdb::Value;
using Op = Condition::Op;
using std::string;

std::optional<string> TextOf(const Value& value) {
  if (value.IsNull()) return std::nullopt;
  switch (value.type().id()) {
    case LogicalTypeId::BOOLEAN:
    case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT:
    case LogicalTypeId::FLOAT:
    case LogicalTypeId::DOUBLE:
    case LogicalTypeId::DECIMAL:
    case LogicalTypeId::VARCHAR:
    case LogicalTypeId::DATE:
    case LogicalTypeId::TIME:
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ:
    case LogicalTypeId::UUID:
      return value.ToString();
    default:
      return std::nullopt;
  }
}

Value ValueOf(const std::optional<string>& text, const duckdb::LogicalType& type) {
  return text ? Value(*text).DefaultCastAs(type, true) : Value(type);
}

namespace {

std::optional<Op> OpOf(ExpressionType type, bool negated) {
  switch (type) {
    case ExpressionType::COMPARE_EQUAL:
      return negated ? Op::kNotEq : Op::kEq;
    case ExpressionType::COMPARE_NOTEQUAL:
      return negated ? Op::kEq : Op::kNotEq;
    case ExpressionType::COMPARE_LESSTHAN:
      return negated ? Op::kGtEq : Op::kLt;
    case ExpressionType::COMPARE_LESSTHANOREQUALTO:
      return negated ? Op::kGt : Op::kLtEq;
    case ExpressionType::COMPARE_GREATERTHAN:
      return negated ? Op::kLtEq : Op::kGt;
    case ExpressionType::COMPARE_GREATERTHANOREQUALTO:
      return negated ? Op::kLt : Op::kGtEq;
    default:
      return std::nullopt;
  }
}

Condition Compare(std::optional<Op> op, std::optional<size_t> column, const Value& value) {
  const auto text = TextOf(value);
  if (!op || !column || !text) return {};
  return {.op = *op, .column = *column, .values = {*text}};
}

std::optional<Value> ConstantIn(const Expression& expression) {
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::BOUND_CONSTANT) return std::nullopt;
  return expression.Cast<duckdb::BoundConstantExpression>().value;
}

Condition Comparison(ExpressionType type, const Expression& left, const Expression& right, bool negated,
                     const ColumnOf& column_of) {
  if (const auto value = ConstantIn(right)) return Compare(OpOf(type, negated), column_of(left), *value);
  if (const auto value = ConstantIn(left)) {
    return Compare(OpOf(duckdb::FlipComparisonExpression(type), negated), column_of(right), *value);
  }
  return {};
}

Condition Convert(const Expression& filter, bool negated, const ColumnOf& column_of);

// NULL, IN and NOT.
Condition Operator(const duckdb::BoundOperatorExpression& filter, bool negated, const ColumnOf& column_of) {
  const auto column = column_of(*filter.children[0]);
  switch (filter.GetExpressionType()) {
    case ExpressionType::OPERATOR_NOT:
      return Convert(*filter.children[0], !negated, column_of);
    case ExpressionType::OPERATOR_IS_NULL:
    case ExpressionType::OPERATOR_IS_NOT_NULL: {
      if (!column) return {};
      const bool null = (filter.GetExpressionType() == ExpressionType::OPERATOR_IS_NULL) != negated;
      return {.op = null ? Op::kIsNull : Op::kNotNull, .column = *column};
    }
    case ExpressionType::COMPARE_IN:
    case ExpressionType::COMPARE_NOT_IN: {
      if (!column) return {};
      const bool in = (filter.GetExpressionType() == ExpressionType::COMPARE_IN) != negated;
      Condition condition{.op = in ? Op::kIn : Op::kNotIn, .column = *column};
      for (size_t i = 1; i < filter.children.size(); ++i) {
        const auto value = ConstantIn(*filter.children[i]);
        const auto text = value ? TextOf(*value) : std::nullopt;
        if (!text) return {};
        condition.values.push_back(*text);
      }
      return condition;
    }
    default:
      return {};
  }
}

// `x LIKE 'p%'`, which the optimizer turns into prefix(x, 'p').
Condition Prefix(const duckdb::BoundFunctionExpression& filter, bool negated, const ColumnOf& column_of) {
  const string& name = filter.function.name;
  if (filter.children.size() != 2 || (name != "prefix" && name != "starts_with" && name != "^@")) return {};
  const auto column = column_of(*filter.children[0]);
  const auto value = ConstantIn(*filter.children[1]);
  if (!value) return {};
  return Compare(negated ? Op::kNotStartsWith : Op::kStartsWith, column, *value);
}

Condition Convert(const Expression& filter, bool negated, const ColumnOf& column_of) {
  switch (filter.GetExpressionClass()) {
    case duckdb::ExpressionClass::BOUND_COMPARISON: {
      const auto& comparison = filter.Cast<duckdb::BoundComparisonExpression>();
      return Comparison(filter.GetExpressionType(), *comparison.left, *comparison.right, negated, column_of);
    }
    case duckdb::ExpressionClass::BOUND_BETWEEN: {
      const auto& between = filter.Cast<duckdb::BoundBetweenExpression>();
      Condition low = Comparison(between.LowerComparisonType(), *between.input, *between.lower, negated, column_of);
      Condition high = Comparison(between.UpperComparisonType(), *between.input, *between.upper, negated, column_of);
      return negated ? Or(std::move(low), std::move(high)) : And(std::move(low), std::move(high));
    }
    case duckdb::ExpressionClass::BOUND_CONJUNCTION: {
      const auto& parts = filter.Cast<duckdb::BoundConjunctionExpression>().children;
      const bool all = (filter.GetExpressionType() == ExpressionType::CONJUNCTION_AND) != negated;
      Condition condition = Convert(*parts[0], negated, column_of);
      for (size_t i = 1; i < parts.size(); ++i) {
        Condition part = Convert(*parts[i], negated, column_of);
        condition = all ? And(std::move(condition), std::move(part)) : Or(std::move(condition), std::move(part));
      }
      return condition;
    }
    case duckdb::ExpressionClass::BOUND_OPERATOR:
      return Operator(filter.Cast<duckdb::BoundOperatorExpression>(), negated, column_of);
    case duckdb::ExpressionClass::BOUND_FUNCTION:
      return Prefix(filter.Cast<duckdb::BoundFunctionExpression>(), negated, column_of);
    default: {
      const auto column = column_of(filter);  // a boolean column standing alone
      if (!column || filter.return_type.id() != LogicalTypeId::BOOLEAN) return {};
      return {.op = Op::kEq, .column = *column, .values = {negated ? "false" : "true"}};
    }
  }
}

}  // namespace

Condition ConditionOf(const Expression& filter, const ColumnOf& column_of) { return Convert(filter, false, column_of); }

Condition ConditionOf(const duckdb::TableFilter& filter, size_t column) {
  switch (filter.filter_type) {
    case duckdb::TableFilterType::CONSTANT_COMPARISON: {
      const auto& constant = filter.Cast<duckdb::ConstantFilter>();
      return Compare(OpOf(constant.comparison_type, false), column, constant.constant);
    }
    case duckdb::TableFilterType::IS_NULL:
      return {.op = Op::kIsNull, .column = column};
    case duckdb::TableFilterType::IS_NOT_NULL:
      return {.op = Op::kNotNull, .column = column};
    case duckdb::TableFilterType::CONJUNCTION_AND: {
      Condition all;
      for (const auto& child : filter.Cast<duckdb::ConjunctionAndFilter>().child_filters) {
        all = And(std::move(all), ConditionOf(*child, column));
      }
      return all;
    }
    case duckdb::TableFilterType::CONJUNCTION_OR: {
      const auto& parts = filter.Cast<duckdb::ConjunctionOrFilter>().child_filters;
      if (parts.empty()) return {};
      Condition any = ConditionOf(*parts[0], column);
      for (size_t i = 1; i < parts.size(); ++i) any = Or(std::move(any), ConditionOf(*parts[i], column));
      return any;
    }
    case duckdb::TableFilterType::IN_FILTER: {
      Condition in{.op = Op::kIn, .column = column};
      for (const Value& value : filter.Cast<duckdb::InFilter>().values) {
        const auto text = TextOf(value);
        if (!text) return {};
        in.values.push_back(*text);
      }
      return in;
    }
    case duckdb::TableFilterType::OPTIONAL_FILTER: {
      const auto& inner = filter.Cast<duckdb::OptionalFilter>().child_filter;
      return inner ? ConditionOf(*inner, column) : Condition();
    }
    default:  // dynamic filters are not known yet when files are planned
      return {};
  }
}

}  // namespace tarn::engine
