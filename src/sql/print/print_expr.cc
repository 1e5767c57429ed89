#include <fmt/format.h>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"
#include "sql/internal/printer.h"

namespace tarn::sql {

std::string ExprText(const Expr& expr) {
  static const Plan plan;
  static const AnalyzeContext context;
  static const PrintOptions options;
  return Printer(plan, context, options, true).Text(expr);
}

std::string Printer::FreshVariable() { return fmt::format("lv{}", variables_++); }

std::string Printer::LetAll(Names values, const std::function<std::string(const Names&)>& body) {
  std::string prefix;
  std::string suffix;
  for (std::string& value : values) {
    if (!Costly(value)) continue;
    std::string variable = FreshVariable();
    prefix += "list_transform([" + value + "], lambda " + variable + ": ";
    suffix += ")[1]";
    value = variable;
  }
  return prefix + body(values) + suffix;
}

std::string Printer::ErrorText(std::string_view message) {
  // TRY refuses volatile expressions, and error() is one.
  return try_depth_ > 0 ? "NULL" : "error(" + QuoteLiteral(message) + ")";
}

std::string Printer::ListText(const std::vector<ExprPtr>& args, std::string_view separator, size_t from) {
  std::string out;
  for (size_t i = from; i < args.size(); ++i) {
    if (i > from) out += separator;
    out += Text(*args[i]);
  }
  return out;
}

std::string Printer::Text(const Expr& expr) {
  if (expr.stands_for) return Text(*expr.stands_for);
  switch (expr.kind) {
    case ExprKind::kNull:
    case ExprKind::kBoolean:
    case ExprKind::kInteger:
    case ExprKind::kDecimal:
    case ExprKind::kDouble:
    case ExprKind::kString:
    case ExprKind::kBinary:
      return LiteralText(expr);
    case ExprKind::kTyped:
      return TypedText(expr);
    case ExprKind::kInterval:
      return IntervalText(expr);
    case ExprKind::kParameter:
      return "NULL";
    case ExprKind::kIdentifier:
    case ExprKind::kDereference:
      return IdentifierText(expr);
    case ExprKind::kStar:
      return "*";
    case ExprKind::kUnary:
      return expr.op == "-" ? "(-" + Text(*expr.args[0]) + ")" : Text(*expr.args[0]);
    case ExprKind::kBinaryOp:
      return expr.op == "||" ? ConcatText(expr.args, expr.type) : ArithmeticText(expr);
    case ExprKind::kCompare:
      return CompareText(expr);
    case ExprKind::kQuantified:
      return "(" + Text(*expr.args[0]) + " " + expr.op + " " + AsciiUpper(expr.name) + " " + SubqueryText(*expr.query) +
             ")";
    case ExprKind::kAnd:
      return "(" + ListText(expr.args, " AND ") + ")";
    case ExprKind::kOr:
      return "(" + ListText(expr.args, " OR ") + ")";
    case ExprKind::kNot:
      return "(NOT " + Text(*expr.args[0]) + ")";
    case ExprKind::kIsNull:
      return "(" + Text(*expr.args[0]) + (expr.negated ? " IS NOT NULL)" : " IS NULL)");
    case ExprKind::kBetween:
      return "(" + Text(*expr.args[0]) + (expr.negated ? " NOT BETWEEN " : " BETWEEN ") + Text(*expr.args[1]) +
             " AND " + Text(*expr.args[2]) + ")";
    case ExprKind::kIn:
    case ExprKind::kInQuery:
      return InText(expr);
    case ExprKind::kLike:
      return LikeText(expr);
    case ExprKind::kExists:
      return "EXISTS " + SubqueryText(*expr.query);
    case ExprKind::kSubquery:
      return SubqueryText(*expr.query);
    case ExprKind::kCall:
      return CallText(expr);
    case ExprKind::kCase:
      return CaseText(expr);
    case ExprKind::kCast:
      return CastExprText(expr);
    case ExprKind::kLambda:
      return LambdaText(expr);
    case ExprKind::kArray:
      return "[" + ListText(expr.args, ", ") + "]";
    case ExprKind::kRow:
      return RowText(expr);
    case ExprKind::kSubscript:
      return SubscriptText(expr);
    case ExprKind::kAtTimeZone:
      return ZonedText(Text(*expr.args[0]), expr.args[0]->type, Text(*expr.args[1]));
    case ExprKind::kCurrent:
      return CurrentText(expr);
  }
  return "NULL";
}

// ROW(1, 'a') cast to named fields is one struct; other rows are cast field by field.
std::string Printer::CastExprText(const Expr& expr) {
  const Expr& value = *expr.args[0];
  const Type& to = expr.cast_type;
  bool attempt = expr.name == "try_cast";
  try_depth_ += attempt;
  std::string text;
  bool fields = to.Is(TypeKind::kRow) && value.kind == ExprKind::kRow && value.args.size() == to.args.size();
  if (fields) {
    for (size_t i = 0; i < to.args.size(); ++i) {
      std::string name = to.names[i].empty() ? fmt::format("field{}", i) : to.names[i];
      std::string field = CastText(value.args[i]->type, to.args[i], Text(*value.args[i]), attempt);
      text += (i > 0 ? ", " : "") + QuoteIdentifier(name) + " := " + field;
    }
    text = "struct_pack(" + text + ")";
  } else {
    text = CastText(value.type, to, Text(value), attempt);
  }
  try_depth_ -= attempt;
  return text;
}

std::string Printer::LiteralText(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kBoolean:
      return expr.text == "true" ? "TRUE" : "FALSE";
    case ExprKind::kInteger:
      return expr.type.Is(TypeKind::kBigint) && expr.text.size() < 11 ? "CAST(" + expr.text + " AS BIGINT)" : expr.text;
    case ExprKind::kDecimal:
      return "CAST(" + QuoteLiteral(expr.text) + " AS " + ToDuckDb(expr.type) + ")";
    case ExprKind::kDouble:
      return "CAST(" + expr.text + " AS DOUBLE)";
    case ExprKind::kString:
      return QuoteLiteral(expr.text);
    case ExprKind::kBinary:
      return "unhex('" + expr.text + "')";
    default:
      return "NULL";
  }
}

