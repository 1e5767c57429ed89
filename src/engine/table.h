// What the engine must be told about tables, and where bytes come from and go to. The engine declares, query
// implements.
//
// Threads: every method may be called from several engine threads at once, and may block.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/column_type.h"
#include "engine/table_format.h"

namespace tarn::engine {

// One immutable file. `id` is the source's own (bucket, key, version …); equal ids have equal bytes for ever, so put
// the object's version or ETag into it: what was learned from a footer is kept by id.
struct File {
  std::string id;
  std::string path;  // "s3://bucket/key": shown by "$path" and in messages
  uint64_t size_bytes = 0;
  std::optional<uint64_t> rows;              // exact, if known
  Timestamp modified;                        // shown by "$file_modified_time"
  std::shared_ptr<const FileDetail> detail;  // what a table format says of it; null: nothing
};

class OpenFile {
 public:
  virtual ~OpenFile() = default;
  // Fills all of `out` from `offset` on. Never called past the file's size.
  virtual Status ReadAt(uint64_t offset, std::span<char> out) = 0;
};

class FileSource {
 public:
  virtual ~FileSource() = default;
  virtual Result<std::unique_ptr<OpenFile>> Open(const File& file) = 0;
};

class OutputFile {
 public:
  virtual ~OutputFile() = default;  // without Finish: the file is given up
  virtual Status Append(std::string_view bytes) = 0;
  // Durable and visible to the sink's owner when this returns.
  virtual Status Finish() = 0;
};

class FileSink {
 public:
  virtual ~FileSink() = default;
  // `name` is relative to the target: "part-….parquet" or "year=2020/month=1/part-….parquet" (Hive's escaping).
  virtual Result<std::unique_ptr<OutputFile>> Create(const std::string& name) = 0;
};

struct ColumnDef {
  std::string name;
  Type type;
  std::optional<FieldIds> field = std::nullopt;  // set on all columns of a table that knows its columns by number
};

enum class Format : uint8_t {
  kParquet,
  kDelimited,  // LazySimpleSerDe: no quotes, escape character, \N is null, what does not parse is NULL
  kCsv,        // OpenCSVSerde: quotes; cells are strings, cast to the column's type (bad cell: error)
  kJson,       // Hive JsonSerDe and OpenX: one object a line; keys case-insensitive, missing = NULL
  kRows,       // no files: `rows` below (information_schema and the like)
};

struct TextOptions {
  char delimiter = '\001';             // kCsv: ','
  char quote = '"';                    // kCsv only
  char escape = 0;                     // 0 = none (kCsv's default is '\\')
  char collection_delimiter = '\002';  // kDelimited: between array and struct elements
  char map_key_delimiter = '\003';     // kDelimited
  std::string null_text = "\\N";       // kDelimited: serialization.null.format
  uint32_t skip_header_lines = 0;      // skip.header.line.count
  bool ignore_malformed_json = false;  // a line that is not an object: a row of NULLs instead of an error
  bool case_sensitive_json = false;    // OpenX: case.insensitive=false
  std::map<std::string, std::string> json_key_of_column;  // OpenX "mapping.<column>" = key
};

// A partition of the table: its values, one per partition column, as the catalog's text; no value = NULL.
struct Partition {
  std::vector<std::optional<std::string>> values;
};

// Lists what is in partitions that survived pruning. Called at most once for each partition and query.
class FileLister {
 public:
  virtual ~FileLister() = default;
  // `partitions` are indices into TableBinding::partitions. Answers one list of files for each of them, in order.
  virtual Result<std::vector<std::vector<File>>> List(std::span<const size_t> partitions) = 0;
};

// Plans the scan of a table whose format knows what is in its files. May be asked several times in a query, with
// stronger conditions.
class FilePlanner {
 public:
  virtual ~FilePlanner() = default;
  // Every file that may hold a row for which `condition` is true; others are left out as far as the format can tell.
  virtual Result<std::vector<File>> Plan(const Condition& condition) = 0;
};

// What the query sees of a column instead of its values: an expression in DuckDB's SQL over all columns of the table,
// computed for the rows that are seen alone. It is NULL where it fails.
struct Replacement {
  std::string column;
  std::string expression;
  Type type;  // the column's, as the query sees it
};

// One table (or one snapshot of it) as one principal may see it in one query.
struct TableBinding {
  std::vector<ColumnDef> columns;            // in the files (kRows: of `rows`)
  std::vector<ColumnDef> partition_columns;  // visible after `columns`
  // An unpartitioned table has exactly one partition without values.
  std::vector<Partition> partitions;
  std::shared_ptr<FileLister> lister;
  std::shared_ptr<FilePlanner> planner;  // instead of the lister; the table has one partition then. Parquet only
  std::shared_ptr<FileSource> source;
  TableFormat table_format;
  Format format = Format::kParquet;
  TextOptions text;
  // Compression of text files is told from the name's end: .gz, .zst, .bz2; else none.

  // Governance. A condition in DuckDB's SQL over `columns` and `partition_columns`, hidden ones included; no
  // subqueries. Only rows for which it is true exist for the query; those for which it fails do not. Evaluated inside
  // the scan: no user expression sees other rows.
  std::string row_filter;
  // Columns (of both kinds) that do not exist for the query; row_filter may use them.
  std::vector<std::string> hidden_columns;
  // Columns of which no value is seen as it is; row_filter sees the values.
  std::vector<Replacement> replacements;

  // Offer "$path", "$file_size", "$file_modified_time" by name (never in SELECT *); over Parquet "$pos" too, and over
  // numbered columns "_row_id" and "_last_updated_sequence_number".
  bool virtual_columns = true;

  // kRows: a value per column, as text in the column's type; no value = NULL.
  std::vector<std::vector<std::optional<std::string>>> rows;
};

class TableResolver {
 public:
  virtual ~TableResolver() = default;
  // Names arrive lower-cased. kTableNotFound when there is no such table for this principal (hidden = absent).
  // Called once per table and query.
  virtual Result<std::shared_ptr<const TableBinding>> Resolve(const std::string& database,
                                                              const std::string& table) = 0;
};

}  // namespace tarn::engine
