// Name resolution and typing of a query tree; its methods lie in analyze_*.cc by part of the grammar. Throws Failure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sql/analyze.h"
#include "sql/internal/failure.h"
#include "sql/internal/partition_node.h"

namespace tarn::sql {

// A column of a catalog table that a field passes through unchanged.
struct Origin {
  int32_t use = -1;
  std::string column;
};

struct Field {
  std::string catalog;
  std::string database;
  std::string qualifier;  // alias or table name; "" for none
  std::string name;       // "" when it cannot be named
  ColumnRef ref;
  Type type;
  bool hidden = false;
  bool in_using = false;       // a USING column, shown once and first
  Origin origin;               // use -1: computed
  bool nullable_side = false;  // its relation is the null-supplying side of an outer join
};

struct Scope {
  const Scope* parent = nullptr;
  std::vector<Field> fields;
};

// What a finished query offers to the one that selects from it.
struct QueryShape {
  std::vector<std::string> names;
  std::vector<Type> types;
  std::vector<Origin> origins;
};

class Analyzer {
 public:
  Analyzer(const CatalogView& catalog, const AnalyzeContext& context, Plan* plan)
      : catalog_(catalog), context_(context), plan_(plan) {}

  QueryShape AnalyzeQuery(Query* query, const Scope* outer);
  // After the whole tree: turns the conditions collected per use into predicates.
  void FinishPartitions();

 private:
  struct WithTable {
    std::string name;
    std::string printed;
    std::vector<std::string> names;
    std::vector<Type> types;
  };
  struct SelectState {
    std::vector<const Expr*> grouping;
    bool aggregated = false;
    bool windowed = false;
  };

  // Queries (analyze_query.cc)
  void AnalyzeWith(Query* query, const Scope* outer);
  WithTable DeclareRecursive(CommonTable* table, const Scope* outer);
  QueryShape AnalyzeBody(Body* body, const Scope* outer, std::vector<SortItem>* order_by);
  QueryShape AnalyzeSetOperation(Body* body, const Scope* outer);
  QueryShape AnalyzeValues(Body* body, const Scope* outer);
  void AnalyzeOutputOrder(std::vector<SortItem>* order_by, const QueryShape& shape);

  // FROM (analyze_from.cc)
  std::vector<Field> AnalyzeRelation(Relation* relation, const Scope* outer, const Scope* lateral);
  std::vector<Field> AnalyzeTable(Relation* relation);
  std::vector<Field> AnalyzeCatalogTable(Relation* relation);
  std::vector<Field> AnalyzeView(Relation* relation, const TableInfo& info);
  std::vector<Field> AnalyzeSubquery(Relation* relation, const Scope* outer, const Scope* lateral);
  std::vector<Field> AnalyzeUnnest(Relation* relation, const Scope* lateral);
  std::vector<Field> AnalyzeJoin(Relation* relation, const Scope* outer, const Scope* lateral);
  void JoinUsing(Relation* relation, std::vector<Field>* left, std::vector<Field>* right, std::vector<Field>* out);
  std::vector<Field> ApplyAlias(Relation* relation, std::vector<Field> fields);
  std::vector<Field> FieldsOf(Relation* relation, const QueryShape& shape);
  std::string FreshAlias(const std::string& wanted);
  TableName Complete(const TableName& name) const;

  // SELECT (analyze_select.cc)
  QueryShape AnalyzeSelect(Select* select, const Scope* outer, std::vector<SortItem>* order_by);
  void AnalyzeItems(Select* select, const Scope& scope, QueryShape* shape);
  void ExpandStar(SelectItem* item, const Scope& scope, Select* select, QueryShape* shape);
  void AnalyzeGroupBy(Select* select, const Scope& scope, SelectState* state);
  void AnalyzeGroupingExpr(Expr* expr, Select* select, const Scope& scope, SelectState* state);
  void AnalyzeSelectOrder(std::vector<SortItem>* order_by, Select* select, const Scope& scope, const QueryShape& shape);
  int32_t OutputNamed(const Expr& expr, const Select& select, const QueryShape& shape) const;
  int32_t DistinctOutput(const Expr& expr, const Select& select, const QueryShape& shape) const;
  void SubstituteAliases(ExprPtr* expr, const Select& select);
  void CheckGrouped(const Select& select, const std::vector<SortItem>* order_by, const SelectState& state);
  void CheckGroupedExpr(const Expr& expr, const SelectState& state);
  void CheckNoAggregates(const Expr& expr, std::string_view clause);
  void RequireBoolean(const Expr& expr, std::string_view clause);
  const Expr* ItemAt(const Select& select, size_t position) const;

