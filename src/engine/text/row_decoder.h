// Turns one line of a text file into one row of the columns a scan wants.
//
// A decoder reads the line once and sets every wanted column (its filler's type says how). Lines are foreign bytes.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "engine/text/column_filler.h"

namespace tarn::engine {

struct WantedColumn {
  size_t file_column;  // place among the table's file columns
  ColumnFiller* filler;
};

class RowDecoder {
 public:
  enum class Verdict : uint8_t {
    kRow,        // the row is set
    kSkip,       // not a row (an empty line)
    kNeedsMore,  // a value begins here and goes on in the following lines
  };
  virtual ~RowDecoder() = default;
  virtual Verdict Decode(std::string_view line, size_t row) = 0;
  // A line that kNeedsMore could not be completed for: an error, or a row of NULLs.
  virtual void SetMalformed(std::string_view line, size_t row) { (void)line, (void)row; }
};

// `wanted` by ascending file column. kDelimited and kCsv.
std::unique_ptr<RowDecoder> MakeDelimitedDecoder(const TableBinding& table, std::vector<WantedColumn> wanted);
// A line that is no object fails the query, or is noted in `bad` where it is given.
std::unique_ptr<RowDecoder> MakeJsonDecoder(QueryState& query, const TableBinding& table,
                                            std::vector<WantedColumn> wanted, BadCells* bad);

}  // namespace tarn::engine
