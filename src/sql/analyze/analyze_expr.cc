#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/analyzer.h"

namespace tarn::sql {

Type Analyzer::Analyze(Expr* expr, const Scope& scope) {
  if (expr->stands_for) return expr->type;
  expr->type = AnalyzeNode(expr, scope);
  return expr->type;
}

Type Analyzer::AnalyzeNode(Expr* expr, const Scope& scope) {
  auto boolean = [&] {
    for (ExprPtr& arg : expr->args) Analyze(arg.get(), scope);
    return MakeType(TypeKind::kBoolean);
  };
  switch (expr->kind) {
    case ExprKind::kNull:
    case ExprKind::kBoolean:
    case ExprKind::kInteger:
    case ExprKind::kDecimal:
    case ExprKind::kDouble:
    case ExprKind::kString:
    case ExprKind::kBinary:
    case ExprKind::kInterval:
      return AnalyzeLiteral(*expr);
    case ExprKind::kTyped:
      return AnalyzeTyped(expr);
    case ExprKind::kParameter:
      ThrowAt(kInvalidParameters, "INVALID_PARAMETER_USAGE", expr->pos,
              "Incorrect number of parameters: the query has parameters without values");
    case ExprKind::kIdentifier:
      return AnalyzeIdentifier(expr, scope);
    case ExprKind::kDereference:
      return AnalyzeDereference(expr, scope);
    case ExprKind::kStar:
      return {};
    case ExprKind::kUnary:
      return Analyze(expr->args[0].get(), scope);
    case ExprKind::kBinaryOp:
      return expr->op == "||" ? AnalyzeConcat(expr, scope) : AnalyzeArithmetic(expr, scope);
    case ExprKind::kCompare:
    case ExprKind::kBetween:
    case ExprKind::kLike:
      return AnalyzeCompare(expr, scope);
    case ExprKind::kIn:
      return AnalyzeIn(expr, scope);
    case ExprKind::kAnd:
    case ExprKind::kOr:
    case ExprKind::kNot:
      return AnalyzeLogical(expr, scope);
    case ExprKind::kIsNull:
      return boolean();
    case ExprKind::kQuantified:
    case ExprKind::kInQuery: {
      Type type = boolean();
      AnalyzeSubqueryExpr(expr, scope);
      return type;
    }
    case ExprKind::kExists:
      AnalyzeSubqueryExpr(expr, scope);
      return MakeType(TypeKind::kBoolean);
    case ExprKind::kSubquery:
      return AnalyzeScalarSubquery(expr, scope);
    case ExprKind::kCall:
      return AnalyzeCall(expr, scope);
    case ExprKind::kCase:
      return AnalyzeCase(expr, scope);
    case ExprKind::kCast:
      return AnalyzeCast(expr, scope);
    case ExprKind::kLambda:
      return Analyze(expr->args[0].get(), scope);
    case ExprKind::kArray:
      return AnalyzeArray(expr, scope);
    case ExprKind::kRow:
      return AnalyzeRow(expr, scope);
    case ExprKind::kSubscript:
      return AnalyzeSubscript(expr, scope);
    case ExprKind::kAtTimeZone:
      Analyze(expr->args[0].get(), scope);
      Analyze(expr->args[1].get(), scope);
      return MakeType(TypeKind::kTimestamp);
    case ExprKind::kCurrent:
      return AnalyzeCurrent(*expr);
  }
  return {};
}

Type Analyzer::AnalyzeLogical(Expr* expr, const Scope& scope) {
  for (ExprPtr& arg : expr->args) {
    Type type = Analyze(arg.get(), scope);
    if (type.Is(TypeKind::kBoolean) || type.Is(TypeKind::kUnknown)) continue;
    ThrowAt(kTypeMismatch, "TYPE_MISMATCH", arg->pos,
            fmt::format("Logical expression term must evaluate to a boolean (actual: {})", ToTrino(type)));
  }
  return MakeType(TypeKind::kBoolean);
}

Type Analyzer::AnalyzeArray(Expr* expr, const Scope& scope) {
  Type element;
  for (ExprPtr& arg : expr->args) {
    Type both;
    if (!UnifyTypes(element, Analyze(arg.get(), scope), &both)) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", arg->pos,
              fmt::format("All ARRAY elements must be the same type: {}", ToTrino(element)));
    }
    element = both;
  }
  return ArrayType(element);
}

