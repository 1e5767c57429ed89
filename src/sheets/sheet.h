// A sheet of a spreadsheet (.xlsx, .ods) as a table with typed columns.
//
// The first row with a cell is the header. A column's type is what all its cells have: BIGINT (whole numbers), DOUBLE,
// BOOLEAN, DATE, TIMESTAMP, else VARCHAR. Formulas count by the value that was saved with them. Cells with an error
// (#N/A …) are empty, and counted. Empty rows are left out.
// Errors: kUnreadable (errors.h: what it is not, by name), kNoSuchSheet, kTooLarge. Pure.
// Formats: ECMA-376 part 1 (SpreadsheetML), OASIS OpenDocument 1.3 part 3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tarn::sheets {

enum class CellKind : uint8_t { kEmpty, kText, kWhole, kNumber, kBoolean, kDate, kTimestamp, kError };

struct Cell {
  CellKind kind = CellKind::kEmpty;
  std::string text;  // as CSV has it: "12", "1.5", "true", "2026-11-22", "2026-11-22 01:02:03.000"
};

using Row = std::vector<Cell>;
using Grid = std::vector<Row>;  // rows that have a cell

struct Column {
  std::string name;  // of the header, spaces at its ends removed; "column3" where there is none
  std::string type;  // as above
};

struct Sheet {
  std::vector<Column> columns;
  std::string csv;  // RFC 4180, with a header; an empty cell is unquoted and empty
  uint64_t rows = 0;
  uint64_t error_cells = 0;
};

enum class Format : uint8_t { kXlsx, kOds };

// `sheet`: its name; empty: the first.
Result<Sheet> ReadSheet(std::string_view bytes, Format format, std::string_view sheet);

// The parts, for tests: what is between the archive and the table.
Result<Grid> ReadXlsx(std::string_view bytes, std::string_view sheet);
Result<Grid> ReadOds(std::string_view bytes, std::string_view sheet);
Result<Sheet> SheetOf(const Grid& grid);

inline constexpr size_t kPartBytesMax = 128 << 20;  // of one XML file in the archive
inline constexpr size_t kColumnsMax = 16'384;
inline constexpr size_t kRowsMax = 1'048'576;

}  // namespace tarn::sheets
