// Fills one output column of a chunk from texts, as text formats hold them.
//
// Numbers are parsed here; types that DuckDB parses better (dates, decimals …) are collected as text and cast together
// at the end of the chunk. What does not parse is NULL or an error, as the format wants.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/duck/duck.h"
#include "engine/query_state.h"

namespace tarn::engine {

// What did not parse in a chunk, to be told when the row is known to be one that the query sees.
struct BadCells {
  struct Cell {
    size_t row;
    size_t column;  // scan column; kWholeRow: the line itself
    Error error;
  };
  static constexpr size_t kWholeRow = SIZE_MAX;
  std::vector<Cell> found;
};

class ColumnFiller {
 public:
  // With `strict`, a text that is not of the type fails the query: at once, or noted in `bad`, where it is given, as of
  // scan column `column`.
  ColumnFiller(QueryState& query, const Type& type, std::string name, bool strict, size_t column = 0,
               BadCells* bad = nullptr);

  void Begin(duckdb::Vector& output);
  void SetNull(size_t row);
  void SetText(size_t row, std::string_view text);
  // Nested values come as DuckDB's own; NULL values too.
  void SetValue(size_t row, const duckdb::Value& value);
  // Casts what was collected; call once per chunk.
  void Finish(duckdb::ClientContext& context, size_t rows);

  const Type& type() const { return type_; }
  const std::string& name() const { return name_; }

  // A scalar text as a value of the type; NULL (or failure when strict) if it is none. For elements of nested types.
  static duckdb::Value Parse(const Type& type, std::string_view text);

 private:
  template <typename Number>
  bool SetNumber(size_t row, std::string_view text);
  bool SetTyped(size_t row, std::string_view text);
  void Bad(size_t row, std::string_view text) const;

  QueryState& query_;
  const Type type_;
  const std::string name_;
  const bool strict_;
  const size_t column_;
  BadCells* const bad_;
  bool staged_;  // collected in staging_, cast in Finish
  std::unique_ptr<duckdb::Vector> staging_;
  duckdb::Vector* output_ = nullptr;
};

}  // namespace tarn::engine
