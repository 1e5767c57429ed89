// Resolves a query's names and types against the catalog, and prints it as DuckDB SQL.
//
// Plan() is the whole path: analyze, then print. Only functions of the Trino allow-list are printed, so no text reaches
// a DuckDB function that reads files or settings. Views are expanded through CatalogView. Errors: those of errors.h,
// with line:column of the statement given. Threads: any; the catalog view is called on the caller's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "sql/ast.h"
#include "sql/partition.h"

namespace tarn::sql {

struct TableColumn {
  std::string name;  // lower case
  Type type;
};

struct TableInfo {
  enum Kind : uint8_t { kTable, kView };
  Kind kind = kTable;
  std::string catalog;  // full resolved name
  std::string database;
  std::string table;
  std::string engine_table;                 // what the printed query calls it; empty: `table`
  std::vector<TableColumn> columns;         // data columns, then partition keys, as SELECT * shows them
  std::vector<std::string> partition_keys;  // names, in key order; all are in `columns` too
  std::vector<TableColumn> hidden_columns;  // selectable by name only: "$path" varchar, "$file_size" …
  std::string view_sql;                     // kView: its query text
  std::string view_catalog;                 // kView: what unqualified names in it mean
  std::string view_database;
};

// The catalog as a query sees it; implemented by query/.
class CatalogView {
 public:
  virtual ~CatalogView() = default;
  // Names are lower case and complete. `name.table` may end in "$partitions", "$files" …; no value: no such table.
  virtual Result<std::optional<TableInfo>> FindTable(const TableName& name) const = 0;
  // The table as `FOR TIMESTAMP|VERSION AS OF value` names it; `kind` is "timestamp" or "version".
  virtual Result<std::optional<TableInfo>> FindVersion(const TableName& name, const std::string& kind,
                                                       ExprPtr value) const;
  virtual Result<bool> DatabaseExists(const std::string& catalog, const std::string& database) const = 0;
  virtual Result<bool> CatalogExists(const std::string& catalog) const = 0;
};

struct AnalyzeContext {
  std::string catalog = "awsdatacatalog";
  std::string database = "default";
  Timestamp now;     // what current_timestamp, current_date and now() mean
  std::string user;  // current_user
};

// One reference to a catalog table; the same table twice in FROM is two uses.
struct TableUse {
  TableInfo info;
  Position pos;
  std::vector<std::string> columns;  // names read through this use, hidden ones included, each once
  PartitionPredicate partitions;     // which partitions this use can need
  bool via_view = false;             // reached through a view (permission is the view owner's question)
  int32_t index = 0;                 // place in Plan::tables
};

struct OutputColumn {
  std::string name;   // Athena's: _col0 for unnamed expressions
  Type type;          // as Trino types it; kUnknown when not inferable, then the engine's counts
  bool named = true;  // false when Athena made the name up (CTAS refuses such)
};

struct Plan {
  std::vector<OutputColumn> columns;
  std::vector<TableUse> tables;
  std::vector<TableInfo> views;  // views read, for permissions and lineage
  std::string duckdb;            // the text for the engine
};

struct PrintOptions {
  // The engine's text for a table use; default "lake"."<database>"."<table>", quoted.
  std::function<std::string(const TableUse&)> table_text;
  // INSERT: the target's columns, by position. The query's are cast to them, or refused (TYPE_MISMATCH).
  std::vector<TableColumn> target;
};

Result<Plan> PlanQuery(Query& query, const CatalogView& catalog, const AnalyzeContext& context,
                       const PrintOptions& options = {});

// A condition or value over columns, as DuckDB prints it: columns qualified by row_filter. For texts that are no part
// of a statement (row filters). `type` is what it must be, else kTypeMismatch; no subqueries, aggregates or windows.
Result<std::string> PrintExpression(std::string_view text, const std::vector<TableColumn>& columns, const Type& type,
                                    const AnalyzeContext& context);

// A double-quoted DuckDB identifier, and a single-quoted literal.
std::string QuoteIdentifier(std::string_view name);
std::string QuoteLiteral(std::string_view text);

}  // namespace tarn::sql
