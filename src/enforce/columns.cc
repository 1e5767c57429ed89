#include "enforce/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.h"

namespace tarn::enforce {
namespace {

using govern::ColumnAccess;
using govern::TableAccess;

// What holds for all columns, or for those that are listed; a describer that may not select sees every name.
bool ListsColumns(const TableAccess& access) {
  return access.governed && access.Has(govern::Permission::kSelect) && !access.all_columns;
}

// "a:int,b:struct<c:int>" at its outer commas.
std::vector<std::string_view> OuterParts(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      parts.push_back(Trim(text.substr(begin, i - begin)));
      begin = i + 1;
      continue;
    }
    if (text[i] == '<' || text[i] == '(') ++depth;
    if (text[i] == '>' || text[i] == ')') --depth;
  }
  return parts;
}

void KeepColumns(const TableAccess& access, std::vector<catalog::Column>& columns) {
  std::vector<catalog::Column> kept;
  for (catalog::Column& column : columns) {
    const auto type = SeenType(access, AsciiLower(column.name), column.type.value_or("string"));
    if (!type) continue;
    if (column.type) column.type = *type;
    kept.push_back(std::move(column));
  }
  columns = std::move(kept);
}

// Properties in which engines keep the schema once more, or say how much there is.
bool TellsMore(std::string_view key) {
  static constexpr std::array<std::string_view, 12> kKeys = {
      "columns",         "columns.types", "columns.comments", "avro.schema.literal",
      "avro.schema.url", "schema.ddl",    "recordCount",      "numRows",
      "rawDataSize",     "totalSize",     "objectCount",      "averageRecordSize"};
  return std::ranges::find(kKeys, key) != kKeys.end() || key.starts_with("spark.sql.") || key.starts_with("mapping.") ||
         key == "sizeKey" || key == "numFiles" || key == "COLUMN_STATS_ACCURATE" || key.starts_with("presto_view");
}

void DropTelling(std::optional<catalog::Parameters>& parameters) {
  if (parameters) std::erase_if(*parameters, [](const auto& entry) { return TellsMore(entry.first); });
}

}  // namespace

const ColumnAccess* Find(const TableAccess& access, std::string_view path) {
  for (const ColumnAccess& column : access.columns) {
    if (column.name == path) return &column;
  }
  return nullptr;
}

bool Divides(const TableAccess& access, std::string_view path) {
  return std::ranges::any_of(access.columns, [&](const ColumnAccess& column) {
    return column.name.size() > path.size() && column.name.starts_with(path) && column.name[path.size()] == '.';
  });
}

bool SeesAllColumns(const TableAccess& access) { return !ListsColumns(access); }

bool Sees(const TableAccess& access, std::string_view path) {
  if (!ListsColumns(access) || Find(access, path) != nullptr || Divides(access, path)) return true;
  for (size_t dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) {
    if (Find(access, path.substr(0, dot)) != nullptr) return true;
  }
  return false;
}

bool Filters(const TableAccess& access) {
  if (!access.governed) return false;
  return !access.row_filter.empty() || std::ranges::any_of(access.columns, [](const ColumnAccess& column) {
    return !column.cell_filter.empty() || column.mask.kind != govern::MaskKind::kNone;
  });
}

bool SeesValues(const TableAccess& access, std::string_view column) {
  if (!access.governed) return true;
  if (!access.Has(govern::Permission::kSelect) || !access.row_filter.empty() || Divides(access, column)) return false;
  const ColumnAccess* found = Find(access, column);
  if (found == nullptr) return access.all_columns;
  return found->cell_filter.empty() && found->mask.kind == govern::MaskKind::kNone;
}

std::optional<std::string> SeenType(const TableAccess& access, std::string_view path, std::string_view type) {
  if (!Sees(access, path)) return std::nullopt;
  if (Find(access, path) != nullptr || !Divides(access, path) || !ListsColumns(access)) return std::string(type);
  const std::string_view text = Trim(type);
  // Only fields of structs can be told apart.
  if (!AsciiLower(text).starts_with("struct<") || !text.ends_with('>')) return std::nullopt;
  std::string fields;
  for (const std::string_view part : OuterParts(text.substr(7, text.size() - 8))) {
    const size_t colon = part.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string name = AsciiLower(Trim(part.substr(0, colon)));
    const auto seen = SeenType(access, fmt::format("{}.{}", path, name), part.substr(colon + 1));
    if (seen) fields += fmt::format("{}{}:{}", fields.empty() ? "" : ",", Trim(part.substr(0, colon)), *seen);
  }
  if (fields.empty()) return std::nullopt;
  return "struct<" + fields + ">";
}

void Restrict(const TableAccess& access, catalog::StorageDescriptor& storage) {
  if (!access.governed || !access.Has(govern::Permission::kSelect) || access.whole()) return;
  if (storage.columns) KeepColumns(access, *storage.columns);
  DropTelling(storage.parameters);
  if (storage.serde) DropTelling(storage.serde->parameters);
  const auto hidden = [&](const std::string& name) { return !Sees(access, AsciiLower(name)); };
  if (storage.bucket_columns) std::erase_if(*storage.bucket_columns, hidden);
  if (storage.sort_columns) {
    std::erase_if(*storage.sort_columns, [&](const catalog::SortColumn& column) { return hidden(column.column); });
  }
  storage.skewed.reset();  // values of rows
  if (!SeesAllColumns(access)) storage.schema_reference.reset();
}

void Restrict(const TableAccess& access, catalog::Table& table) {
  if (!access.governed || !access.Has(govern::Permission::kSelect) || access.whole()) return;
  if (table.storage) Restrict(access, *table.storage);
  KeepColumns(access, table.partition_keys);
  DropTelling(table.parameters);
}

}  // namespace tarn::enforce