Type Analyzer::AnalyzeScalarSubquery(Expr* expr, const Scope& scope) {
  QueryShape shape = AnalyzeSubqueryExpr(expr, scope);
  if (shape.types.size() == 1) return shape.types[0];
  ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr->pos,
          fmt::format("Multiple columns returned by subquery are not yet supported. Found {}", shape.types.size()));
}

QueryShape Analyzer::AnalyzeSubqueryExpr(Expr* expr, const Scope& scope) {
  return AnalyzeQuery(expr->query.get(), &scope);
}

Type Analyzer::AnalyzeLiteral(const Expr& expr) {
  switch (expr.kind) {
    case ExprKind::kBoolean:
      return MakeType(TypeKind::kBoolean);
    case ExprKind::kInteger: {
      auto value = ParseI64(expr.text);
      bool most_negative = expr.text == "9223372036854775808";  // behind a unary minus
      if (!value && !most_negative)
        ThrowAt(kSyntaxError, "INVALID_LITERAL", expr.pos, fmt::format("Invalid numeric literal: {}", expr.text));
      return MakeType(value && *value <= 2147483647 ? TypeKind::kInteger : TypeKind::kBigint);
    }
    case ExprKind::kDecimal: {
      size_t dot = expr.text.find('.');
      std::string digits = expr.text.substr(0, dot) + expr.text.substr(dot + 1);
      int32_t scale = static_cast<int32_t>(expr.text.size() - dot - 1);
      size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
      int32_t precision = std::max({static_cast<int32_t>(digits.size() - zeros), scale, 1});
      if (precision > 38)
        ThrowAt(kSyntaxError, "INVALID_LITERAL", expr.pos, fmt::format("Invalid decimal literal: {}", expr.text));
      return DecimalType(precision, scale);
    }
    case ExprKind::kDouble:
      return MakeType(TypeKind::kDouble);
    case ExprKind::kString: {
      auto characters = std::count_if(expr.text.begin(), expr.text.end(), [](char c) { return (c & 0xC0) != 0x80; });
      Type type = VarcharType(static_cast<int32_t>(characters));
      return type;
    }
    case ExprKind::kBinary:
      return MakeType(TypeKind::kVarbinary);
    case ExprKind::kInterval:
      return MakeType(expr.name == "year" || expr.name == "month" ? TypeKind::kIntervalYear : TypeKind::kIntervalDay);
    default:
      return {};
  }
}

Type Analyzer::AnalyzeTyped(Expr* expr) {
  Type type = expr->cast_type;
  if (type.Is(TypeKind::kTimestamp)) {
    // A literal with an offset or a zone name behind the time is a timestamp with time zone.
    size_t time = expr->text.find(':');
    bool zone = time != std::string::npos && expr->text.find_first_of("+-ZUAE", time) != std::string::npos;
    if (zone) type = MakeType(TypeKind::kTimestampTz);
  }
  if (type.Is(TypeKind::kDecimal) && expr->text.find_first_not_of("0123456789.-+") == std::string::npos) {
    size_t dot = expr->text.find('.');
    int32_t scale = dot == std::string::npos ? 0 : static_cast<int32_t>(expr->text.size() - dot - 1);
    auto digits = std::count_if(expr->text.begin(), expr->text.end(), [](char c) { return c >= '0' && c <= '9'; });
    type = DecimalType(std::clamp(static_cast<int32_t>(digits), 1, 38), std::min(scale, 38));
  }
  return type;
}

const Type* Analyzer::FindLambdaVariable(const std::string& name) const {
  for (size_t i = lambda_variables_.size(); i-- > 0;) {
    if (lambda_variables_[i].first == name) return &lambda_variables_[i].second;
  }
  return nullptr;
}

// Notes that a statement reads the field; `expr` null for stars.
void Analyzer::UseField(const Field& field, Expr* expr) {
  if (expr != nullptr) {
    expr->ref = field.ref;
    expr->type = field.type;
  }
  if (field.origin.use < 0) return;
  std::vector<std::string>& columns = plan_->tables[static_cast<size_t>(field.origin.use)].columns;
  if (std::find(columns.begin(), columns.end(), field.origin.column) == columns.end())
    columns.push_back(field.origin.column);
}

