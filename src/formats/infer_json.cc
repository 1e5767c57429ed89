#include <limits>

#include "base/strings.h"
#include "formats/infer.h"
#include "json/json.h"

namespace tarn::formats {
namespace {

constexpr size_t kRecordsMax = 5000;
constexpr json::Limits kRecordLimits{.bytes = size_t{16} << 20, .depth = 64, .values = 200'000};

// The end of the JSON object or array that begins at `at`; npos when it does not end within the text.
size_t EndOfValue(std::string_view text, size_t at) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

size_t SkipSeparators(std::string_view text, size_t at, bool commas) {
  while (at < text.size()) {
    const char c = text[at];
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n' && !(commas && c == ',')) break;
    ++at;
  }
  return at;
}

sql::Type TypeOf(const json::Value& value) {
  using sql::TypeKind;
  if (value.is_null()) return {};
  if (value.is_bool()) return sql::MakeType(TypeKind::kBoolean);
  if (const int64_t* number = value.AsInt()) {
    const bool narrow =
        *number >= std::numeric_limits<int32_t>::min() && *number <= std::numeric_limits<int32_t>::max();
    return sql::MakeType(narrow ? TypeKind::kInteger : TypeKind::kBigint);
  }
  if (value.is_number()) return sql::MakeType(TypeKind::kDouble);
  if (const json::Array* array = value.AsArray()) {
    sql::Type element;
    for (const json::Value& item : *array) element = MergeTypes(element, TypeOf(item));
    return sql::ArrayType(element);
  }
  if (const json::Object* object = value.AsObject()) {
    sql::Type row = sql::MakeType(TypeKind::kRow);
    std::vector<std::string> names;
    for (const auto& [key, member] : *object) names.push_back(key);
    row.names = ColumnNames(names);
    for (const auto& [key, member] : *object) row.args.push_back(TypeOf(member));
    // Hive has no struct without fields; such an object carries nothing but its presence.
    return row.args.empty() ? sql::VarcharType() : row;
  }
  return sql::VarcharType();
}

std::vector<Column> ColumnsOf(const json::Value& object) {
  std::vector<Column> columns;
  const sql::Type row = TypeOf(object);
  for (size_t i = 0; i < row.args.size(); ++i) columns.push_back({row.names[i], row.args[i]});
  return columns;
}

}  // namespace

std::optional<FileSchema> InferJson(std::string_view text, bool whole) {
  size_t at = SkipSeparators(text, 0, false);
  if (at >= text.size() || (text[at] != '{' && text[at] != '[')) return std::nullopt;
  const size_t first = at;
  const bool in_array = text[at] == '[';
  if (in_array) at = SkipSeparators(text, at + 1, false);
  FileSchema schema{.format = Format::kJson};
  bool seen_columns = false;
  while (at < text.size() && schema.records < kRecordsMax) {
    if (in_array && text[at] == ']') break;
    if (text[at] != '{') return std::nullopt;  // a stream of scalars, or no JSON at all
    const size_t end = EndOfValue(text, at);
    if (end == std::string_view::npos) {
      if (whole) return std::nullopt;
      break;  // the sample cuts this record
    }
    const auto record = json::Parse(text.substr(at, end - at), kRecordLimits);
    if (!record.ok()) return std::nullopt;
    schema.columns = MergeColumns(schema.columns, ColumnsOf(*record));
    seen_columns = true;
    ++schema.records;
    schema.sample_bytes = end - first;
    at = SkipSeparators(text, end, in_array);
  }
  if (!seen_columns || schema.columns.empty()) return std::nullopt;
  if (in_array) {
    // Glue's table of a file that is one array has one column that holds it.
    sql::Type row = sql::MakeType(sql::TypeKind::kRow);
    for (Column& column : schema.columns) {
      row.names.push_back(column.name);
      row.args.push_back(std::move(column.type));
    }
    schema.columns = {{"array", sql::ArrayType(std::move(row))}};
  }
  for (Column& column : schema.columns) column.type = Settle(std::move(column.type));
  return schema;
}

}  // namespace tarn::formats
