#include "iceberg/metadata/table_metadata.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/schema/evolve.h"

namespace tarn::iceberg {

const SchemaPtr* TableMetadata::FindSchemaSlot(int32_t id) const {
  for (const SchemaPtr& schema : schemas) {
    if (schema->schema_id() == id) return &schema;
  }
  return nullptr;
}
SchemaPtr TableMetadata::FindSchema(int32_t id) const {
  const SchemaPtr* slot = FindSchemaSlot(id);
  return slot == nullptr ? nullptr : *slot;
}
const PartitionSpec* TableMetadata::FindSpec(int32_t id) const {
  for (const PartitionSpec& spec : specs) {
    if (spec.spec_id == id) return &spec;
  }
  return nullptr;
}
const SortOrder* TableMetadata::FindSortOrder(int32_t id) const {
  for (const SortOrder& order : sort_orders) {
    if (order.order_id == id) return &order;
  }
  return nullptr;
}
SnapshotPtr TableMetadata::FindSnapshot(int64_t id) const {
  // Mostly asked for recent ones.
  for (auto it = snapshots.rbegin(); it != snapshots.rend(); ++it) {
    if ((*it)->snapshot_id == id) return *it;
  }
  return nullptr;
}
const SnapshotRef* TableMetadata::FindRef(std::string_view name) const {
  const auto ref = refs.find(name);
  return ref == refs.end() ? nullptr : &ref->second;
}

SnapshotPtr TableMetadata::SnapshotAsOf(int64_t timestamp_ms) const {
  std::optional<int64_t> found;
  for (const SnapshotLogEntry& entry : snapshot_log) {
    if (entry.timestamp_ms <= timestamp_ms) found = entry.snapshot_id;
  }
  return found ? FindSnapshot(*found) : nullptr;
}

const Schema& TableMetadata::SchemaOf(const Snapshot& snapshot) const {
  if (snapshot.schema_id) {
    if (const SchemaPtr* slot = FindSchemaSlot(*snapshot.schema_id)) return **slot;
  }
  return schema();
}

bool TableMetadata::IsAncestor(int64_t snapshot, int64_t ancestor) const {
  std::unordered_map<int64_t, const Snapshot*> by_id;
  for (const SnapshotPtr& each : snapshots) by_id.emplace(each->snapshot_id, each.get());
  std::optional<int64_t> at = snapshot;
  for (size_t steps = 0; at && steps <= snapshots.size(); ++steps) {
    if (*at == ancestor) return true;
    const auto found = by_id.find(*at);
    at = found == by_id.end() ? std::nullopt : found->second->parent_id;
  }
  return false;
}

namespace {

Status CheckSnapshots(const TableMetadata& metadata) {
  std::unordered_set<int64_t> ids;
  for (const SnapshotPtr& snapshot : metadata.snapshots) {
    if (!ids.insert(snapshot->snapshot_id).second) {
      return Fail(kInvalid, fmt::format("Invalid metadata: snapshot {} is listed twice", snapshot->snapshot_id));
    }
    if (snapshot->sequence_number > metadata.last_sequence_number) {
      return Fail(kInvalid, fmt::format("Invalid snapshot with sequence number {} greater than last sequence number {}",
                                        snapshot->sequence_number, metadata.last_sequence_number));
    }
  }
  for (const auto& [name, ref] : metadata.refs) {
    if (!ids.contains(ref.snapshot_id)) {
      return Fail(kInvalid, fmt::format("Snapshot for reference {} ({}) does not exist in the existing snapshots list",
                                        name, ref.snapshot_id));
    }
  }
  const SnapshotRef* main = metadata.FindRef(kMainBranch);
  if (metadata.current_snapshot_id) {
    if (main != nullptr && main->snapshot_id != *metadata.current_snapshot_id) {
      return Fail(kInvalid, fmt::format("Current snapshot ID does not match main branch ({} != {})",
                                        *metadata.current_snapshot_id, main->snapshot_id));
    }
    if (!ids.contains(*metadata.current_snapshot_id)) {
      return Fail(kInvalid, fmt::format("Current snapshot {} is not listed", *metadata.current_snapshot_id));
    }
  } else if (main != nullptr) {
    return Fail(kInvalid, "Current snapshot is not set, but main branch exists");
  }
  return Ok();
}

constexpr int64_t kMinuteMs = 60'000;

// Times may run back by a minute: writers' clocks differ.
Status CheckLogs(const TableMetadata& metadata) {
  for (size_t i = 1; i < metadata.snapshot_log.size(); ++i) {
    if (metadata.snapshot_log[i].timestamp_ms < metadata.snapshot_log[i - 1].timestamp_ms - kMinuteMs) {
      return Fail(kInvalid, "Expected sorted snapshot log entries.");
    }
  }
  if (!metadata.snapshot_log.empty() &&
      metadata.last_updated_ms < metadata.snapshot_log.back().timestamp_ms - kMinuteMs) {
    return Fail(kInvalid, fmt::format("Invalid update timestamp {}: before last snapshot log entry at {}",
                                      metadata.last_updated_ms, metadata.snapshot_log.back().timestamp_ms));
  }
  for (size_t i = 1; i < metadata.metadata_log.size(); ++i) {
    if (metadata.metadata_log[i].timestamp_ms < metadata.metadata_log[i - 1].timestamp_ms - kMinuteMs) {
      return Fail(kInvalid, "Expected sorted previous metadata log entries.");
    }
  }
  if (!metadata.metadata_log.empty() &&
      metadata.last_updated_ms < metadata.metadata_log.back().timestamp_ms - kMinuteMs) {
    return Fail(kInvalid, fmt::format("Invalid update timestamp {}: before the latest metadata log entry timestamp {}",
                                      metadata.last_updated_ms, metadata.metadata_log.back().timestamp_ms));
  }
  return Ok();
}

}  // namespace

Status TableMetadata::Validate() const {
  if (format_version < 1) return Fail(kInvalid, fmt::format("Cannot read unsupported version {}", format_version));
  if (format_version > kFormatVersionMax) {
    return Fail(kUnsupported,
                fmt::format("Unsupported format version: v{} (supported: v{})", format_version, kFormatVersionMax));
  }
  if (format_version > 1 && table_uuid.empty()) {
    return Fail(kInvalid, fmt::format("UUID is required in format v{}", format_version));
  }
  if (location.empty()) return Fail(kInvalid, fmt::format("Table location is required in format v{}", format_version));
  if (format_version == 1 && last_sequence_number != 0) {
    return Fail(kInvalid, fmt::format("Sequence number must be 0 in v1: {}", last_sequence_number));
  }
  const SchemaPtr current = FindSchema(current_schema_id);
  if (current == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find schema with current-schema-id={} from schemas", current_schema_id));
  }
  const PartitionSpec* spec = FindSpec(default_spec_id);
  if (spec == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find partition spec with default-spec-id={}", default_spec_id));
  }
  const SortOrder* order = FindSortOrder(default_sort_order_id);
  if (order == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot find sort order with default-sort-order-id={}", default_sort_order_id));
  }
  TARN_CHECK(CheckSpec(*spec, *current));
  TARN_CHECK(CheckSortOrder(*order, *current));
  TARN_CHECK(CheckSnapshots(*this));
  return CheckLogs(*this);
}

int64_t MetadataVersion(std::string_view location) {
  const std::string_view file = location.substr(location.rfind('/') + 1);
  std::string_view digits = file.substr(0, file.find_first_of("-."));
  if (!digits.empty() && digits[0] == 'v') digits.remove_prefix(1);
  const auto version = ParseU64(digits);
  return version && *version <= INT32_MAX ? static_cast<int64_t>(*version) : -1;
}

namespace {

std::string_view StripSlash(std::string_view text) {
  while (text.size() > 1 && text.back() == '/' && !text.ends_with("://")) text.remove_suffix(1);
  return text;
}

std::string Folder(const TableMetadata& metadata, std::string_view property, std::string_view otherwise) {
  const auto configured = metadata.properties.find(property);
  if (configured != metadata.properties.end()) return std::string(StripSlash(configured->second));
  return fmt::format("{}/{}", metadata.location, otherwise);
}

}  // namespace

std::string MetadataFolder(const TableMetadata& metadata) {
  return Folder(metadata, "write.metadata.path", "metadata");
}
std::string DataFolder(const TableMetadata& metadata) { return Folder(metadata, "write.data.path", "data"); }

std::string NewMetadataLocation(const TableMetadata& metadata, int64_t version, std::string_view uuid) {
  const auto codec = metadata.properties.find("write.metadata.compression-codec");
  const bool gzip = codec != metadata.properties.end() && EqualsIgnoreCase(codec->second, "gzip");
  return fmt::format("{}/{:05}-{}{}.metadata.json", MetadataFolder(metadata), version + 1, uuid, gzip ? ".gz" : "");
}

}  // namespace tarn::iceberg
