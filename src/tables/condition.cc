// Conditions of the engine as Iceberg's expressions.
#include <string>
#include <utility>

#include "tables/read.h"

namespace tarn::tables {
namespace {

using engine::Condition;
using iceberg::Op;

std::optional<Op> OpOf(Condition::Op op) {
  switch (op) {
    case Condition::Op::kIsNull:
      return Op::kIsNull;
    case Condition::Op::kNotNull:
      return Op::kNotNull;
    case Condition::Op::kEq:
      return Op::kEq;
    case Condition::Op::kNotEq:
      return Op::kNotEq;
    case Condition::Op::kLt:
      return Op::kLt;
    case Condition::Op::kLtEq:
      return Op::kLtEq;
    case Condition::Op::kGt:
      return Op::kGt;
    case Condition::Op::kGtEq:
      return Op::kGtEq;
    case Condition::Op::kIn:
      return Op::kIn;
    case Condition::Op::kNotIn:
      return Op::kNotIn;
    case Condition::Op::kStartsWith:
      return Op::kStartsWith;
    case Condition::Op::kNotStartsWith:
      return Op::kNotStartsWith;
    default:
      return std::nullopt;
  }
}

// DuckDB writes whole hours of a zone alone: "2026-11-21 10:00:00+00".
std::string WithMinutes(std::string text) {
  if (text.size() > 3 && (text[text.size() - 3] == '+' || text[text.size() - 3] == '-')) text += ":00";
  return text;
}

iceberg::Expression PredicateOf(const Condition& condition, const iceberg::Schema& schema) {
  const auto op = OpOf(condition.op);
  if (!op || condition.column >= schema.columns().size()) return iceberg::AlwaysTrue();
  const iceberg::Field& column = schema.columns()[condition.column];
  const iceberg::TypeId type = column.type.id();
  // The engine sees microseconds only: a bound in nanoseconds may lie on the other side of the value asked for.
  if (type == iceberg::TypeId::kTimestampNs || type == iceberg::TypeId::kTimestampTzNs) return iceberg::AlwaysTrue();
  iceberg::Values values;
  for (const std::string& text : condition.values) {
    auto value = iceberg::ParseValueText(column.type, type == iceberg::TypeId::kTimestampTz ? WithMinutes(text) : text);
    if (!value.ok()) return iceberg::AlwaysTrue();
    values.push_back(std::move(value).value());
  }
  auto predicate = iceberg::Predicate(schema, *op, column.name, std::move(values));
  return predicate.ok() ? std::move(predicate).value() : iceberg::AlwaysTrue();
}

}  // namespace

iceberg::Expression ToExpression(const Condition& condition, const iceberg::Schema& schema) {
  const bool all = condition.op == Condition::Op::kAnd;
  if (!all && condition.op != Condition::Op::kOr) return PredicateOf(condition, schema);
  iceberg::Expression result = all ? iceberg::AlwaysTrue() : iceberg::AlwaysFalse();
  for (const Condition& child : condition.children) {
    iceberg::Expression part = ToExpression(child, schema);
    result = all ? iceberg::And(std::move(result), std::move(part)) : iceberg::Or(std::move(result), std::move(part));
  }
  return result;
}

}  // namespace tarn::tables
