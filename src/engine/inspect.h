// Reads what a file says of itself, for crawlers and the catalog; no SQL, no pool.
//
// Errors: kBadData (not Parquet, truncated, encrypted), and the source's own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/table.h"

namespace tarn::engine {

struct ParquetSummary {
  std::vector<ColumnDef> columns;
  uint64_t rows = 0;
  uint64_t row_groups = 0;
  std::string created_by;
  std::string compression;  // of the first column chunk: "SNAPPY", "ZSTD", …; "" for an empty file
};

// Reads the footer: one or two reads at the end of the file.
Result<ParquetSummary> InspectParquet(FileSource& source, const File& file);

}  // namespace tarn::engine
