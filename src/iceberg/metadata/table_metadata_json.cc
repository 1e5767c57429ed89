// Table metadata as JSON and as files.
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cstring>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/schema/evolve.h"

namespace tarn::iceberg {
namespace {

constexpr size_t kMetadataBytesMax = size_t{1} << 30;
constexpr json::Limits kLimits{.bytes = kMetadataBytesMax, .depth = 200, .values = size_t{64} << 20};

Status ReadSchemas(const json::Value& json, TableMetadata& metadata) {
  if (json.Find("schemas") != nullptr) {
    TARN_TRY(const json::Array* schemas, GetArray(json, "schemas"));
    TARN_TRY(metadata.current_schema_id, GetInt(json, "current-schema-id"));
    for (const json::Value& each : *schemas) {
      TARN_TRY(SchemaPtr schema, Schema::FromJson(each));
      metadata.schemas.push_back(std::move(schema));
    }
    return Ok();
  }
  const json::Value* only = json.Find("schema");
  if (metadata.format_version > 1 || only == nullptr) {
    return Fail(kInvalid, fmt::format("schemas must exist in format v{}", metadata.format_version));
  }
  TARN_TRY(SchemaPtr schema, Schema::FromJson(*only));
  metadata.current_schema_id = schema->schema_id();
  metadata.schemas.push_back(std::move(schema));
  return Ok();
}

// v1 did not keep the ids of partition fields: they count from 1000.
void NumberFields(PartitionSpec& spec) {
  int32_t next = spec.last_field_id();
  for (PartitionField& field : spec.fields) {
    if (field.field_id == 0) field.field_id = ++next;
  }
}

Status ReadSpecs(const json::Value& json, TableMetadata& metadata) {
  if (json.Find("partition-specs") != nullptr) {
    TARN_TRY(const json::Array* specs, GetArray(json, "partition-specs"));
    TARN_TRY(metadata.default_spec_id, GetInt(json, "default-spec-id"));
    for (const json::Value& each : *specs) {
      TARN_TRY(PartitionSpec spec, PartitionSpec::FromJson(each));
      metadata.specs.push_back(std::move(spec));
    }
  } else {
    const json::Value* only = json.Find("partition-spec");
    if (metadata.format_version > 1 || only == nullptr) {
      return Fail(kInvalid, fmt::format("partition-specs must exist in format v{}", metadata.format_version));
    }
    TARN_TRY(PartitionSpec spec, PartitionSpec::FromFields(*only, 0));
    metadata.specs.push_back(std::move(spec));
  }
  for (PartitionSpec& spec : metadata.specs) NumberFields(spec);
  TARN_TRY(const std::optional<int32_t> last, FindInt(json, "last-partition-id"));
  if (!last && metadata.format_version > 1) {
    return Fail(kInvalid, fmt::format("last-partition-id must exist in format v{}", metadata.format_version));
  }
  metadata.last_partition_id = kPartitionIdStart - 1;
  for (const PartitionSpec& spec : metadata.specs) {
    metadata.last_partition_id = std::max(metadata.last_partition_id, spec.last_field_id());
  }
  if (last) metadata.last_partition_id = *last;
  return Ok();
}

Status ReadSortOrders(const json::Value& json, TableMetadata& metadata) {
  if (json.Find("sort-orders") == nullptr) {
    if (metadata.format_version > 1) {
      return Fail(kInvalid, fmt::format("sort-orders must exist in format v{}", metadata.format_version));
    }
    metadata.sort_orders.emplace_back();
    return Ok();
  }
  TARN_TRY(const json::Array* orders, GetArray(json, "sort-orders"));
  TARN_TRY(metadata.default_sort_order_id, GetInt(json, "default-sort-order-id"));
  for (const json::Value& each : *orders) {
    TARN_TRY(SortOrder order, SortOrder::FromJson(each));
    metadata.sort_orders.push_back(std::move(order));
  }
  return Ok();
}

Status ReadRefs(const json::Value& json, TableMetadata& metadata) {
  TARN_TRY(metadata.current_snapshot_id, FindLong(json, "current-snapshot-id"));
  if (metadata.current_snapshot_id == -1) metadata.current_snapshot_id.reset();
  const json::Value* refs = json.Find("refs");
  if (refs == nullptr || refs->is_null()) {
    if (metadata.current_snapshot_id) {
      metadata.refs.emplace(kMainBranch, SnapshotRef{*metadata.current_snapshot_id, true, {}, {}, {}});
    }
    return Ok();
  }
  if (!refs->is_object()) return Fail(kInvalid, "Cannot parse refs from non-object");
  for (const auto& [name, each] : *refs->AsObject()) {
    TARN_TRY(SnapshotRef ref, SnapshotRef::FromJson(each));
    metadata.refs[name] = ref;
  }
  // Writers that keep refs but not main (v1 tables of old): the current snapshot is main.
  if (metadata.current_snapshot_id && metadata.FindRef(kMainBranch) == nullptr) {
    metadata.refs.emplace(kMainBranch, SnapshotRef{*metadata.current_snapshot_id, true, {}, {}, {}});
  }
  return Ok();
}

template <typename T>
Result<std::vector<T>> ReadList(const json::Value& json, std::string_view key) {
  std::vector<T> list;
  const json::Value* member = json.Find(key);
  if (member == nullptr || member->is_null()) return list;
  TARN_TRY(const json::Array* array, GetArray(json, key));
  list.reserve(array->size());
  for (const json::Value& each : *array) {
    TARN_TRY(T item, T::FromJson(each));
    list.push_back(std::move(item));
  }
  return list;
}

Status ReadLogs(const json::Value& json, TableMetadata& metadata) {
  if (const json::Value* log = json.Find("snapshot-log"); log != nullptr && log->is_array()) {
    for (const json::Value& each : *log->AsArray()) {
      SnapshotLogEntry entry;
      TARN_TRY(entry.timestamp_ms, GetLong(each, "timestamp-ms"));
      TARN_TRY(entry.snapshot_id, GetLong(each, "snapshot-id"));
      metadata.snapshot_log.push_back(entry);
    }
  }
  if (const json::Value* log = json.Find("metadata-log"); log != nullptr && log->is_array()) {
    for (const json::Value& each : *log->AsArray()) {
      MetadataLogEntry entry;
      TARN_TRY(entry.timestamp_ms, GetLong(each, "timestamp-ms"));
      TARN_TRY(entry.file, GetString(each, "metadata-file"));
      metadata.metadata_log.push_back(std::move(entry));
    }
  }
  return Ok();
}

}  // namespace

Result<TableMetadata> TableMetadata::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse metadata from a non-object");
  TableMetadata metadata;
  TARN_TRY(metadata.format_version, GetInt(json, "format-version"));
  if (metadata.format_version > kFormatVersionMax) {
    return Fail(kUnsupported, fmt::format("Cannot read unsupported version {}", metadata.format_version));
  }
  TARN_TRY(const std::optional<std::string> uuid, FindString(json, "table-uuid"));
  metadata.table_uuid = uuid.value_or("");
  TARN_TRY(metadata.location, GetString(json, "location"));
  while (metadata.location.size() > 1 && metadata.location.ends_with("/") && !metadata.location.ends_with("://")) {
    metadata.location.pop_back();
  }
  if (metadata.format_version > 1) {
    TARN_TRY(metadata.last_sequence_number, GetLong(json, "last-sequence-number"));
  }
  TARN_TRY(metadata.last_column_id, GetInt(json, "last-column-id"));
  TARN_CHECK(ReadSchemas(json, metadata));
  TARN_CHECK(ReadSpecs(json, metadata));
  TARN_CHECK(ReadSortOrders(json, metadata));
  TARN_TRY(metadata.properties, FindStringMap(json, "properties"));
  if (metadata.format_version >= 3) {
    TARN_TRY(metadata.next_row_id, GetLong(json, "next-row-id"));
  }
  TARN_TRY(metadata.last_updated_ms, GetLong(json, "last-updated-ms"));
  TARN_TRY(metadata.encryption_keys, ReadList<EncryptedKey>(json, "encryption-keys"));
  TARN_CHECK(ReadRefs(json, metadata));
  TARN_TRY(std::vector<Snapshot> snapshots, ReadList<Snapshot>(json, "snapshots"));
  metadata.snapshots.reserve(snapshots.size());
  for (Snapshot& snapshot : snapshots) {
    metadata.snapshots.push_back(std::make_shared<const Snapshot>(std::move(snapshot)));
  }
  TARN_TRY(metadata.statistics, ReadList<StatisticsFile>(json, "statistics"));
  TARN_TRY(metadata.partition_statistics, ReadList<PartitionStatisticsFile>(json, "partition-statistics"));
  TARN_CHECK(ReadLogs(json, metadata));
  TARN_CHECK(metadata.Validate());
  return metadata;
}