// Takes path[0..length) as [[catalog.]database.][table.]column; innermost scope first.
bool Analyzer::ResolvePath(const std::vector<std::string>& path, size_t length, Expr* expr, const Scope& scope) {
  const std::string& name = path[length - 1];
  for (const Scope* at = &scope; at != nullptr; at = at->parent) {
    const Field* found = nullptr;
    for (const Field& field : at->fields) {
      bool match = !name.empty() && field.name == name;
      if (match && length > 1) match = field.qualifier == path[length - 2];
      if (match && length > 2) match = field.database == path[length - 3];
      if (match && length > 3) match = field.catalog == path[length - 4];
      if (!match) continue;
      if (found != nullptr) {
        ThrowAt(kAmbiguousName, "AMBIGUOUS_NAME", expr->pos, fmt::format("Column '{}' is ambiguous", name));
      }
      found = &field;
    }
    if (found != nullptr) {
      UseField(*found, expr);
      return true;
    }
  }
  return false;
}

namespace {

[[noreturn]] void FailColumn(Position pos, const std::string& name) {
  ThrowAt(
      kColumnNotFound, "COLUMN_NOT_FOUND", pos,
      fmt::format("Column '{}' cannot be resolved or requester is not authorized to access requested resources", name));
}

}  // namespace

Type Analyzer::AnalyzeIdentifier(Expr* expr, const Scope& scope) {
  if (const Type* type = FindLambdaVariable(expr->name)) {
    expr->lambda_variable = true;
    return *type;
  }
  if (!ResolvePath({expr->name}, 1, expr, scope)) FailColumn(expr->pos, expr->name);
  return expr->type;
}

Type Analyzer::AnalyzeDereference(Expr* expr, const Scope& scope) {
  std::vector<std::string> path;
  std::vector<Expr*> nodes;
  for (Expr* at = expr;; at = at->args[0].get()) {
    path.insert(path.begin(), at->name);
    nodes.insert(nodes.begin(), at);
    if (at->kind == ExprKind::kIdentifier) break;
    bool chain = at->args[0]->kind == ExprKind::kDereference || at->args[0]->kind == ExprKind::kIdentifier;
    if (!chain) {
      path.clear();
      break;
    }
  }
  if (path.empty()) return AccessField(*expr, Analyze(expr->args[0].get(), scope));
  size_t known = 0;
  if (const Type* type = FindLambdaVariable(path[0])) {
    nodes[0]->lambda_variable = true;
    nodes[0]->type = *type;
    known = 1;
  }
  // The longest prefix that names a column wins: t.c before the field c of a column t.
  for (size_t length = std::min<size_t>(path.size(), 4); known == 0 && length >= 1; --length) {
    if (ResolvePath(path, length, nodes[length - 1], scope)) known = length;
  }
  if (known == 0) FailColumn(expr->pos, Join(path, "."));
  for (size_t i = known; i < nodes.size(); ++i) nodes[i]->type = AccessField(*nodes[i], nodes[i - 1]->type);
  return expr->type;
}

Type Analyzer::AccessField(const Expr& expr, const Type& base) {
  if (base.Is(TypeKind::kUnknown)) return {};
  if (!base.Is(TypeKind::kRow)) {
    ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr.pos,
            fmt::format("Expression {} is not of type ROW", expr.args[0]->name));
  }
  for (size_t i = 0; i < base.names.size(); ++i) {
    if (AsciiLower(base.names[i]) == expr.name) return base.args[i];
  }
  FailColumn(expr.pos, expr.args[0]->name.empty() ? expr.name : expr.args[0]->name + "." + expr.name);
}

void Analyzer::FailOperator(const Expr& expr, std::string_view op, const Type& left, const Type& right) {
  ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr.pos,
          fmt::format("Cannot apply operator: {} {} {}", ToTrino(left), op, ToTrino(right)));
}

namespace {

Type DecimalOf(const Type& type) {
  if (type.Is(TypeKind::kDecimal)) return type;
  static constexpr int32_t kDigits[] = {3, 5, 10, 19};
  return DecimalType(kDigits[static_cast<size_t>(type.kind) - static_cast<size_t>(TypeKind::kTinyint)], 0);
}

// Trino's precision and scale of decimal arithmetic.
Type DecimalResult(const std::string& op, const Type& a, const Type& b) {
  if (op == "*") return DecimalType(std::min(38, a.length + b.length), std::min(38, a.scale + b.scale));
  if (op == "/") {
    int32_t scale = std::max(a.scale, b.scale);
    return DecimalType(std::min(38, a.length + b.scale + std::max(0, b.scale - a.scale)), scale);
  }
  int32_t scale = std::max(a.scale, b.scale);
  if (op == "%") return DecimalType(std::min(38, std::min(b.length - b.scale, a.length - a.scale) + scale), scale);
  return DecimalType(std::min(38, scale + std::max(a.length - a.scale, b.length - b.scale) + 1), scale);
}

bool TemporalResult(const std::string& op, const Type& a, const Type& b, Type* out) {
  if (op == "+" && a.IsTemporal() && b.IsInterval()) return *out = a, true;
  if (op == "-" && a.IsTemporal() && b.IsInterval()) return *out = a, true;
  if (op == "+" && a.IsInterval() && b.IsTemporal()) return *out = b, true;
  if (a.IsInterval() && a.kind == b.kind && (op == "+" || op == "-")) return *out = a, true;
  if (op == "-" && a.IsTemporal() && b.IsTemporal()) return *out = MakeType(TypeKind::kIntervalDay), true;
  if (a.IsInterval() && b.IsNumeric() && (op == "*" || op == "/")) return *out = a, true;
  if (a.IsNumeric() && b.IsInterval() && op == "*") return *out = b, true;
  return false;
}

}  // namespace

