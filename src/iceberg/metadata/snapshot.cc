#include "iceberg/metadata/snapshot.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "iceberg/errors.h"

namespace tarn::iceberg {

Result<Snapshot> Snapshot::FromJson(const json::Value& json) {
  if (!json.is_object()) {
    return Fail(kInvalid, "Cannot parse table version from a non-object: " + json::Write(json).substr(0, 200));
  }
  Snapshot snapshot;
  TARN_TRY(const std::optional<int64_t> sequence, FindLong(json, "sequence-number"));
  snapshot.sequence_number = sequence.value_or(0);
  TARN_TRY(snapshot.snapshot_id, GetLong(json, "snapshot-id"));
  TARN_TRY(snapshot.parent_id, FindLong(json, "parent-snapshot-id"));
  TARN_TRY(snapshot.timestamp_ms, GetLong(json, "timestamp-ms"));
  if (json.Find("summary") != nullptr) {
    TARN_TRY(snapshot.summary, FindStringMap(json, "summary"));
    if (const auto operation = snapshot.summary.find("operation"); operation != snapshot.summary.end()) {
      snapshot.operation = operation->second;
      snapshot.summary.erase(operation);
    } else if (!snapshot.summary.empty()) {
      snapshot.operation = "overwrite";  // what the reference reads into summaries that lack it
    }
  }
  TARN_TRY(snapshot.schema_id, FindInt(json, "schema-id"));
  TARN_TRY(snapshot.first_row_id, FindLong(json, "first-row-id"));
  TARN_TRY(snapshot.added_rows, FindLong(json, "added-rows"));
  TARN_TRY(snapshot.key_id, FindString(json, "key-id"));
  if (json.Find("manifest-list") != nullptr) {
    TARN_TRY(snapshot.manifest_list, GetString(json, "manifest-list"));
  } else {
    TARN_TRY(snapshot.manifests, GetStrings(json, "manifests"));
  }
  if (snapshot.first_row_id && *snapshot.first_row_id < 0) {
    return Fail(kInvalid, fmt::format("Invalid first-row-id (cannot be negative): {}", *snapshot.first_row_id));
  }
  if (snapshot.added_rows && *snapshot.added_rows < 0) {
    return Fail(kInvalid, fmt::format("Invalid added-rows (cannot be negative): {}", *snapshot.added_rows));
  }
  if (snapshot.first_row_id && !snapshot.added_rows) {
    return Fail(kInvalid, "Invalid added-rows (required when first-row-id is set): null");
  }
  return snapshot;
}

void Snapshot::Write(json::Writer& out) const {
  out.BeginObject();
  if (sequence_number > 0) out.Key("sequence-number").Int(sequence_number);
  out.Key("snapshot-id").Int(snapshot_id);
  if (parent_id) out.Key("parent-snapshot-id").Int(*parent_id);
  out.Key("timestamp-ms").Int(timestamp_ms);
  if (!operation.empty()) {
    out.Key("summary").BeginObject().Key("operation").String(operation);
    for (const auto& [key, value] : summary) out.Key(key).String(value);
    out.EndObject();
  }
  if (!manifest_list.empty()) {
    out.Key("manifest-list").String(manifest_list);
  } else {
    out.Key("manifests").BeginArray();
    for (const std::string& manifest : manifests) out.String(manifest);
    out.EndArray();
  }
  if (schema_id) out.Key("schema-id").Int(*schema_id);
  if (first_row_id) out.Key("first-row-id").Int(*first_row_id);
  if (added_rows) out.Key("added-rows").Int(*added_rows);
  if (key_id) out.Key("key-id").String(*key_id);
  out.EndObject();
}

void Snapshot::WriteKept(json::Writer& out) const {
  out.Raw(written.Get([&] {
    json::Writer own;
    Write(own);
    return own.Take();
  }));
}

Result<SnapshotRef> SnapshotRef::FromJson(const json::Value& json) {
  if (!json.is_object()) {
    return Fail(kInvalid, "Cannot parse snapshot reference from a non-object: " + json::Write(json).substr(0, 200));
  }
  SnapshotRef ref;
  TARN_TRY(ref.snapshot_id, GetLong(json, "snapshot-id"));
  TARN_TRY(const std::string type, GetString(json, "type"));
  ref.is_branch = EqualsIgnoreCase(type, "branch");
  if (!ref.is_branch && !EqualsIgnoreCase(type, "tag")) return Fail(kInvalid, "Invalid snapshot ref type: " + type);
  TARN_TRY(ref.min_snapshots_to_keep, FindInt(json, "min-snapshots-to-keep"));
  TARN_TRY(ref.max_snapshot_age_ms, FindLong(json, "max-snapshot-age-ms"));
  TARN_TRY(ref.max_ref_age_ms, FindLong(json, "max-ref-age-ms"));
  if (!ref.is_branch && (ref.min_snapshots_to_keep || ref.max_snapshot_age_ms)) {
    return Fail(kInvalid, ref.min_snapshots_to_keep ? "Tags do not support setting minSnapshotsToKeep"
                                                    : "Tags do not support setting maxSnapshotAgeMs");
  }
  if (ref.min_snapshots_to_keep && *ref.min_snapshots_to_keep <= 0) {
    return Fail(kInvalid, "Min snapshots to keep must be greater than 0");
  }
  if (ref.max_snapshot_age_ms && *ref.max_snapshot_age_ms <= 0) {
    return Fail(kInvalid, "Max snapshot age must be greater than 0 ms");
  }
  if (ref.max_ref_age_ms && *ref.max_ref_age_ms <= 0) {
    return Fail(kInvalid, "Max reference age must be greater than 0");
  }
  return ref;
}

void SnapshotRef::WriteMembers(json::Writer& out) const {
  out.Key("snapshot-id").Int(snapshot_id).Key("type").String(is_branch ? "branch" : "tag");
  if (min_snapshots_to_keep) out.Key("min-snapshots-to-keep").Int(*min_snapshots_to_keep);
  if (max_snapshot_age_ms) out.Key("max-snapshot-age-ms").Int(*max_snapshot_age_ms);
  if (max_ref_age_ms) out.Key("max-ref-age-ms").Int(*max_ref_age_ms);
}

Result<StatisticsFile> StatisticsFile::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse statistics file from a non-object");
  StatisticsFile file;
  TARN_TRY(file.snapshot_id, GetLong(json, "snapshot-id"));
  TARN_TRY(file.path, GetString(json, "statistics-path"));
  TARN_TRY(file.file_bytes, GetLong(json, "file-size-in-bytes"));
  TARN_TRY(file.footer_bytes, GetLong(json, "file-footer-size-in-bytes"));
  TARN_TRY(file.key_metadata, FindString(json, "key-metadata"));
  TARN_TRY(const json::Array* blobs, GetArray(json, "blob-metadata"));
  for (const json::Value& each : *blobs) {
    if (!each.is_object()) return Fail(kInvalid, "Cannot parse blob metadata from a non-object");
    BlobMetadata blob;
    TARN_TRY(blob.type, GetString(each, "type"));
    TARN_TRY(blob.snapshot_id, GetLong(each, "snapshot-id"));
    TARN_TRY(blob.sequence_number, GetLong(each, "sequence-number"));
    TARN_TRY(blob.fields, GetInts(each, "fields"));
    TARN_TRY(blob.properties, FindStringMap(each, "properties"));
    file.blobs.push_back(std::move(blob));
  }
  return file;
}