Result<TableMetadata> TableMetadata::Parse(std::string_view text) {
  auto json = json::Parse(text, kLimits);
  if (!json.ok()) return Fail(kInvalid, "Cannot parse table metadata: " + json.error().message);
  return FromJson(*json);
}

Result<TableMetadata> TableMetadata::ParseFile(std::string_view bytes) {
  if (!bytes.starts_with("\x1f\x8b")) return Parse(bytes);
  TARN_TRY(const std::string text, Gunzip(bytes, kMetadataBytesMax));
  return Parse(text);
}

namespace {

void WriteHead(json::Writer& out, const TableMetadata& metadata) {
  out.Key("format-version").Int(metadata.format_version);
  if (!metadata.table_uuid.empty()) out.Key("table-uuid").String(metadata.table_uuid);
  out.Key("location").String(metadata.location);
  if (metadata.format_version > 1) out.Key("last-sequence-number").Int(metadata.last_sequence_number);
  out.Key("last-updated-ms").Int(metadata.last_updated_ms).Key("last-column-id").Int(metadata.last_column_id);
  if (metadata.format_version == 1) {
    out.Key("schema");
    metadata.schema().Write(out);
  }
  out.Key("current-schema-id").Int(metadata.current_schema_id).Key("schemas").BeginArray();
  for (const SchemaPtr& schema : metadata.schemas) schema->Write(out);
  out.EndArray();
  if (metadata.format_version == 1) {
    out.Key("partition-spec");
    metadata.spec().WriteFields(out);
  }
  out.Key("default-spec-id").Int(metadata.default_spec_id).Key("partition-specs").BeginArray();
  for (const PartitionSpec& spec : metadata.specs) spec.Write(out);
  out.EndArray().Key("last-partition-id").Int(metadata.last_partition_id);
  out.Key("default-sort-order-id").Int(metadata.default_sort_order_id).Key("sort-orders").BeginArray();
  for (const SortOrder& order : metadata.sort_orders) order.Write(out);
  out.EndArray();
  WriteStringMap(out, "properties", metadata.properties);
}

void WriteLogs(json::Writer& out, const TableMetadata& metadata) {
  out.Key("snapshot-log").BeginArray();
  for (const SnapshotLogEntry& entry : metadata.snapshot_log) {
    out.BeginObject().Key("timestamp-ms").Int(entry.timestamp_ms);
    out.Key("snapshot-id").Int(entry.snapshot_id).EndObject();
  }
  out.EndArray().Key("metadata-log").BeginArray();
  for (const MetadataLogEntry& entry : metadata.metadata_log) {
    out.BeginObject().Key("timestamp-ms").Int(entry.timestamp_ms);
    out.Key("metadata-file").String(entry.file).EndObject();
  }
  out.EndArray();
}

}  // namespace

