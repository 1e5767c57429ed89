// DuckDB's parquet_scan over a bound table's exact files: by-name mapping, missing columns NULL, partition columns
// constant, files pruned by partition values before anything is opened.
#pragma once

#include <memory>

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
// The columns that can be named but are not in SELECT *, and the empty one that count(*) reads.
duckdb::virtual_column_map_t VirtualColumnsOf(const BoundTable& table);

// `entry` is what the binder shows for the scan; null inside another scan.
BoundScan BindParquetScan(duckdb::ClientContext& context, SlotContext& slot, std::shared_ptr<BoundTable> table,
                          duckdb::TableCatalogEntry* entry);

// Restricts a bound Parquet scan to these partitions.
void KeepPartitions(duckdb::FunctionData& bind_data, std::vector<size_t> partitions);

}  // namespace tarn::engine
