// What a table format (Iceberg) says beyond the files' own bytes: columns by number, values that files leave out, rows
// that are gone, and conditions by which it finds files.
//
// Values are texts in their column's type, as SQL casts them; bytes are written \xAB for each.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace tarn::engine {

struct File;

// The number of a column, or of a part of one; files are read by it whatever the columns' names in them.
struct FieldIds {
  int32_t id = 0;
  std::optional<std::string> initial_default;  // of files without the column; none: NULL
  std::vector<FieldIds> children;              // array: element; map: key, value; row: its fields
};

// Numbers for the columns of files that carry none, by name.
struct NamedField {
  std::vector<std::string> names;
  std::optional<int32_t> id;
  std::vector<NamedField> fields;  // of an array "element", of a map "key" and "value"
};

// Rows that are gone, as one file tells them.
struct DeleteFile {
  enum class Kind : uint8_t {
    kPositions,  // Parquet: path of a data file, row in it
    kVector,     // a blob at `offset` that TableFormat::decode_vector reads; about the one data file that has it
    kEquality,   // Parquet: rows equal to one of these in the columns `equality_ids` are gone
  };
  Kind kind = Kind::kPositions;
  std::shared_ptr<const File> file;
  uint64_t offset = 0;
  uint64_t length = 0;
  std::vector<int32_t> equality_ids;
};

struct FileDetail {
  // Values of columns that the file may leave out, by number; no value: NULL.
  std::vector<std::pair<int32_t, std::optional<std::string>>> constants;
  std::vector<std::shared_ptr<const DeleteFile>> deletes;
  std::vector<uint64_t> deleted;        // rows that are gone besides
  std::optional<int64_t> first_row_id;  // of "_row_id" where the file has none
  std::optional<int64_t> sequence_number;
};

struct TableFormat {
  std::vector<NamedField> name_mapping;
  // Rows that a blob of deletes names, ascending.
  std::function<Result<std::vector<uint64_t>>(std::string_view blob)> decode_vector;
  // Columns (indices into TableBinding::columns) that equality deletes compare. Set when a file may have such deletes.
  std::vector<size_t> equality_columns;
  // Some file may hold a column in a narrower type in which the query's values compare otherwise (a double as float).
  bool filter_above = false;
};

// A condition on columns that holds for every row that a scan can need. Where a part of the query's own condition
// cannot be said here it is kTrue: conditions only find files, they do not filter rows.
struct Condition {
  enum class Op : uint8_t {
    kTrue,
    kAnd,
    kOr,
    kIsNull,
    kNotNull,
    kEq,
    kNotEq,
    kLt,
    kLtEq,
    kGt,
    kGtEq,
    kIn,
    kNotIn,
    kStartsWith,
    kNotStartsWith,
  };
  Op op = Op::kTrue;
  size_t column = 0;                // index into TableBinding::columns
  std::vector<std::string> values;  // one, of kIn and kNotIn any number
  std::vector<Condition> children;  // of kAnd and kOr

  bool is_true() const { return op == Op::kTrue; }
  bool operator==(const Condition&) const = default;
};

// Simplify: kTrue with anything, nested kAnd and kOr, parts said twice.
Condition And(Condition a, Condition b);
Condition Or(Condition a, Condition b);

}  // namespace tarn::engine
