#include "enforce/iceberg_filter.h"

#include <string>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "enforce/columns.h"
#include "iceberg/expression/comparison.h"
#include "sql/statement.h"

namespace tarn::enforce {
namespace {

using iceberg::Expression;
using iceberg::Op;
using iceberg::TypeId;
using iceberg::Value;
using sql::Expr;
using sql::ExprKind;
using Said = std::optional<Expression>;

// Whether the condition is to be true or to be false: what is neither for a row, because a value is null, is not it.
enum class Wanted : bool { kFalse, kTrue };

Wanted Opposite(Wanted wanted) { return wanted == Wanted::kTrue ? Wanted::kFalse : Wanted::kTrue; }

class Sayer {
 public:
  Sayer(const govern::TableAccess& access, const iceberg::Schema& seen) : access_(access), seen_(seen) {}

  Said Say(const Expr& expr, Wanted wanted) const {
    switch (expr.kind) {
      case ExprKind::kAnd:
      case ExprKind::kOr:
        return Join(expr, wanted);
      case ExprKind::kNot:
        return Say(*expr.args[0], Opposite(wanted));
      case ExprKind::kBoolean:
        return (expr.text == "true") == (wanted == Wanted::kTrue) ? iceberg::AlwaysTrue() : iceberg::AlwaysFalse();
      case ExprKind::kCompare:
        return Compare(expr, wanted);
      case ExprKind::kBetween:
        return Between(expr, wanted);
      case ExprKind::kIn:
        return In(expr, wanted);
      case ExprKind::kLike:
        return Prefix(expr, wanted);
      case ExprKind::kIsNull: {
        const iceberg::Field* column = ColumnOf(*expr.args[0]);
        if (column == nullptr) return std::nullopt;
        const bool null = expr.negated != (wanted == Wanted::kTrue);
        return Make(null ? Op::kIsNull : Op::kNotNull, *column, {});
      }
      case ExprKind::kIdentifier: {
        const iceberg::Field* column = ColumnOf(expr);
        if (column == nullptr || column->type.id() != TypeId::kBoolean) return std::nullopt;
        return Make(Op::kEq, *column, {Value(wanted == Wanted::kTrue)});
      }
      default:
        return std::nullopt;
    }
  }

 private:
  Said Join(const Expr& expr, Wanted wanted) const {
    const bool all = (expr.kind == ExprKind::kAnd) == (wanted == Wanted::kTrue);
    Said joined;
    for (const auto& arg : expr.args) {
      Said part = Say(*arg, wanted);
      if (!part) return std::nullopt;
      if (!joined) {
        joined = std::move(part);
      } else {
        joined = all ? iceberg::And(std::move(*joined), std::move(*part))
                     : iceberg::Or(std::move(*joined), std::move(*part));
      }
    }
    return joined;
  }

  // A column whose own values the caller sees in every row that is seen.
  const iceberg::Field* ColumnOf(const Expr& expr) const {
    if (expr.kind != ExprKind::kIdentifier) return nullptr;
    const govern::ColumnAccess* entry = Find(access_, expr.name);
    if (entry != nullptr && (!entry->cell_filter.empty() || entry->mask.kind != govern::MaskKind::kNone))
      return nullptr;
    if (!Sees(access_, expr.name) || Divides(access_, expr.name)) return nullptr;
    for (const iceberg::Field& field : seen_.columns()) {
      if (AsciiLower(field.name) == expr.name) return &field;
    }
    return nullptr;
  }

  // A constant that compares with the column as both are written; nothing for what SQL would convert first.
  static std::optional<Value> ConstantFor(const iceberg::Field& column, const Expr& expr) {
    const bool negative = expr.kind == ExprKind::kUnary && expr.op == "-";
    const Expr& literal = negative ? *expr.args[0] : expr;
    const std::string text = (negative ? "-" : "") + literal.text;
    const auto parsed = [&]() -> std::optional<Value> {
      auto value = iceberg::ParseValueText(column.type, text);
      return value.ok() ? std::optional(std::move(*value)) : std::nullopt;
    };
    switch (column.type.id()) {
      case TypeId::kString:
        return expr.kind == ExprKind::kString ? std::optional(Value(expr.text)) : std::nullopt;
      case TypeId::kBoolean:
        return expr.kind == ExprKind::kBoolean ? std::optional(Value(expr.text == "true")) : std::nullopt;
      case TypeId::kInt:
      case TypeId::kLong:
        return literal.kind == ExprKind::kInteger ? parsed() : std::nullopt;
      case TypeId::kDouble:
        return literal.kind == ExprKind::kInteger || literal.kind == ExprKind::kDecimal ||
                       literal.kind == ExprKind::kDouble
                   ? parsed()
                   : std::nullopt;
      case TypeId::kDate:
        return expr.kind == ExprKind::kTyped && expr.cast_type.Is(sql::TypeKind::kDate) ? parsed() : std::nullopt;
      default:
        return std::nullopt;
    }
  }

