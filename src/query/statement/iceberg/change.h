// One run of a statement that changes rows of an Iceberg table: rows found, new rows written, old ones deleted, one
// commit.
//
// A statement says its rows as a SELECT of the target's "$path" and "$pos" (null: no row of the target's), whether a
// row is written, and the columns to write. Rows that are gone are kept as bitmaps, new ones go to files as they come.
// Threads: one job's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "catalog/iceberg/snapshots.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/expression/expression.h"
#include "query/statement/job.h"

namespace tarn::query {

struct RowChange {
  catalog::RowOperation operation = catalog::RowOperation::kDelete;
  catalog::IcebergTable table;
  iceberg::Expression filter;  // bound; the rows that the statement reads, or more
  // DuckDB's text: path, position and, unless nothing is written, whether the row is, then a value for each column of
  // the schema; with row ids these and a NULL last.
  std::string select;
  bool writes = true;   // false: no row can be written
  bool merges = false;  // a row met twice is an error
};

// Runs it and leaves the statement's outcome.
Status RunRowChange(Job& job, const RowChange& change);

// The table that the statement names; error TABLE_NOT_FOUND, or that it is no Iceberg table.
Result<catalog::IcebergTable> TargetOf(Job& job, const sql::TableName& name, std::string_view what);
// The target in FROM. Without an alias its columns go by its full name too.
std::string TargetRelation(const Job& job, const std::string& alias, const catalog::IcebergTable& table);
// Whether rows carry ids (version 3).
inline bool HasRowIds(const catalog::IcebergTable& table) { return table.metadata->format_version >= 3; }

// The SELECT by which the statement finds its rows, for EXPLAIN; takes the statement's expressions.
Result<sql::QueryPtr> RowsQuery(Job& job, sql::Delete& change);
Result<sql::QueryPtr> RowsQuery(Job& job, sql::UpdateRows& change);
Result<sql::QueryPtr> RowsQuery(Job& job, sql::Merge& merge);

// The one SELECT of a statement's text, to be completed.
Result<sql::QueryPtr> ParseSelect(const std::string& text);

}  // namespace tarn::query
