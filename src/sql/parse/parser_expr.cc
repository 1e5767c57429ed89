#include <algorithm>

#include "sql/errors.h"
#include "sql/internal/parser.h"

namespace tarn::sql {

ExprPtr Parser::MakeExpr(ExprKind kind, Position pos) {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->pos = pos;
  return expr;
}

ExprPtr Parser::Finish(ExprPtr expr) {
  int32_t below = 0;
  for (const ExprPtr& arg : expr->args) below = std::max(below, arg->depth);
  if (expr->query) below = std::max(below, expr->query->depth);
  expr->depth = below + 1;
  if (expr->depth > kTreeDepthMax) {
    Throw(kParseError, "STACK_OVERFLOW: statement is too large (stack overflow while parsing)");
  }
  return expr;
}

ExprPtr Parser::MakeBinary(ExprKind kind, std::string op, Position pos, ExprPtr left, ExprPtr right) {
  ExprPtr expr = MakeExpr(kind, pos);
  expr->op = std::move(op);
  expr->args.push_back(std::move(left));
  expr->args.push_back(std::move(right));
  return Finish(std::move(expr));
}

// a OR b OR c is one node with three arguments, so long conditions stay shallow.
ExprPtr Parser::ParseExpr() {
  DepthGuard guard(this);
  if (StartsLambda()) return ParseLambda();
  ExprPtr left = ParseAnd();
  if (!IsWord("OR")) {
    Expected("'OR'");
    return left;
  }
  ExprPtr both = MakeExpr(ExprKind::kOr, left->pos);
  both->args.push_back(std::move(left));
  while (AcceptWord("OR")) both->args.push_back(ParseAnd());
  return Finish(std::move(both));
}

ExprPtr Parser::ParseAnd() {
  ExprPtr left = ParseNot();
  if (!IsWord("AND")) {
    Expected("'AND'");
    return left;
  }
  ExprPtr both = MakeExpr(ExprKind::kAnd, left->pos);
  both->args.push_back(std::move(left));
  while (AcceptWord("AND")) both->args.push_back(ParseNot());
  return Finish(std::move(both));
}

ExprPtr Parser::ParseNot() {
  if (!IsWord("NOT")) return ParsePredicate();
  DepthGuard guard(this);
  ExprPtr expr = MakeExpr(ExprKind::kNot, Next().pos);
  expr->args.push_back(ParseNot());
  return Finish(std::move(expr));
}

ExprPtr Parser::ParsePredicate() { return ParsePredicateTail(ParseConcat()); }

ExprPtr Parser::ParseQuantified(ExprPtr left, Position pos, std::string op) {
  ExprPtr expr = MakeExpr(ExprKind::kQuantified, pos);
  std::string word = Next().upper;
  expr->name = word == "ALL" ? "all" : "any";
  expr->op = std::move(op);
  expr->args.push_back(std::move(left));
  ExpectSymbol("(");
  expr->query = ParseQuery();
  ExpectSymbol(")");
  return Finish(std::move(expr));
}

ExprPtr Parser::ParsePredicateTail(ExprPtr left) {
  Position pos = Peek().pos;
  for (std::string_view op : {"=", "<>", "!=", "<=", ">=", "<", ">"}) {
    if (!AcceptSymbol(op)) continue;
    std::string name(op == "!=" ? "<>" : op);
    bool quantified = (IsWord("ALL") || IsWord("ANY") || IsWord("SOME")) && IsSymbol("(", 1);
    if (quantified) return ParseQuantified(std::move(left), pos, name);
    return MakeBinary(ExprKind::kCompare, name, pos, std::move(left), ParseConcat());
  }
  if (AcceptWord("IS")) {
    bool negated = AcceptWord("NOT");
    if (AcceptWord("NULL")) {
      ExprPtr expr = MakeExpr(ExprKind::kIsNull, pos);
      expr->negated = negated;
      expr->args.push_back(std::move(left));
      return Finish(std::move(expr));
    }
    ExpectWord("DISTINCT");
    ExpectWord("FROM");
    std::string op = negated ? "is not distinct from" : "is distinct from";
    return MakeBinary(ExprKind::kCompare, op, pos, std::move(left), ParseConcat());
  }
  bool follows = IsWord("NOT") && (IsWord("BETWEEN", 1) || IsWord("IN", 1) || IsWord("LIKE", 1));
  bool negated = follows;
  if (follows) Next();
  ExprPtr expr;
  if (AcceptWord("BETWEEN")) {
    expr = MakeExpr(ExprKind::kBetween, pos);
    expr->args.push_back(std::move(left));
    expr->args.push_back(ParseConcat());
    ExpectWord("AND");
    expr->args.push_back(ParseConcat());
  } else if (AcceptWord("IN")) {
    ExpectSymbol("(");
    bool query = StartsQuery() || StartsParenthesisedQuery();
    expr = MakeExpr(query ? ExprKind::kInQuery : ExprKind::kIn, pos);
    expr->args.push_back(std::move(left));
    if (query) {
      expr->query = ParseQuery();
    } else {
      do {
        expr->args.push_back(ParseExpr());
      } while (AcceptSymbol(","));
    }
    ExpectSymbol(")");
  } else if (AcceptWord("LIKE")) {
    expr = MakeExpr(ExprKind::kLike, pos);
    expr->args.push_back(std::move(left));
    expr->args.push_back(ParseConcat());
    if (AcceptWord("ESCAPE")) expr->args.push_back(ParseConcat());
  } else {
    return left;
  }
  expr->negated = negated;
  return Finish(std::move(expr));
}

// || binds weakest of the value operators in Trino; a chain of it is one node.
ExprPtr Parser::ParseConcat() {
  ExprPtr left = ParseAdditive();
  if (!IsSymbol("||")) {
    Expected("'||'");
    return left;
  }
  ExprPtr all = MakeExpr(ExprKind::kBinaryOp, Peek().pos);
  all->op = "||";
  all->args.push_back(std::move(left));
  while (AcceptSymbol("||")) all->args.push_back(ParseAdditive());
  return Finish(std::move(all));
}

ExprPtr Parser::ParseAdditive() {
  ExprPtr left = ParseMultiplicative();
  while (IsSymbol("+") || IsSymbol("-")) {
    Position pos = Peek().pos;
    std::string op = Next().text;
    left = MakeBinary(ExprKind::kBinaryOp, op, pos, std::move(left), ParseMultiplicative());
  }
  Expected("'+'");
  Expected("'-'");
  return left;
}

ExprPtr Parser::ParseMultiplicative() {
  ExprPtr left = ParseUnary();
  while (IsSymbol("*") || IsSymbol("/") || IsSymbol("%")) {
    Position pos = Peek().pos;
    std::string op = Next().text;
    left = MakeBinary(ExprKind::kBinaryOp, op, pos, std::move(left), ParseUnary());
  }
  Expected("'*'");
  Expected("'/'");
  Expected("'%'");
  return left;
}

ExprPtr Parser::ParseUnary() {
  if (!IsSymbol("-") && !IsSymbol("+")) return ParseZoned();
  DepthGuard guard(this);
  Position pos = Peek().pos;
  std::string op = Next().text;
  ExprPtr expr = MakeExpr(ExprKind::kUnary, pos);
  expr->op = op;
  expr->args.push_back(ParseUnary());
  return Finish(std::move(expr));
}

ExprPtr Parser::ParseZoned() {
  ExprPtr value = ParsePostfix();
  while (IsWord("AT") && IsWord("TIME", 1) && IsWord("ZONE", 2)) {
    Position pos = Peek().pos;
    for (int i = 0; i < 3; ++i) Next();
    value = MakeBinary(ExprKind::kAtTimeZone, "", pos, std::move(value), ParsePostfix());
  }
  Expected("'AT'");
  return value;
}

ExprPtr Parser::ParsePostfix() {
  ExprPtr value = ParsePrimary();
  for (;;) {
    Position pos = Peek().pos;
    if (AcceptSymbol("[")) {
      ExprPtr index = ParseExpr();
      ExpectSymbol("]");
      value = MakeBinary(ExprKind::kSubscript, "", pos, std::move(value), std::move(index));
    } else if (IsSymbol(".") && IsIdentifier(1)) {
      Next();
      Identifier field = ParseIdentifier();
      ExprPtr access = MakeExpr(ExprKind::kDereference, value->pos);
      access->name = field.name;
      access->quoted = field.quoted;
      access->args.push_back(std::move(value));
      value = Finish(std::move(access));
    } else {
      Expected("'.'");
      return value;
    }
  }
}

}  // namespace tarn::sql
