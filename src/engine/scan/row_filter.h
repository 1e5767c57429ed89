// A table's row filter as its scan uses it, and other expressions over all columns of a table, hidden ones included.
//
// Invariants: what can fail for a row is NULL there (each side of an AND or OR by itself), so that no failure tells of
// values that the query must not see; a row is seen where every conjunct is true. Nothing here comes from the query:
// what the reader leaves unread by a conjunct depends on the table and the filter alone.
// Errors: DuckDB's exceptions, whose texts are not the user's to see. Threads: any.
#pragma once

#include <string>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/scan/bound_table.h"

namespace tarn::engine {

struct Conjunct {
  duckdb::unique_ptr<duckdb::Expression> condition;  // references are scan columns
  std::vector<size_t> columns;                       // scan columns that it uses, each once
  // The same condition where the Parquet reader decides it by itself, on the one column; null: it cannot.
  duckdb::unique_ptr<duckdb::TableFilter> in_reader;

  Conjunct Copy() const;
};

// What is used of the table may be what CHECK constraints may use. `used` gets the scan columns.
duckdb::unique_ptr<duckdb::Expression> BindOverTable(duckdb::ClientContext& context, const BoundTable& table,
                                                     const std::string& text, const duckdb::LogicalType& type,
                                                     std::vector<size_t>& used);
std::vector<Conjunct> BindRowFilter(duckdb::ClientContext& context, const BoundTable& table, const std::string& text);

// All conditions that no reader decides, as one; null: there are none.
duckdb::unique_ptr<duckdb::Expression> ConditionsOverRows(const std::vector<Conjunct>& conjuncts);

}  // namespace tarn::engine
