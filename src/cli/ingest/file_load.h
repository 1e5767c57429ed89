// One file of this machine into a table of a running lake: `tarn ingest`'s work.
//
// The whole file becomes Parquet here first, cast to the table's types, so that one that does not fit changes nothing.
// Then its pieces go to POST /_tarn/load one by one; what the lake has already is not sent again. A connection that
// breaks is tried again for a while; after that, running the same command goes on where it stopped.
// Errors: sentences for whoever runs it. Blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/aws_client.h"
#include "tabular/local_file.h"

namespace tarn::cli {

struct LoadOptions {
  std::string table;     // "database.table"
  std::string location;  // of a table that is made; may be empty
  std::string format;    // csv, json, parquet, xlsx, ods; empty: by the file's name
  std::string sheet;     // of a spreadsheet; empty: the first
};

struct LoadReport {
  bool loaded_before = false;
  bool table_made = false;
  std::vector<tabular::LocalColumn> columns;  // of the file
  uint64_t rows = 0;
  uint64_t rows_before = 0;  // of an earlier, interrupted load
  uint64_t error_cells = 0;  // of a spreadsheet: they are NULL
};

// Told of each step: rows in the table, and all of the file's.
using LoadProgress = std::function<void(uint64_t done, uint64_t all)>;

Result<LoadReport> LoadFile(const AwsClient& client, const std::string& path, const LoadOptions& options,
                            const LoadProgress& progress);

}  // namespace tarn::cli
