// A table's metadata: the document that a commit replaces as a whole (v1 read and written, v2, v3; newer ones refused).
//
// Invariant of what Parse and Builder give: ids resolve, refs point to snapshots that are there, the default spec and
// order fit the current schema. A value; copies share schemas and snapshots, so that one of 10,000 snapshots is cheap
// to derive. Units: times are milliseconds since 1970. Threads: const use by any.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/snapshot.h"
#include "iceberg/schema/partition.h"
#include "iceberg/schema/schema.h"

namespace tarn::iceberg {

using Refs = std::map<std::string, SnapshotRef, std::less<>>;

struct TableMetadata {
  int format_version = 2;
  std::string table_uuid;  // may be empty in v1
  std::string location;    // without a slash at the end
  int64_t last_sequence_number = 0;
  int64_t last_updated_ms = 0;
  int32_t last_column_id = 0;
  std::vector<SchemaPtr> schemas;
  int32_t current_schema_id = 0;
  std::vector<PartitionSpec> specs;
  int32_t default_spec_id = 0;
  int32_t last_partition_id = 999;
  std::vector<SortOrder> sort_orders;
  int32_t default_sort_order_id = 0;
  Properties properties;
  std::optional<int64_t> current_snapshot_id;
  std::vector<SnapshotPtr> snapshots;
  Refs refs;
  std::vector<SnapshotLogEntry> snapshot_log;
  std::vector<MetadataLogEntry> metadata_log;
  std::vector<StatisticsFile> statistics;
  std::vector<PartitionStatisticsFile> partition_statistics;
  int64_t next_row_id = 0;  // v3
  std::vector<EncryptedKey> encryption_keys;

  // Errors: Invalid, with what is wrong; Unsupported for a newer format version.
  static Result<TableMetadata> FromJson(const json::Value& json);
  static Result<TableMetadata> Parse(std::string_view text);
  // The contents of a metadata file, gzip or plain (told by the bytes, whatever its name).
  static Result<TableMetadata> ParseFile(std::string_view bytes);
  void Write(json::Writer& out) const;
  std::string ToJson() const;
  // What belongs into a file of that name: gzip for "….gz.metadata.json" and "….metadata.json.gz".
  std::string ToFile(std::string_view name) const;

  // The invariants above. Parse has called it.
  Status Validate() const;

  const Schema& schema() const { return **FindSchemaSlot(current_schema_id); }
  const PartitionSpec& spec() const { return *FindSpec(default_spec_id); }
  const SortOrder& sort_order() const { return *FindSortOrder(default_sort_order_id); }
  // Null when there is none.
  SchemaPtr FindSchema(int32_t id) const;
  const PartitionSpec* FindSpec(int32_t id) const;
  const SortOrder* FindSortOrder(int32_t id) const;
  SnapshotPtr FindSnapshot(int64_t id) const;
  const SnapshotRef* FindRef(std::string_view name) const;
  SnapshotPtr current_snapshot() const { return current_snapshot_id ? FindSnapshot(*current_snapshot_id) : nullptr; }
  // What was current at that time by the snapshot log; null before the first entry.
  SnapshotPtr SnapshotAsOf(int64_t timestamp_ms) const;
  // The schema to read a snapshot with: its own, else the current one.
  const Schema& SchemaOf(const Snapshot& snapshot) const;
  int64_t next_sequence_number() const { return format_version > 1 ? last_sequence_number + 1 : 0; }
  // True when `ancestor` is `snapshot` or one of its parents.
  bool IsAncestor(int64_t snapshot, int64_t ancestor) const;

 private:
  const SchemaPtr* FindSchemaSlot(int32_t id) const;
};

// "00003-<uuid>.metadata.json": the version that a metadata location carries, -1 when it has none.
int64_t MetadataVersion(std::string_view location);
// The location for the version after `version`, honouring write.metadata.path and write.metadata.compression-codec.
std::string NewMetadataLocation(const TableMetadata& metadata, int64_t version, std::string_view uuid);
// The folder of metadata files (manifests, manifest lists) and of data files, without a slash at the end.
std::string MetadataFolder(const TableMetadata& metadata);
std::string DataFolder(const TableMetadata& metadata);

// Error Corrupt for bytes that are no gzip, TooLarge beyond the limit.
Result<std::string> Gunzip(std::string_view bytes, size_t bytes_max);
std::string Gzip(std::string_view bytes);

}  // namespace tarn::iceberg
