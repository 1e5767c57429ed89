// DuckDB's parquet_scan over a bound table's exact files: columns by name, or by number where the table has numbers;
// missing columns NULL or as the table format says, partition columns constant; deleted rows left out by position.
// Files are pruned before anything is opened.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/duck/slot_context.h"
#include "engine/scan/bound_table.h"

namespace tarn::engine {

// A scan function and what it was bound to. Column numbers are BoundTable's; the virtual ones are
// VirtualColumnId(column).
struct BoundScan {
  duckdb::TableFunction function;
  duckdb::unique_ptr<duckdb::FunctionData> bind_data;
};

duckdb::column_t VirtualColumnId(size_t offset);
// The scan column that a column id of a Parquet scan's plan means; nothing for the empty column of count(*).
std::optional<size_t> ScanColumn(const BoundTable& table, duckdb::column_t id);
// The columns that can be named but are not in SELECT *, and the empty one that count(*) reads.
duckdb::virtual_column_map_t VirtualColumnsOf(const BoundTable& table);

// `entry` is what the binder shows for the scan; null inside another scan.
BoundScan BindParquetScan(duckdb::ClientContext& context, SlotContext& slot, std::shared_ptr<BoundTable> table,
                          duckdb::TableCatalogEntry* entry);

// Restricts a bound Parquet scan to these partitions, and to files that may hold what the condition says.
void KeepFiles(duckdb::FunctionData& bind_data, std::vector<size_t> partitions, const Condition& condition);

}  // namespace tarn::engine
