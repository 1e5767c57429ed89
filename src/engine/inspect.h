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

// A leaf column of the schema, and what the row groups say of it, one after the other.
struct ParquetLeaf {
  std::vector<std::string> path;  // names below the root, the middle groups of lists and maps left out
  int32_t field_id = -1;          // -1: the file has none
  int physical = 0;               // Parquet's number of the physical type
  bool repeated = false;          // it lies in a list or a map
  bool unsigned_order = false;    // an unsigned integer: bounds are none that Iceberg knows
  int64_t timestamp_unit = 0;     // units a second of a time or timestamp, 0 for others
  struct Chunk {
    int64_t values = 0;  // nulls included
    int64_t bytes = 0;   // compressed
    std::optional<int64_t> nulls;
    std::optional<std::string> min, max;  // PLAIN, as the file has them
  };
  std::vector<Chunk> chunks;  // one a row group
};

struct ParquetDetails {
  uint64_t rows = 0;
  std::vector<ParquetLeaf> leaves;
  std::vector<int64_t> row_group_offsets;  // where each row group's first page lies
};

// The footer's statistics, for writers of table formats.
Result<ParquetDetails> InspectParquetDetails(FileSource& source, const File& file);

}  // namespace tarn::engine
