#include <algorithm>

#include "base/strings.h"
#include "sql/errors.h"
#include "sql/internal/parser.h"

namespace tarn::sql {

ExprPtr Parser::ParsePrimary() {
  DepthGuard guard(this);
  const Token& token = Peek();
  switch (token.kind) {
    case TokenKind::kInteger:
    case TokenKind::kDecimal:
    case TokenKind::kDouble:
    case TokenKind::kString:
    case TokenKind::kBinary:
      return ParseLiteral();
    case TokenKind::kWord:
    case TokenKind::kQuotedWord:
      return ParseWordPrimary();
    default:
      break;
  }
  if (IsSymbol("?")) {
    ExprPtr expr = MakeExpr(ExprKind::kParameter, Next().pos);
    expr->index = parameters_++;
    return expr;
  }
  if (IsSymbol("(")) return ParseParenthesised();
  Expected("<expression>");
  FailHere();
}

ExprPtr Parser::ParseLiteral() {
  const Token& token = Next();
  ExprKind kind = ExprKind::kString;
  if (token.kind == TokenKind::kInteger) kind = ExprKind::kInteger;
  if (token.kind == TokenKind::kDecimal) kind = ExprKind::kDecimal;
  if (token.kind == TokenKind::kDouble) kind = ExprKind::kDouble;
  if (token.kind == TokenKind::kBinary) kind = ExprKind::kBinary;
  ExprPtr expr = MakeExpr(kind, token.pos);
  expr->text = token.text;
  return expr;
}

ExprPtr Parser::ParseParenthesised() {
  Position pos = Peek().pos;
  if (StartsParenthesisedQuery()) {
    size_t from = at_;
    int32_t parameters = parameters_;
    Next();
    ExprPtr expr = MakeExpr(ExprKind::kSubquery, pos);
    expr->query = ParseQuery();
    if (IsSymbol(")")) {
      Next();
      return Finish(std::move(expr));
    }
    at_ = from;  // ((SELECT 1) + 1): an expression that begins with a query
    parameters_ = parameters;
  }
  ExpectSymbol("(");
  ExprPtr first = ParseExpr();
  if (!IsSymbol(",")) {
    ExpectSymbol(")");
    return first;
  }
  ExprPtr row = MakeExpr(ExprKind::kRow, pos);
  row->args.push_back(std::move(first));
  while (AcceptSymbol(",")) row->args.push_back(ParseExpr());
  ExpectSymbol(")");
  return Finish(std::move(row));
}

bool Parser::StartsLambda() const {
  if (IsIdentifier() && IsSymbol("->", 1)) return true;
  if (!IsSymbol("(")) return false;
  size_t ahead = 1;
  if (IsSymbol(")", ahead)) return IsSymbol("->", ahead + 1);
  while (IsIdentifier(ahead)) {
    if (IsSymbol(")", ahead + 1)) return IsSymbol("->", ahead + 2);
    if (!IsSymbol(",", ahead + 1)) return false;
    ahead += 2;
  }
  return false;
}

ExprPtr Parser::ParseLambda() {
  ExprPtr lambda = MakeExpr(ExprKind::kLambda, Peek().pos);
  if (AcceptSymbol("(")) {
    while (!AcceptSymbol(")")) {
      lambda->names.push_back(ParseName());
      AcceptSymbol(",");
    }
  } else {
    lambda->names.push_back(ParseName());
  }
  ExpectSymbol("->");
  lambda->args.push_back(ParseExpr());
  return Finish(std::move(lambda));
}

// DATE '…', TIMESTAMP '…', DECIMAL '1.5', DOUBLE PRECISION '1', JSON '{}' …
bool Parser::StartsTypedLiteral() const {
  if (Peek().kind != TokenKind::kWord) return false;
  if (IsWord("DOUBLE") && IsWord("PRECISION", 1)) return Peek(2).kind == TokenKind::kString;
  return Peek(1).kind == TokenKind::kString;
}

ExprPtr Parser::ParseTypedLiteral() {
  const Token& name = Next();
  Position pos = name.pos;
  AcceptWord("PRECISION");
  ExprPtr expr = MakeExpr(ExprKind::kTyped, pos);
  auto type = ParseTrinoType(name.text);
  if (!type.ok()) Throw(kParseError, fmt::format("line {}:{}: Unknown type: {}", pos.line, pos.column, name.text));
  expr->cast_type = std::move(type).value();
  expr->text = ParseString();
  return expr;
}

ExprPtr Parser::ParseInterval() {
  ExprPtr expr = MakeExpr(ExprKind::kInterval, Next().pos);
  if (AcceptSymbol("-"))
    expr->op = "-";
  else
    AcceptSymbol("+");
  expr->text = ParseString();
  auto unit = [this] {
    static constexpr std::string_view kUnits[] = {"YEAR", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"};
    for (std::string_view u : kUnits) {
      if (AcceptWord(u)) return AsciiLower(u);
    }
    FailHere();
  };
  expr->name = unit();
  if (AcceptWord("TO")) expr->name2 = unit();
  return expr;
}

ExprPtr Parser::ParseWordPrimary() {
  const Token& token = Peek();
  Position pos = token.pos;
  if (token.kind == TokenKind::kWord) {
    const std::string& word = token.upper;
    if (word == "NULL") {
      Next();
      return MakeExpr(ExprKind::kNull, pos);
    }
    if (word == "TRUE" || word == "FALSE") {
      ExprPtr expr = MakeExpr(ExprKind::kBoolean, pos);
      expr->text = AsciiLower(Next().upper);
      return expr;
    }
    bool interval = word == "INTERVAL" && (Peek(1).kind == TokenKind::kString || IsSymbol("-", 1) || IsSymbol("+", 1));
    if (interval && (Peek(1).kind == TokenKind::kString || Peek(2).kind == TokenKind::kString)) return ParseInterval();
    if (ExprPtr expr = ParseKeywordCall()) return expr;
    if (StartsTypedLiteral()) return ParseTypedLiteral();
  }
  size_t ahead = 0;
  while (IsIdentifier(ahead) && IsSymbol(".", ahead + 1)) ahead += 2;
  bool reserved_call = (IsWord("GROUPING") || IsWord("LISTAGG") || IsWord("NORMALIZE")) && IsSymbol("(", 1);
  if (reserved_call || (IsIdentifier(ahead) && IsSymbol("(", ahead + 1))) return ParseCall();
  if (!IsIdentifier()) {
    Expected("<expression>");
    FailHere();
  }
  RefuseBackquote();
  Identifier name = ParseIdentifier();
  ExprPtr expr = MakeExpr(ExprKind::kIdentifier, pos);
  expr->name = name.name;
  expr->quoted = name.quoted;
  return expr;
}

// The constructs that begin with a word and are no plain function calls; null when none does.
ExprPtr Parser::ParseKeywordCall() {
  const std::string& word = Peek().upper;
  Position pos = Peek().pos;
  static constexpr std::string_view kCurrent[] = {"CURRENT_DATE",   "CURRENT_TIMESTAMP", "CURRENT_TIME",
                                                  "LOCALTIMESTAMP", "LOCALTIME",         "CURRENT_USER",
                                                  "CURRENT_SCHEMA", "CURRENT_CATALOG"};
  if (std::find(std::begin(kCurrent), std::end(kCurrent), word) != std::end(kCurrent)) {
    ExprPtr expr = MakeExpr(ExprKind::kCurrent, pos);
    expr->name = AsciiLower(Next().upper);
    if (expr->name.find("time") != std::string::npos && IsSymbol("(") && Peek(1).kind == TokenKind::kInteger) {
      Next();
      ParseInteger();
      ExpectSymbol(")");
    }
    return expr;
  }
  if (word == "CASE") return ParseCase();
  if (word == "ARRAY" && IsSymbol("[", 1)) {
    Next();
    Next();
    ExprPtr expr = MakeExpr(ExprKind::kArray, pos);
    if (!AcceptSymbol("]")) {
      do {
        expr->args.push_back(ParseExpr());
      } while (AcceptSymbol(","));
      ExpectSymbol("]");
    }
    return Finish(std::move(expr));
  }
  if (!IsSymbol("(", 1)) return nullptr;
  if (word == "CAST" || word == "TRY_CAST") return ParseCast();
  if (word == "EXTRACT") return ParseExtract();
  if (word == "TRIM") return ParseTrim();
  if (word == "EXISTS") {
    Next();
    Next();
    ExprPtr expr = MakeExpr(ExprKind::kExists, pos);
    expr->query = ParseQuery();
    ExpectSymbol(")");
    return Finish(std::move(expr));
  }
  if (word == "ROW") {
    Next();
    Next();
    ExprPtr expr = MakeExpr(ExprKind::kRow, pos);
    expr->text = "row";
    do {
      expr->args.push_back(ParseExpr());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
    return Finish(std::move(expr));
  }
  return nullptr;
}

ExprPtr Parser::ParseCase() {
  ExprPtr expr = MakeExpr(ExprKind::kCase, Next().pos);
  if (!IsWord("WHEN")) {
    expr->has_operand = true;
    expr->args.push_back(ParseExpr());
  }
  while (AcceptWord("WHEN")) {
    expr->args.push_back(ParseExpr());
    ExpectWord("THEN");
    expr->args.push_back(ParseExpr());
  }
  if (expr->args.size() < 2) ExpectWord("WHEN");
  if (AcceptWord("ELSE")) {
    expr->has_else = true;
    expr->args.push_back(ParseExpr());
  }
  ExpectWord("END");
  return Finish(std::move(expr));
}

ExprPtr Parser::ParseCast() {
  ExprPtr expr = MakeExpr(ExprKind::kCast, Peek().pos);
  expr->name = AsciiLower(Next().upper);
  ExpectSymbol("(");
  expr->args.push_back(ParseExpr());
  ExpectWord("AS");
  expr->cast_type = ParseType();
  ExpectSymbol(")");
  return Finish(std::move(expr));
}

// Takes the tokens of a type and reads their text: up to the ')' or ',' that closes what surrounds it.
Type Parser::ParseType() {
  Position pos = Peek().pos;
  size_t from = Peek().offset;
  size_t to = from;
  int open = 0;
  while (Peek().kind != TokenKind::kEnd) {
    if (open == 0 && (IsSymbol(")") || IsSymbol(",") || IsSymbol("]"))) break;
    if (IsSymbol("(") || IsSymbol("<")) ++open;
    if (IsSymbol(")") || IsSymbol(">")) --open;
    to = Next().end;
  }
  if (to == from) {
    Expected("<type>");
    FailHere();
  }
  std::string text = Slice(from, to);
  auto type = ParseTrinoType(text);
  if (!type.ok()) ThrowAt(kTypeMismatch, "TYPE_NOT_FOUND", pos, fmt::format("Unknown type: {}", text));
  return std::move(type).value();
}

ExprPtr Parser::ParseExtract() {
  ExprPtr expr = MakeExpr(ExprKind::kCall, Next().pos);
  expr->name = "extract";
  ExpectSymbol("(");
  expr->text = ParseName();
  ExpectWord("FROM");
  expr->args.push_back(ParseExpr());
  ExpectSymbol(")");
  return Finish(std::move(expr));
}

// TRIM([LEADING|TRAILING|BOTH] [chars] FROM x) or trim(x): becomes trim, ltrim or rtrim.
ExprPtr Parser::ParseTrim() {
  ExprPtr expr = MakeExpr(ExprKind::kCall, Next().pos);
  expr->name = "trim";
  ExpectSymbol("(");
  bool sided = true;
  if (AcceptWord("LEADING"))
    expr->name = "ltrim";
  else if (AcceptWord("TRAILING"))
    expr->name = "rtrim";
  else
    sided = AcceptWord("BOTH");
  if (sided && AcceptWord("FROM")) {
    expr->args.push_back(ParseExpr());
  } else {
    ExprPtr first = ParseExpr();
    if (AcceptWord("FROM")) {
      expr->args.push_back(ParseExpr());
      expr->args.push_back(std::move(first));
    } else {
      expr->args.push_back(std::move(first));
      if (AcceptSymbol(",")) expr->args.push_back(ParseExpr());
    }
  }
  ExpectSymbol(")");
  return Finish(std::move(expr));
}

ExprPtr Parser::ParseCall() {
  ExprPtr call = MakeExpr(ExprKind::kCall, Peek().pos);
  call->name = AsciiLower(Next().text);
  while (AcceptSymbol(".")) call->name += "." + ParseName();
  ExpectSymbol("(");
  if (AcceptSymbol("*")) {
    call->args.push_back(MakeExpr(ExprKind::kStar, call->pos));
  } else if (call->name == "position") {
    ExprPtr part = ParseConcat();
    ExpectWord("IN");
    call->name = "strpos";
    call->args.push_back(ParseConcat());
    call->args.push_back(std::move(part));
  } else if (!IsSymbol(")")) {
    call->distinct = AcceptWord("DISTINCT");
    if (!call->distinct) AcceptWord("ALL");
    if (!IsWord("ORDER") || !IsWord("BY", 1)) {
      call->args.push_back(ParseExpr());
      // SUBSTRING(x FROM 1 FOR 2), POSITION(x IN y)
      if (call->name == "substring" && AcceptWord("FROM")) {
        call->args.push_back(ParseExpr());
        if (AcceptWord("FOR")) call->args.push_back(ParseExpr());
      }
      while (AcceptSymbol(",")) call->args.push_back(ParseExpr());
    }
    if (AcceptWords("ORDER", "BY")) call->order_by = ParseOrderBy();
    if (call->name == "listagg" && AcceptWords("ON", "OVERFLOW")) {
      if (!AcceptWord("ERROR")) {
        ExpectWord("TRUNCATE");
        ParseString();
        if (AcceptWord("WITH") || AcceptWord("WITHOUT")) ExpectWord("COUNT");
      }
    }
  }
  ExpectSymbol(")");
  ParseCallTail(call.get());
  return Finish(std::move(call));
}

void Parser::ParseCallTail(Expr* call) {
  if (AcceptWords("WITHIN", "GROUP")) {
    ExpectSymbol("(");
    ExpectWord("ORDER");
    ExpectWord("BY");
    call->order_by = ParseOrderBy();
    ExpectSymbol(")");
  }
  if (IsWord("FILTER") && IsSymbol("(", 1)) {
    Next();
    Next();
    ExpectWord("WHERE");
    call->filter = ParseExpr();
    ExpectSymbol(")");
  }
  if (AcceptWords("IGNORE", "NULLS"))
    call->ignore_nulls = true;
  else
    AcceptWords("RESPECT", "NULLS");
  if (AcceptWord("OVER")) {
    call->has_window = true;
    if (AcceptSymbol("(")) {
      call->window = ParseWindow();
      ExpectSymbol(")");
    } else {
      call->window_name = ParseName();
    }
  }
}

std::unique_ptr<Window> Parser::ParseWindow() {
  auto window = std::make_unique<Window>();
  window->pos = Peek().pos;
  bool keyword = IsWord("PARTITION") || IsWord("ORDER") || IsWord("ROWS") || IsWord("RANGE") || IsWord("GROUPS");
  if (IsIdentifier() && !keyword) window->base = ParseName();
  if (AcceptWords("PARTITION", "BY")) {
    do {
      window->partition_by.push_back(ParseExpr());
    } while (AcceptSymbol(","));
  }
  if (AcceptWords("ORDER", "BY")) window->order_by = ParseOrderBy();
  for (std::string_view unit : {"ROWS", "RANGE", "GROUPS"}) {
    if (!AcceptWord(unit)) continue;
    window->frame_unit = AsciiLower(unit);
    window->end.kind = FrameBound::kCurrentRow;
    if (AcceptWord("BETWEEN")) {
      window->start = ParseFrameBound();
      ExpectWord("AND");
      window->end = ParseFrameBound();
    } else {
      window->start = ParseFrameBound();
    }
    break;
  }
  return window;
}

FrameBound Parser::ParseFrameBound() {
  FrameBound bound;
  if (AcceptWords("UNBOUNDED", "PRECEDING")) {
    bound.kind = FrameBound::kUnboundedPreceding;
  } else if (AcceptWords("UNBOUNDED", "FOLLOWING")) {
    bound.kind = FrameBound::kUnboundedFollowing;
  } else if (!AcceptWords("CURRENT", "ROW")) {
    bound.offset = ParseExpr();
    bound.kind = AcceptWord("PRECEDING") ? FrameBound::kPreceding : FrameBound::kFollowing;
    if (bound.kind == FrameBound::kFollowing) ExpectWord("FOLLOWING");
  }
  return bound;
}

}  // namespace tarn::sql
