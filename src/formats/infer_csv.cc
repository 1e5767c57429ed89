#include <algorithm>
#include <charconv>
#include <limits>

#include "base/strings.h"
#include "formats/infer.h"

namespace tarn::formats {
namespace {

constexpr char kDelimiters[] = {',', '|', '\t', ';', '\001'};
constexpr size_t kRowsMax = 5000;
constexpr size_t kHeaderFieldMax = 150;

struct Rows {
  std::vector<std::vector<std::string>> rows;
  bool quoted = false;
  size_t bytes = 0;  // of the whole rows
};

// Splits the text as RFC 4180 has it; a cut last row is left out unless `whole`.
Rows ReadRows(std::string_view text, char delimiter, char quote, bool whole) {
  Rows out;
  std::vector<std::string> row;
  std::string field;
  bool in_quotes = false;
  bool started = false;  // something of the row was seen
  for (size_t i = 0; i < text.size() && out.rows.size() < kRowsMax; ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c != quote) {
        field += c;
      } else if (i + 1 < text.size() && text[i + 1] == quote) {
        field += quote;
        ++i;
      } else {
        in_quotes = false;
      }
      continue;
    }
    if (c == quote && field.empty()) {
      in_quotes = out.quoted = started = true;
    } else if (c == delimiter) {
      row.push_back(std::move(field));
      field.clear();
      started = true;
    } else if (c == '\n') {
      if (field.ends_with('\r')) field.pop_back();
      if (started || !field.empty()) {
        row.push_back(std::move(field));
        out.rows.push_back(std::move(row));
      }
      field.clear();
      row.clear();
      started = false;
      out.bytes = i + 1;
    } else {
      field += c;
      started = true;
    }
  }
  if (whole && !in_quotes && out.rows.size() < kRowsMax && (started || !field.empty())) {
    if (field.ends_with('\r')) field.pop_back();
    row.push_back(std::move(field));
    out.rows.push_back(std::move(row));
    out.bytes = text.size();
  }
  return out;
}

bool IsInteger(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 18 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

bool IsDouble(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool digits = std::ranges::any_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return error == std::errc() && end == text.data() + text.size() && digits;
}

sql::Type TypeOfText(std::string_view raw) {
  const std::string_view text = Trim(raw);
  if (text.empty() || text == "\\N") return {};
  if (IsInteger(text)) return sql::MakeType(sql::TypeKind::kBigint);
  if (IsDouble(text)) return sql::MakeType(sql::TypeKind::kDouble);
  if (EqualsIgnoreCase(text, "true") || EqualsIgnoreCase(text, "false")) {
    return sql::MakeType(sql::TypeKind::kBoolean);
  }
  return sql::VarcharType();
}

// How many rows have the first row's number of fields.
size_t Consistent(const Rows& rows) {
  return static_cast<size_t>(
      std::ranges::count_if(rows.rows, [&](const auto& row) { return row.size() == rows.rows[0].size(); }));
}

// Fit to be a header: every field is text, none is empty but for the last, none is long.
bool CouldBeHeader(const std::vector<std::string>& row) {
  for (size_t i = 0; i < row.size(); ++i) {
    const std::string_view text = Trim(row[i]);
    const bool last = i + 1 == row.size();
    if (text.empty() && !last) return false;
    if (!text.empty() && !TypeOfText(text).Is(sql::TypeKind::kVarchar)) return false;
    if (text.size() >= kHeaderFieldMax && !last) return false;
  }
  return true;
}

std::vector<sql::Type> TypesOf(const Rows& rows, size_t first, size_t width) {
  std::vector<sql::Type> types(width);
  for (size_t r = first; r < rows.rows.size(); ++r) {
    for (size_t i = 0; i < std::min(width, rows.rows[r].size()); ++i) {
      types[i] = MergeTypes(types[i], TypeOfText(rows.rows[r][i]));
    }
  }
  return types;
}

std::optional<Rows> BestRows(std::string_view text, bool whole, const CsvHints& hints, char quote, char& delimiter) {
  std::optional<Rows> best;
  for (const char candidate : kDelimiters) {
    if (hints.delimiter && candidate != kDelimiters[0]) break;
    const char tried = hints.delimiter.value_or(candidate);
    Rows rows = ReadRows(text, tried, quote, whole);
    if (rows.rows.empty()) continue;
    const size_t width = rows.rows[0].size();
    if (width < 2 && !(hints.allow_single_column && hints.delimiter)) continue;
    // Ragged rows are no CSV of this delimiter; a few broken lines are.
    if (Consistent(rows) * 10 < rows.rows.size() * 9) continue;
    if (!best || width > best->rows[0].size()) {
      best = std::move(rows);
      delimiter = tried;
    }
  }
  return best;
}

}  // namespace

std::optional<FileSchema> InferCsv(std::string_view text, bool whole, const CsvHints& hints) {
  FileSchema schema{.format = Format::kCsv};
  schema.csv.quote = hints.quote.value_or('"');
  auto rows = BestRows(text, whole, hints, schema.csv.quote, schema.csv.delimiter);
  // One line alone could be any text.
  if (!rows || (rows->rows.size() < 2 && !hints.delimiter)) return std::nullopt;
  const size_t width = rows->rows[0].size();
  const std::vector<sql::Type> below = TypesOf(*rows, 1, width);
  const bool differs = std::ranges::any_of(below, [](const sql::Type& type) {
    return !type.Is(sql::TypeKind::kVarchar) && !type.Is(sql::TypeKind::kUnknown);
  });
  schema.csv.quoted = rows->quoted;
  schema.csv.header = hints.header.value_or(CouldBeHeader(rows->rows[0]) && differs);
  const std::vector<sql::Type> types = schema.csv.header ? below : TypesOf(*rows, 0, width);
  std::vector<std::string> raw = schema.csv.header ? rows->rows[0] : std::vector<std::string>(width);
  for (size_t i = 0; i < std::min(raw.size(), hints.names.size()); ++i) raw[i] = hints.names[i];
  const std::vector<std::string> names = ColumnNames(raw);
  for (size_t i = 0; i < width; ++i) schema.columns.push_back({names[i], Settle(types[i])});
  schema.records = rows->rows.size() - (schema.csv.header ? 1 : 0);
  schema.sample_bytes = rows->bytes;
  return schema;
}

}  // namespace tarn::formats
