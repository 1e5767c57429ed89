#include <fmt/format.h>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/failure.h"
#include "sql/internal/printer.h"

namespace tarn::sql {

std::string Printer::CallText(const Expr& expr) {
  std::vector<Type> types;
  for (const ExprPtr& arg : expr.args) types.push_back(arg->type);
  const Function* function = FindFunction(expr.name, types);
  if (function == nullptr) {
    ThrowAt(kFunctionNotFound, "FUNCTION_NOT_FOUND", expr.pos, fmt::format("Function '{}' not registered", expr.name));
  }
  bool attempt = expr.name == "try";
  try_depth_ += attempt;
  std::string_view text = function->text;
  bool cast = text.starts_with('!');
  if (cast) text.remove_prefix(1);
  std::string out;
  if (text.starts_with('@'))
    out = SpecialText(text.substr(1), expr);
  else if (text.empty())
    out = DefaultCall(function->name, expr);
  else if (text.find('{') == std::string_view::npos)
    out = std::string(text) + AggregateTail(expr);
  else
    out = FillTemplate(text, expr, expr.type);
  try_depth_ -= attempt;
  if (cast && !expr.type.Is(TypeKind::kUnknown)) out = "CAST(" + out + " AS " + ToDuckDb(expr.type) + ")";
  return out;
}

// name([DISTINCT] args [IGNORE NULLS] [ORDER BY …]) [FILTER …] [OVER …]
std::string Printer::DefaultCall(std::string_view name, const Expr& expr) {
  std::string out = std::string(name) + "(";
  if (expr.distinct) out += "DISTINCT ";
  out += ListText(expr.args, ", ");
  if (expr.ignore_nulls) out += " IGNORE NULLS";
  if (!expr.order_by.empty()) out += " ORDER BY " + SortText(expr.order_by);
  return out + ")" + AggregateTail(expr);
}

std::string Printer::AggregateTail(const Expr& expr) {
  std::string out;
  if (expr.filter) out += " FILTER (WHERE " + Text(*expr.filter) + ")";
  if (!expr.has_window) return out;
  return out + " OVER " + (expr.window ? WindowText(*expr.window) : QuoteIdentifier(expr.window_name));
}

std::string Printer::WindowText(const Window& window) {
  std::string out;
  auto add = [&out](const std::string& part) { out += (out.empty() ? "" : " ") + part; };
  if (!window.base.empty()) add(QuoteIdentifier(window.base));
  if (!window.partition_by.empty()) add("PARTITION BY " + ListText(window.partition_by, ", "));
  if (!window.order_by.empty()) add("ORDER BY " + SortText(window.order_by));
  if (!window.frame_unit.empty()) {
    auto bound = [this](const FrameBound& b) -> std::string {
      switch (b.kind) {
        case FrameBound::kUnboundedPreceding:
          return "UNBOUNDED PRECEDING";
        case FrameBound::kPreceding:
          return Text(*b.offset) + " PRECEDING";
        case FrameBound::kCurrentRow:
          return "CURRENT ROW";
        case FrameBound::kFollowing:
          return Text(*b.offset) + " FOLLOWING";
        default:
          return "UNBOUNDED FOLLOWING";
      }
    };
    add(AsciiUpper(window.frame_unit) + " BETWEEN " + bound(window.start) + " AND " + bound(window.end));
  }
  return "(" + out + ")";
}

namespace {

size_t CountOf(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace

// See functions.h for the template's language. "{{" and "}}" stand for braces.
std::string Printer::FillTemplate(std::string_view text, const Expr& expr, const Type& result) {
  Names args;
  bool aggregate = text.find("{F}") != std::string_view::npos;
  std::string prefix;
  std::string suffix;
  for (size_t i = 0; i < expr.args.size(); ++i) {
    std::string value = Text(*expr.args[i]);
    std::string place = fmt::format("{{{}}}", i);
    bool lambda = expr.args[i]->kind == ExprKind::kLambda;
    bool repeated = CountOf(text, place) > 1 || text.find("tarn_") != std::string_view::npos;
    if (!aggregate && !lambda && repeated && Costly(value)) {
      std::string variable = FreshVariable();
      prefix += "list_transform([" + value + "], lambda " + variable + ": ";
      suffix += ")[1]";
      value = variable;
    }
    args.push_back(std::move(value));
  }
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (text.substr(at).starts_with("{{")) {
      out += "{", at += 2;
    } else if (text.substr(at).starts_with("}}")) {
      out += "}", at += 2;
    } else if (text[at] == '{') {
      size_t close = text.find('}', at);
      out += FillPart(text.substr(at + 1, close - at - 1), expr, args, result);
      at = close + 1;
    } else {
      out += text[at++];
    }
  }
  return prefix + out + suffix;
}

std::string Printer::FillPart(std::string_view part, const Expr& expr, const Names& args, const Type& result) {
  if (part.size() == 1 && part[0] >= '0' && part[0] <= '9') return args[static_cast<size_t>(part[0] - '0')];
  if (part == "*") return Join(args, ", ");
  if (part == "R") return ToDuckDb(result);
  if (part == "D") return expr.distinct ? "DISTINCT " : "";
  if (part == "O") return expr.order_by.empty() ? "" : " ORDER BY " + SortText(expr.order_by);
  if (part == "F") return AggregateTail(expr);
  if (part.starts_with("E:")) return ErrorText(part.substr(2));
  if (part == "path1") {
    const Expr& path = *expr.args[1];
    bool wild = path.kind == ExprKind::kString && path.text.find('*') != std::string::npos;
    if (wild) {
      ThrowAt(kSyntaxError, "INVALID_FUNCTION_ARGUMENT", path.pos, fmt::format("Invalid JSON path: '{}'", path.text));
    }
    return path.kind == ExprKind::kString ? QuoteLiteral(JsonPath(path.text)) : "tarn_json_path(" + args[1] + ")";
  }
  if (part == "text0") {
    Type text = ArrayType(VarcharType());
    Type element = expr.args[0]->type.args.empty() ? VarcharType() : expr.args[0]->type.args[0];
    if (element.IsString()) return args[0];
    return CastText(ArrayType(element), text, args[0], false);
  }
  return "";
}

}  // namespace tarn::sql
