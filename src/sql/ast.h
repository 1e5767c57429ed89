// The syntax tree of one statement: queries here, DDL and utility statements in statement.h.
//
// Names are lower case after parsing (Athena folds even quoted ones). Positions are 1-based and count characters.
// The parser fills everything but the members marked "analyzed", which Analyze() sets.
// Invariant: depth of the tree ≤ kTreeDepthMax. Threads: a tree belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/type.h"

namespace tarn::sql {

inline constexpr int kTreeDepthMax = 400;

struct Position {
  int32_t line = 1;
  int32_t column = 1;
};

struct Identifier {
  std::string name;
  Position pos;
  bool quoted = false;
};

// catalog.database.table; catalog and database are empty when not written.
struct TableName {
  std::string catalog;
  std::string database;
  std::string table;
  Position pos;
};

struct Expr;
struct Query;
struct Relation;
using ExprPtr = std::unique_ptr<Expr>;
using QueryPtr = std::unique_ptr<Query>;
using RelationPtr = std::unique_ptr<Relation>;

enum class ExprKind : uint8_t {
  kNull,
  kBoolean,      // text "true"/"false"
  kInteger,      // text digits
  kDecimal,      // text 1.50
  kDouble,       // text 1e0
  kString,       // text unescaped
  kBinary,       // X'..', text = hex digits, upper case
  kTyped,        // DATE '…', TIMESTAMP '…', DECIMAL '…': cast_type + text
  kInterval,     // text = value as written, sign in op ("-" or ""), name = unit, name2 = end unit or ""
  kParameter,    // index
  kIdentifier,   // name
  kDereference,  // args[0] . name
  kStar,         // * or name.*: path in names (select lists and count(*) only)
  kUnary,        // op "-" "+"
  kBinaryOp,     // op + - * / % ||
  kCompare,      // op = <> < <= > >= "is distinct from" "is not distinct from"
  kQuantified,   // args[0] op name(all/any/some) query
  kAnd,          // two or more args
  kOr,
  kNot,
  kIsNull,      // negated = IS NOT NULL
  kBetween,     // args value, low, high; negated
  kIn,          // args[0] IN args[1..]; negated
  kInQuery,     // args[0] IN query; negated
  kLike,        // args value, pattern[, escape]; negated
  kExists,      // query
  kSubquery,    // scalar query
  kCall,        // name(args) [FILTER] [OVER]; `extract(f from x)` and the like are calls too
  kCase,        // args: [operand] when then when then … [else]; has_operand, has_else
  kCast,        // args[0], cast_type; name "cast" or "try_cast"
  kLambda,      // names = parameters, args[0] = body
  kArray,       // ARRAY[args]
  kRow,         // ROW(args) or (a, b)
  kSubscript,   // args[0][args[1]]
  kAtTimeZone,  // args value, zone
  kCurrent,     // name: current_date, current_timestamp, localtimestamp, current_time, localtime, current_user …
};

struct SortItem {
  ExprPtr expr;
  bool descending = false;
  std::optional<bool> nulls_first;  // absent = Trino's default, last
  int32_t output_index = -1;        // analyzed: ORDER BY names this output column (0-based)
};

struct FrameBound {
  enum Kind : uint8_t { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };
  Kind kind = kCurrentRow;
  ExprPtr offset;
};

struct Window {
  Position pos;
  std::string base;  // name of a WINDOW clause entry it refines, or ""
  std::vector<ExprPtr> partition_by;
  std::vector<SortItem> order_by;
  std::string frame_unit;  // "rows", "range", "groups" or "" for none
  FrameBound start;
  FrameBound end;
};

// What a name was found to mean (analyzed).
struct ColumnRef {
  std::string relation;  // alias under which the printed FROM knows it
  std::string column;    // name printed; hidden columns begin with "$"
  std::string other;     // FULL JOIN … USING: the second relation, the value is the first that is not NULL
};

struct Expr {
  ExprKind kind = ExprKind::kNull;
  Position pos;
  std::string text;
  std::string name;
  std::string name2;
  std::string op;
  bool negated = false;
  bool quoted = false;    // the identifier was written in quotes
  bool distinct = false;  // kCall: DISTINCT
  bool has_operand = false;
  bool has_else = false;
  bool ignore_nulls = false;  // kCall: IGNORE NULLS
  bool has_window = false;
  int32_t index = 0;
  int32_t depth = 1;  // of the tree below and including this node
  std::vector<std::string> names;
  std::vector<ExprPtr> args;
  ExprPtr filter;                  // kCall: FILTER (WHERE …)
  std::vector<SortItem> order_by;  // kCall: aggregate ORDER BY / WITHIN GROUP
  std::string window_name;         // kCall: OVER name
  std::unique_ptr<Window> window;  // kCall: OVER (…)
  QueryPtr query;
  Type cast_type;

