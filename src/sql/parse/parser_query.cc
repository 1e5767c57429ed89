#include <algorithm>

#include "sql/errors.h"
#include "sql/internal/parser.h"

namespace tarn::sql {

bool Parser::StartsQuery() const { return IsWord("SELECT") || IsWord("WITH") || IsWord("VALUES") || IsWord("TABLE"); }

// At "(": whether a query stands behind the parentheses.
bool Parser::StartsParenthesisedQuery() const {
  size_t ahead = 0;
  while (IsSymbol("(", ahead)) ++ahead;
  return ahead > 0 &&
         (IsWord("SELECT", ahead) || IsWord("WITH", ahead) || IsWord("VALUES", ahead) || IsWord("TABLE", ahead));
}

QueryPtr Parser::ParseQuery() {
  DepthGuard guard(this);
  auto query = std::make_unique<Query>();
  query->pos = Peek().pos;
  if (AcceptWord("WITH")) ParseWith(query.get());
  query->body = ParseBody();
  query->depth = query->body->depth + 1;
  ParseQueryTail(query.get());
  return query;
}

void Parser::ParseWith(Query* query) {
  query->recursive = AcceptWord("RECURSIVE");
  do {
    CommonTable table;
    Identifier name = ParseIdentifier();
    table.name = name.name;
    table.pos = name.pos;
    if (IsSymbol("(")) table.column_aliases = ParseNameList();
    ExpectWord("AS");
    ExpectSymbol("(");
    table.query = ParseQuery();
    ExpectSymbol(")");
    query->with.push_back(std::move(table));
  } while (AcceptSymbol(","));
}

std::vector<std::string> Parser::ParseNameList() {
  std::vector<std::string> names;
  ExpectSymbol("(");
  do {
    names.push_back(ParseName());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  return names;
}

void Parser::ParseQueryTail(Query* query) {
  if (AcceptWord("ORDER")) {
    ExpectWord("BY");
    query->order_by = ParseOrderBy();
  }
  if (AcceptWord("OFFSET")) {
    query->offset = ParsePrimary();
    if (!AcceptWord("ROWS")) AcceptWord("ROW");
  }
  if (AcceptWord("LIMIT")) {
    if (!AcceptWord("ALL")) query->limit = ParsePrimary();
  } else if (AcceptWord("FETCH")) {
    if (!AcceptWord("FIRST")) ExpectWord("NEXT");
    if (!IsWord("ROW") && !IsWord("ROWS")) {
      query->limit = ParsePrimary();
    } else {
      query->limit = MakeExpr(ExprKind::kInteger, Peek().pos);
      query->limit->text = "1";
    }
    if (!AcceptWord("ROWS")) ExpectWord("ROW");
    if (AcceptWord("WITH")) {
      ExpectWord("TIES");
      query->with_ties = true;
    } else {
      ExpectWord("ONLY");
    }
  }
  for (const ExprPtr* bound : {&query->offset, &query->limit}) {
    if (*bound && (*bound)->kind != ExprKind::kInteger && (*bound)->kind != ExprKind::kParameter) {
      Position pos = (*bound)->pos;
      Throw(kParseError, fmt::format("line {}:{}: mismatched input. Expecting: '?', <integer>", pos.line, pos.column));
    }
  }
}

std::vector<SortItem> Parser::ParseOrderBy() {
  std::vector<SortItem> items;
  do {
    SortItem item;
    item.expr = ParseExpr();
    if (AcceptWord("DESC"))
      item.descending = true;
    else
      AcceptWord("ASC");
    if (AcceptWord("NULLS")) {
      bool first = AcceptWord("FIRST");
      if (!first) ExpectWord("LAST");
      item.nulls_first = first;
    }
    items.push_back(std::move(item));
  } while (AcceptSymbol(","));
  return items;
}

std::unique_ptr<Body> Parser::Combine(std::unique_ptr<Body> left, std::string op, Position pos) {
  auto body = std::make_unique<Body>();
  body->kind = Body::kSetOperation;
  body->pos = pos;
  body->op = std::move(op);
  body->all = AcceptWord("ALL");
  if (!body->all) AcceptWord("DISTINCT");
  body->left = std::move(left);
  return body;
}

std::unique_ptr<Body> Parser::ParseBody() {
  std::unique_ptr<Body> left = ParseIntersect();
  while (IsWord("UNION") || IsWord("EXCEPT")) {
    Position pos = Peek().pos;
    std::string op = Next().upper == "UNION" ? "union" : "except";
    left = Combine(std::move(left), op, pos);
    left->right = ParseIntersect();
    left->depth = std::max(left->left->depth, left->right->depth) + 1;
    if (left->depth > kTreeDepthMax) Throw(kParseError, "STACK_OVERFLOW: statement is too large");
  }
  Expected("'UNION'");
  Expected("'EXCEPT'");
  return left;
}

std::unique_ptr<Body> Parser::ParseIntersect() {
  std::unique_ptr<Body> left = ParseBodyTerm();
  while (IsWord("INTERSECT")) {
    Position pos = Next().pos;
    left = Combine(std::move(left), "intersect", pos);
    left->right = ParseBodyTerm();
    left->depth = std::max(left->left->depth, left->right->depth) + 1;
    if (left->depth > kTreeDepthMax) Throw(kParseError, "STACK_OVERFLOW: statement is too large");
  }
  return left;
}

std::unique_ptr<Body> Parser::ParseBodyTerm() {
  DepthGuard guard(this);
  auto body = std::make_unique<Body>();
  body->pos = Peek().pos;
  if (IsWord("SELECT")) {
    body->kind = Body::kSelect;
    body->select = ParseSelect();
  } else if (AcceptWord("VALUES")) {
    body->kind = Body::kValues;
    do {
      body->rows.push_back(ParseExpr());
    } while (AcceptSymbol(","));
  } else if (AcceptWord("TABLE")) {
    body->kind = Body::kTable;
    body->table = std::make_unique<Relation>();
    body->table->pos = Peek().pos;
    body->table->table = ParseTableName();
  } else if (AcceptSymbol("(")) {
    body->kind = Body::kQuery;
    body->query = ParseQuery();
    body->depth = body->query->depth + 1;
    ExpectSymbol(")");
  } else {
    Expected("'SELECT'");
    FailHere();
  }
  return body;
}

std::unique_ptr<Select> Parser::ParseSelect() {
  auto select = std::make_unique<Select>();
  select->pos = Peek().pos;
  ExpectWord("SELECT");
  select->distinct = AcceptWord("DISTINCT");
  if (!select->distinct) AcceptWord("ALL");
  do {
    select->items.push_back(ParseSelectItem());
  } while (AcceptSymbol(","));
  if (AcceptWord("FROM")) {
    select->from = ParseRelation();
    while (AcceptSymbol(",")) {
      auto join = std::make_unique<Relation>();
      join->kind = RelationKind::kJoin;
      join->join = JoinKind::kCross;
      join->pos = Peek().pos;
      join->left = std::move(select->from);
      join->right = ParseRelation();
      join->depth = std::max(join->left->depth, join->right->depth) + 1;
      if (join->depth > kTreeDepthMax) Throw(kParseError, "STACK_OVERFLOW: statement is too large");
      select->from = std::move(join);
    }
  }
  if (AcceptWord("WHERE")) select->where = ParseExpr();
  if (AcceptWord("GROUP")) {
    ExpectWord("BY");
    ParseGroupBy(select.get());
  }
  if (AcceptWord("HAVING")) select->having = ParseExpr();
  if (AcceptWord("WINDOW")) {
    do {
      NamedWindow named;
      named.name = ParseName();
      ExpectWord("AS");
      ExpectSymbol("(");
      named.window = ParseWindow();
      ExpectSymbol(")");
      select->windows.push_back(std::move(named));
    } while (AcceptSymbol(","));
  }
  return select;
}

// LIMIT, OFFSET, FETCH and WINDOW are no reserved words, so what follows tells them from an alias.
bool Parser::StartsQueryTail() const {
  bool count = Peek(1).kind == TokenKind::kInteger || IsSymbol("?", 1);
  if (IsWord("LIMIT")) return count || IsWord("ALL", 1);
  if (IsWord("OFFSET")) return count;
  if (IsWord("FETCH")) return IsWord("FIRST", 1) || IsWord("NEXT", 1);
  return IsWord("WINDOW") && IsWord("AS", 2);
}

SelectItem Parser::ParseSelectItem() {
  SelectItem item;
  item.pos = Peek().pos;
  size_t ahead = 0;
  while (IsIdentifier(ahead) && IsSymbol(".", ahead + 1)) ahead += 2;
  if (IsSymbol("*", ahead)) {
    item.expr = MakeExpr(ExprKind::kStar, item.pos);
    for (size_t i = 0; i < ahead; i += 2) {
      item.expr->names.push_back(ParseName());
      Next();
    }
    Next();
    return item;
  }
  Expected("'*'");
  item.expr = ParseExpr();
  if (AcceptWord("AS")) {
    item.alias = ParseName();
    item.has_alias = true;
  } else if (IsIdentifier() && !StartsQueryTail()) {
    item.alias = ParseName();
    item.has_alias = true;
  }
  return item;
}

void Parser::ParseGroupBy(Select* select) {
  select->has_group_by = true;
  select->group_distinct = AcceptWord("DISTINCT");
  if (!select->group_distinct) AcceptWord("ALL");
  do {
    select->group_by.push_back(ParseGroupingElement());
  } while (AcceptSymbol(","));
}

GroupingElement Parser::ParseGroupingElement() {
  GroupingElement element;
  bool rollup = IsWord("ROLLUP") && IsSymbol("(", 1);
  bool cube = IsWord("CUBE") && IsSymbol("(", 1);
  if (rollup || cube) {
    Next();
    Next();
    element.kind = rollup ? GroupingElement::kRollup : GroupingElement::kCube;
    if (AcceptSymbol(")")) return element;
    do {
      element.sets.push_back(ParseGroupingSet());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  } else if (IsWord("GROUPING") && IsWord("SETS", 1)) {
    Next();
    Next();
    ExpectSymbol("(");
    element.kind = GroupingElement::kSets;
    do {
      element.sets.push_back(ParseGroupingSet());
    } while (AcceptSymbol(","));
    ExpectSymbol(")");
  } else {
    element.sets.push_back(ParseGroupingSet());
  }
  return element;
}

// (a, b), () or a single expression.
std::vector<ExprPtr> Parser::ParseGroupingSet() {
  std::vector<ExprPtr> set;
  if (IsSymbol("(") && IsSymbol(")", 1)) {
    Next();
    Next();
    return set;
  }
  ExprPtr expr = ParseExpr();
  if (expr->kind == ExprKind::kRow && expr->text.empty()) {
    for (ExprPtr& arg : expr->args) set.push_back(std::move(arg));
  } else {
    set.push_back(std::move(expr));
  }
  return set;
}

RelationPtr Parser::ParseRelation() {
  DepthGuard guard(this);
  return ParseJoins(ParseSampled());
}

namespace {

bool NeedsCondition(JoinKind kind) { return kind != JoinKind::kCross; }

}  // namespace

RelationPtr Parser::ParseJoins(RelationPtr left) {
  for (;;) {
    Position pos = Peek().pos;
    auto join = std::make_unique<Relation>();
    join->kind = RelationKind::kJoin;
    join->pos = pos;
    if (AcceptWord("CROSS")) {
      ExpectWord("JOIN");
      join->left = std::move(left);
      join->right = ParseSampled();
    } else {
      join->natural = AcceptWord("NATURAL");
      join->join = JoinKind::kInner;
      bool typed = true;
      if (AcceptWord("LEFT"))
        join->join = JoinKind::kLeft;
      else if (AcceptWord("RIGHT"))
        join->join = JoinKind::kRight;
      else if (AcceptWord("FULL"))
        join->join = JoinKind::kFull;
      else
        typed = AcceptWord("INNER");
      if (join->join != JoinKind::kInner) AcceptWord("OUTER");
      if (!AcceptWord("JOIN")) {
        if (typed || join->natural) FailHere();
        return left;
      }
      join->left = std::move(left);
      // a JOIN b JOIN c ON … ON …: the inner join takes the first ON.
      join->right = join->natural ? ParseSampled() : ParseJoins(ParseSampled());
      if (NeedsCondition(join->join) && !join->natural) {
        if (AcceptWord("USING")) {
          ExpectSymbol("(");
          do {
            join->using_columns.push_back(ParseIdentifier());
          } while (AcceptSymbol(","));
          ExpectSymbol(")");
        } else {
          ExpectWord("ON");
          join->on = ParseExpr();
        }
      }
    }
    join->depth = std::max(join->left->depth, join->right->depth) + 1;
    if (join->depth > kTreeDepthMax) Throw(kParseError, "STACK_OVERFLOW: statement is too large");
    left = std::move(join);
  }
}

RelationPtr Parser::ParseSampled() {
  RelationPtr relation = ParseAliased();
  if (AcceptWord("TABLESAMPLE")) {
    if (AcceptWord("BERNOULLI")) {
      relation->sample_method = "bernoulli";
    } else {
      ExpectWord("SYSTEM");
      relation->sample_method = "system";
    }
    ExpectSymbol("(");
    relation->sample_percent = ParseExpr();
    ExpectSymbol(")");
  }
  return relation;
}

RelationPtr Parser::ParseAliased() {
  RelationPtr relation = ParsePrimaryRelation();
  ParseRelationAlias(relation.get());
  return relation;
}

void Parser::ParseRelationAlias(Relation* relation) {
  bool as = AcceptWord("AS");
  bool follows = IsIdentifier() && !IsWord("TABLESAMPLE") && !StartsQueryTail();
  if (!as && !follows) return;
  std::string alias = ParseName();
  if (relation->kind == RelationKind::kJoin && relation->alias.empty()) {
    Throw(kParseError,
          fmt::format("line {}:{}: a parenthesised join takes no alias", Peek().pos.line, Peek().pos.column));
  }
  relation->alias = std::move(alias);
  if (IsSymbol("(")) relation->column_aliases = ParseNameList();
}

RelationPtr Parser::ParsePrimaryRelation() {
  DepthGuard guard(this);
  auto relation = std::make_unique<Relation>();
  relation->pos = Peek().pos;
  if (IsWord("UNNEST") && IsSymbol("(", 1)) return ParseUnnest();
  bool lateral = IsWord("LATERAL") && IsSymbol("(", 1);
  if (lateral) Next();
  if (lateral || StartsParenthesisedQuery()) {
    size_t from = at_;
    ExpectSymbol("(");
    relation->kind = RelationKind::kSubquery;
    relation->lateral = lateral;
    relation->query = ParseQuery();
    // ((SELECT 1) AS x JOIN y …) begins like a query but is a relation.
    if (!IsSymbol(")") && !lateral) {
      at_ = from;
      ExpectSymbol("(");
      relation = ParseRelation();
    }
    ExpectSymbol(")");
    relation->depth = (relation->query ? relation->query->depth : relation->depth) + 1;
    return relation;
  }
  if (AcceptSymbol("(")) {
    relation = ParseRelation();
    ExpectSymbol(")");
    return relation;
  }
  RefuseBackquote();
  relation->table = ParseTableName();
  if (IsSymbol("(")) {
    // A table function; none is served but UNNEST.
    ThrowAt(kFunctionNotFound, "FUNCTION_NOT_FOUND", relation->pos,
            fmt::format("Table function '{}' not registered", relation->table.table));
  }
  if (IsWord("FOR") &&
      (IsWord("TIMESTAMP", 1) || IsWord("SYSTEM_TIME", 1) || IsWord("VERSION", 1) || IsWord("SYSTEM_VERSION", 1))) {
    Next();
    relation->time_travel = Next().upper.find("TIME") != std::string::npos ? "timestamp" : "version";
    ExpectWord("AS");
    ExpectWord("OF");
    relation->as_of = ParseConcat();
  }
  return relation;
}

RelationPtr Parser::ParseUnnest() {
  auto relation = std::make_unique<Relation>();
  relation->kind = RelationKind::kUnnest;
  relation->pos = Peek().pos;
  ExpectWord("UNNEST");
  ExpectSymbol("(");
  do {
    relation->unnest.push_back(ParseExpr());
  } while (AcceptSymbol(","));
  ExpectSymbol(")");
  if (AcceptWord("WITH")) {
    ExpectWord("ORDINALITY");
    relation->with_ordinality = true;
  }
  return relation;
}

}  // namespace tarn::sql
