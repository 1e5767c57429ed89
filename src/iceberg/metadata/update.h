// The updates and requirements of the REST catalog's commits: parsed, printed, and what each means.
//
// One type for tables' and views' updates (assign-uuid, upgrade-format-version, add-schema, set-location,
// set-properties and remove-properties serve both). Readers take the old member names ("updated", "removed") too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "iceberg/metadata/snapshot.h"
#include "iceberg/metadata/view_version.h"
#include "iceberg/schema/partition.h"
#include "iceberg/schema/schema.h"

namespace tarn::iceberg {

// -1 as a schema, spec, order or version id: the one added last in the same commit.
inline constexpr int32_t kLastAdded = -1;

struct AssignUuid {
  std::string uuid;
};
struct UpgradeFormatVersion {
  int32_t version = 0;
};
struct AddSchema {
  SchemaPtr schema;
};
struct SetCurrentSchema {
  int32_t schema_id = kLastAdded;
};
struct AddSpec {
  PartitionSpec spec;
};
struct SetDefaultSpec {
  int32_t spec_id = kLastAdded;
};
struct AddSortOrder {
  SortOrder order;
};
struct SetDefaultSortOrder {
  int32_t order_id = kLastAdded;
};
struct AddSnapshot {
  SnapshotPtr snapshot;
};
struct RemoveSnapshots {
  std::vector<int64_t> snapshot_ids;
};
struct SetSnapshotRef {
  std::string name;
  SnapshotRef ref;
};
struct RemoveSnapshotRef {
  std::string name;
};
struct SetProperties {
  Properties updates;
};
struct RemoveProperties {
  std::vector<std::string> removals;
};
struct SetLocation {
  std::string location;
};
struct SetStatistics {
  StatisticsFile file;
};
struct RemoveStatistics {
  int64_t snapshot_id = 0;
};
struct SetPartitionStatistics {
  PartitionStatisticsFile file;
};
struct RemovePartitionStatistics {
  int64_t snapshot_id = 0;
};
struct RemoveSpecs {
  std::vector<int32_t> spec_ids;
};
struct RemoveSchemas {
  std::vector<int32_t> schema_ids;
};
struct AddEncryptionKey {
  EncryptedKey key;
};
struct RemoveEncryptionKey {
  std::string key_id;
};
struct AddViewVersion {
  ViewVersion version;
};
struct SetCurrentViewVersion {
  int32_t version_id = kLastAdded;
};

using Update =
    std::variant<AssignUuid, UpgradeFormatVersion, AddSchema, SetCurrentSchema, AddSpec, SetDefaultSpec, AddSortOrder,
                 SetDefaultSortOrder, AddSnapshot, RemoveSnapshots, SetSnapshotRef, RemoveSnapshotRef, SetProperties,
                 RemoveProperties, SetLocation, SetStatistics, RemoveStatistics, SetPartitionStatistics,
                 RemovePartitionStatistics, RemoveSpecs, RemoveSchemas, AddEncryptionKey, RemoveEncryptionKey,
                 AddViewVersion, SetCurrentViewVersion>;

// Error Invalid for an unknown action or missing members.
Result<Update> UpdateFromJson(const json::Value& json);
Result<std::vector<Update>> UpdatesFromJson(const json::Value& array);
void WriteUpdate(json::Writer& out, const Update& update);
// "add-snapshot" …
std::string_view ActionName(const Update& update);

enum class RequirementKind : uint8_t {
  kCreate,
  kTableUuid,
  kViewUuid,  // "assert-view-uuid"
  kRefSnapshotId,
  kLastAssignedFieldId,
  kCurrentSchemaId,
  kLastAssignedPartitionId,
  kDefaultSpecId,
  kDefaultSortOrderId,
};

struct Requirement {
  RequirementKind kind = RequirementKind::kCreate;
  std::string text;                    // the uuid; the ref's name
  std::optional<int64_t> snapshot_id;  // of the ref; nothing: it must not exist
  int32_t id = 0;                      // of the others
};

struct TableMetadata;
struct ViewMetadata;

Result<Requirement> RequirementFromJson(const json::Value& json);
Result<std::vector<Requirement>> RequirementsFromJson(const json::Value& array);
void WriteRequirement(json::Writer& out, const Requirement& requirement);
// Error CommitFailed with the reference's message when it does not hold; `base` null: there is no such table.
// Error Invalid for a requirement of views on a table and the other way round.
Status CheckRequirement(const Requirement& requirement, const TableMetadata* base);
Status CheckRequirement(const Requirement& requirement, const ViewMetadata* base);

}  // namespace tarn::iceberg
