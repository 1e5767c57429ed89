#include "query/statement/iceberg/filter.h"

#include <optional>
#include <string>
#include <utility>

#include "base/strings.h"
#include "iceberg/expression/comparison.h"

namespace tarn::query {
namespace {

using iceberg::Expression;
using iceberg::Op;
using iceberg::TypeId;
using iceberg::Value;
using sql::Expr;
using sql::ExprKind;

struct Columns {
  const iceberg::Schema& of;
  std::string_view qualifier;
};

FileFilter Unsaid() { return {iceberg::AlwaysTrue(), false}; }

// The column that an expression names, by itself or behind the table's name.
const iceberg::Field* ColumnOf(const Expr& expr, const Columns& schema) {
  std::string name;
  if (expr.kind == ExprKind::kIdentifier) name = expr.name;
  if (expr.kind == ExprKind::kDereference && expr.args.size() == 1 && expr.args[0]->kind == ExprKind::kIdentifier &&
      EqualsIgnoreCase(expr.args[0]->name, schema.qualifier)) {
    name = expr.name;
  }
  if (name.empty()) return nullptr;
  const iceberg::Field* field = schema.of.FindFieldIgnoreCase(name);
  return field != nullptr && field->type.is_primitive() ? field : nullptr;
}

bool IsInteger(const iceberg::Type& type) { return type.id() == TypeId::kInt || type.id() == TypeId::kLong; }

// A literal as the column's value; nothing when it is none, or would have to be converted otherwise than exactly. None
// for floats: SQL orders NaN and equals the zeros, the format's bounds do not.
std::optional<Value> LiteralOf(const Expr& expr, const iceberg::Type& type) {
  std::string text = expr.text;
  if (expr.kind == ExprKind::kUnary && expr.op == "-" && expr.args.size() == 1 &&
      expr.args[0]->kind == ExprKind::kInteger && IsInteger(type)) {
    text = "-" + expr.args[0]->text;
  } else if (expr.kind == ExprKind::kTyped) {
    const bool date = expr.cast_type.Is(sql::TypeKind::kDate) && type.id() == TypeId::kDate;
    const bool time = expr.cast_type.Is(sql::TypeKind::kTimestamp) && type.id() == TypeId::kTimestamp;
    if (!date && !time) return std::nullopt;
    if (time) {
      for (char& c : text) c = c == ' ' ? 'T' : c;
      if (text.size() == 10) text += "T00:00:00";
    }
  } else {
    const bool fits = (expr.kind == ExprKind::kInteger && IsInteger(type)) ||
                      (expr.kind == ExprKind::kString && type.id() == TypeId::kString) ||
                      (expr.kind == ExprKind::kBoolean && type.id() == TypeId::kBoolean);
    if (!fits) return std::nullopt;
  }
  auto value = iceberg::ParseValueText(type, text);
  if (!value.ok()) return std::nullopt;
  return std::move(*value);
}

FileFilter Test(const Columns& schema, const iceberg::Field& field, Op op, iceberg::Values values) {
  auto made = iceberg::Predicate(schema.of, op, schema.of.NameOf(field.id), std::move(values));
  if (!made.ok()) return Unsaid();
  // SQL's comparisons hold for no null; the format's negative ones do.
  if (op == Op::kNotEq || op == Op::kNotIn) {
    auto present = iceberg::Predicate(schema.of, Op::kNotNull, schema.of.NameOf(field.id));
    if (!present.ok()) return Unsaid();
    return {iceberg::And(std::move(*made), std::move(*present)), true};
  }
  return {std::move(*made), true};
}

FileFilter Compare(const Expr& expr, const Columns& schema) {
  for (const bool swapped : {false, true}) {
    const Expr& side = *expr.args[swapped ? 1 : 0];
    const iceberg::Field* field = ColumnOf(side, schema);
    if (field == nullptr) continue;
    const auto op = iceberg::ComparisonOf(expr.op);
    auto value = LiteralOf(*expr.args[swapped ? 0 : 1], field->type);
    if (!op || !value) return Unsaid();
    return Test(schema, *field, swapped ? iceberg::SidesExchanged(*op) : *op, {std::move(*value)});
  }
  return Unsaid();
}

FileFilter In(const Expr& expr, const Columns& schema) {
  const iceberg::Field* field = ColumnOf(*expr.args[0], schema);
  if (field == nullptr) return Unsaid();
  iceberg::Values values;
  for (size_t i = 1; i < expr.args.size(); ++i) {
    auto value = LiteralOf(*expr.args[i], field->type);
    if (!value) return Unsaid();
    values.push_back(std::move(*value));
  }
  return Test(schema, *field, expr.negated ? Op::kNotIn : Op::kIn, std::move(values));
}

FileFilter Between(const Expr& expr, const Columns& schema) {
  const iceberg::Field* field = ColumnOf(*expr.args[0], schema);
  if (field == nullptr || expr.negated) return Unsaid();
  auto low = LiteralOf(*expr.args[1], field->type);
  auto high = LiteralOf(*expr.args[2], field->type);
  if (!low || !high) return Unsaid();
  FileFilter above = Test(schema, *field, Op::kGtEq, {std::move(*low)});
  FileFilter below = Test(schema, *field, Op::kLtEq, {std::move(*high)});
  return {iceberg::And(std::move(above.filter), std::move(below.filter)), above.exact && below.exact};
}

FileFilter Filter(const Expr* condition, const Columns& schema) {
  if (condition == nullptr) return {};
  const Expr& expr = *condition;
  switch (expr.kind) {
    case ExprKind::kBoolean:
      return {EqualsIgnoreCase(expr.text, "true") ? iceberg::AlwaysTrue() : iceberg::AlwaysFalse(), true};
    case ExprKind::kAnd:
    case ExprKind::kOr: {
      FileFilter all{expr.kind == ExprKind::kAnd ? iceberg::AlwaysTrue() : iceberg::AlwaysFalse(), true};
      for (const sql::ExprPtr& part : expr.args) {
        FileFilter one = Filter(part.get(), schema);
        all.filter = expr.kind == ExprKind::kAnd ? iceberg::And(std::move(all.filter), std::move(one.filter))
                                                 : iceberg::Or(std::move(all.filter), std::move(one.filter));
        all.exact = all.exact && one.exact;
      }
      return all;
    }
    case ExprKind::kCompare:
      return Compare(expr, schema);
    case ExprKind::kIn:
      return In(expr, schema);
    case ExprKind::kBetween:
      return Between(expr, schema);
    case ExprKind::kIsNull: {
      const iceberg::Field* field = ColumnOf(*expr.args[0], schema);
      if (field == nullptr) return Unsaid();
      return Test(schema, *field, expr.negated ? Op::kNotNull : Op::kIsNull, {});
    }
    default:
      return Unsaid();
  }
}

}  // namespace

FileFilter FilterOf(const Expr* condition, const iceberg::Schema& schema, std::string_view qualifier) {
  return Filter(condition, {schema, qualifier});
}

}  // namespace tarn::query