Type Analyzer::AnalyzeArithmetic(Expr* expr, const Scope& scope) {
  Type a = Analyze(expr->args[0].get(), scope);
  Type b = Analyze(expr->args[1].get(), scope);
  Type result;
  if (TemporalResult(expr->op, a, b, &result)) return result;
  if (a.Is(TypeKind::kUnknown) || b.Is(TypeKind::kUnknown)) return a.Is(TypeKind::kUnknown) ? b : a;
  if (!a.IsNumeric() || !b.IsNumeric()) FailOperator(*expr, expr->op, a, b);
  UnifyTypes(a, b, &result);
  if (result.Is(TypeKind::kDecimal)) return DecimalResult(expr->op, DecimalOf(a), DecimalOf(b));
  return result;
}

// Strings, binaries, or arrays with arrays and elements.
Type Analyzer::AnalyzeConcat(Expr* expr, const Scope& scope) {
  bool arrays = false;
  for (ExprPtr& arg : expr->args) arrays = Analyze(arg.get(), scope).Is(TypeKind::kArray) || arrays;
  Type result;
  for (const ExprPtr& arg : expr->args) {
    Type type = arg->type;
    bool bare = arrays && !type.Is(TypeKind::kArray) && !type.Is(TypeKind::kUnknown);
    if (bare) type = ArrayType(type);
    bool known =
        type.IsString() || type.Is(TypeKind::kArray) || type.Is(TypeKind::kVarbinary) || type.Is(TypeKind::kUnknown);
    Type both;
    if (!known || !UnifyTypes(result, type, &both)) {
      FailOperator(*expr, "||", result.Is(TypeKind::kUnknown) ? type : result, arg->type);
    }
    result = both;
  }
  if (result.IsString()) result = VarcharType();
  return result;
}

Type Analyzer::AnalyzeCompare(Expr* expr, const Scope& scope) {
  for (ExprPtr& arg : expr->args) Analyze(arg.get(), scope);
  const Type& first = expr->args[0]->type;
  if (expr->kind == ExprKind::kLike) {
    for (const ExprPtr& arg : expr->args) {
      if (arg->type.IsString() || arg->type.Is(TypeKind::kUnknown)) continue;
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", arg->pos,
              fmt::format("Left side of LIKE expression must evaluate to a varchar (actual: {})", ToTrino(arg->type)));
    }
    return MakeType(TypeKind::kBoolean);
  }
  for (size_t i = 1; i < expr->args.size(); ++i) {
    Type both;
    if (UnifyTypes(first, expr->args[i]->type, &both)) continue;
    if (expr->kind == ExprKind::kBetween) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr->pos,
              fmt::format("Cannot check if {} is BETWEEN {} and {}", ToTrino(first), ToTrino(expr->args[1]->type),
                          ToTrino(expr->args[2]->type)));
    }
    FailOperator(*expr, AsciiUpper(expr->op), first, expr->args[i]->type);
  }
  return MakeType(TypeKind::kBoolean);
}

Type Analyzer::AnalyzeIn(Expr* expr, const Scope& scope) {
  Type value = Analyze(expr->args[0].get(), scope);
  for (size_t i = 1; i < expr->args.size(); ++i) {
    Type item = Analyze(expr->args[i].get(), scope);
    Type both;
    if (!UnifyTypes(value, item, &both)) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr->args[i]->pos,
              fmt::format("IN value and list items must be the same type: {}", ToTrino(value)));
    }
  }
  return MakeType(TypeKind::kBoolean);
}

