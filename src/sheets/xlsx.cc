// .xlsx: ECMA-376 part 1, SpreadsheetML, read for values alone.
#include <fmt/format.h>

#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "sheets/errors.h"
#include "sheets/number.h"
#include "sheets/sheet.h"
#include "sheets/xml.h"
#include "sheets/zip.h"

namespace tarn::sheets {
namespace {

constexpr std::string_view kOleMark = "\xd0\xcf\x11\xe0";  // .xls, and encrypted .xlsx

// The text of a string item: its runs joined, without what tells how they are pronounced.
std::string TextOf(const pugi::xml_node& item) {
  std::string text;
  for (const pugi::xml_node& child : item.children()) {
    const std::string_view name = LocalName(child.name());
    if (name == "t") text += child.text().get();
    if (name == "r") text += ChildOf(child, "t").text().get();
  }
  return text;
}

struct Book {
  bool from_1904 = false;
  std::vector<std::string> strings;
  std::vector<ShownTime> styles;  // by the cells' style number
};

Status ReadStrings(const Zip& zip, Book& book) {
  if (!zip.Has("xl/sharedStrings.xml")) return Ok();
  Document document;
  TARN_CHECK(ReadDocument(zip, "xl/sharedStrings.xml", document));
  for (const pugi::xml_node& item : document.xml.document_element().children()) {
    if (LocalName(item.name()) == "si") book.strings.push_back(TextOf(item));
  }
  return Ok();
}

Status ReadStyles(const Zip& zip, Book& book) {
  if (!zip.Has("xl/styles.xml")) return Ok();
  Document document;
  TARN_CHECK(ReadDocument(zip, "xl/styles.xml", document));
  const pugi::xml_node root = document.xml.document_element();
  std::map<uint64_t, ShownTime> formats;
  for (const pugi::xml_node& format : ChildOf(root, "numFmts").children()) {
    if (const auto id = ParseU64(AttributeOf(format, "numFmtId"))) {
      formats[*id] = TimeOf(AttributeOf(format, "formatCode"));
    }
  }
  for (const pugi::xml_node& style : ChildOf(root, "cellXfs").children()) {
    const uint64_t id = ParseU64(AttributeOf(style, "numFmtId")).value_or(0);
    const auto own = formats.find(id);
    book.styles.push_back(own != formats.end() ? own->second
                                               : TimeOfBuiltIn(static_cast<int>(std::min<uint64_t>(id, 1000))));
  }
  return Ok();
}

// The archive's name of the sheet's XML.
Result<std::string> FindSheet(const Zip& zip, std::string_view wanted, Book& book) {
  Document workbook, relations;
  TARN_CHECK(ReadDocument(zip, "xl/workbook.xml", workbook));
  TARN_CHECK(ReadDocument(zip, "xl/_rels/workbook.xml.rels", relations));
  const pugi::xml_node root = workbook.xml.document_element();
  const std::string_view date1904 = AttributeOf(ChildOf(root, "workbookPr"), "date1904");
  book.from_1904 = date1904 == "1" || date1904 == "true";
  std::string names;
  for (const pugi::xml_node& sheet : ChildOf(root, "sheets").children()) {
    const std::string_view name = AttributeOf(sheet, "name");
    names += fmt::format("{}'{}'", names.empty() ? "" : ", ", name);
    if (!wanted.empty() && name != wanted) continue;
    // "r:id", not "sheetId".
    const std::string_view relation = AttributeOf(sheet, "id");
    for (const pugi::xml_node& one : relations.xml.document_element().children()) {
      if (AttributeOf(one, "Id") != relation) continue;
      const std::string_view target = AttributeOf(one, "Target");
      return target.starts_with('/') ? std::string(target.substr(1)) : fmt::format("xl/{}", target);
    }
    return Fail(kUnreadable, fmt::format("The file is no spreadsheet: its sheet '{}' is missing.", name));
  }
  return Fail(kNoSuchSheet, fmt::format("There is no sheet '{}': the file has {}.", wanted, names));
}

// The column of "AB12", from 0.
std::optional<size_t> ColumnOf(std::string_view reference) {
  size_t column = 0;
  size_t letters = 0;
  for (; letters < reference.size() && reference[letters] >= 'A' && reference[letters] <= 'Z'; ++letters) {
    column = column * 26 + static_cast<size_t>(reference[letters] - 'A' + 1);
    if (column > kColumnsMax) return std::nullopt;
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

Cell NumberOrTime(std::string_view text, const ShownTime& shown, const Book& book) {
  const auto number = ParseNumber(text);
  if (!number) return {CellKind::kText, std::string(text)};
  if (shown.day) {
    if (auto day = DayCell(*number, book.from_1904)) return std::move(*day);
  } else if (shown.time && *number >= 0 && *number < 1) {
    return ClockCell(*number);
  }
  return NumberCell(*number);
}

Cell CellOf(const pugi::xml_node& node, const Book& book) {
  const std::string_view type = AttributeOf(node, "t");
  if (type == "inlineStr") {
    std::string text = TextOf(ChildOf(node, "is"));
    return text.empty() ? Cell() : Cell{CellKind::kText, std::move(text)};
  }
  const pugi::xml_node value = ChildOf(node, "v");
  if (!value) return {};
  const std::string_view text = value.text().get();
  if (type == "s") {
    const auto index = ParseU64(Trim(text));
    if (!index || *index >= book.strings.size()) return {CellKind::kError, ""};
    return book.strings[*index].empty() ? Cell() : Cell{CellKind::kText, book.strings[*index]};
  }
  if (type == "b") return {CellKind::kBoolean, Trim(text) == "1" ? "true" : "false"};
  if (type == "e") return {CellKind::kError, std::string(text)};
  if (type == "str" || type == "d") return text.empty() ? Cell() : Cell{CellKind::kText, std::string(text)};
  const uint64_t style = ParseU64(AttributeOf(node, "s")).value_or(0);
  return NumberOrTime(text, style < book.styles.size() ? book.styles[style] : ShownTime(), book);
}

}  // namespace

Result<Grid> ReadXlsx(std::string_view bytes, std::string_view sheet) {
  if (bytes.starts_with(kOleMark)) {
    return Fail(kUnreadable, "The file is encrypted, or of Excel before 2007: save it as .xlsx without a password.");
  }
  TARN_TRY(const Zip zip, Zip::Open(bytes));
  Book book;
  TARN_TRY(const std::string name, FindSheet(zip, sheet, book));
  TARN_CHECK(ReadStrings(zip, book));
  TARN_CHECK(ReadStyles(zip, book));
  Document document;
  TARN_CHECK(ReadDocument(zip, name, document));
  Grid grid;
  for (const pugi::xml_node& row : ChildOf(document.xml.document_element(), "sheetData").children()) {
    Row cells;
    for (const pugi::xml_node& node : row.children()) {
      if (LocalName(node.name()) != "c") continue;
      const std::string_view reference = AttributeOf(node, "r");
      const auto column = reference.empty() ? std::optional(cells.size()) : ColumnOf(reference);
      if (!column || *column >= kColumnsMax || *column < cells.size()) {
        return Fail(kUnreadable, fmt::format("The file is no spreadsheet: it has a cell '{}'.", reference));
      }
      Cell cell = CellOf(node, book);
      if (cell.kind == CellKind::kEmpty) continue;
      cells.resize(*column);
      cells.push_back(std::move(cell));
    }
    if (cells.empty()) continue;
    if (grid.size() == kRowsMax) return Fail(kTooLarge, "The sheet has too many rows.");
    grid.push_back(std::move(cells));
  }
  return grid;
}

}  // namespace tarn::sheets
