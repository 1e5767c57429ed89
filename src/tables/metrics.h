// What a data file's Parquet footer says, as Iceberg's statistics: sizes, counts, bounds, split offsets.
//
// Bounds are in the single-value form; texts and bytes are cut as write.metadata.metrics.* says (truncate(16) by
// default) so that they still bound. Columns are found by field id; those of files without ids by name (migration).
// Threads: pure.
#pragma once

#include "base/result.h"
#include "engine/inspect.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"

namespace tarn::tables {

// Fills record_count, column_sizes, value_counts, null_counts, lower_bounds, upper_bounds and split_offsets.
Status FillMetrics(const engine::ParquetDetails& details, const iceberg::Schema& schema,
                   const iceberg::Properties& properties, iceberg::DataFile& file);

}  // namespace tarn::tables
