#include "query/iceberg_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "base/hash.h"
#include "iceberg/manifest/reader.h"

namespace tarn::query {
namespace {

using iceberg::DataFile;
using iceberg::ManifestFile;
using Cell = std::optional<std::string>;
using Cells = std::vector<Cell>;

// Columns as Trino types. $partitions is made for the table.
const std::map<std::string_view, std::vector<std::pair<std::string_view, std::string_view>>>& FixedColumns() {
  static const std::map<std::string_view, std::vector<std::pair<std::string_view, std::string_view>>> columns = {
      {"history",
       {{"made_current_at", "timestamp(3) with time zone"},
        {"snapshot_id", "bigint"},
        {"parent_id", "bigint"},
        {"is_current_ancestor", "boolean"}}},
      {"snapshots",
       {{"committed_at", "timestamp(3) with time zone"},
        {"snapshot_id", "bigint"},
        {"parent_id", "bigint"},
        {"operation", "varchar"},
        {"manifest_list", "varchar"},
        {"summary", "map(varchar, varchar)"}}},
      {"manifests",
       {{"path", "varchar"},
        {"length", "bigint"},
        {"partition_spec_id", "integer"},
        {"added_snapshot_id", "bigint"},
        {"added_data_files_count", "integer"},
        {"added_rows_count", "bigint"},
        {"existing_data_files_count", "integer"},
        {"existing_rows_count", "bigint"},
        {"deleted_data_files_count", "integer"},
        {"deleted_rows_count", "bigint"},
        {"partition_summaries",
         "array(row(contains_null boolean, contains_nan boolean, lower_bound varchar, upper_bound varchar))"}}},
      {"files",
       {{"content", "integer"},
        {"file_path", "varchar"},
        {"file_format", "varchar"},
        {"record_count", "bigint"},
        {"file_size_in_bytes", "bigint"},
        {"column_sizes", "map(integer, bigint)"},
        {"value_counts", "map(integer, bigint)"},
        {"null_value_counts", "map(integer, bigint)"},
        {"nan_value_counts", "map(integer, bigint)"},
        {"lower_bounds", "map(integer, varchar)"},
        {"upper_bounds", "map(integer, varchar)"},
        {"key_metadata", "varbinary"},
        {"split_offsets", "array(bigint)"},
        {"equality_ids", "array(integer)"}}},
      {"refs",
       {{"name", "varchar"},
        {"type", "varchar"},
        {"snapshot_id", "bigint"},
        {"max_reference_age_in_ms", "bigint"},
        {"min_snapshots_to_keep", "integer"},
        {"max_snapshot_age_in_ms", "bigint"}}},
      {"properties", {{"key", "varchar"}, {"value", "varchar"}}},
      {"partitions", {}},
  };
  return columns;
}

Cell Number(int64_t number) { return std::to_string(number); }
template <typename T>
Cell Maybe(const std::optional<T>& number) {
  return number ? Cell(std::to_string(*number)) : std::nullopt;
}
Cell Bool(bool truth) { return truth ? "true" : "false"; }
Cell Millis(int64_t ms) { return iceberg::ValueText(iceberg::TypeId::kTimestampTz, iceberg::Value(ms * 1000)); }

// A text inside a nested cell, as DuckDB reads it.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

Cell MapCell(const iceberg::ByColumn<int64_t>& values) {
  if (values.empty()) return std::nullopt;
  std::string text;
  for (const auto& [id, value] : values) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", id, value);
  return "{" + text + "}";
}

template <typename T>
Cell ListCell(const std::vector<T>& values) {
  return values.empty() ? std::nullopt : Cell(fmt::format("[{}]", fmt::join(values, ", ")));
}

std::string BoundText(const iceberg::Type& type, std::string_view bytes) {
  const auto value = iceberg::ValueFromBytes(type, bytes);
  return value.ok() ? iceberg::ValueText(type, *value) : Hex(bytes);
}

Cell BoundsCell(const iceberg::ByColumn<std::string>& bounds, const iceberg::Schema& schema) {
  std::string text;
  for (const auto& [id, bytes] : bounds) {
    const iceberg::Field* field = schema.FindField(id);
    if (field == nullptr) continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", id, Quoted(BoundText(field->type, bytes)));
  }
  return text.empty() ? std::nullopt : Cell("{" + text + "}");
}

MetadataRows HistoryRows(const iceberg::TableMetadata& metadata) {
  MetadataRows rows;
  const std::optional<int64_t> current = metadata.current_snapshot_id;
  for (const iceberg::SnapshotLogEntry& entry : metadata.snapshot_log) {
    const iceberg::SnapshotPtr snapshot = metadata.FindSnapshot(entry.snapshot_id);
    rows.push_back({Millis(entry.timestamp_ms), Number(entry.snapshot_id),
                    snapshot ? Maybe(snapshot->parent_id) : std::nullopt,
                    Bool(current && metadata.IsAncestor(*current, entry.snapshot_id))});
  }
  return rows;
}

MetadataRows SnapshotRows(const iceberg::TableMetadata& metadata) {
  MetadataRows rows;
  for (const iceberg::SnapshotPtr& snapshot : metadata.snapshots) {
    std::string summary;
    for (const auto& [key, value] : snapshot->summary) {
      summary += fmt::format("{}{}={}", summary.empty() ? "" : ", ", Quoted(key), Quoted(value));
    }
    rows.push_back({Millis(snapshot->timestamp_ms), Number(snapshot->snapshot_id), Maybe(snapshot->parent_id),
                    snapshot->operation.empty() ? std::nullopt : Cell(snapshot->operation), snapshot->manifest_list,
                    "{" + summary + "}"});
  }
  return rows;
}

MetadataRows RefRows(const iceberg::TableMetadata& metadata) {
  MetadataRows rows;
  for (const auto& [name, ref] : metadata.refs) {
    rows.push_back({name, ref.is_branch ? "BRANCH" : "TAG", Number(ref.snapshot_id), Maybe(ref.max_ref_age_ms),
                    Maybe(ref.min_snapshots_to_keep), Maybe(ref.max_snapshot_age_ms)});
  }
  return rows;
}

MetadataRows PropertyRows(const iceberg::TableMetadata& metadata) {
  MetadataRows rows;
  for (const auto& [key, value] : metadata.properties) rows.push_back({key, value});
  return rows;
}

Cell SummariesCell(const ManifestFile& manifest, const iceberg::Type& partition) {
  std::string text;
  for (size_t i = 0; i < manifest.partitions.size() && i < partition.fields().size(); ++i) {
    const iceberg::FieldSummary& field = manifest.partitions[i];
    const auto bound = [&](const std::optional<std::string>& bytes) {
      return bytes ? Quoted(BoundText(partition.fields()[i].type, *bytes)) : std::string("NULL");
    };
    text += fmt::format("{}{{\"contains_null\": {}, \"contains_nan\": {}, \"lower_bound\": {}, \"upper_bound\": {}}}",
                        text.empty() ? "" : ", ", field.contains_null,
                        field.contains_nan ? (*field.contains_nan ? "true" : "false") : "NULL",
                        bound(field.lower_bound), bound(field.upper_bound));
  }
  return "[" + text + "]";
}

MetadataRows ManifestRows(const iceberg::TableMetadata& metadata, const iceberg::Schema& schema,
                          const std::vector<ManifestFile>& manifests) {
  MetadataRows rows;
  for (const ManifestFile& manifest : manifests) {
    const iceberg::PartitionSpec* spec = metadata.FindSpec(manifest.spec_id);
    const iceberg::Type partition = spec ? iceberg::PartitionType(*spec, schema) : iceberg::Type::Struct({});
    rows.push_back({manifest.path, Number(manifest.length), Number(manifest.spec_id), Maybe(manifest.snapshot_id),
                    Maybe(manifest.added_files), Maybe(manifest.added_rows), Maybe(manifest.existing_files),
                    Maybe(manifest.existing_rows), Maybe(manifest.deleted_files), Maybe(manifest.deleted_rows),
                    SummariesCell(manifest, partition)});
  }
  return rows;
}

// Every live file of the snapshot, one call at a time.
using VisitFile = std::function<void(const DataFile& file, const iceberg::Type& partition)>;
Status ForEachFile(const IcebergState& state, catalog::Manifests& manifests, const Scope& scope,
                   const std::vector<ManifestFile>& list, const VisitFile& visit) {
  std::vector<const ManifestFile*> live;
  for (const ManifestFile& manifest : list) {
    if (manifest.has_live()) live.push_back(&manifest);
  }
  std::mutex mutex;
  return manifests.ForEach(scope, live, [&](const ManifestFile& manifest, std::string_view bytes) -> Status {
    const iceberg::PartitionSpec* spec = state.table.metadata->FindSpec(manifest.spec_id);
    const iceberg::Type partition = spec ? iceberg::PartitionType(*spec, *state.at.schema) : iceberg::Type::Struct({});
    TARN_TRY(auto reader, iceberg::ManifestReader::Open(bytes, manifest, partition));
    iceberg::ManifestEntry entry;
    while (true) {
      TARN_TRY(const bool more, reader.Next(entry));
      if (!more) return Ok();
      if (!entry.is_live()) continue;
      entry.file.spec_id = manifest.spec_id;
      std::lock_guard lock(mutex);
      visit(entry.file, partition);
    }
  });
}

Cells FileRow(const DataFile& file, const iceberg::Schema& schema) {
  Cell key;
  for (const char c : file.key_metadata)
    key = key.value_or("") + fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
  return {Number(static_cast<int>(file.content)),
          file.path,
          file.format,
          Number(file.record_count),
          Number(file.file_bytes),
          MapCell(file.column_sizes),
          MapCell(file.value_counts),
          MapCell(file.null_counts),
          MapCell(file.nan_counts),
          BoundsCell(file.lower_bounds, schema),
          BoundsCell(file.upper_bounds, schema),
          key,
          ListCell(file.split_offsets),
          ListCell(file.equality_ids)};
}

// The partition fields of all specs, each once.
std::vector<iceberg::Field> AllPartitionFields(const IcebergState& state) {
  std::vector<iceberg::Field> fields;
  std::set<int32_t> ids;
  for (const iceberg::PartitionSpec& spec : state.table.metadata->specs) {
    const iceberg::Type partition = iceberg::PartitionType(spec, *state.at.schema);
    for (const iceberg::Field& field : partition.fields()) {
      if (field.type.id() != iceberg::TypeId::kUnknown && ids.insert(field.id).second) fields.push_back(field);
    }
  }
  return fields;
}

// Columns about which $partitions says least and greatest values: primitives that are no identity partition.
std::vector<iceberg::Field> MeasuredColumns(const IcebergState& state) {
  std::set<int32_t> identities;
  for (const iceberg::PartitionField& field : state.table.metadata->spec().fields) {
    if (field.transform.kind == iceberg::TransformKind::kIdentity) identities.insert(field.source_id());
  }
  std::vector<iceberg::Field> columns;
  for (const iceberg::Field& column : state.at.schema->columns()) {
    if (column.type.is_primitive() && !identities.contains(column.id)) columns.push_back(column);
  }
  return columns;
}

struct Measure {
  std::optional<iceberg::Value> least, greatest;
  bool known = true;  // every file has bounds, or only NULLs
  int64_t nulls = 0;
  std::optional<int64_t> nans;
};

struct PartitionTotals {
  std::map<int32_t, iceberg::Value> values;
  int64_t records = 0, files = 0, bytes = 0;
  std::map<int32_t, Measure> measures;
};

void Add(const DataFile& file, const std::vector<iceberg::Field>& columns, PartitionTotals& totals) {
  totals.records += file.record_count;
  totals.files += 1;
  totals.bytes += file.file_bytes;
  for (const iceberg::Field& column : columns) {
    Measure& measure = totals.measures[column.id];
    const int64_t* nulls = iceberg::FindColumn(file.null_counts, column.id);
    if (nulls != nullptr) measure.nulls += *nulls;
    if (const int64_t* nans = iceberg::FindColumn(file.nan_counts, column.id)) {
      measure.nans = measure.nans.value_or(0) + *nans;
    }
    const std::string* lower = iceberg::FindColumn(file.lower_bounds, column.id);
    const std::string* upper = iceberg::FindColumn(file.upper_bounds, column.id);
    const auto least = lower ? iceberg::ValueFromBytes(column.type, *lower) : Result<iceberg::Value>(iceberg::Value());
    const auto greatest =
        upper ? iceberg::ValueFromBytes(column.type, *upper) : Result<iceberg::Value>(iceberg::Value());
    if (lower == nullptr || upper == nullptr || !least.ok() || !greatest.ok()) {
      if (nulls == nullptr || *nulls < file.record_count) measure.known = false;
      continue;
    }
    if (!measure.least || iceberg::CompareValues(column.type, *least, *measure.least) < 0) measure.least = *least;
    if (!measure.greatest || iceberg::CompareValues(column.type, *greatest, *measure.greatest) > 0) {
      measure.greatest = *greatest;
    }
  }
}

std::string ValueCell(const iceberg::Type& type, const iceberg::Value& value) {
  return value.is_null() ? "NULL" : Quoted(iceberg::ValueText(type, value));
}

Cells PartitionRow(const std::vector<iceberg::Field>& fields, const std::vector<iceberg::Field>& columns,
                   const PartitionTotals& totals) {
  Cells row;
  if (!fields.empty()) {
    std::vector<std::string> parts;
    for (const iceberg::Field& field : fields) {
      const auto value = totals.values.find(field.id);
      parts.push_back(fmt::format("{}: {}", Quoted(field.name),
                                  value == totals.values.end() ? "NULL" : ValueCell(field.type, value->second)));
    }
    row.push_back(fmt::format("{{{}}}", fmt::join(parts, ", ")));
  }
  row.insert(row.end(), {Number(totals.records), Number(totals.files), Number(totals.bytes)});
  if (columns.empty()) return row;
  std::vector<std::string> parts;
  for (const iceberg::Field& column : columns) {
    const Measure& measure = totals.measures.at(column.id);
    const auto bound = [&](const std::optional<iceberg::Value>& value) {
      return measure.known && value ? ValueCell(column.type, *value) : std::string("NULL");
    };
    parts.push_back(fmt::format("{}: {{\"min\": {}, \"max\": {}, \"null_count\": {}, \"nan_count\": {}}}",
                                Quoted(column.name), bound(measure.least), bound(measure.greatest), measure.nulls,
                                measure.nans ? std::to_string(*measure.nans) : "NULL"));
  }
  row.push_back(fmt::format("{{{}}}", fmt::join(parts, ", ")));
  return row;
}

Result<MetadataRows> PartitionRows(const IcebergState& state, catalog::Manifests& manifests, const Scope& scope,
                                   const std::vector<ManifestFile>& list) {
  const std::vector<iceberg::Field> columns = MeasuredColumns(state);
  std::map<std::string, PartitionTotals> partitions;
  TARN_CHECK(ForEachFile(state, manifests, scope, list, [&](const DataFile& file, const iceberg::Type& type) {
    if (file.content != iceberg::FileContent::kData) return;
    std::string key;
    std::map<int32_t, iceberg::Value> values;
    for (size_t i = 0; i < type.fields().size() && i < file.partition.size(); ++i) {
      const iceberg::Field& field = type.fields()[i];
      key += fmt::format("{}={}\n", field.id, ValueCell(field.type, file.partition[i]));
      values[field.id] = file.partition[i];
    }
    PartitionTotals& totals = partitions[key];
    totals.values = std::move(values);
    Add(file, columns, totals);
  }));
  MetadataRows rows;
  const std::vector<iceberg::Field> fields = AllPartitionFields(state);
  for (const auto& [key, totals] : partitions) rows.push_back(PartitionRow(fields, columns, totals));
  return rows;
}

Result<std::vector<sql::TableColumn>> PartitionColumns(const IcebergState& state) {
  const sql::Type number = sql::MakeType(sql::TypeKind::kBigint);
  std::vector<sql::TableColumn> columns;
  sql::Type partition = sql::MakeType(sql::TypeKind::kRow);
  for (const iceberg::Field& field : AllPartitionFields(state)) {
    TARN_TRY(sql::Type type, ToSqlType(field.type));
    partition.names.push_back(field.name);
    partition.args.push_back(std::move(type));
  }
  if (!partition.args.empty()) columns.push_back({"partition", std::move(partition)});
  columns.insert(columns.end(), {{"record_count", number}, {"file_count", number}, {"total_size", number}});
  sql::Type data = sql::MakeType(sql::TypeKind::kRow);
  for (const iceberg::Field& column : MeasuredColumns(state)) {
    TARN_TRY(sql::Type type, ToSqlType(column.type));
    sql::Type measure = sql::MakeType(sql::TypeKind::kRow);
    measure.names = {"min", "max", "null_count", "nan_count"};
    measure.args = {type, type, number, number};
    data.names.push_back(column.name);
    data.args.push_back(std::move(measure));
  }
  if (!data.args.empty()) columns.push_back({"data", std::move(data)});
  return columns;
}

}  // namespace

std::optional<MetadataName> ParseMetadataName(std::string_view name) {
  const size_t dollar = name.rfind('$');
  if (dollar == std::string_view::npos || dollar == 0) return std::nullopt;
  const std::string_view kind = name.substr(dollar + 1);
  if (!FixedColumns().contains(kind)) return std::nullopt;
  return MetadataName{std::string(name.substr(0, dollar)), std::string(kind)};
}

Result<std::vector<sql::TableColumn>> MetadataColumns(std::string_view kind, const IcebergState& state) {
  if (kind == "partitions") return PartitionColumns(state);
  std::vector<sql::TableColumn> columns;
  for (const auto& [name, text] : FixedColumns().at(kind)) {
    TARN_TRY(sql::Type type, sql::ParseTrinoType(text));
    columns.push_back({std::string(name), std::move(type)});
  }
  return columns;
}

Result<MetadataRows> MetadataRowsOf(std::string_view kind, const IcebergState& state, catalog::Manifests& manifests,
                                    const Scope& scope, const catalog::MayOpen& may_open) {
  const iceberg::TableMetadata& metadata = *state.table.metadata;
  if (kind == "history") return HistoryRows(metadata);
  if (kind == "snapshots") return SnapshotRows(metadata);
  if (kind == "refs") return RefRows(metadata);
  if (kind == "properties") return PropertyRows(metadata);
  MetadataRows rows;
  if (state.at.snapshot == nullptr) return rows;
  TARN_TRY(const catalog::ManifestFiles list, manifests.ListOf(scope, *state.at.snapshot, may_open));
  if (kind == "manifests") return ManifestRows(metadata, *state.at.schema, *list);
  if (kind == "partitions") return PartitionRows(state, manifests, scope, *list);
  TARN_CHECK(ForEachFile(state, manifests, scope, *list, [&](const DataFile& file, const iceberg::Type&) {
    rows.push_back(FileRow(file, *state.at.schema));
  }));
  std::sort(rows.begin(), rows.end(), [](const Cells& a, const Cells& b) { return a[1] < b[1]; });
  return rows;
}

}  // namespace tarn::query
