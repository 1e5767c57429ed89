// Rows of a SELECT become the Parquet data files of an Iceberg table. Nothing is committed: the answer is what a commit
// adds (catalog/iceberg/snapshots.h).
//
// Invariants: every file is whole and durable when this returns and lies below the table's data folder under its
// partition's path; a row is in a file of its partition by the spec; field ids, bounds and counts are the
// specification's. A failed write leaves no file (a crash may: orphans).
// Sizes, compression, metrics, bloom filters and sort order follow the table's write.* properties.
// Errors: the query's; iceberg::kUnsupported for columns that cannot be written (fixed, variant, geometry).
// Threads: any; blocking, never on an I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "iceberg/manifest/manifest.h"
#include "iceberg/metadata/table_metadata.h"
#include "object/files.h"
#include "tables/memory_files.h"

namespace tarn::tables {

// Runs a query on the engine to its end; the caller's place for cancelling, limits and statistics.
using RunQuery = std::function<Result<engine::Outcome>(engine::Query query)>;

// On the pool, with nothing else (upkeep).
RunQuery RunOn(engine::Pool& pool);

struct Rows {
  // DuckDB's text of one SELECT. Its columns by position: `side_columns` of `WriteOptions`, then those of the schema,
  // already of the columns' types, then with `row_lineage` _row_id and _last_updated_sequence_number.
  std::string select;
  std::shared_ptr<engine::TableResolver> resolver;
};

struct WriteOptions {
  std::optional<int32_t> spec_id;          // nothing: the default spec
  std::optional<uint64_t> file_bytes;      // nothing: write.target-file-size-bytes
  std::optional<iceberg::SortOrder> sort;  // nothing: the table's default order
  std::vector<std::string> cluster;        // instead of `sort`: ORDER BY items over the schema's column names
  bool row_lineage = false;                // v3: the SELECT gives row ids, which rewritten rows keep
  // Leading columns that go to `side` instead of into files. The last one, a boolean, tells which rows are written.
  size_t side_columns = 0;
  std::shared_ptr<engine::ResultSink> side;
  // The files go there instead of the store, below the URL `memory_folder`.
  std::shared_ptr<MemoryFiles> memory;
  std::string memory_folder;
  std::string name_prefix;  // of file names, e.g. the query's id; empty: random
};

struct WrittenRows {
  std::vector<iceberg::DataFile> files;
  uint64_t rows = 0;
  engine::Outcome outcome;
};

Result<WrittenRows> WriteDataFiles(const object::Files& files, const iceberg::TableMetadata& metadata, Rows rows,
                                   const WriteOptions& options, const RunQuery& run);

// Deletes files that no commit names after all; errors are ignored (they are orphans then).
void RemoveFiles(const object::Files& files, const std::vector<iceberg::DataFile>& written);

// What the table's columns are called in DuckDB's SQL, in order: CAST(<text> AS type) of these fits `Rows::select`.
Result<std::string> DuckDbType(const iceberg::Type& type);

}  // namespace tarn::tables
