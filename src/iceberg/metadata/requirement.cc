#include <fmt/format.h>

#include <array>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/metadata/table_metadata.h"
#include "iceberg/metadata/update.h"
#include "iceberg/metadata/view_metadata.h"

namespace tarn::iceberg {
namespace {

struct Row {
  RequirementKind kind;
  std::string_view type;
  std::string_view member;  // of `id`
};
constexpr std::array kRows = {
    Row{RequirementKind::kCreate, "assert-create", ""},
    Row{RequirementKind::kTableUuid, "assert-table-uuid", ""},
    Row{RequirementKind::kViewUuid, "assert-view-uuid", ""},
    Row{RequirementKind::kRefSnapshotId, "assert-ref-snapshot-id", ""},
    Row{RequirementKind::kLastAssignedFieldId, "assert-last-assigned-field-id", "last-assigned-field-id"},
    Row{RequirementKind::kCurrentSchemaId, "assert-current-schema-id", "current-schema-id"},
    Row{RequirementKind::kLastAssignedPartitionId, "assert-last-assigned-partition-id", "last-assigned-partition-id"},
    Row{RequirementKind::kDefaultSpecId, "assert-default-spec-id", "default-spec-id"},
    Row{RequirementKind::kDefaultSortOrderId, "assert-default-sort-order-id", "default-sort-order-id"},
};

Error Failed(std::string_view why) { return Fail(kCommitFailed, fmt::format("Requirement failed: {}", why)); }

Status Same(std::string_view what, int32_t expected, int32_t actual) {
  if (expected == actual) return Ok();
  return Failed(fmt::format("{} changed: expected id {} != {}", what, expected, actual));
}

Status CheckRef(const Requirement& requirement, const TableMetadata& base) {
  const std::string& name = requirement.text;
  const SnapshotRef* ref = base.FindRef(name);
  if (ref == nullptr) {
    if (!requirement.snapshot_id) return Ok();
    return Failed(fmt::format("branch or tag {} is missing, expected {}", name, *requirement.snapshot_id));
  }
  const std::string_view type = ref->is_branch ? "branch" : "tag";
  if (!requirement.snapshot_id) return Failed(fmt::format("{} {} was created concurrently", type, name));
  if (*requirement.snapshot_id != ref->snapshot_id) {
    return Failed(
        fmt::format("{} {} has changed: expected id {} != {}", type, name, *requirement.snapshot_id, ref->snapshot_id));
  }
  return Ok();
}

}  // namespace

Result<Requirement> RequirementFromJson(const json::Value& json) {
  if (!json.is_object()) return Fail(kInvalid, "Cannot parse update requirement from non-object value");
  if (json.Find("type") == nullptr) return Fail(kInvalid, "Cannot parse update requirement. Missing field: type");
  TARN_TRY(const std::string type, GetString(json, "type"));
  for (const Row& row : kRows) {
    if (row.type != type) continue;
    Requirement requirement;
    requirement.kind = row.kind;
    if (row.kind == RequirementKind::kTableUuid || row.kind == RequirementKind::kViewUuid) {
      TARN_TRY(requirement.text, GetString(json, "uuid"));
    } else if (row.kind == RequirementKind::kRefSnapshotId) {
      TARN_TRY(requirement.text, GetString(json, "ref"));
      TARN_TRY(requirement.snapshot_id, FindLong(json, "snapshot-id"));
    } else if (!row.member.empty()) {
      TARN_TRY(requirement.id, GetInt(json, row.member));
    }
    return requirement;
  }
  return Fail(kInvalid, fmt::format("Unrecognized update requirement. Cannot convert to json: {}", type));
}

Result<std::vector<Requirement>> RequirementsFromJson(const json::Value& array) {
  if (!array.is_array()) return Fail(kInvalid, "Cannot parse requirements: not a list");
  std::vector<Requirement> requirements;
  for (const json::Value& each : *array.AsArray()) {
    TARN_TRY(Requirement requirement, RequirementFromJson(each));
    requirements.push_back(std::move(requirement));
  }
  return requirements;
}

void WriteRequirement(json::Writer& out, const Requirement& requirement) {
  const Row& row = kRows[static_cast<size_t>(requirement.kind)];
  out.BeginObject().Key("type").String(row.type);
  if (row.kind == RequirementKind::kTableUuid || row.kind == RequirementKind::kViewUuid) {
    out.Key("uuid").String(requirement.text);
  } else if (row.kind == RequirementKind::kRefSnapshotId) {
    out.Key("ref").String(requirement.text).Key("snapshot-id");
    requirement.snapshot_id ? out.Int(*requirement.snapshot_id) : out.Null();
  } else if (!row.member.empty()) {
    out.Key(row.member).Int(requirement.id);
  }
  out.EndObject();
}

Status CheckRequirement(const Requirement& requirement, const TableMetadata* base) {
  if (requirement.kind == RequirementKind::kCreate) {
    return base == nullptr ? Ok() : Status(Failed("table already exists"));
  }
  if (base == nullptr) return Failed("table does not exist");
  switch (requirement.kind) {
    case RequirementKind::kTableUuid:
      if (EqualsIgnoreCase(requirement.text, base->table_uuid)) return Ok();
      return Failed(fmt::format("UUID does not match: expected {} != {}", base->table_uuid, requirement.text));
    case RequirementKind::kRefSnapshotId:
      return CheckRef(requirement, *base);
    case RequirementKind::kLastAssignedFieldId:
      return Same("last assigned field id", requirement.id, base->last_column_id);
    case RequirementKind::kCurrentSchemaId:
      return Same("current schema", requirement.id, base->current_schema_id);
    case RequirementKind::kLastAssignedPartitionId:
      return Same("last assigned partition id", requirement.id, base->last_partition_id);
    case RequirementKind::kDefaultSpecId:
      return Same("default partition spec", requirement.id, base->default_spec_id);
    case RequirementKind::kDefaultSortOrderId:
      return Same("default sort order", requirement.id, base->default_sort_order_id);
    default:
      return Fail(kInvalid, "Cannot validate a view requirement against a table");
  }
}

Status CheckRequirement(const Requirement& requirement, const ViewMetadata* base) {
  if (requirement.kind == RequirementKind::kCreate) {
    return base == nullptr ? Ok() : Status(Failed("view already exists"));
  }
  if (requirement.kind != RequirementKind::kViewUuid) {
    return Fail(kInvalid,
                fmt::format("Cannot validate {} against a view", kRows[static_cast<size_t>(requirement.kind)].type));
  }
  if (base == nullptr) return Failed("view does not exist");
  if (EqualsIgnoreCase(requirement.text, base->uuid)) return Ok();
  return Failed(fmt::format("view UUID does not match: expected {} != {}", base->uuid, requirement.text));
}

}  // namespace tarn::iceberg
