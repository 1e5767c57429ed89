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

bool IsWord(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// The name stands in the text (lower case) as a word of its own.
bool Names(std::string_view text, std::string_view name) {
  for (size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const size_t end = at + name.size();
    if ((at == 0 || !IsWord(text[at - 1])) && (end == text.size() || !IsWord(text[end]))) return true;
  }
  return false;
}

// What partition projection says of the values of a column that is not seen as it is.
bool ProjectsUnseen(const TableAccess& access, std::string_view key) {
  constexpr std::string_view kProjection = "projection.";
  if (!key.starts_with(kProjection)) return false;
  key.remove_prefix(kProjection.size());
  const size_t dot = key.find('.');
  return dot != std::string_view::npos && !SeesValues(access, AsciiLower(key.substr(0, dot)));
}

using Hidden = std::vector<std::string>;  // in lower case

// The fields of a struct of which some are not seen, by their own names.
void AddHiddenFields(const TableAccess& access, const std::string& path, std::string_view type, Hidden& hidden) {
  const std::string_view text = Trim(type);
  if (!Divides(access, path) || !AsciiLower(text).starts_with("struct<") || !text.ends_with('>')) return;
  for (const std::string_view part : OuterParts(text.substr(7, text.size() - 8))) {
    const size_t colon = std::min(part.find(':'), part.size());
    std::string name = AsciiLower(Trim(part.substr(0, colon)));
    const std::string below = fmt::format("{}.{}", path, name);
    if (Sees(access, below)) {
      AddHiddenFields(access, below, part.substr(std::min(colon + 1, part.size())), hidden);
    } else if (!name.empty()) {
      hidden.push_back(std::move(name));
    }
  }
}

void AddHidden(const TableAccess& access, const std::vector<catalog::Column>& columns, Hidden& hidden) {
  for (const catalog::Column& column : columns) {
    std::string name = AsciiLower(column.name);
    if (name.empty()) continue;
    if (Sees(access, name)) {
      AddHiddenFields(access, name, column.type.value_or(""), hidden);
    } else {
      hidden.push_back(std::move(name));
    }
  }
}

void DropNaming(const Hidden& hidden, std::optional<std::string>& text) {
  if (text && NamesAny(hidden, *text)) text.reset();
}

void DropTelling(const TableAccess& access, const Hidden& hidden, std::optional<catalog::Parameters>& parameters) {
  if (!parameters) return;
  // What these say is of the table as a whole, whatever its columns are called.
  static constexpr std::array<std::string_view, 4> kKept = {"table_type", "metadata_location",
                                                            "previous_metadata_location", "classification"};
  std::erase_if(*parameters, [&](const auto& entry) {
    if (std::ranges::find(kKept, entry.first) != kKept.end()) return false;
    return TellsMore(entry.first) || ProjectsUnseen(access, entry.first) || NamesAny(hidden, entry.first) ||
           NamesAny(hidden, entry.second);
  });
}

void RestrictStorage(const TableAccess& access, const Hidden& hidden, catalog::StorageDescriptor& storage) {
  if (storage.columns) {
    KeepColumns(access, *storage.columns);
    for (catalog::Column& column : *storage.columns) DropNaming(hidden, column.comment);
  }
  DropTelling(access, hidden, storage.parameters);
  if (storage.serde) DropTelling(access, hidden, storage.serde->parameters);
  const auto is_hidden = [&](const std::string& name) { return !Sees(access, AsciiLower(name)); };
  if (storage.bucket_columns) std::erase_if(*storage.bucket_columns, is_hidden);
  if (storage.sort_columns) {
    std::erase_if(*storage.sort_columns, [&](const catalog::SortColumn& column) { return is_hidden(column.column); });
  }
  storage.skewed.reset();  // values of rows
  if (!SeesAllColumns(access)) storage.schema_reference.reset();
}

// Nothing is to be taken out for this caller.
bool IsUnrestricted(const TableAccess& access) {
  return !access.governed || !access.Has(govern::Permission::kSelect) || access.whole();
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

bool TellsMore(std::string_view key) {
  static constexpr std::array<std::string_view, 12> kKeys = {
      "columns",         "columns.types", "columns.comments", "avro.schema.literal",
      "avro.schema.url", "schema.ddl",    "recordCount",      "numRows",
      "rawDataSize",     "totalSize",     "objectCount",      "averageRecordSize"};
  return std::ranges::find(kKeys, key) != kKeys.end() || key.starts_with("spark.sql.") || key.starts_with("mapping.") ||
         key == "sizeKey" || key == "numFiles" || key == "COLUMN_STATS_ACCURATE" || key.starts_with("presto_view");
}

bool NamesAny(const std::vector<std::string>& names, std::string_view text) {
  if (names.empty()) return false;
  const std::string lower = AsciiLower(text);
  return std::ranges::any_of(names, [&](const std::string& name) { return Names(lower, name); });
}

void Restrict(const TableAccess& access, catalog::StorageDescriptor& storage) {
  if (IsUnrestricted(access)) return;
  Hidden hidden;
  if (storage.columns) AddHidden(access, *storage.columns, hidden);
  RestrictStorage(access, hidden, storage);
}

void Restrict(const TableAccess& access, catalog::Table& table) {
  if (IsUnrestricted(access)) return;
  Hidden hidden;
  AddHidden(access, table.partition_keys, hidden);
  if (table.storage && table.storage->columns) AddHidden(access, *table.storage->columns, hidden);
  if (table.storage) RestrictStorage(access, hidden, *table.storage);
  KeepColumns(access, table.partition_keys);
  DropTelling(access, hidden, table.parameters);
  DropNaming(hidden, table.description);
  // A view's query names its columns, and those of the tables below; an Iceberg view's stands in its metadata.
  if (!hidden.empty()) {
    table.view_original_text.reset();
    table.view_expanded_text.reset();
    if (table.IsIcebergView() && table.parameters) table.parameters->erase("metadata_location");
  }
}

}  // namespace tarn::enforce