std::string Printer::TypedText(const Expr& expr) {
  if (expr.cast_type.IsString()) return QuoteLiteral(expr.text);
  if (expr.cast_type.Is(TypeKind::kJson)) return "json(" + QuoteLiteral(expr.text) + ")";
  return "CAST(" + QuoteLiteral(expr.text) + " AS " + ToDuckDb(expr.type) + ")";
}

// INTERVAL '1-6' YEAR TO MONTH, '3 04:05:06.789' DAY TO SECOND and single units.
std::string Printer::IntervalText(const Expr& expr) {
  std::string out;
  if (expr.name2.empty()) {
    bool number = !expr.text.empty() && expr.text.find_first_not_of("0123456789.-") == std::string::npos;
    if (!number)
      ThrowAt(kSyntaxError, "INVALID_LITERAL", expr.pos, fmt::format("Invalid interval literal: {}", expr.text));
    out = "INTERVAL '" + expr.text + " " + expr.name + "'";
  } else {
    std::string_view units[] = {"year", "month", "day", "hour", "minute", "second"};
    size_t unit = 0;
    while (unit < 5 && units[unit] != expr.name) ++unit;
    std::string parts;
    std::string number;
    for (char c : expr.text + " ") {
      bool digit = (c >= '0' && c <= '9') || c == '.';
      if (digit) {
        number += c;
      } else if (!number.empty() && unit < 6) {
        parts += (parts.empty() ? "" : " ") + number + " " + std::string(units[unit++]);
        number.clear();
      }
    }
    out = "INTERVAL '" + parts + "'";
    if (expr.text.starts_with('-')) out = "(-" + out + ")";
  }
  return expr.op == "-" ? "(-" + out + ")" : out;
}

std::string Printer::ReferenceText(const ColumnRef& ref) {
  std::string text = (ref.relation.empty() ? "" : QuoteIdentifier(ref.relation) + ".") + QuoteIdentifier(ref.column);
  return ref.other.empty() ? text : "coalesce(" + text + ", " + ref.other + ")";
}

