#include "tables/system_log.h"

#include <fmt/format.h>

#include <utility>

#include "catalog/errors.h"
#include "iceberg/errors.h"
#include "object/files.h"
#include "tables/one_table.h"
#include "tables/types.h"
#include "tables/write.h"

namespace tarn::tables {
namespace {

Result<iceberg::SchemaPtr> SchemaOf(const SystemTable& table) {
  std::vector<iceberg::Field> fields;
  for (const SystemColumn& column : table.columns) {
    iceberg::Field field;
    field.id = static_cast<int32_t>(fields.size()) + 1;
    field.name = column.name;
    field.type = iceberg::Type(column.type);
    field.doc = column.doc;
    fields.push_back(std::move(field));
  }
  return iceberg::Schema::Make(0, std::move(fields));
}

Result<catalog::IcebergTable> Ensure(const UpkeepParts& parts, const Scope& scope, const SystemTable& table) {
  auto present = parts.tables.Load(scope, kSystemDatabase, table.name);
  if (present.ok()) return present;
  if (present.Is(catalog::kNoSuchDatabase)) {
    catalog::Database database;
    database.name = kSystemDatabase;
    database.description = "What the lake tells of itself.";
    const Status made = parts.catalog.CreateDatabase(scope, std::move(database));
    if (!made.ok() && !made.Is(catalog::kAlreadyExists)) return made.error();
  } else if (!present.Is(catalog::kNoSuchTable)) {
    return present;
  }
  iceberg::NewTable wanted;
  TARN_TRY(wanted.schema, SchemaOf(table));
  wanted.properties["comment"] = table.comment;
  auto made = parts.tables.Create(scope, kSystemDatabase, table.name, std::move(wanted), false);
  if (made.Is(catalog::kAlreadyExists)) return parts.tables.Load(scope, kSystemDatabase, table.name);
  return made;
}

}  // namespace

std::string SystemTime(Timestamp time) {
  std::string text = FormatIso8601(time, 6);  // 2026-11-21T15:00:00.000000Z
  text[10] = ' ';
  text.pop_back();
  return text + "+00";
}

Status AppendSystemRows(const UpkeepParts& parts, const Scope& scope, const SystemTable& table,
                        std::vector<SystemRow> rows) {
  if (rows.empty()) return Ok();
  if (parts.engine == nullptr) return Fail(iceberg::kUnsupported, "writing rows needs the engine");
  for (const SystemRow& row : rows) {
    if (row.size() != table.columns.size()) {
      return Fail(iceberg::kInvalid, fmt::format("a row of {} has {} values", table.name, row.size()));
    }
  }
  TARN_TRY(const catalog::IcebergTable present, Ensure(parts, scope, table));
  const iceberg::TableMetadata& metadata = *present.metadata;
  auto binding = std::make_shared<engine::TableBinding>();
  binding->format = engine::Format::kRows;
  binding->partitions.emplace_back();
  for (const SystemColumn& column : table.columns) {
    TARN_TRY(engine::Type type, ToEngine(iceberg::Type(column.type)));
    binding->columns.push_back({column.name, std::move(type), {}});
  }
  binding->rows = std::move(rows);
  std::string list;
  for (const iceberg::Field& field : metadata.schema().columns()) {
    TARN_TRY(const std::string type, DuckDbType(field.type));
    bool given = false;
    for (const SystemColumn& column : table.columns) given = given || column.name == field.name;
    list += fmt::format("{}CAST({} AS {})", list.empty() ? "" : ", ", given ? "\"" + field.name + "\"" : "NULL", type);
  }
  Rows selected;
  selected.select = fmt::format("SELECT {} FROM {}", list, kOneTable);
  selected.resolver = std::make_shared<OneTable>(std::move(binding));
  const object::Files files(parts.objects, scope.account);
  TARN_TRY(WrittenRows written,
           WriteDataFiles(files, metadata, std::move(selected), WriteOptions(), RunOn(*parts.engine)));
  const std::vector<iceberg::DataFile> made = written.files;
  const auto committed = parts.snapshots.Append(scope, kSystemDatabase, table.name, std::move(written.files));
  if (committed.ok()) return Ok();
  if (committed.error().reason->code != Code::kOutcomeUnknown) RemoveFiles(files, made);
  return committed.error();
}

}  // namespace tarn::tables