void StatisticsFile::Write(json::Writer& out) const {
  out.BeginObject().Key("snapshot-id").Int(snapshot_id).Key("statistics-path").String(path);
  out.Key("file-size-in-bytes").Int(file_bytes).Key("file-footer-size-in-bytes").Int(footer_bytes);
  if (key_metadata) out.Key("key-metadata").String(*key_metadata);
  out.Key("blob-metadata").BeginArray();
  for (const BlobMetadata& blob : blobs) {
    out.BeginObject().Key("type").String(blob.type).Key("snapshot-id").Int(blob.snapshot_id);
    out.Key("sequence-number").Int(blob.sequence_number);
    WriteInts(out, "fields", blob.fields);
    if (!blob.properties.empty()) WriteStringMap(out, "properties", blob.properties);
    out.EndObject();
  }
  out.EndArray().EndObject();
}

Result<PartitionStatisticsFile> PartitionStatisticsFile::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse partition statistics file from a non-object");
  PartitionStatisticsFile file;
  TARN_TRY(file.snapshot_id, GetLong(json, "snapshot-id"));
  TARN_TRY(file.path, GetString(json, "statistics-path"));
  TARN_TRY(file.file_bytes, GetLong(json, "file-size-in-bytes"));
  return file;
}

void PartitionStatisticsFile::Write(json::Writer& out) const {
  out.BeginObject().Key("snapshot-id").Int(snapshot_id).Key("statistics-path").String(path);
  out.Key("file-size-in-bytes").Int(file_bytes).EndObject();
}

Result<EncryptedKey> EncryptedKey::FromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse encryption key from a non-object");
  EncryptedKey key;
  TARN_TRY(key.key_id, GetString(json, "key-id"));
  TARN_TRY(key.encrypted_key_metadata, GetString(json, "encrypted-key-metadata"));
  TARN_TRY(key.encrypted_by_id, FindString(json, "encrypted-by-id"));
  TARN_TRY(key.properties, FindStringMap(json, "properties"));
  return key;
}

void EncryptedKey::Write(json::Writer& out) const {
  out.BeginObject().Key("key-id").String(key_id).Key("encrypted-key-metadata").String(encrypted_key_metadata);
  if (encrypted_by_id) out.Key("encrypted-by-id").String(*encrypted_by_id);
  if (!properties.empty()) WriteStringMap(out, "properties", properties);
  out.EndObject();
}

}  // namespace tarn::iceberg
