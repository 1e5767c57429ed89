#include "delivery/iceberg/row_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/json_table.h"
#include "object/files.h"
#include "sql/analyze.h"
#include "tables/one_table.h"
#include "tables/types.h"
#include "tables/write.h"

namespace tarn::delivery {
namespace {

using sql::QuoteIdentifier;

// What is read of the lines.
struct Source {
  std::vector<engine::ColumnDef> columns;
  std::string list;   // the table's columns, cast
  std::string names;  // as they are called then
};

Result<Source> SourceOf(const iceberg::TableMetadata& metadata) {
  Source source;
  for (const iceberg::Field& field : metadata.schema().columns()) {
    TARN_TRY(engine::Type type, tables::ToEngine(field.type));
    TARN_TRY(const std::string duck, tables::DuckDbType(field.type));
    const std::string name = AsciiLower(field.name);
    const std::string quoted = QuoteIdentifier(name);
    const char* comma = source.list.empty() ? "" : ", ";
    source.columns.push_back({name, std::move(type)});
    source.list += fmt::format("{}CAST({} AS {}) AS {}", comma, quoted, duck, quoted);
    source.names += comma + quoted;
  }
  return source;
}

std::string ListOf(const std::vector<std::string>& keys) {
  std::string list;
  for (const std::string& key : keys) list += (list.empty() ? "" : ", ") + QuoteIdentifier(key);
  return list;
}

tables::Rows RowsOf(std::string select, const Source& source, const std::string& text) {
  tables::Rows rows;
  rows.select = std::move(select);
  rows.resolver = std::make_shared<tables::OneTable>(MakeJsonTable(source.columns, text, {}));
  return rows;
}

// The table as its equality deletes see it: the keys alone, unordered.
Result<iceberg::TableMetadata> OfKeys(const iceberg::TableMetadata& metadata, const std::vector<std::string>& keys,
                                      std::vector<int32_t>& ids) {
  std::vector<iceberg::Field> columns;
  for (const std::string& key : keys) {
    const iceberg::Field* field = metadata.schema().FindFieldIgnoreCase(key);
    if (field == nullptr) return Fail(kBadRecord, fmt::format("the table has no column {}", key));
    columns.push_back(*field);
    ids.push_back(field->id);
  }
  iceberg::TableMetadata narrow = metadata;
  TARN_TRY(const iceberg::SchemaPtr schema, iceberg::Schema::Make(metadata.current_schema_id, std::move(columns)));
  narrow.schemas = {schema};
  return narrow;
}

}  // namespace

std::optional<std::string> WhyNotByKeys(const iceberg::TableMetadata& metadata, const std::vector<std::string>& keys) {
  if (metadata.format_version < 2) return "Updates and deletes need a table of format version 2.";
  for (const std::string& key : keys) {
    const iceberg::Field* field = metadata.schema().FindFieldIgnoreCase(key);
    if (field == nullptr) return fmt::format("The table has no column {}, which is a unique key.", key);
    if (field->type.is_nested()) return fmt::format("The column {} is nested: it cannot be a unique key.", key);
  }
  if (metadata.spec().is_unpartitioned()) return std::nullopt;
  if (metadata.specs.size() > 1) {
    return "Updates and deletes of a table whose partitioning has changed are not served by this lake.";
  }
  for (const iceberg::PartitionField& field : metadata.spec().fields) {
    const std::string name = AsciiLower(metadata.schema().NameOf(field.source_id()));
    if (std::ranges::find(keys, name) != keys.end()) continue;
    return fmt::format(
        "Updates and deletes of a table whose partition column {} is no unique key are not served by this lake.", name);
  }
  return std::nullopt;
}

Result<std::vector<iceberg::DataFile>> EngineRows::Write(const Scope& scope, const iceberg::TableMetadata& metadata,
                                                         const RowLines& lines) {
  const object::Files files(objects_, scope.account);
  const tables::RunQuery run = tables::RunOn(engine_);
  TARN_TRY(Source source, SourceOf(metadata));
  tables::WriteOptions options;
  options.memory = memory_;
  options.memory_folder = "tail:/" + metadata.table_uuid;
  if (lines.keys.empty()) {
    const std::string select = fmt::format("SELECT {} FROM {}", source.list, tables::kOneTable);
    TARN_TRY(tables::WrittenRows made,
             tables::WriteDataFiles(files, metadata, RowsOf(select, source, lines.text), options, run));
    return std::move(made.files);
  }
  const std::string operation = QuoteIdentifier(kOperationMember);
  const std::string place = QuoteIdentifier(kPlaceMember);
  const std::string keys = ListOf(lines.keys);
  source.columns.push_back({std::string(kOperationMember), {.kind = engine::Kind::kVarchar}});
  source.columns.push_back({std::string(kPlaceMember), {.kind = engine::Kind::kBigInt}});
  const std::string typed = fmt::format("SELECT {}, {}, {} FROM {}", source.list, operation, place, tables::kOneTable);
  // Of a key's lines those from its last change on are there in the end, but not the one that deletes.
  const std::string rows = fmt::format(
      "SELECT {} FROM (SELECT *, max(CASE WHEN {} <> 'insert' THEN {} END) OVER (PARTITION BY {}) AS \"tarn$changed\" "
      "FROM ({})) WHERE {} <> 'delete' AND ({} >= \"tarn$changed\" OR \"tarn$changed\" IS NULL)",
      source.names, operation, place, keys, typed, operation, place);
  TARN_TRY(tables::WrittenRows made,
           tables::WriteDataFiles(files, metadata, RowsOf(rows, source, lines.text), options, run));
  std::vector<int32_t> ids;
  TARN_TRY(const iceberg::TableMetadata narrow, OfKeys(metadata, lines.keys, ids));
  options.sort = iceberg::SortOrder{};
  options.name_prefix = "deletes";
  const std::string gone = fmt::format("SELECT DISTINCT {} FROM ({}) WHERE {} <> 'insert'", keys, typed, operation);
  auto deletes = tables::WriteDataFiles(files, narrow, RowsOf(gone, source, lines.text), options, run);
  if (!deletes.ok()) {
    Remove(scope, made.files);
    return deletes.error();
  }
  for (iceberg::DataFile& file : deletes->files) {
    file.content = iceberg::FileContent::kEqualityDeletes;
    file.equality_ids = ids;
    file.sort_order_id.reset();
  }
  std::ranges::move(deletes->files, std::back_inserter(made.files));
  return std::move(made.files);
}

void EngineRows::Remove(const Scope& scope, const std::vector<iceberg::DataFile>& files) {
  if (memory_ == nullptr) return tables::RemoveFiles(object::Files(objects_, scope.account), files);
  for (const iceberg::DataFile& file : files) memory_->Remove(file.path);
}

}  // namespace tarn::delivery
