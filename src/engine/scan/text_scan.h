// The inner scan of text tables (delimited, CSV, JSON lines) and of tables whose rows are given.
//
// Plain files are read in ranges by several threads, compressed ones by one thread each. Column numbers are
// BoundTable's; nothing is filtered here.
#pragma once

#include <memory>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/scan/bound_table.h"
#include "engine/scan/parquet_scan.h"
#include "engine/text/column_filler.h"

namespace tarn::engine {

BoundScan BindTextScan(std::shared_ptr<BoundTable> table);
void KeepTextPartitions(duckdb::FunctionData& bind_data, std::vector<size_t> partitions);

// What did not parse in the chunk scanned last, below a row filter.
const BadCells& BadCellsOf(const duckdb::LocalTableFunctionState& state);

BoundScan BindRowsScan(std::shared_ptr<BoundTable> table);

}  // namespace tarn::engine