Type Analyzer::AnalyzeCase(Expr* expr, const Scope& scope) {
  for (ExprPtr& arg : expr->args) Analyze(arg.get(), scope);
  size_t first = expr->has_operand ? 1 : 0;
  size_t end = expr->args.size() - (expr->has_else ? 1 : 0);
  Type result;
  auto join = [&](const Expr& value) {
    Type both;
    if (!UnifyTypes(result, value.type, &both)) {
      ThrowAt(kTypeMismatch, "TYPE_MISMATCH", value.pos,
              fmt::format("All CASE results must be the same type or coercible to a common type. Cannot find common "
                          "type between {} and {}, all types (without duplicates): [{}, {}]",
                          ToTrino(result), ToTrino(value.type), ToTrino(result), ToTrino(value.type)));
    }
    result = both;
  };
  for (size_t i = first; i + 2 <= end; i += 2) {
    if (!expr->has_operand) {
      const Expr& when = *expr->args[i];
      if (!when.type.Is(TypeKind::kBoolean) && !when.type.Is(TypeKind::kUnknown)) {
        ThrowAt(kTypeMismatch, "TYPE_MISMATCH", when.pos,
                fmt::format("CASE WHEN clause must evaluate to a boolean (actual: {})", ToTrino(when.type)));
      }
    }
    join(*expr->args[i + 1]);
  }
  if (expr->has_else) join(*expr->args.back());
  return result;
}

Type Analyzer::AnalyzeCast(Expr* expr, const Scope& scope) {
  Type from = Analyze(expr->args[0].get(), scope);
  const Type& to = expr->cast_type;
  bool nested = from.Is(TypeKind::kArray) || from.Is(TypeKind::kMap) || from.Is(TypeKind::kRow);
  bool nested_to = to.Is(TypeKind::kArray) || to.Is(TypeKind::kMap) || to.Is(TypeKind::kRow);
  bool impossible = (nested && !to.Is(TypeKind::kJson) && from.kind != to.kind) ||
                    (nested_to && !nested && !from.Is(TypeKind::kJson) && !from.Is(TypeKind::kUnknown)) ||
                    (from.IsNumeric() && to.IsTemporal()) || (from.IsTemporal() && to.IsNumeric()) ||
                    (from.Is(TypeKind::kBoolean) && to.IsTemporal()) ||
                    (from.Is(TypeKind::kVarbinary) && to.IsString());
  if (impossible) {
    ThrowAt(kTypeMismatch, "TYPE_MISMATCH", expr->pos, fmt::format("Cannot cast {} to {}", ToTrino(from), ToTrino(to)));
  }
  return to;
}

Type Analyzer::AnalyzeRow(Expr* expr, const Scope& scope) {
  Type row = MakeType(TypeKind::kRow);
  for (ExprPtr& arg : expr->args) {
    row.args.push_back(Analyze(arg.get(), scope));
    row.names.emplace_back();
  }
  return row;
}

Type Analyzer::AnalyzeSubscript(Expr* expr, const Scope& scope) {
  Type base = Analyze(expr->args[0].get(), scope);
  Type index = Analyze(expr->args[1].get(), scope);
  if (base.Is(TypeKind::kArray)) {
    if (!index.IsInteger() && !index.Is(TypeKind::kUnknown)) FailOperator(*expr, "[]", base, index);
    return base.args[0];
  }
  if (base.Is(TypeKind::kMap)) return base.args[1];
  if (base.Is(TypeKind::kRow)) {
    auto position = expr->args[1]->kind == ExprKind::kInteger ? ParseU64(expr->args[1]->text) : std::nullopt;
    if (!position || *position < 1 || *position > base.args.size()) {
      ThrowAt(kTypeMismatch, "INVALID_FUNCTION_ARGUMENT", expr->args[1]->pos,
              "ROW subscript must be a constant within the row's fields");
    }
    return base.args[*position - 1];
  }
  if (base.Is(TypeKind::kUnknown)) return {};
  FailOperator(*expr, "[]", base, index);
}

Type Analyzer::AnalyzeCurrent(const Expr& expr) {
  if (expr.name == "current_date") return MakeType(TypeKind::kDate);
  if (expr.name == "current_timestamp") return MakeType(TypeKind::kTimestampTz);
  if (expr.name == "localtimestamp") return MakeType(TypeKind::kTimestamp);
  if (expr.name == "current_time" || expr.name == "localtime") return MakeType(TypeKind::kTime);
  return VarcharType();
}

}  // namespace tarn::sql