  // A comparison that is true, as SQL has it: never for a null, and for no NaN but by "unequal", which is not said.
  Said Make(Op op, const iceberg::Field& column, iceberg::Values values) const {
    const bool negative = op == Op::kNotEq || op == Op::kNotIn || op == Op::kNotStartsWith;
    const bool is_double = column.type.id() == TypeId::kDouble && op != Op::kIsNull && op != Op::kNotNull;
    if (is_double && negative) return std::nullopt;
    auto made = iceberg::Predicate(seen_, op, column.name, std::move(values));
    if (!made.ok()) return std::nullopt;
    if (!negative && !is_double) return std::move(*made);
    auto guard = iceberg::Predicate(seen_, is_double ? Op::kNotNan : Op::kNotNull, column.name);
    if (!guard.ok()) return std::nullopt;
    return iceberg::And(std::move(*guard), std::move(*made));
  }

  Said Compare(const Expr& expr, Wanted wanted) const {
    auto op = iceberg::ComparisonOf(expr.op);
    if (!op) return std::nullopt;
    const Expr* value = expr.args[1].get();
    const iceberg::Field* column = ColumnOf(*expr.args[0]);
    if (column == nullptr) {
      column = ColumnOf(*expr.args[1]);
      value = expr.args[0].get();
      op = iceberg::SidesExchanged(*op);
    }
    if (column == nullptr) return std::nullopt;
    // Of a NaN the opposite of an order is true in SQL.
    if (wanted == Wanted::kFalse && column->type.id() == TypeId::kDouble) return std::nullopt;
    const auto constant = ConstantFor(*column, *value);
    if (!constant) return std::nullopt;
    return Make(wanted == Wanted::kTrue ? *op : iceberg::Negated(*op), *column, {*constant});
  }

  Said Between(const Expr& expr, Wanted wanted) const {
    if (expr.negated) wanted = Opposite(wanted);
    const iceberg::Field* column = ColumnOf(*expr.args[0]);
    if (column == nullptr) return std::nullopt;
    const auto low = ConstantFor(*column, *expr.args[1]);
    const auto high = ConstantFor(*column, *expr.args[2]);
    if (!low || !high || (wanted == Wanted::kFalse && column->type.id() == TypeId::kDouble)) return std::nullopt;
    const bool within = wanted == Wanted::kTrue;
    Said from = Make(within ? Op::kGtEq : Op::kLt, *column, {*low});
    Said to = Make(within ? Op::kLtEq : Op::kGt, *column, {*high});
    if (!from || !to) return std::nullopt;
    return within ? iceberg::And(std::move(*from), std::move(*to)) : iceberg::Or(std::move(*from), std::move(*to));
  }

  Said In(const Expr& expr, Wanted wanted) const {
    if (expr.negated) wanted = Opposite(wanted);
    const iceberg::Field* column = ColumnOf(*expr.args[0]);
    if (column == nullptr) return std::nullopt;
    iceberg::Values values;
    values.reserve(expr.args.size());
    for (size_t i = 1; i < expr.args.size(); ++i) {
      auto value = ConstantFor(*column, *expr.args[i]);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return Make(wanted == Wanted::kTrue ? Op::kIn : Op::kNotIn, *column, std::move(values));
  }

  // LIKE 'abc%'.
  Said Prefix(const Expr& expr, Wanted wanted) const {
    if (expr.negated) wanted = Opposite(wanted);
    const iceberg::Field* column = ColumnOf(*expr.args[0]);
    if (column == nullptr || column->type.id() != TypeId::kString || expr.args.size() != 2) return std::nullopt;
    const Expr& pattern = *expr.args[1];
    if (pattern.kind != ExprKind::kString || pattern.text.find_first_of("%_\\") + 1 != pattern.text.size() ||
        !pattern.text.ends_with('%')) {
      return std::nullopt;
    }
    return Make(wanted == Wanted::kTrue ? Op::kStartsWith : Op::kNotStartsWith, *column,
                {Value(pattern.text.substr(0, pattern.text.size() - 1))});
  }

  const govern::TableAccess& access_;
  const iceberg::Schema& seen_;
};

}  // namespace

std::optional<Expression> IcebergFilter(const govern::TableAccess& access, const iceberg::Schema& seen) {
  auto expr = sql::ParseExpression(access.row_filter);
  if (!expr.ok()) return std::nullopt;
  return Sayer(access, seen).Say(**expr, Wanted::kTrue);
}

}  // namespace tarn::enforce