std::string Printer::IdentifierText(const Expr& expr) {
  if (expr.ref) return ReferenceText(*expr.ref);
  if (expr.lambda_variable) {
    for (size_t i = lambda_texts_.size(); i-- > 0;) {
      if (lambda_texts_[i].first == expr.name) return lambda_texts_[i].second;
    }
    return QuoteIdentifier(expr.name);
  }
  if (expr.kind == ExprKind::kDereference) {
    return "struct_extract(" + Text(*expr.args[0]) + ", " + QuoteLiteral(expr.name) + ")";
  }
  return QuoteIdentifier(expr.name);
}

// A divisor that is checked for zero, unless it plainly is not.
std::string Printer::NonZero(const Expr& divisor) {
  std::string text = Text(divisor);
  bool literal = divisor.kind == ExprKind::kInteger || divisor.kind == ExprKind::kDecimal;
  if (literal && divisor.text.find_first_of("123456789") != std::string::npos) return text;
  return Let(text, [&](const std::string& value) {
    return "(CASE WHEN " + value + " = 0 THEN " + ErrorText("DIVISION_BY_ZERO: Division by zero") + " ELSE " + value +
           " END)";
  });
}

std::string Printer::TemporalText(const Expr& expr, const std::string& a, const std::string& b) {
  const Type& left = expr.args[0]->type;
  const Type& right = expr.args[1]->type;
  std::string plain = "(" + a + " " + expr.op + " " + b + ")";
  if (left.IsTemporal() && right.IsTemporal()) {
    bool days = left.Is(TypeKind::kDate) && right.Is(TypeKind::kDate);
    return days ? "to_days(CAST(" + plain + " AS INTEGER))" : plain;
  }
  if (expr.type.Is(TypeKind::kDate)) return "CAST(" + plain + " AS DATE)";
  return plain;
}

std::string Printer::ArithmeticText(const Expr& expr) {
  const Type& left = expr.args[0]->type;
  const Type& right = expr.args[1]->type;
  bool temporal = left.IsTemporal() || right.IsTemporal() || left.IsInterval() || right.IsInterval();
  if (temporal) return TemporalText(expr, Text(*expr.args[0]), Text(*expr.args[1]));
  bool exact = expr.type.IsInteger() || expr.type.Is(TypeKind::kDecimal);
  bool divides = expr.op == "/" || expr.op == "%";
  std::string a = Text(*expr.args[0]);
  if (!divides || !exact) {
    std::string plain = "(" + a + " " + expr.op + " " + Text(*expr.args[1]) + ")";
    if (expr.type.Is(TypeKind::kReal) && divides) return "CAST(" + plain + " AS FLOAT)";
    if (expr.type.IsInteger() && left.kind != right.kind) return plain;
    return plain;
  }
  std::string b = NonZero(*expr.args[1]);
  if (expr.op == "%") return "(" + a + " % " + b + ")";
  if (expr.type.IsInteger()) return "(" + a + " // " + b + ")";
  return "CAST((" + a + " / " + b + ") AS " + ToDuckDb(expr.type) + ")";
}

std::string Printer::ConcatText(const std::vector<ExprPtr>& args, const Type& type) {
  if (!type.Is(TypeKind::kArray)) return "(" + ListText(args, " || ") + ")";
  std::string out;
  for (const ExprPtr& arg : args) {
    std::string text = Text(*arg);
    if (!arg->type.Is(TypeKind::kArray) && !arg->type.Is(TypeKind::kUnknown)) text = "[" + text + "]";
    out = out.empty() ? text : "list_concat(" + out + ", " + text + ")";
  }
  return out;
}

std::string Printer::CompareText(const Expr& expr) {
  return "(" + Text(*expr.args[0]) + " " + AsciiUpper(expr.op) + " " + Text(*expr.args[1]) + ")";
}

std::string Printer::LikeText(const Expr& expr) {
  std::string out = "(" + Text(*expr.args[0]) + (expr.negated ? " NOT LIKE " : " LIKE ") + Text(*expr.args[1]);
  if (expr.args.size() > 2) out += " ESCAPE " + Text(*expr.args[2]);
  return out + ")";
}

std::string Printer::InText(const Expr& expr) {
  std::string value = Text(*expr.args[0]);
  if (expr.kind == ExprKind::kInQuery) {
    bool row = expr.args[0]->kind == ExprKind::kRow;
    if (row) value = "(" + ListText(expr.args[0]->args, ", ") + ")";
    return "(" + value + (expr.negated ? " NOT IN " : " IN ") + SubqueryText(*expr.query) + ")";
  }
  return "(" + value + (expr.negated ? " NOT IN (" : " IN (") + ListText(expr.args, ", ", 1) + "))";
}

