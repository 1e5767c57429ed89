#include "sheets/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "sheets/errors.h"

namespace tarn::sheets {
namespace {

// What a column is when it has cells of both kinds.
CellKind Joined(CellKind a, CellKind b) {
  if (a == b || b == CellKind::kEmpty || b == CellKind::kError) return a;
  if (a == CellKind::kEmpty) return b;
  const auto are = [&](CellKind one, CellKind other) { return (a == one && b == other) || (a == other && b == one); };
  if (are(CellKind::kWhole, CellKind::kNumber)) return CellKind::kNumber;
  if (are(CellKind::kDate, CellKind::kTimestamp)) return CellKind::kTimestamp;
  return CellKind::kText;
}

std::string_view TypeOf(CellKind kind) {
  switch (kind) {
    case CellKind::kWhole:
      return "BIGINT";
    case CellKind::kNumber:
      return "DOUBLE";
    case CellKind::kBoolean:
      return "BOOLEAN";
    case CellKind::kDate:
      return "DATE";
    case CellKind::kTimestamp:
      return "TIMESTAMP";
    default:
      return "VARCHAR";
  }
}

void AppendQuoted(std::string& csv, std::string_view text) {
  csv += '"';
  for (const char c : text) csv += c == '"' ? std::string("\"\"") : std::string(1, c);
  csv += '"';
}

bool HasCell(const Row& row) {
  return std::ranges::any_of(row, [](const Cell& cell) { return cell.kind != CellKind::kEmpty; });
}

}  // namespace

Result<Sheet> SheetOf(const Grid& grid) {
  const auto header = std::ranges::find_if(grid, HasCell);
  if (header == grid.end()) return Fail(kUnreadable, "The sheet is empty.");
  size_t width = 0;
  for (auto row = header; row != grid.end(); ++row) width = std::max(width, row->size());
  std::vector<CellKind> kinds(width, CellKind::kEmpty);
  Sheet sheet;
  for (auto row = header + 1; row != grid.end(); ++row) {
    for (size_t i = 0; i < row->size(); ++i) {
      kinds[i] = Joined(kinds[i], (*row)[i].kind);
      if ((*row)[i].kind == CellKind::kError) ++sheet.error_cells;
    }
  }
  std::set<std::string> names;
  std::vector<size_t> kept;  // columns that have a name or a value
  for (size_t i = 0; i < width; ++i) {
    std::string name = i < header->size() ? std::string(Trim((*header)[i].text)) : "";
    if (name.empty() && kinds[i] == CellKind::kEmpty) continue;
    if (name.empty()) name = fmt::format("column{}", i + 1);
    if (!names.insert(AsciiLower(name)).second) {
      return Fail(kUnreadable, fmt::format("Two columns of the sheet are called '{}'.", name));
    }
    kept.push_back(i);
    sheet.columns.push_back({std::move(name), std::string(TypeOf(kinds[i]))});
  }
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) sheet.csv += ',';
    AppendQuoted(sheet.csv, sheet.columns[i].name);
  }
  sheet.csv += '\n';
  for (auto row = header + 1; row != grid.end(); ++row) {
    if (!HasCell(*row)) continue;
    for (size_t i = 0; i < kept.size(); ++i) {
      if (i > 0) sheet.csv += ',';
      if (kept[i] >= row->size()) continue;
      const Cell& cell = (*row)[kept[i]];
      if (cell.kind != CellKind::kEmpty && cell.kind != CellKind::kError) AppendQuoted(sheet.csv, cell.text);
    }
    sheet.csv += '\n';
    ++sheet.rows;
  }
  return sheet;
}

Result<Sheet> ReadSheet(std::string_view bytes, Format format, std::string_view sheet) {
  TARN_TRY(const Grid grid, format == Format::kXlsx ? ReadXlsx(bytes, sheet) : ReadOds(bytes, sheet));
  return SheetOf(grid);
}

}  // namespace tarn::sheets
