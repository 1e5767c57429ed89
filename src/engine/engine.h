// SQL over bound files: a pool of DuckDB instances, one query each, limits per slot, excess queries queued.
//
// SQL text is DuckDB's, as src/sql prints it: one SELECT (or EXPLAIN [ANALYZE] SELECT). Tables are named in three
// parts,
//   lake."database"."table"; nothing else exists: no local files, no settings, no DuckDB catalog functions.
// Units: sizes are bytes, times microseconds.
// Errors: engine/errors.h; messages are safe to show. Positions in them ("line 3:14") belong to the DuckDB text.
// Threads: Pool and Execution from any thread; ResultSink is called on the slot's thread, one call at a time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/batch.h"
#include "engine/errors.h"
#include "engine/table.h"

namespace tarn::engine {

struct ResultColumn {
  std::string name;
  Type type;
};

class ResultSink {
 public:
  virtual ~ResultSink() = default;
  // Once, before the first batch. An error from either method ends the query with that error.
  virtual Status OnColumns(const std::vector<ResultColumn>& columns) = 0;
  // Rows in result order; may block (that is the back pressure).
  virtual Status OnBatch(const Batch& batch) = 0;
};

struct Statistics {
  uint64_t scanned_bytes = 0;  // read from the sources; a byte read twice counts once
  uint64_t result_rows = 0;
  uint64_t files_opened = 0;
  uint64_t peak_memory_bytes = 0;
  uint64_t peak_spill_bytes = 0;
  int64_t queued_micros = 0;
  int64_t planning_micros = 0;
  int64_t execution_micros = 0;
};

// Field ids of a written column and of what is nested in it: a struct's fields, "element", "key" and "value".
struct ColumnIds {
  int32_t id = 0;
  std::vector<ColumnIds> children;
};

// Rows laid down in result order by one thread, a file at a time; Parquet only. The SELECT's columns are: `side` ones,
// those written (one each of `field_ids`), `keys`.
struct Layout {
  std::vector<ColumnIds> field_ids;
  size_t side = 0;       // go to Query::sink, not into files
  bool flagged = false;  // the last side column, a boolean, says whether the row is written
  size_t keys = 0;       // not written: a file ends where one changes; WrittenFile::partition_values are their texts
};

// Where a write goes (CTAS, INSERT INTO, UNLOAD).
struct WriteTarget {
  std::shared_ptr<FileSink> sink;
  enum class Format : uint8_t { kParquet, kJson, kDelimited } format = Format::kParquet;
  enum class Codec : uint8_t { kNone, kSnappy, kGzip, kZstd } codec = Codec::kSnappy;  // kNone … as the format can
  // Columns of the SELECT by which rows go to folders (`name=value/`); they are not in the files. The last ones, as
  // Athena.
  std::vector<std::string> partition_columns;
  std::string name_prefix = "part";  // file names: <prefix>-<random>.<ext>
  char delimiter = '\001';           // kDelimited (Hive's text: \N for NULL, no header)
  uint64_t file_bytes_target = 256ull << 20;
  std::optional<Layout> layout;                        // present: as it says; `partition_columns` is not used
  std::map<std::string, std::string> parquet_options;  // with `layout`: further options of DuckDB's Parquet writer
};

struct WrittenFile {
  std::string name;  // as given to FileSink::Create
  uint64_t rows = 0;
  uint64_t size_bytes = 0;
  std::vector<std::optional<std::string>> partition_values;  // as WriteTarget::partition_columns
};

struct Query {
  std::string sql;
  std::shared_ptr<TableResolver> resolver;
  std::string database;              // of unqualified table names; may be empty
  std::shared_ptr<ResultSink> sink;  // of a SELECT's rows; with `write` of its side columns alone
  std::optional<WriteTarget> write;  // present: the SELECT's rows go there
  uint64_t scanned_bytes_max = 0;    // 0 = unlimited; exceeded: kScanCutoff
};

struct Outcome {
  Status status = Ok();
  Statistics statistics;
  std::vector<WrittenFile> written;  // of a successful write
};

// A query that was accepted.
class Execution {
 public:
  virtual ~Execution() = default;
  // Ends it within milliseconds, queued or running. Idempotent; no effect when done.
  virtual void Cancel() = 0;
  // Blocks until done. The outcome of a cancelled query is kCancelled.
  virtual const Outcome& Wait() = 0;
  virtual bool done() const = 0;
  virtual bool started() const = 0;            // false while queued
  virtual double progress() const = 0;         // 0 … 1, a guess
  virtual uint64_t scanned_bytes() const = 0;  // so far
};

class Pool {
 public:
  struct Options {
    size_t slots = 4;                        // queries at a time
    size_t queue_max = 1000;                 // accepted beyond; more: kBusy
    uint64_t memory_bytes = 1ull << 30;      // per slot; beyond it operators spill
    uint32_t threads = 0;                    // per slot; 0 = the machine's
    std::string spill_directory;             // made if absent, emptied at start; one folder per slot
    uint64_t spill_bytes_max = 16ull << 30;  // per slot
    std::vector<std::string> macros;         // CREATE MACRO statements (src/sql's), run once in every instance
  };

  // Returns at once; the first slot warms up on its own thread, the others when first needed.
  static Result<std::unique_ptr<Pool>> Create(Options options);
  virtual ~Pool() = default;  // cancels what runs and waits for it

  // Never blocks. `on_done` (may be empty) runs on the slot's thread just before Wait() returns; it must not call Wait.
  virtual Result<std::shared_ptr<Execution>> Start(Query query, std::function<void(const Outcome&)> on_done = {}) = 0;

  virtual size_t running() const = 0;
  virtual size_t queued() const = 0;
};

// Plans without running: the columns a SELECT would answer (for CREATE VIEW, CTAS schemas, prepared statements).
// Blocks; takes a slot like a query. `query.sink` and `query.write` are not used.
Result<std::vector<ResultColumn>> DescribeQuery(Pool& pool, Query query);

}  // namespace tarn::engine