void TableMetadata::Write(json::Writer& out) const {
  out.BeginObject();
  WriteHead(out, *this);
  if (current_snapshot_id) {
    out.Key("current-snapshot-id").Int(*current_snapshot_id);
  } else if (format_version >= 3) {
    out.Key("current-snapshot-id").Null();
  } else {
    out.Key("current-snapshot-id").Int(-1);
  }
  if (format_version >= 3) out.Key("next-row-id").Int(next_row_id);
  if (!encryption_keys.empty()) {
    out.Key("encryption-keys").BeginArray();
    for (const EncryptedKey& key : encryption_keys) key.Write(out);
    out.EndArray();
  }
  out.Key("refs").BeginObject();
  for (const auto& [name, ref] : refs) {
    out.Key(name).BeginObject();
    ref.WriteMembers(out);
    out.EndObject();
  }
  out.EndObject().Key("snapshots").BeginArray();
  for (const SnapshotPtr& snapshot : snapshots) snapshot->WriteKept(out);
  out.EndArray().Key("statistics").BeginArray();
  for (const StatisticsFile& file : statistics) file.Write(out);
  out.EndArray().Key("partition-statistics").BeginArray();
  for (const PartitionStatisticsFile& file : partition_statistics) file.Write(out);
  out.EndArray();
  WriteLogs(out, *this);
  out.EndObject();
}

std::string TableMetadata::ToJson() const {
  json::Writer out;
  Write(out);
  return out.Take();
}

std::string TableMetadata::ToFile(std::string_view name) const {
  const bool gzip = name.ends_with(".gz.metadata.json") || name.ends_with(".metadata.json.gz");
  return gzip ? Gzip(ToJson()) : ToJson();
}

Result<std::string> Gunzip(std::string_view bytes, size_t bytes_max) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return Fail(kInternalError, "zlib cannot start");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::string chunk(size_t{64} << 10, '\0');
  int state = Z_OK;
  while (state == Z_OK && out.size() <= bytes_max) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    state = inflate(&stream, Z_NO_FLUSH);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
    if (state == Z_BUF_ERROR) break;
  }
  inflateEnd(&stream);
  if (out.size() > bytes_max) return Fail(kTooLarge, "the file inflates to more than may be held");
  if (state != Z_STREAM_END) return Fail(kCorrupt, "the file is no whole gzip stream");
  return out;
}

std::string Gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace tarn::iceberg