std::string Printer::CaseText(const Expr& expr) {
  std::string out = "(CASE";
  size_t at = 0;
  if (expr.has_operand) out += " " + Text(*expr.args[at++]);
  size_t end = expr.args.size() - (expr.has_else ? 1 : 0);
  for (; at + 2 <= end; at += 2) out += " WHEN " + Text(*expr.args[at]) + " THEN " + Text(*expr.args[at + 1]);
  if (expr.has_else) out += " ELSE " + Text(*expr.args.back());
  return out + " END)";
}

std::string Printer::LambdaText(const Expr& expr) {
  std::string out = "lambda ";
  for (size_t i = 0; i < expr.names.size(); ++i) {
    std::string variable = FreshVariable();
    out += (i > 0 ? ", " : "") + variable;
    lambda_texts_.emplace_back(expr.names[i], variable);
  }
  out += ": " + Text(*expr.args[0]);
  lambda_texts_.resize(lambda_texts_.size() - expr.names.size());
  return out;
}

std::string Printer::RowText(const Expr& expr) {
  std::string out = "struct_pack(";
  for (size_t i = 0; i < expr.args.size(); ++i) {
    if (i > 0) out += ", ";
    out += QuoteIdentifier(fmt::format("field{}", i)) + " := " + Text(*expr.args[i]);
  }
  return out + ")";
}

std::string Printer::SubscriptText(const Expr& expr) {
  const Type& base = expr.args[0]->type;
  std::string value = Text(*expr.args[0]);
  if (base.Is(TypeKind::kRow)) {
    size_t index = static_cast<size_t>(std::stoul(expr.args[1]->text)) - 1;
    std::string name = base.names[index].empty() ? fmt::format("field{}", index) : base.names[index];
    return "struct_extract(" + value + ", " + QuoteLiteral(name) + ")";
  }
  std::string index = Text(*expr.args[1]);
  return Let(value, [&](const std::string& list) {
    if (base.Is(TypeKind::kMap)) {
      return "(CASE WHEN map_contains(" + list + ", " + index + ") = FALSE THEN " +
             ErrorText("INVALID_FUNCTION_ARGUMENT: Key not present in map") + " ELSE map_extract_value(" + list + ", " +
             index + ") END)";
    }
    return Let(index, [&](const std::string& i) {
      std::string low =
          expr.args[1]->kind == ExprKind::kInteger && expr.args[1]->text != "0"
              ? ""
              : "WHEN " + i + " < 1 THEN " + ErrorText("INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1") + " ";
      return "(CASE " + low + "WHEN " + i + " > len(" + list + ") THEN " +
             ErrorText("INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length") +
             " ELSE list_extract(" + list + ", " + i + ") END)";
    });
  });
}

std::string Printer::ZonedText(const std::string& value, const Type& type, const std::string& zone) {
  bool zoned = type.Is(TypeKind::kTimestampTz);
  return "timezone(" + zone + ", " + (zoned ? value : "timezone('UTC', CAST(" + value + " AS TIMESTAMP))") + ")";
}

std::string Printer::CurrentText(const Expr& expr) {
  std::string stamp = FormatIso8601(context_.now, 3);  // 2026-11-21T05:38:00.123Z
  std::string date = stamp.substr(0, 10);
  std::string time = stamp.substr(11, 12);
  if (expr.name == "current_date") return "CAST('" + date + "' AS DATE)";
  if (expr.name == "current_timestamp") return "CAST('" + date + " " + time + "+00' AS TIMESTAMP WITH TIME ZONE)";
  if (expr.name == "localtimestamp") return "CAST('" + date + " " + time + "' AS TIMESTAMP)";
  if (expr.name == "current_time" || expr.name == "localtime") return "CAST('" + time + "' AS TIME)";
  if (expr.name == "current_schema") return QuoteLiteral(context_.database);
  if (expr.name == "current_catalog") return QuoteLiteral(context_.catalog);
  return QuoteLiteral(context_.user);
}

}  // namespace tarn::sql
