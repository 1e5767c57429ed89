// The scan of any bound table, with its row filter and hidden columns inside.
//
// A Parquet table without governance is DuckDB's own scan. Everything else goes through a function of ours around an
// inner scan: the row filter is evaluated there, on columns the query may never see, before a row leaves the function.
// What the query's own comparisons and join filters leave of the filtered rows is found here, too; below the filter
// none of them decides what is read. The function offers no statistics, so neither errors nor plans tell of other rows.
#pragma once

#include <memory>

#include "engine/duck/duck.h"
#include "engine/duck/slot_context.h"
#include "engine/scan/bound_table.h"
#include "engine/scan/parquet_scan.h"

namespace tarn::engine {

BoundScan BindTableScan(duckdb::ClientContext& context, SlotContext& slot, std::shared_ptr<BoundTable> table,
                        duckdb::TableCatalogEntry& entry);

}  // namespace tarn::engine
