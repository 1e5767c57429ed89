// One parsed statement: a query, or one of the DDL and utility statements as plain structs.
//
// Parse() accepts exactly one statement, a trailing ';' allowed. Names are lower case. Property keys keep their case
// (TBLPROPERTIES keys are case-sensitive), property values are unescaped.
// Errors: sql.ParseError with Athena's wording.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sql/ast.h"

namespace tarn::sql {

using Properties = std::vector<std::pair<std::string, std::string>>;  // in written order

struct ColumnDef {
  std::string name;
  std::string type;  // Hive type string, normalised to lower case without blanks
  std::string comment;
  bool has_type = true;  // false in PARTITIONED BY (name) of Iceberg tables
};

// One element of an Iceberg table's PARTITIONED BY: name, or transform(argument, name) as written.
struct PartitionTransform {
  std::string transform;  // "identity", "bucket", "truncate", "year", "month", "day", "hour"
  std::string column;
  int64_t argument = 0;
};

using PartitionSpec = std::vector<std::pair<std::string, std::string>>;  // column → value, as text

// One comparison of ALTER TABLE DROP PARTITION (dt < '2024').
struct PartitionTest {
  std::string column;
  std::string op;  // = <> < <= > >=
  std::string value;
};

struct QueryStatement {
  QueryPtr query;
};

struct ShowDatabases {
  std::optional<std::string> pattern;  // LIKE 'a*|b*': Hive pattern, '*' wildcard and '|' alternatives
};
struct ShowTables {
  std::string database;
  std::optional<std::string> pattern;  // Hive pattern as above
};
struct ShowViews {
  std::string database;
  std::optional<std::string> pattern;
};
struct ShowPartitions {
  TableName table;
};
struct ShowColumns {
  TableName table;
};
struct ShowCreate {
  TableName table;
  bool view = false;
};
struct ShowTblProperties {
  TableName table;
  std::optional<std::string> key;
};
struct ShowFunctions {
  std::optional<std::string> pattern;
};
struct ShowSession {};
struct ShowCatalogs {
  std::optional<std::string> pattern;
};
struct Describe {
  TableName table;
  bool extended = false;
  bool formatted = false;
  PartitionSpec partition;
  std::string column;
};
struct DescribeDatabase {
  std::string database;
  bool extended = false;
};

struct CreateDatabase {
  std::string name;
  bool if_not_exists = false;
  std::string comment;
  std::string location;
  Properties properties;
};
struct DropDatabase {
  std::string name;
  bool if_exists = false;
  bool cascade = false;
};
struct AlterDatabase {
  std::string name;
  Properties properties;
};

struct RowFormat {
  std::string serde;  // ROW FORMAT SERDE 'class', "" for DELIMITED or none
  Properties serde_properties;
  bool delimited = false;
  std::optional<std::string> field_terminator;  // unescaped: "\t", "\001"
  std::optional<std::string> escape;
  std::optional<std::string> collection_terminator;
  std::optional<std::string> map_key_terminator;
  std::optional<std::string> line_terminator;
  std::optional<std::string> null_format;
};

struct CreateTable {
  TableName table;
  bool external = false;
  bool if_not_exists = false;
  std::vector<ColumnDef> columns;
  std::string comment;
  std::vector<ColumnDef> partition_columns;          // with types: Hive
  std::vector<PartitionTransform> partition_fields;  // without: Iceberg
  std::vector<std::string> clustered_by;
  std::vector<std::string> sorted_by;
  int32_t bucket_count = 0;
  RowFormat row_format;
  std::string stored_as;  // "parquet", "orc", "textfile", "avro" …, lower case; "" when not given
  std::string input_format;
  std::string output_format;
  std::string location;
  Properties properties;
};

// A WITH (...) property of CTAS and UNLOAD.
struct PropertyValue {
  std::string text;               // string, number or boolean as text
  std::vector<std::string> list;  // ARRAY['a','b']
  bool is_list = false;
};
using QueryProperties = std::map<std::string, PropertyValue>;  // keys lower case

struct CreateTableAs {
  TableName table;
  bool if_not_exists = false;
  QueryProperties properties;
  QueryPtr query;
  bool with_data = true;
};
struct InsertInto {
  TableName table;
  std::vector<Identifier> columns;  // empty: all, in table order
  QueryPtr query;
};
struct Unload {
  QueryPtr query;
  std::string location;
  QueryProperties properties;
};
struct CreateView {
  TableName table;
  bool or_replace = false;
  std::vector<std::string> column_aliases;
  QueryPtr query;
  std::string query_text;  // as written, what the catalog keeps as the view's original SQL
};
struct DropTable {
  TableName table;
  bool if_exists = false;
  bool view = false;
};
struct MsckRepair {
  TableName table;
};

struct AddPartitions {
  TableName table;
  bool if_not_exists = false;
  std::vector<std::pair<PartitionSpec, std::string>> partitions;  // spec, location ("" = default)
};
struct DropPartitions {
  TableName table;
  bool if_exists = false;
  std::vector<std::vector<PartitionTest>> partitions;  // each: all tests must hold
};
struct RenamePartition {
  TableName table;
  PartitionSpec from;
  PartitionSpec to;
};
struct AlterColumns {
  enum Kind : uint8_t { kAdd, kReplace };
  TableName table;
  Kind kind = kAdd;
  std::vector<ColumnDef> columns;
};
struct ChangeColumn {
  TableName table;
  std::string old_name;
  ColumnDef column;
  bool first = false;
  std::string after;
};  // RENAME COLUMN a TO b is one whose column has no type
struct DropColumn {
  TableName table;
  std::string column;
};
// ALTER TABLE t ADD | DROP PARTITION FIELD bucket(16, id) [AS name]: an Iceberg table's next partition spec.
struct AlterPartitionField {
  TableName table;
  bool drop = false;
  PartitionTransform field;
  std::string name;
};
struct SetTblProperties {
  TableName table;
  Properties properties;
};
struct UnsetTblProperties {
  TableName table;
  std::vector<std::string> keys;
};
struct SetLocation {
  TableName table;
  PartitionSpec partition;
  std::string location;
};
struct RenameTable {
  TableName table;
  TableName to;
};

struct Prepare {
  std::string name;
  std::string statement;  // the text after FROM
};
struct Execute {
  std::string name;
  std::vector<std::string> parameters;  // the texts after USING
};
struct Deallocate {
  std::string name;
};
// DELETE FROM t [AS a] WHERE …
struct Delete {
  TableName table;
  std::string alias;  // "" when none
  ExprPtr where;      // null: all rows
};
struct Assignment {
  Identifier column;
  ExprPtr value;
};
// UPDATE t [AS a] SET c = e, … WHERE …
struct UpdateRows {
  TableName table;
  std::string alias;
  std::vector<Assignment> set;
  ExprPtr where;
};
// One WHEN of a MERGE. INSERT without a column list names all columns, in table order.
struct MergeCase {
  enum Kind : uint8_t { kUpdate, kDelete, kInsert };
  Kind kind = kUpdate;
  Position pos;
  bool matched = true;
  ExprPtr condition;            // AND …; null: none
  std::vector<Assignment> set;  // kUpdate
  std::vector<Identifier> columns;
  std::vector<ExprPtr> values;  // kInsert
};
struct Merge {
  TableName table;
  std::string alias;
  RelationPtr source;
  ExprPtr on;
  std::vector<MergeCase> cases;
};
// OPTIMIZE t REWRITE DATA USING BIN_PACK [WHERE …]
struct Optimize {
  TableName table;
  ExprPtr where;
};
struct Vacuum {
  TableName table;
};
// Known to Athena, not served yet: ANALYZE, CALL, GRANT … `what` names it.
struct Unserved {
  std::string what;
  TableName table;
};

struct Statement;
struct Explain {
  bool analyze = false;
  std::string format;  // "text", "json", "graphviz"
  std::string type;    // "logical", "validate", "io", "distributed"
  std::unique_ptr<Statement> statement;
};

struct Statement {
  std::variant<QueryStatement, Explain, ShowDatabases, ShowTables, ShowViews, ShowPartitions, ShowColumns, ShowCreate,
               ShowTblProperties, ShowFunctions, ShowSession, ShowCatalogs, Describe, DescribeDatabase, CreateDatabase,
               DropDatabase, AlterDatabase, CreateTable, CreateTableAs, InsertInto, Unload, CreateView, DropTable,
               MsckRepair, AddPartitions, DropPartitions, RenamePartition, AlterColumns, ChangeColumn, DropColumn,
               AlterPartitionField, Delete, UpdateRows, Merge, Optimize, Vacuum, SetTblProperties, UnsetTblProperties,
               SetLocation, RenameTable, Prepare, Execute, Deallocate, Unserved>
      node;
  Position pos;
  int32_t parameter_count = 0;  // number of ? in it

  template <typename T>
  T* As() {
    return std::get_if<T>(&node);
  }
  template <typename T>
  const T* As() const {
    return std::get_if<T>(&node);
  }
};

Result<Statement> Parse(std::string_view text);
// One expression alone, as execution parameters are.
Result<ExprPtr> ParseExpression(std::string_view text);

// Replaces each ? by the value at its place; a value is the text of a literal: 'abc', 12, DATE '2024-01-01', NULL.
// Errors: sql.InvalidParameters when the count differs or a value is no constant.
Status BindParameters(Statement& statement, const std::vector<std::string>& values);

// Athena's StatementType: "DDL", "DML" or "UTILITY"; and SubstatementType: "SELECT", "CREATE_TABLE_AS_SELECT" …
std::string_view StatementType(const Statement& statement);
std::string_view SubstatementType(const Statement& statement);

}  // namespace tarn::sql
