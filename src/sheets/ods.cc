// .ods: OASIS OpenDocument 1.3 part 3, spreadsheets, read for values alone.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "base/time.h"
#include "sheets/errors.h"
#include "sheets/number.h"
#include "sheets/sheet.h"
#include "sheets/xml.h"
#include "sheets/zip.h"

namespace tarn::sheets {
namespace {

constexpr size_t kCellsMax = 20'000'000;
constexpr int kDepthMax = 64;

// A paragraph's text: spans joined, written-out spaces, tabs and line ends put back.
void AppendText(const pugi::xml_node& node, int depth, std::string& text) {
  constexpr uint64_t kSpacesMax = 1000;
  for (const pugi::xml_node& child : node.children()) {
    const std::string_view name = LocalName(child.name());
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
      text += child.value();
    } else if (name == "s") {
      text.append(std::min(ParseU64(AttributeOf(child, "c")).value_or(1), kSpacesMax), ' ');
    } else if (name == "tab") {
      text += '\t';
    } else if (name == "line-break") {
      text += '\n';
    } else if (name != "annotation" && depth < kDepthMax) {
      AppendText(child, depth + 1, text);
    }
  }
}

std::string ParagraphsOf(const pugi::xml_node& cell) {
  std::string text;
  bool first = true;
  for (const pugi::xml_node& child : cell.children()) {
    if (LocalName(child.name()) != "p") continue;
    if (!first) text += '\n';
    first = false;
    AppendText(child, 0, text);
  }
  return text;
}

// "2026-11-22", "2026-11-22T01:02:03.5".
Cell DayOf(std::string_view value) {
  constexpr size_t kDayLetters = 10;
  if (value.size() == kDayLetters && ParseIso8601(std::string(value) + "T00:00:00Z")) {
    return {CellKind::kDate, std::string(value)};
  }
  const auto time = ParseIso8601(std::string(value) + "Z");
  if (!time) return {CellKind::kText, std::string(value)};
  std::string text = FormatIso8601(*time, 3);
  text[kDayLetters] = ' ';
  text.pop_back();
  return {CellKind::kTimestamp, std::move(text)};
}

Cell CellOf(const pugi::xml_node& node) {
  const std::string_view type = AttributeOf(node, "value-type");
  if (type == "float" || type == "percentage" || type == "currency") {
    const auto number = ParseNumber(AttributeOf(node, "value"));
    return number ? NumberCell(*number) : Cell{CellKind::kError, ""};
  }
  if (type == "boolean") return {CellKind::kBoolean, AttributeOf(node, "boolean-value") == "true" ? "true" : "false"};
  if (type == "date") return DayOf(AttributeOf(node, "date-value"));
  std::string text = ParagraphsOf(node);
  if (type == "string" && text.empty()) text = AttributeOf(node, "string-value");
  if (text.empty()) return {};
  // A formula's error has no value, only its text.
  const bool failed = type.empty() || (type == "string" && text.starts_with("#") && AttributeOf(node, "formula") != "");
  return {failed ? CellKind::kError : CellKind::kText, std::move(text)};
}

class Reader {
 public:
  Status ReadRows(const pugi::xml_node& parent, int depth) {
    for (const pugi::xml_node& child : parent.children()) {
      const std::string_view name = LocalName(child.name());
      if (name == "table-row") {
        TARN_CHECK(ReadRow(child));
      } else if ((name == "table-header-rows" || name == "table-row-group" || name == "table-rows") &&
                 depth < kDepthMax) {
        TARN_CHECK(ReadRows(child, depth + 1));
      }
    }
    return Ok();
  }

  Grid Take() { return std::move(grid_); }

 private:
  Status ReadRow(const pugi::xml_node& node) {
    Row row;
    size_t column = 0;
    for (const pugi::xml_node& child : node.children()) {
      const std::string_view name = LocalName(child.name());
      if (name != "table-cell" && name != "covered-table-cell") continue;
      const uint64_t repeated = ParseU64(AttributeOf(child, "number-columns-repeated")).value_or(1);
      const Cell cell = CellOf(child);
      if (cell.kind != CellKind::kEmpty) {
        if (repeated > kColumnsMax || column + repeated > kColumnsMax) return TooLarge();
        row.resize(column);
        row.insert(row.end(), repeated, cell);
      }
      column += std::min<uint64_t>(repeated, kColumnsMax);
    }
    if (row.empty()) return Ok();
    const uint64_t repeated = ParseU64(AttributeOf(node, "number-rows-repeated")).value_or(1);
    if (repeated > kRowsMax - grid_.size() || repeated * row.size() > kCellsMax - cells_) return TooLarge();
    cells_ += repeated * row.size();
    grid_.insert(grid_.end(), repeated, row);
    return Ok();
  }

  static Error TooLarge() { return Fail(kTooLarge, "The sheet has too many cells."); }

  Grid grid_;
  size_t cells_ = 0;
};

}  // namespace

Result<Grid> ReadOds(std::string_view bytes, std::string_view sheet) {
  TARN_TRY(const Zip zip, Zip::Open(bytes));
  if (zip.Has("META-INF/manifest.xml")) {
    TARN_TRY(const std::string manifest, zip.Read("META-INF/manifest.xml", kPartBytesMax));
    if (manifest.find("encryption-data") != std::string::npos) {
      return Fail(kUnreadable, "The file is encrypted: save it without a password.");
    }
  }
  Document document;
  TARN_CHECK(ReadDocument(zip, "content.xml", document));
  const pugi::xml_node body = ChildOf(ChildOf(document.xml.document_element(), "body"), "spreadsheet");
  std::string names;
  for (const pugi::xml_node& table : body.children()) {
    if (LocalName(table.name()) != "table") continue;
    const std::string_view name = AttributeOf(table, "name");
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", name);
    if (!sheet.empty() && name != sheet) continue;
    Reader reader;
    TARN_CHECK(reader.ReadRows(table, 0));
    return reader.Take();
  }
  if (names.empty()) return Fail(kUnreadable, "The file is no spreadsheet: it has no sheet.");
  return Fail(kNoSuchSheet, fmt::format("There is no sheet '{}': the file has {}.", sheet, names));
}

}  // namespace tarn::sheets
