#include "iceberg/expression/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/expression/comparison.h"
#include "iceberg/schema/json_access.h"

namespace tarn::iceberg {
namespace {

struct Named {
  Op op;
  std::string_view text;
};
constexpr Named kNamed[] = {
    {Op::kIsNull, "is-null"},
    {Op::kNotNull, "not-null"},
    {Op::kIsNan, "is-nan"},
    {Op::kNotNan, "not-nan"},
    {Op::kLt, "lt"},
    {Op::kLtEq, "lt-eq"},
    {Op::kGt, "gt"},
    {Op::kGtEq, "gt-eq"},
    {Op::kEq, "eq"},
    {Op::kNotEq, "not-eq"},
    {Op::kStartsWith, "starts-with"},
    {Op::kNotStartsWith, "not-starts-with"},
    {Op::kIn, "in"},
    {Op::kNotIn, "not-in"},
};

constexpr int kDepthMax = 200;

bool IsNan(const Value& value) {
  const auto* single = value.As<float>();
  const auto* number = value.As<double>();
  return (single != nullptr && std::isnan(*single)) || (number != nullptr && std::isnan(*number));
}

bool TakesNoValue(Op op) { return op >= Op::kIsNull && op <= Op::kNotNan; }

// Checks a predicate and gives its simplest form.
Result<Expression> Finish(Expression predicate) {
  const Type& type = predicate.term.type;
  const bool floating = type.id() == TypeId::kFloat || type.id() == TypeId::kDouble;
  if ((predicate.op == Op::kIsNan || predicate.op == Op::kNotNan) && !floating) {
    return Fail(kInvalid,
                fmt::format("IsNaN cannot be used with a non-floating-point column of type {}", TypeText(type)));
  }
  if ((predicate.op == Op::kStartsWith || predicate.op == Op::kNotStartsWith) && type.id() != TypeId::kString) {
    return Fail(kInvalid, fmt::format("Term for STARTS_WITH must produce a string: {}", TypeText(type)));
  }
  const bool list = predicate.op == Op::kIn || predicate.op == Op::kNotIn;
  const size_t wanted = TakesNoValue(predicate.op) ? 0 : 1;
  if (!list && predicate.values.size() != wanted) return Fail(kInvalid, "the predicate has a wrong number of values");
  for (const Value& value : predicate.values) {
    if (value.is_null()) return Fail(kInvalid, "Cannot create expression literal from null");
    if (IsNan(value)) return Fail(kInvalid, "Cannot create expression literal from NaN");
    if (!Holds(type, value)) return Fail(kInvalid, fmt::format("a value of the predicate is no {}", TypeText(type)));
  }
  if (!list) return predicate;
  auto& values = predicate.values;
  const auto less = [&](const Value& a, const Value& b) { return CompareValues(type, a, b) < 0; };
  std::sort(values.begin(), values.end(), less);
  values.erase(std::unique(values.begin(), values.end()), values.end());
  if (values.empty()) return predicate.op == Op::kIn ? AlwaysFalse() : AlwaysTrue();
  if (values.size() == 1) predicate.op = predicate.op == Op::kIn ? Op::kEq : Op::kNotEq;
  return predicate;
}

Result<Term> TermFor(const Schema& schema, std::string_view name, bool case_sensitive) {
  const Field* field = case_sensitive ? schema.FindField(name) : schema.FindFieldIgnoreCase(name);
  if (field == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find field '{}' in struct: {}", name, TypeText(schema.as_struct())));
  }
  return Term{field->id, field->type, std::nullopt, field->type};
}

Result<Term> TermFromJson(const json::Value& json, const Schema& schema, bool case_sensitive) {
  if (const auto* name = json.AsString()) return TermFor(schema, *name, case_sensitive);
  const std::string_view type = json.StringOr("type", "");
  const json::Value* inner = json.Find("term");
  if (inner == nullptr || (type != "reference" && type != "transform")) {
    return Fail(kInvalid, fmt::format("Cannot parse type as a reference: {}", type));
  }
  if (type == "reference" || inner->is_object()) {
    const json::Value* name = inner->is_object() ? inner->Find("term") : inner;
    if (name == nullptr || !name->is_string()) return Fail(kInvalid, "Cannot parse reference: no term");
    inner = name;
  }
  if (!inner->is_string()) return Fail(kInvalid, "Cannot parse reference: no name");
  TARN_TRY(Term term, TermFor(schema, *inner->AsString(), case_sensitive));
  if (type == "reference") return term;
  TARN_TRY(const std::string text, GetString(json, "transform"));
  TARN_TRY(const Transform transform, ParseTransform(text));
  if (!CanTransform(transform, term.source) || transform.kind == TransformKind::kUnknown) {
    return Fail(kInvalid, fmt::format("Cannot bind: {} cannot transform {} values", text, TypeText(term.source)));
  }
  term.type = ResultType(transform, term.source);
  if (transform.kind != TransformKind::kIdentity) term.transform = transform;
  return term;
}

Result<Value> LiteralFromJson(const json::Value& json, const Type& type) {
  if (json.is_object() && json.Find("type") != nullptr) {
    const json::Value* value = json.Find("value");
    if (!EqualsIgnoreCase(json.StringOr("type", ""), "literal") || value == nullptr) {
      return Fail(kInvalid, "Cannot parse type as a literal: " + json::Write(json).substr(0, 200));
    }
    return LiteralFromJson(*value, type);
  }
  // Clients that do not know the schema write dates and times as the numbers that they are.
  if (const auto* number = json.AsInt(); number != nullptr) {
    if (type.id() == TypeId::kDate && *number >= INT32_MIN && *number <= INT32_MAX) {
      return Value(static_cast<int32_t>(*number));
    }
    if (type.id() == TypeId::kTime || type.is_timestamp()) return Value(*number);
  }
  return ValueFromJson(type, json);
}

Result<Expression> PredicateFromJson(Op op, const json::Value& json, const Schema& schema, bool case_sensitive) {
  const json::Value* term = json.Find("term");
  if (term == nullptr) return Fail(kInvalid, "Cannot parse missing field: term");
  Expression predicate;
  predicate.op = op;
  TARN_TRY(predicate.term, TermFromJson(*term, schema, case_sensitive));
  if (op == Op::kIn || op == Op::kNotIn) {
    TARN_TRY(const json::Array* values, GetArray(json, "values"));
    for (const json::Value& each : *values) {
      TARN_TRY(Value value, LiteralFromJson(each, predicate.term.type));
      predicate.values.push_back(std::move(value));
    }
  } else if (!TakesNoValue(op)) {
    const json::Value* only = json.Find("value");
    if (only == nullptr) return Fail(kInvalid, "Cannot parse predicate: missing value");
    TARN_TRY(Value value, LiteralFromJson(*only, predicate.term.type));
    predicate.values.push_back(std::move(value));
  }
  return Finish(std::move(predicate));
}

Result<Expression> Parse(const json::Value& json, const Schema& schema, bool case_sensitive, int depth) {
  if (depth > kDepthMax) return Fail(kInvalid, "Cannot parse expression: nested too deeply");
  if (const auto* constant = json.AsBool()) return *constant ? AlwaysTrue() : AlwaysFalse();
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse expression from non-object: " + json::Write(json));
  TARN_TRY(std::string type, GetString(json, "type"));
  type = AsciiLower(type);
  std::replace(type.begin(), type.end(), '_', '-');
  if (type == "true") return AlwaysTrue();
  if (type == "false") return AlwaysFalse();
  if (type == "literal") {
    TARN_TRY(const bool constant, GetBool(json, "value"));
    return constant ? AlwaysTrue() : AlwaysFalse();
  }
  const auto child = [&](std::string_view key) -> Result<Expression> {
    const json::Value* inner = json.Find(key);
    if (inner == nullptr) return Fail(kInvalid, fmt::format("Cannot parse missing field: {}", key));
    return Parse(*inner, schema, case_sensitive, depth + 1);
  };
  if (type == "not") {
    TARN_TRY(const Expression inner, child("child"));
    return Not(inner);
  }
  if (type == "and" || type == "or") {
    TARN_TRY(Expression left, child("left"));
    TARN_TRY(Expression right, child("right"));
    return type == "and" ? And(std::move(left), std::move(right)) : Or(std::move(left), std::move(right));
  }
  for (const Named& named : kNamed) {
    if (named.text == type) return PredicateFromJson(named.op, json, schema, case_sensitive);
  }
  return Fail(kInvalid, fmt::format("Unknown expression type: {}", type));
}

}  // namespace

Expression And(Expression a, Expression b) {
  if (a.is_false() || b.is_true()) return a;
  if (b.is_false() || a.is_true()) return b;
  Expression both{Op::kAnd, {}, {}, {}};
  both.children.push_back(std::move(a));
  both.children.push_back(std::move(b));
  return both;
}

Expression Or(Expression a, Expression b) {
  if (a.is_true() || b.is_false()) return a;
  if (b.is_true() || a.is_false()) return b;
  Expression either{Op::kOr, {}, {}, {}};
  either.children.push_back(std::move(a));
  either.children.push_back(std::move(b));
  return either;
}

Expression Not(const Expression& expression) {
  switch (expression.op) {
    case Op::kTrue:
      return AlwaysFalse();
    case Op::kFalse:
      return AlwaysTrue();
    case Op::kAnd:
      return Or(Not(expression.children[0]), Not(expression.children[1]));
    case Op::kOr:
      return And(Not(expression.children[0]), Not(expression.children[1]));
    default: {
      Expression negated = expression;
      negated.op = Negated(expression.op);
      return negated;
    }
  }
}

Result<Expression> Predicate(const Schema& schema, Op op, std::string_view column, Values values, bool case_sensitive) {
  Expression predicate;
  predicate.op = op;
  TARN_TRY(predicate.term, TermFor(schema, column, case_sensitive));
  predicate.values = std::move(values);
  return Finish(std::move(predicate));
}

Result<Expression> ExpressionFromJson(const json::Value& json, const Schema& schema, bool case_sensitive) {
  return Parse(json, schema, case_sensitive, 0);
}

void WriteExpression(json::Writer& out, const Expression& expression, const Schema& schema) {
  if (expression.is_true() || expression.is_false()) {
    out.Bool(expression.is_true());
    return;
  }
  out.BeginObject().Key("type");
  if (expression.op == Op::kAnd || expression.op == Op::kOr) {
    out.String(expression.op == Op::kAnd ? "and" : "or").Key("left");
    WriteExpression(out, expression.children[0], schema);
    out.Key("right");
    WriteExpression(out, expression.children[1], schema);
    out.EndObject();
    return;
  }
  for (const Named& named : kNamed) {
    if (named.op == expression.op) out.String(named.text);
  }
  const Term& term = expression.term;
  out.Key("term");
  if (term.transform) {
    out.BeginObject().Key("type").String("transform").Key("transform").String(TransformText(*term.transform));
    out.Key("term").String(schema.NameOf(term.field_id)).EndObject();
  } else {
    out.String(schema.NameOf(term.field_id));
  }
  if (expression.op == Op::kIn || expression.op == Op::kNotIn) {
    out.Key("values").BeginArray();
    for (const Value& value : expression.values) WriteValue(out, term.type, value);
    out.EndArray();
  } else if (!expression.values.empty()) {
    out.Key("value");
    WriteValue(out, term.type, expression.values[0]);
  }
  out.EndObject();
}

namespace {

void Collect(const Expression& expression, std::vector<int32_t>& ids) {
  for (const Expression& child : expression.children) Collect(child, ids);
  if (expression.op > Op::kOr) ids.push_back(expression.term.field_id);
}

}  // namespace

std::vector<int32_t> FieldIds(const Expression& expression) {
  std::vector<int32_t> ids;
  Collect(expression, ids);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

bool Matches(const Expression& expression, const RowValues& row) {
  switch (expression.op) {
    case Op::kTrue:
      return true;
    case Op::kFalse:
      return false;
    case Op::kAnd:
      return Matches(expression.children[0], row) && Matches(expression.children[1], row);
    case Op::kOr:
      return Matches(expression.children[0], row) || Matches(expression.children[1], row);
    default:
      break;
  }
  const Term& term = expression.term;
  Value value = row(term.field_id);
  if (term.transform) {
    auto result = ApplyTransform(*term.transform, term.source, value);
    value = result.ok() ? std::move(*result) : Value();
  }
  const Op op = expression.op;
  if (op == Op::kIsNull || op == Op::kNotNull) return value.is_null() == (op == Op::kIsNull);
  if (op == Op::kIsNan || op == Op::kNotNan) return IsNan(value) == (op == Op::kIsNan);
  const bool negative = op == Op::kNotEq || op == Op::kNotIn || op == Op::kNotStartsWith;
  if (value.is_null()) return negative;
  if (op == Op::kIn || op == Op::kNotIn) {
    const auto& values = expression.values;
    return (std::find(values.begin(), values.end(), value) != values.end()) == (op == Op::kIn);
  }
  if (op == Op::kStartsWith || op == Op::kNotStartsWith) {
    const auto* text = value.As<std::string>();
    return (text != nullptr && text->starts_with(*expression.values[0].As<std::string>())) == (op == Op::kStartsWith);
  }
  const auto order = CompareValues(term.type, value, expression.values[0]);
  switch (op) {
    case Op::kLt:
      return order < 0;
    case Op::kLtEq:
      return order <= 0;
    case Op::kGt:
      return order > 0;
    case Op::kGtEq:
      return order >= 0;
    case Op::kEq:
      return order == 0;
    default:
      return order != 0;
  }
}

}  // namespace tarn::iceberg
