// What a file's content says of its columns, and how the schemas of several files meet.
//
// Types are sql::Type; kUnknown is "only nulls seen" and ends as varchar. Column names are lower case, as the catalog
// keeps them.
// Threads: pure functions on values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/type.h"

namespace tarn::formats {

enum class Format : uint8_t { kUnknown, kCsv, kJson, kParquet, kOrc, kAvro };
enum class Compression : uint8_t { kNone, kGzip, kZstd, kBzip2, kUnsupported };

struct Column {
  std::string name;
  sql::Type type;
  bool operator==(const Column&) const = default;
};

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';
  bool quoted = false;  // some field stands in quotes
  bool header = false;
  bool operator==(const CsvDialect&) const = default;
};

struct FileSchema {
  Format format = Format::kUnknown;
  Compression compression = Compression::kNone;
  CsvDialect csv;  // of kCsv
  std::vector<Column> columns;
  uint64_t records = 0;       // read from the sample, or the footer's exact count
  uint64_t sample_bytes = 0;  // decompressed bytes that these records took; 0 when `records` is exact
};

// The narrowest type that holds values of both; text when nothing else does. Rows meet field by field.
sql::Type MergeTypes(const sql::Type& a, const sql::Type& b);
// Columns of `a` in their order, then what only `b` has; equal names (any case) meet by MergeTypes.
std::vector<Column> MergeColumns(const std::vector<Column>& a, const std::vector<Column>& b);

// Whether two files can be of one table: same format, and most columns (70 % of the smaller schema) shared by name.
bool Compatible(const FileSchema& a, const FileSchema& b);
// Meets two compatible schemas; counts add up.
FileSchema MergeSchemas(const FileSchema& a, const FileSchema& b);

// kUnknown becomes varchar, at every depth.
sql::Type Settle(sql::Type type);

// "My Column-1" → "my column-1": lower case, control characters out. Empty names become "col<index>"; a name that is
// taken gets "_1", "_2", ….
std::vector<std::string> ColumnNames(const std::vector<std::string>& raw);

std::string_view NameOf(Format format);            // "csv", "json", "parquet", "orc", "avro"
std::string_view NameOf(Compression compression);  // "none", "gzip", …

}  // namespace tarn::formats