  Type type;                         // analyzed
  std::optional<ColumnRef> ref;      // analyzed: this kIdentifier/kDereference is a column
  bool lambda_variable = false;      // analyzed: this kIdentifier is a lambda's parameter
  const Expr* stands_for = nullptr;  // analyzed: an alias or ordinal of ORDER BY/GROUP BY, the select item it means
  std::vector<ColumnRef> expanded;   // analyzed: kStar
};

struct SelectItem {
  ExprPtr expr;  // kStar, or kDereference-star `expr.*` as kStar with names
  std::string alias;
  bool has_alias = false;
  Position pos;
};

enum class JoinKind : uint8_t { kCross, kInner, kLeft, kRight, kFull };
enum class RelationKind : uint8_t { kTable, kSubquery, kJoin, kUnnest, kValues };

struct Relation {
  RelationKind kind = RelationKind::kTable;
  Position pos;
  std::string alias;  // "" when none
  std::vector<std::string> column_aliases;
  int32_t depth = 1;

  TableName table;          // kTable
  std::string time_travel;  // kTable: "timestamp" or "version" of FOR … AS OF, "" for none
  ExprPtr as_of;
  QueryPtr query;  // kSubquery (also LATERAL, and views after analysis)
  bool lateral = false;
  std::string sample_method;  // kTable/kSubquery: "bernoulli" or "system" of TABLESAMPLE
  ExprPtr sample_percent;

  std::vector<ExprPtr> unnest;  // kUnnest
  bool with_ordinality = false;

  JoinKind join = JoinKind::kCross;  // kJoin
  bool natural = false;
  RelationPtr left;
  RelationPtr right;
  ExprPtr on;
  std::vector<Identifier> using_columns;

  int32_t use = -1;           // analyzed: index into Plan::tables for a catalog table, -1 for a WITH table
  std::string printed_alias;  // analyzed: the unique alias given to it in its FROM
  std::vector<std::string> printed_columns;  // analyzed: the column names it exposes, in order
  std::vector<Type> column_types;            // analyzed: parallel to printed_columns
};

struct GroupingElement {
  enum Kind : uint8_t { kSimple, kRollup, kCube, kSets };
  Kind kind = kSimple;
  std::vector<std::vector<ExprPtr>> sets;  // kSimple: one set; kRollup/kCube: one set per element
};

struct NamedWindow {
  std::string name;
  std::unique_ptr<Window> window;
};

struct Select {
  Position pos;
  bool distinct = false;
  std::vector<SelectItem> items;
  RelationPtr from;  // null: no FROM
  ExprPtr where;
  bool has_group_by = false;
  bool group_distinct = false;
  std::vector<GroupingElement> group_by;
  ExprPtr having;
  std::vector<NamedWindow> windows;

  std::vector<std::string> output_names;  // analyzed: stars expanded, "" for unnamed
  std::vector<Type> output_types;         // analyzed
};

// A query body: one SELECT, VALUES, TABLE t, a parenthesised query, or two bodies combined.
struct Body {
  enum Kind : uint8_t { kSelect, kValues, kTable, kQuery, kSetOperation };
  Kind kind = kSelect;
  Position pos;
  int32_t depth = 1;
  std::unique_ptr<Select> select;
  std::vector<ExprPtr> rows;  // kValues: each a kRow or a single expression
  RelationPtr table;          // kTable
  QueryPtr query;             // kQuery
  std::string op;             // kSetOperation: union, intersect, except
  bool all = false;
  std::unique_ptr<Body> left;
  std::unique_ptr<Body> right;

  std::vector<std::string> output_names;  // analyzed
  std::vector<Type> output_types;         // analyzed
};

struct CommonTable {
  std::string name;
  Position pos;
  std::vector<std::string> column_aliases;
  QueryPtr query;
};

struct Query {
  Position pos;
  bool recursive = false;
  std::vector<CommonTable> with;
  std::unique_ptr<Body> body;
  std::vector<SortItem> order_by;
  ExprPtr offset;
  ExprPtr limit;           // null: none, or LIMIT ALL
  bool with_ties = false;  // FETCH FIRST n ROWS WITH TIES
  int32_t depth = 1;

  std::vector<std::string> output_names;  // analyzed: "" for unnamed
  std::vector<Type> output_types;         // analyzed
};

}  // namespace tarn::sql
