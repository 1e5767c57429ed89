// Expressions on columns as expressions on partition fields.
#include "iceberg/expression/expression.h"

namespace tarn::iceberg {
namespace {

Expression On(const PartitionField& field, const Term& term, Op op, Values values) {
  const Type type = ResultType(field.transform, term.source);
  // What the transform gives for several values may be one.
  if ((op == Op::kIn || op == Op::kNotIn) && values.size() == 1) op = op == Op::kIn ? Op::kEq : Op::kNotEq;
  return {op, {field.field_id, type, std::nullopt, type}, std::move(values), {}};
}

// The value next to a whole number: `x < 5` is `x <= 4`. Nothing for other values and at the end of the range.
std::optional<Value> Next(const Value& value, int step) {
  if (const auto* small = value.As<int32_t>()) {
    if (*small == (step > 0 ? INT32_MAX : INT32_MIN)) return std::nullopt;
    return Value(*small + step);
  }
  if (const auto* large = value.As<int64_t>()) {
    if (*large == (step > 0 ? INT64_MAX : INT64_MIN)) return std::nullopt;
    return Value(*large + step);
  }
  if (const auto* unscaled = value.As<Int128>()) return Value(Int128{*unscaled + step});
  return std::nullopt;
}

std::optional<Values> Transformed(const PartitionField& field, const Expression& e) {
  Values results;
  for (const Value& value : e.values) {
    auto result = ApplyTransform(field.transform, e.term.source, value);
    if (!result.ok() || result->is_null()) return std::nullopt;
    results.push_back(std::move(*result));
  }
  return results;
}

bool IsNegative(const Value& value) { return value.Integer() < 0; }

// Writers of old put times before 1970 one unit too late.
void WidenOldTimes(const PartitionField& field, Op& op, Values& values) {
  if (!field.transform.is_time()) return;
  if (op == Op::kLtEq && IsNegative(values[0])) values[0] = *Next(values[0], 1);
  if (op != Op::kEq && op != Op::kIn) return;
  const size_t count = values.size();
  for (size_t i = 0; i < count; ++i) {
    if (IsNegative(values[i])) values.push_back(*Next(values[i], 1));
  }
  if (values.size() > 1) op = Op::kIn;
}

// What order-preserving transforms (truncate and times) make of a predicate.
Expression InclusiveOrdered(const PartitionField& field, const Expression& e) {
  Op op = e.op;
  Expression shifted = e;
  switch (e.op) {
    case Op::kLt:
    case Op::kLtEq:
      if (op == Op::kLt) {
        if (auto previous = Next(e.values[0], -1)) shifted.values[0] = *previous;
      }
      op = Op::kLtEq;
      break;
    case Op::kGt:
    case Op::kGtEq:
      if (op == Op::kGt) {
        if (auto next = Next(e.values[0], 1)) shifted.values[0] = *next;
      }
      op = Op::kGtEq;
      break;
    case Op::kEq:
    case Op::kIn:
      break;
    case Op::kStartsWith:
      break;
    default:
      return AlwaysTrue();
  }
  auto results = Transformed(field, shifted);
  if (!results) return AlwaysTrue();
  WidenOldTimes(field, op, *results);
  return On(field, e.term, op, std::move(*results));
}

Expression Inclusive(const PartitionField& field, const Expression& e) {
  if (e.term.transform) {
    // A predicate on the very value that the partition holds.
    return *e.term.transform == field.transform ? On(field, e.term, e.op, e.values) : AlwaysTrue();
  }
  switch (field.transform.kind) {
    case TransformKind::kIdentity:
      return On(field, e.term, e.op, e.values);
    case TransformKind::kVoid:
    case TransformKind::kUnknown:
      return AlwaysTrue();
    default:
      break;
  }
  if (e.op == Op::kIsNull || e.op == Op::kNotNull) return On(field, e.term, e.op, {});
  if (field.transform.kind != TransformKind::kBucket) return InclusiveOrdered(field, e);
  if (e.op != Op::kEq && e.op != Op::kIn) return AlwaysTrue();
  auto results = Transformed(field, e);
  return results ? On(field, e.term, e.op, std::move(*results)) : AlwaysTrue();
}

Expression StrictOrdered(const PartitionField& field, const Expression& e) {
  Op op = e.op;
  Expression shifted = e;
  switch (e.op) {
    case Op::kLt:
    case Op::kLtEq:
      if (op == Op::kLtEq) {
        if (auto next = Next(e.values[0], 1)) shifted.values[0] = *next;
      }
      op = Op::kLt;
      break;
    case Op::kGt:
    case Op::kGtEq:
      if (op == Op::kGtEq) {
        if (auto previous = Next(e.values[0], -1)) shifted.values[0] = *previous;
      }
      op = Op::kGt;
      break;
    case Op::kNotEq:
    case Op::kNotIn:
      break;
    default:
      return AlwaysFalse();
  }
  auto results = Transformed(field, shifted);
  if (!results) return AlwaysFalse();
  for (const Value& result : *results) {
    if (field.transform.is_time() && result.Integer() <= 0) return AlwaysFalse();  // old writers' times
  }
  return On(field, e.term, op, std::move(*results));
}

Expression Strict(const PartitionField& field, const Expression& e) {
  if (e.term.transform) {
    return *e.term.transform == field.transform ? On(field, e.term, e.op, e.values) : AlwaysFalse();
  }
  switch (field.transform.kind) {
    case TransformKind::kIdentity:
      return On(field, e.term, e.op, e.values);
    case TransformKind::kVoid:
    case TransformKind::kUnknown:
      return AlwaysFalse();
    default:
      break;
  }
  if (e.op == Op::kIsNull || e.op == Op::kNotNull) return On(field, e.term, e.op, {});
  if (field.transform.kind != TransformKind::kBucket) return StrictOrdered(field, e);
  if (e.op != Op::kNotEq && e.op != Op::kNotIn) return AlwaysFalse();
  auto results = Transformed(field, e);
  return results ? On(field, e.term, e.op, std::move(*results)) : AlwaysFalse();
}

}  // namespace

Expression ProjectInclusive(const Expression& expression, const PartitionSpec& spec) {
  if (expression.op == Op::kTrue || expression.op == Op::kFalse) return expression;
  if (expression.op == Op::kAnd || expression.op == Op::kOr) {
    Expression left = ProjectInclusive(expression.children[0], spec);
    Expression right = ProjectInclusive(expression.children[1], spec);
    return expression.op == Op::kAnd ? And(std::move(left), std::move(right)) : Or(std::move(left), std::move(right));
  }
  // All fields on the column must agree.
  Expression projected = AlwaysTrue();
  for (const PartitionField& field : spec.fields) {
    if (field.source_ids.size() == 1 && field.source_id() == expression.term.field_id) {
      projected = And(std::move(projected), Inclusive(field, expression));
    }
  }
  return projected;
}

Expression ProjectStrict(const Expression& expression, const PartitionSpec& spec) {
  if (expression.op == Op::kTrue || expression.op == Op::kFalse) return expression;
  if (expression.op == Op::kAnd || expression.op == Op::kOr) {
    Expression left = ProjectStrict(expression.children[0], spec);
    Expression right = ProjectStrict(expression.children[1], spec);
    return expression.op == Op::kAnd ? And(std::move(left), std::move(right)) : Or(std::move(left), std::move(right));
  }
  // Any field may prove it.
  Expression projected = AlwaysFalse();
  for (const PartitionField& field : spec.fields) {
    if (field.source_ids.size() == 1 && field.source_id() == expression.term.field_id) {
      projected = Or(std::move(projected), Strict(field, expression));
    }
  }
  return projected;
}

Expression Residual(const Expression& expression, const PartitionSpec& spec, const Type& partition_type,
                    const Values& partition) {
  if (expression.op == Op::kTrue || expression.op == Op::kFalse) return expression;
  if (expression.op == Op::kAnd || expression.op == Op::kOr) {
    Expression left = Residual(expression.children[0], spec, partition_type, partition);
    Expression right = Residual(expression.children[1], spec, partition_type, partition);
    return expression.op == Op::kAnd ? And(std::move(left), std::move(right)) : Or(std::move(left), std::move(right));
  }
  const RowValues row = [&](int32_t field_id) -> Value {
    const auto& fields = partition_type.fields();
    for (size_t i = 0; i < fields.size() && i < partition.size(); ++i) {
      if (fields[i].id == field_id) return partition[i];
    }
    return {};
  };
  if (Matches(ProjectStrict(expression, spec), row)) return AlwaysTrue();
  if (!Matches(ProjectInclusive(expression, spec), row)) return AlwaysFalse();
  return expression;
}

}  // namespace tarn::iceberg