  // Expressions (analyze_expr.cc, analyze_call.cc)
  Type Analyze(Expr* expr, const Scope& scope);
  Type AnalyzeNode(Expr* expr, const Scope& scope);
  Type AnalyzeLiteral(const Expr& expr);
  Type AnalyzeTyped(Expr* expr);
  Type AnalyzeIdentifier(Expr* expr, const Scope& scope);
  Type AnalyzeDereference(Expr* expr, const Scope& scope);
  Type AccessField(const Expr& expr, const Type& base);
  bool ResolvePath(const std::vector<std::string>& path, size_t length, Expr* expr, const Scope& scope);
  const Type* FindLambdaVariable(const std::string& name) const;
  void UseField(const Field& field, Expr* expr);
  Type AnalyzeArithmetic(Expr* expr, const Scope& scope);
  Type AnalyzeConcat(Expr* expr, const Scope& scope);
  Type AnalyzeCompare(Expr* expr, const Scope& scope);
  Type AnalyzeIn(Expr* expr, const Scope& scope);
  Type AnalyzeCase(Expr* expr, const Scope& scope);
  Type AnalyzeCast(Expr* expr, const Scope& scope);
  Type AnalyzeSubscript(Expr* expr, const Scope& scope);
  Type AnalyzeRow(Expr* expr, const Scope& scope);
  Type AnalyzeCurrent(const Expr& expr);
  Type AnalyzeLogical(Expr* expr, const Scope& scope);
  Type AnalyzeArray(Expr* expr, const Scope& scope);
  Type AnalyzeScalarSubquery(Expr* expr, const Scope& scope);
  QueryShape AnalyzeSubqueryExpr(Expr* expr, const Scope& scope);
  Type AnalyzeCall(Expr* expr, const Scope& scope);
  void AnalyzeArguments(Expr* expr, const Scope& scope, std::vector<Type>* types);
  void AnalyzeWindow(Window* window, const Scope& scope);
  void AnalyzeSortItems(std::vector<SortItem>* items, const Scope& scope);
  [[noreturn]] void FailCall(const Expr& expr, const std::vector<Type>& types);
  [[noreturn]] void FailOperator(const Expr& expr, std::string_view op, const Type& left, const Type& right);

  // Partitions (analyze_partition.cc)
  void CollectConditions(const Expr& condition, const std::vector<Field>& fields, bool from_where);
  std::shared_ptr<PartitionNode> ToNode(const Expr& expr, int32_t use, const std::vector<Field>& fields) const;
  std::shared_ptr<PartitionNode> ConstantNode(const Expr& expr) const;

  const CatalogView& catalog_;
  AnalyzeContext context_;
  Plan* plan_;
  std::vector<WithTable> with_;
  std::vector<std::pair<std::string, Type>> lambda_variables_;
  std::map<std::string, int> aliases_;
  std::map<int32_t, std::vector<std::shared_ptr<PartitionNode>>> conditions_;  // by use
  const std::vector<NamedWindow>* windows_ = nullptr;
  int view_depth_ = 0;
  int depth_ = 0;
};

// Column names under which a relation of these output names is printed.
std::vector<std::string> PrintedNames(const std::vector<std::string>& names);
// The text of an expression as printed; equal texts are equal expressions (grouping checks).
std::string ExprText(const Expr& expr);
bool IsAggregateCall(const Expr& expr);
bool ContainsAggregate(const Expr& expr);
bool ContainsWindow(const Expr& expr);

}  // namespace tarn::sql
