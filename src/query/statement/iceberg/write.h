// What the statements that write rows into Iceberg tables share.
#pragma once

#include <string>
#include <vector>

#include "catalog/iceberg/tables.h"
#include "query/statement/job.h"
#include "sql/analyze.h"
#include "tables/write.h"

namespace tarn::query {

// The table's columns as INSERT and MERGE see them.
Result<std::vector<sql::TableColumn>> TargetColumns(const iceberg::Schema& schema);
// SELECT of `from`'s rows as the table's columns: `values[i]` is the DuckDB text for column i, empty for what no value
// is given for (its write default, or NULL). NULL for a column that takes none fails when it is met, in rows that the
// last of `side` says are written. `side` comes first, `last` (a list, or empty) last.
Result<std::string> RowsSelect(const iceberg::Schema& schema, const std::vector<std::string>& side,
                               const std::vector<std::string>& values, const std::string& from,
                               const std::string& last = "");
// Runs queries as the job's, so that cancelling and its limits reach them.
tables::RunQuery RunAs(Job& job);
// Added to the snapshots that statements make.
iceberg::Properties SummaryOf(const Job& job);
Status FinishRows(Job& job, const std::vector<iceberg::DataFile>& files, uint64_t rows);

}  // namespace tarn::query
