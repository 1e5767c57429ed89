// Commits of clients that write metadata files themselves and have the catalog swap the location (Glue's own).
#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "catalog/iceberg/committer.h"
#include "catalog/iceberg/hive_type.h"
#include "catalog/iceberg/tables.h"
#include "iceberg/errors.h"
#include "object/errors.h"

namespace tarn::catalog {
namespace {

constexpr int kRoundsMax = 100;

std::string ParameterOf(const Table& table, std::string_view key) {
  const std::string* value = Find(table.parameters, key);
  return value == nullptr ? std::string() : *value;
}

}  // namespace

Result<iceberg::TableMetadata> IcebergTables::ReadImported(const Scope& scope, const std::string& location) {
  auto kept = Read(scope, location);
  if (kept.ok()) return *kept->metadata;
  const Code code = kept.error().reason->code;
  if (code == Code::kUnavailable || code == Code::kInternal) return kept.error();
  return Fail(kInvalidInput,
              fmt::format("The Iceberg metadata file {} cannot be taken: {}", location, kept.error().message));
}

Status IcebergTables::Import(const Scope& scope, Table table, const std::vector<PartitionIndex>& indexes) {
  TARN_CHECK(ReadImported(scope, ParameterOf(table, "metadata_location")));
  return catalog_.CreateTable(scope, std::move(table), indexes);
}

Result<uint64_t> IcebergTables::ImportCommit(const Scope& scope, const Table& table,
                                             const UpdateTableOptions& options) {
  const std::string location = ParameterOf(table, "metadata_location");
  const std::string previous = ParameterOf(table, "previous_metadata_location");
  const Error moved = Fail(kTableMoved, "Update table failed due to concurrent modifications.");
  for (int round = 0; round < kRoundsMax; ++round) {
    TARN_TRY(const Table present, catalog_.GetTable(scope, table.database, table.name));
    if (options.expected_version && *options.expected_version != present.version) return moved;
    const std::string present_location = ParameterOf(present, "metadata_location");
    if (present.IsIceberg() && location != present_location && !present_location.empty()) {
      if (!previous.empty() && previous != present_location) return moved;
      TARN_TRY(const iceberg::TableMetadata next, ReadImported(scope, location));
      const auto before = Read(scope, present_location);
      if (before.ok() && !EqualsIgnoreCase(before->metadata->table_uuid, next.table_uuid)) {
        return Fail(kInvalidInput,
                    fmt::format("The Iceberg metadata file {} is of another table: its uuid is {}, not {}", location,
                                next.table_uuid, before->metadata->table_uuid));
      }
    } else if (!present.IsIceberg()) {
      TARN_CHECK(ReadImported(scope, location));
    }
    UpdateTableOptions own = options;
    own.expected_version = present.version;
    auto done = catalog_.UpdateTable(scope, table, own);
    if (!done.Is(kTableMoved)) return done;
  }
  return moved;
}

Result<IcebergTable> IcebergTables::CreateAs(const Scope& scope, Table record, iceberg::NewTable table) {
  const std::string database = record.database;
  const std::string name = record.name;
  if (table.schema == nullptr) {
    std::vector<iceberg::Field> fields;
    int32_t next_id = 1;
    for (const Column& column : record.columns()) {
      iceberg::Field field;
      field.id = next_id++;
      field.name = column.name;
      TARN_TRY(field.type, TypeOfHive(column.type.value_or(""), next_id));
      field.doc = column.comment;
      fields.push_back(std::move(field));
    }
    TARN_TRY(table.schema, iceberg::Schema::Make(0, std::move(fields)));
  }
  if (table.location.empty()) table.location = std::string(record.location());
  while (table.location.ends_with('/')) table.location.pop_back();
  auto staged = Create(scope, database, name, std::move(table), true);
  if (!staged.ok() && (staged.Is(iceberg::kInvalid) || staged.Is(iceberg::kUnsupported))) {
    return Fail(kInvalidInput, staged.error().message);
  }
  if (!staged.ok()) return staged.error();
  auto made = committer_->Create(scope, std::move(record), *staged->metadata, nullptr);
  if (made.Is(object::kNoSuchBucket) || made.Is(object::kAccessDenied) || made.Is(object::kInvalidArgument)) {
    return Fail(kInvalidInput,
                fmt::format("The table cannot lie at {}: {}", staged->metadata->location, made.error().message));
  }
  return made;
}

}  // namespace tarn::catalog
