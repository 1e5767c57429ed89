// A file on this machine, for loading into a table: its columns told, its rows turned into Parquet pieces.
//
// For command-line tools alone: unlike the pool's, its DuckDB reads and writes local files, with the rights of whoever
// runs it. CSV's dialect and types, and JSON's members, come from all of the file, not from its beginning. Rows keep
// the file's order, so the same file makes the same rows at the same places. Column names are in lower case; types are
// those that tables can have (unsigned, huge and unnamed ones widen, times of day, UUIDs and JSON become text).
// Errors: kUnreadable, with DuckDB's sentence and the line where it has one; kInternalError. Blocks. Threads: one at a
// time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::tabular {

inline constexpr Reason kUnreadable{"tabular.Unreadable", Code::kInvalidArgument};

enum class LocalFormat : uint8_t { kCsv, kJson, kParquet };

// By the name's end: .csv .tsv .psv .txt, .json .jsonl .ndjson, .parquet; text perhaps with .gz or .zst behind.
std::optional<LocalFormat> LocalFormatOf(std::string_view file_name);

struct LocalColumn {
  std::string name;
  std::string type;  // DuckDB's text
};

struct LocalPiece {
  std::string path;
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

class LocalFile {
 public:
  // `directory` is an empty one of the caller's, for what lies on disk on the way. With `typed` a CSV file is read as
  // RFC 4180 has it, with a header, its columns of these types, an empty unquoted cell NULL.
  static Result<std::unique_ptr<LocalFile>> Open(const std::string& path, LocalFormat format,
                                                 const std::string& directory,
                                                 const std::vector<LocalColumn>& typed = {});
  virtual ~LocalFile() = default;

  virtual const std::vector<LocalColumn>& columns() const = 0;
  // Writes all rows; every column of the file is cast to the type that `as` has for its name, if it has one. One piece
  // at least. A value that does not fit is an error, and no piece is to be used.
  virtual Result<std::vector<LocalPiece>> ToParquet(const std::vector<LocalColumn>& as) = 0;
};

}  // namespace tarn::tabular
