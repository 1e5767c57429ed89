// The recursive-descent parser; its methods lie in parser_*.cc by part of the grammar.
//
// Follows Trino's grammar for queries and Hive's for DDL. Throws Failure. Depth is bounded by kTreeDepthMax: both the
// call depth of nested constructs and the depth of left-deep operator chains.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql/internal/failure.h"
#include "sql/internal/lexer.h"
#include "sql/statement.h"

namespace tarn::sql {

class Parser {
 public:
  explicit Parser(std::string_view text);

  Statement ParseStatement();
  ExprPtr ParseWholeExpression();

 private:
  // Tokens (parser.cc)
  const Token& Peek(size_t ahead = 0) const;
  const Token& Next();
  bool IsWord(std::string_view upper, size_t ahead = 0) const;
  bool IsSymbol(std::string_view symbol, size_t ahead = 0) const;
  bool AcceptWord(std::string_view upper);
  bool AcceptWords(std::string_view first, std::string_view second);
  bool AcceptWords(std::string_view first, std::string_view second, std::string_view third);
  bool AcceptSymbol(std::string_view symbol);
  void ExpectWord(std::string_view upper);
  void ExpectSymbol(std::string_view symbol);
  void ExpectEnd();
  void Expected(std::string_view what);
  [[noreturn]] void FailHere();
  void SwitchToHive();
  bool IsIdentifier(size_t ahead = 0) const;
  Identifier ParseIdentifier();
  void RefuseBackquote() const;
  std::string ParseName() { return ParseIdentifier().name; }
  TableName ParseTableName();
  std::string ParseString();
  int64_t ParseInteger();
  std::string Slice(size_t from, size_t to) const;
  std::string RestOfText();

  class DepthGuard {
   public:
    explicit DepthGuard(Parser* parser);
    ~DepthGuard() { --parser_->depth_; }

   private:
    Parser* parser_;
  };

  // Queries (parser_query.cc)
  QueryPtr ParseQuery();
  void ParseWith(Query* query);
  void ParseQueryTail(Query* query);
  std::unique_ptr<Body> ParseBody();
  std::unique_ptr<Body> ParseIntersect();
  std::unique_ptr<Body> ParseBodyTerm();
  std::unique_ptr<Body> Combine(std::unique_ptr<Body> left, std::string op, Position pos);
  std::unique_ptr<Select> ParseSelect();
  SelectItem ParseSelectItem();
  void ParseGroupBy(Select* select);
  GroupingElement ParseGroupingElement();
  std::vector<ExprPtr> ParseGroupingSet();
  std::vector<SortItem> ParseOrderBy();
  RelationPtr ParseRelation();
  RelationPtr ParseJoins(RelationPtr left);
  RelationPtr ParseSampled();
  RelationPtr ParseAliased();
  RelationPtr ParsePrimaryRelation();
  RelationPtr ParseUnnest();
  void ParseRelationAlias(Relation* relation);
  bool StartsQuery() const;
  bool StartsQueryTail() const;
  bool StartsParenthesisedQuery() const;
  std::vector<std::string> ParseNameList();

  // Expressions (parser_expr.cc, parser_primary.cc)
  ExprPtr ParseExpr();
  ExprPtr ParseAnd();
  ExprPtr ParseNot();
  ExprPtr ParsePredicate();
  ExprPtr ParsePredicateTail(ExprPtr left);
  ExprPtr ParseQuantified(ExprPtr left, Position pos, std::string op);
  ExprPtr ParseConcat();
  ExprPtr ParseAdditive();
  ExprPtr ParseMultiplicative();
  ExprPtr ParseUnary();
  ExprPtr ParseZoned();
  ExprPtr ParsePostfix();
  ExprPtr ParsePrimary();
  ExprPtr ParseLiteral();
  ExprPtr ParseParenthesised();
  ExprPtr ParseWordPrimary();
  ExprPtr ParseKeywordCall();
  ExprPtr ParseLambda();
  bool StartsLambda() const;
  bool StartsTypedLiteral() const;
  ExprPtr ParseTypedLiteral();
  ExprPtr ParseInterval();
  ExprPtr ParseCase();
  ExprPtr ParseCast();
  ExprPtr ParseExtract();
  ExprPtr ParseTrim();
  ExprPtr ParseCall();
  void ParseCallTail(Expr* call);
  std::unique_ptr<Window> ParseWindow();
  FrameBound ParseFrameBound();
  Type ParseType();
  ExprPtr MakeExpr(ExprKind kind, Position pos);
  ExprPtr Finish(ExprPtr expr);  // sets depth, refuses too deep trees
  ExprPtr MakeBinary(ExprKind kind, std::string op, Position pos, ExprPtr left, ExprPtr right);

  // Statements (parser_statement.cc, parser_ddl.cc)
  Statement ParseAny();
  Statement ParseExplain();
  Statement ParseShow();
  Statement ParseShowCreate();
  Statement ParseDescribe();
  Statement ParseCreate();
  Statement ParseCreateDatabase();
  Statement ParseCreateView(bool or_replace);
  Statement ParseCreateTable();
  Statement ParseCreateTableAs(TableName name, bool if_not_exists);
  Statement ParseDrop();
  Statement ParseInsert();
  Statement ParseUnload();
  Statement ParsePrepare();
  Statement ParseExecute();
  Statement ParseUnserved();

  // Changes of rows (parser_change.cc)
  Statement ParseDelete();
  Statement ParseUpdate();
  Statement ParseMerge();
  MergeCase ParseMergeCase();
  Statement ParseOptimize();
  Identifier ParseTargetColumn();
  std::vector<Assignment> ParseAssignments();
  std::string ParseTargetAlias();
  QueryProperties ParseQueryProperties();
  std::optional<std::string> ParseLikePattern();
  bool ParseIfNotExists();
  bool ParseIfExists();

  void ParseTableClauses(CreateTable* table);
  bool ParseTableClause(CreateTable* table);
  void ParseRowFormat(CreateTable* table);
  void ParseDelimited(RowFormat* format);
  void ParseStoredAs(CreateTable* table);
  void ParsePartitionedBy(CreateTable* table);
  void ParseClusteredBy(CreateTable* table);
  std::vector<ColumnDef> ParseColumnDefs();
  ColumnDef ParseColumnDef();
  std::string ParseHiveTypeText();
  Properties ParseProperties();
  PartitionSpec ParsePartitionSpec();
  std::vector<PartitionTest> ParsePartitionTests();
  std::string ParsePartitionValue();
  Statement ParseAlter();
  Statement ParseAlterTable(TableName table);
  Statement ParseAlterPartition(TableName table);
  Statement ParseAddPartitions(TableName table);
  Statement ParseDropPartitions(TableName table);
  Statement ParseAlterSet(TableName table, PartitionSpec partition);
  Statement ParseChangeColumn(TableName table);
  PartitionTransform ParsePartitionTransform();

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int32_t parameters_ = 0;
  size_t expected_at_ = 0;          // token for which `expected_` was collected
  std::set<std::string> expected_;  // what would have been accepted there
};

template <typename T>
Statement Wrap(T node) {
  Statement statement;
  statement.node = std::move(node);
  return statement;
}

}  // namespace tarn::sql
