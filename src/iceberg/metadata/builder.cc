#include "iceberg/metadata/builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/schema/evolve.h"

namespace tarn::iceberg {

TableMetadataBuilder::TableMetadataBuilder(const TableMetadata* base, UpdateContext context)
    : context_(std::move(context)), is_new_(base == nullptr) {
  if (base == nullptr) {
    // The ids stay 0, as in the reference implementation: DuckDB adds its spec before it sets the current schema.
    metadata_.format_version = kDefaultFormatVersion;
    return;
  }
  metadata_ = *base;
  base_updated_ms_ = base->last_updated_ms;
}

Status TableMetadataBuilder::Upgrade(int32_t version) {
  if (version > kFormatVersionMax) {
    return Fail(kInvalid, fmt::format("Cannot upgrade table to unsupported format version: v{} (supported: v{})",
                                      version, kFormatVersionMax));
  }
  // A new table starts at the version that it is told, until it holds something.
  const bool fresh = is_new_ && metadata_.schemas.empty() && version >= 1;
  if (version < metadata_.format_version && !fresh) {
    return Fail(kInvalid, fmt::format("Cannot downgrade v{} table to v{}", metadata_.format_version, version));
  }
  changed_ = changed_ || metadata_.format_version != version;
  metadata_.format_version = version;
  return Ok();
}

Status TableMetadataBuilder::AddSchemaOf(const SchemaPtr& schema) {
  TARN_CHECK(CheckVersion(*schema, metadata_.format_version));
  int32_t id = std::max(metadata_.current_schema_id, 0);
  for (const SchemaPtr& known : metadata_.schemas) {
    if (known->SameSchema(*schema)) {
      last_schema_ = known->schema_id();
      if (schema->highest_field_id() > metadata_.last_column_id) metadata_.last_column_id = schema->highest_field_id();
      return Ok();
    }
    id = std::max(id, known->schema_id() + 1);
  }
  metadata_.last_column_id = std::max(metadata_.last_column_id, schema->highest_field_id());
  metadata_.schemas.push_back(schema->schema_id() == id ? schema : schema->WithId(id));
  last_schema_ = id;
  changed_ = true;
  return Ok();
}

Status TableMetadataBuilder::SetCurrentSchemaTo(int32_t id) {
  if (id == kLastAdded) {
    if (!last_schema_) return Fail(kInvalid, "Cannot set last added schema: no schema has been added");
    id = *last_schema_;
  }
  if (metadata_.FindSchema(id) == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot set current schema to unknown schema: {}", id));
  }
  changed_ = changed_ || metadata_.current_schema_id != id;
  metadata_.current_schema_id = id;
  return Ok();
}

Status TableMetadataBuilder::AddSpecOf(PartitionSpec spec) {
  const SchemaPtr schema = metadata_.FindSchema(metadata_.current_schema_id);
  if (schema == nullptr) return Fail(kInvalid, "Attempting to add a partition spec before a schema is set");
  TARN_CHECK(CheckSpec(spec, *schema));
  int32_t id = 0;
  for (const PartitionSpec& known : metadata_.specs) {
    if (known.CompatibleWith(spec)) {
      last_spec_ = known.spec_id;
      return Ok();
    }
    id = std::max(id, known.spec_id + 1);
  }
  for (const PartitionField& field : spec.fields) {
    if (field.transform.kind == TransformKind::kUnknown) {
      return Fail(kInvalid, fmt::format("Cannot write with a partition field of unknown transform: {}: {}", field.name,
                                        TransformText(field.transform)));
    }
  }
  int32_t last = std::max(metadata_.last_partition_id, spec.last_field_id());
  for (PartitionField& field : spec.fields) {
    if (field.field_id != 0) continue;
    // The id of the same field in another spec, else the next free one.
    for (const PartitionSpec& known : metadata_.specs) {
      for (const PartitionField& other : known.fields) {
        if (other.source_ids == field.source_ids && other.transform == field.transform) field.field_id = other.field_id;
      }
    }
    if (field.field_id == 0) field.field_id = ++last;
  }
  std::set<int32_t> ids;
  for (const PartitionField& field : spec.fields) {
    if (!ids.insert(field.field_id).second) {
      return Fail(kInvalid, fmt::format("Cannot use partition field id more than once: {}", field.field_id));
    }
  }
  if (metadata_.format_version == 1 && !spec.HasSequentialIds()) {
    return Fail(kInvalid,
                fmt::format("Spec does not use sequential IDs that are required in v1: {}", spec.FieldsJson()));
  }
  spec.spec_id = id;
  metadata_.last_partition_id = std::max(metadata_.last_partition_id, spec.last_field_id());
  metadata_.specs.push_back(std::move(spec));
  last_spec_ = id;
  changed_ = true;
  return Ok();
}

Status TableMetadataBuilder::SetDefaultSpecTo(int32_t id) {
  if (id == kLastAdded) {
    if (!last_spec_) return Fail(kInvalid, "Cannot set last added spec: no spec has been added");
    id = *last_spec_;
  }
  if (metadata_.FindSpec(id) == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot set default partition spec to unknown spec: {}", id));
  }
  changed_ = changed_ || metadata_.default_spec_id != id;
  metadata_.default_spec_id = id;
  return Ok();
}

Status TableMetadataBuilder::AddOrder(SortOrder order) {
  const SchemaPtr schema = metadata_.FindSchema(metadata_.current_schema_id);
  if (schema == nullptr) return Fail(kInvalid, "Attempting to add a sort order before a schema is set");
  TARN_CHECK(CheckSortOrder(order, *schema));
  int32_t id = order.is_unsorted() ? 0 : 1;
  for (const SortOrder& known : metadata_.sort_orders) {
    if (known.SameOrder(order)) {
      last_order_ = known.order_id;
      return Ok();
    }
    if (!order.is_unsorted()) id = std::max(id, known.order_id + 1);
  }
  order.order_id = id;
  metadata_.sort_orders.push_back(std::move(order));
  last_order_ = id;
  changed_ = true;
  return Ok();
}

Status TableMetadataBuilder::SetDefaultOrderTo(int32_t id) {
  if (id == kLastAdded) {
    if (!last_order_) return Fail(kInvalid, "Cannot set last added sort order: no sort order has been added");
    id = *last_order_;
  }
  if (metadata_.FindSortOrder(id) == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot set default sort order to unknown order: {}", id));
  }
  changed_ = changed_ || metadata_.default_sort_order_id != id;
  metadata_.default_sort_order_id = id;
  return Ok();
}

Status TableMetadataBuilder::AddSnapshotOf(const SnapshotPtr& snapshot) {
  if (metadata_.schemas.empty()) return Fail(kInvalid, "Attempting to add a snapshot before a schema is added");
  if (metadata_.specs.empty()) return Fail(kInvalid, "Attempting to add a snapshot before a partition spec is added");
  if (metadata_.sort_orders.empty()) {
    return Fail(kInvalid, "Attempting to add a snapshot before a sort order is added");
  }
  if (metadata_.FindSnapshot(snapshot->snapshot_id) != nullptr) {
    return Fail(kInvalid, fmt::format("Snapshot already exists for id: {}", snapshot->snapshot_id));
  }
  if (metadata_.format_version > 1 && snapshot->sequence_number <= metadata_.last_sequence_number &&
      snapshot->parent_id) {
    return Fail(kCommitFailed, fmt::format("Validation failed, please retry: Cannot add snapshot with sequence number "
                                           "{} older than last sequence number {}",
                                           snapshot->sequence_number, metadata_.last_sequence_number));
  }
  if (metadata_.format_version == 1 && snapshot->sequence_number != 0) {
    return Fail(kInvalid, fmt::format("Sequence number must be 0 in v1: {}", snapshot->sequence_number));
  }
  if (metadata_.format_version >= 3) {
    if (!snapshot->first_row_id) return Fail(kInvalid, "Cannot add a snapshot: first-row-id is null");
    if (*snapshot->first_row_id < metadata_.next_row_id) {
      return Fail(kCommitFailed, fmt::format("Validation failed, please retry: Cannot add a snapshot, first-row-id is "
                                             "behind table next-row-id: {} < {}",
                                             *snapshot->first_row_id, metadata_.next_row_id));
    }
    metadata_.next_row_id = std::max(metadata_.next_row_id, *snapshot->first_row_id) + snapshot->added_rows.value_or(0);
  }
  metadata_.last_sequence_number = std::max(metadata_.last_sequence_number, snapshot->sequence_number);
  metadata_.snapshots.push_back(snapshot);
  added_snapshots_.insert(snapshot->snapshot_id);
  changed_ = true;
  return Ok();
}

Status TableMetadataBuilder::RemoveSnapshotsOf(const std::vector<int64_t>& ids) {
  const std::set<int64_t> removed(ids.begin(), ids.end());
  const size_t before = metadata_.snapshots.size();
  std::erase_if(metadata_.snapshots, [&](const SnapshotPtr& each) { return removed.contains(each->snapshot_id); });
  if (metadata_.snapshots.size() == before) return Ok();
  std::erase_if(metadata_.statistics, [&](const StatisticsFile& each) { return removed.contains(each.snapshot_id); });
  std::erase_if(metadata_.partition_statistics,
                [&](const PartitionStatisticsFile& each) { return removed.contains(each.snapshot_id); });
  std::vector<std::string> dangling;
  for (const auto& [name, ref] : metadata_.refs) {
    if (removed.contains(ref.snapshot_id)) dangling.push_back(name);
  }
  for (const std::string& name : dangling) RemoveRef(name);
  removed_snapshots_ = true;
  changed_ = true;
  return Ok();
}

Status TableMetadataBuilder::SetRef(const std::string& name, const SnapshotRef& ref) {
  const SnapshotRef* known = metadata_.FindRef(name);
  if (known != nullptr && *known == ref) return Ok();
  const SnapshotPtr snapshot = metadata_.FindSnapshot(ref.snapshot_id);
  if (snapshot == nullptr) {
    return Fail(kInvalid, fmt::format("Cannot set {} to unknown snapshot: {}", name, ref.snapshot_id));
  }
  if (name == kMainBranch) {
    if (!ref.is_branch) return Fail(kInvalid, fmt::format("Cannot set {} to a tag, it must be a branch", name));
    const bool added = added_snapshots_.contains(ref.snapshot_id);
    if (metadata_.current_snapshot_id != ref.snapshot_id) {
      // A rollback is current from now on; a new snapshot from its own time.
      metadata_.snapshot_log.push_back({added ? snapshot->timestamp_ms : context_.now.millis(), ref.snapshot_id});
    }
    metadata_.current_snapshot_id = ref.snapshot_id;
    if (added) set_as_main_.insert(ref.snapshot_id);
  }
  metadata_.refs[name] = ref;
  changed_ = true;
  return Ok();
}

void TableMetadataBuilder::RemoveRef(std::string_view name) {
  const auto ref = metadata_.refs.find(name);
  if (ref == metadata_.refs.end()) return;
  if (name == kMainBranch) metadata_.current_snapshot_id.reset();
  metadata_.refs.erase(ref);
  changed_ = true;
}

Status TableMetadataBuilder::RemoveSpecsOf(const std::vector<int32_t>& ids) {
  for (const int32_t id : ids) {
    if (id == metadata_.default_spec_id) return Fail(kInvalid, "Cannot remove the default partition spec");
  }
  changed_ = std::erase_if(metadata_.specs,
                           [&](const PartitionSpec& each) {
                             return std::find(ids.begin(), ids.end(), each.spec_id) != ids.end();
                           }) > 0 ||
             changed_;
  return Ok();
}

Status TableMetadataBuilder::RemoveSchemasOf(const std::vector<int32_t>& ids) {
  for (const int32_t id : ids) {
    if (id == metadata_.current_schema_id) return Fail(kInvalid, "Cannot remove the current schema");
  }
  changed_ = std::erase_if(metadata_.schemas,
                           [&](const SchemaPtr& each) {
                             return std::find(ids.begin(), ids.end(), each->schema_id()) != ids.end();
                           }) > 0 ||
             changed_;
  return Ok();
}

namespace {

// Replaces the file of the same snapshot or adds it.
template <typename File>
void Put(std::vector<File>& files, const File& file) {
  for (File& known : files) {
    if (known.snapshot_id == file.snapshot_id) {
      known = file;
      return;
    }
  }
  files.push_back(file);
}

template <typename File>
bool Drop(std::vector<File>& files, int64_t snapshot_id) {
  return std::erase_if(files, [&](const File& file) { return file.snapshot_id == snapshot_id; }) > 0;
}

}  // namespace

struct TableMetadataBuilder::Visitor {
  TableMetadataBuilder& b;
  TableMetadata& m = b.metadata_;

  Status Changed(bool changed = true) const {
    b.changed_ = b.changed_ || changed;
    return Ok();
  }
  Status operator()(const AssignUuid& u) const {
    if (!m.table_uuid.empty() && !EqualsIgnoreCase(m.table_uuid, u.uuid)) {
      return Fail(kInvalid, fmt::format("Cannot reassign the uuid of a table: {} to {}", m.table_uuid, u.uuid));
    }
    const bool changed = m.table_uuid.empty();
    if (changed) m.table_uuid = u.uuid;
    return Changed(changed);
  }
  Status operator()(const UpgradeFormatVersion& u) const { return b.Upgrade(u.version); }
  Status operator()(const AddSchema& u) const { return b.AddSchemaOf(u.schema); }
  Status operator()(const SetCurrentSchema& u) const { return b.SetCurrentSchemaTo(u.schema_id); }
  Status operator()(const AddSpec& u) const { return b.AddSpecOf(u.spec); }
  Status operator()(const SetDefaultSpec& u) const { return b.SetDefaultSpecTo(u.spec_id); }
  Status operator()(const AddSortOrder& u) const { return b.AddOrder(u.order); }
  Status operator()(const SetDefaultSortOrder& u) const { return b.SetDefaultOrderTo(u.order_id); }
  Status operator()(const AddSnapshot& u) const { return b.AddSnapshotOf(u.snapshot); }
  Status operator()(const RemoveSnapshots& u) const { return b.RemoveSnapshotsOf(u.snapshot_ids); }
  Status operator()(const SetSnapshotRef& u) const { return b.SetRef(u.name, u.ref); }
  Status operator()(const RemoveSnapshotRef& u) const {
    b.RemoveRef(u.name);
    return Ok();
  }
  Status operator()(const SetProperties& u) const {
    for (const auto& [key, value] : u.updates) m.properties[key] = value;
    return Changed(!u.updates.empty());
  }
  Status operator()(const RemoveProperties& u) const {
    for (const std::string& key : u.removals) m.properties.erase(key);
    return Changed(!u.removals.empty());
  }
  Status operator()(const SetLocation& u) const {
    std::string location = u.location;
    while (location.size() > 1 && location.ends_with("/") && !location.ends_with("://")) location.pop_back();
    const bool changed = m.location != location;
    m.location = std::move(location);
    return Changed(changed);
  }
  Status operator()(const SetStatistics& u) const {
    Put(m.statistics, u.file);
    return Changed();
  }
  Status operator()(const RemoveStatistics& u) const { return Changed(Drop(m.statistics, u.snapshot_id)); }
  Status operator()(const SetPartitionStatistics& u) const {
    Put(m.partition_statistics, u.file);
    return Changed();
  }
  Status operator()(const RemovePartitionStatistics& u) const {
    return Changed(Drop(m.partition_statistics, u.snapshot_id));
  }
  Status operator()(const RemoveSpecs& u) const { return b.RemoveSpecsOf(u.spec_ids); }
  Status operator()(const RemoveSchemas& u) const { return b.RemoveSchemasOf(u.schema_ids); }
  Status operator()(const AddEncryptionKey& u) const {
    for (const EncryptedKey& key : m.encryption_keys) {
      if (key.key_id == u.key.key_id) return Ok();
    }
    m.encryption_keys.push_back(u.key);
    return Changed();
  }
  Status operator()(const RemoveEncryptionKey& u) const {
    return Changed(std::erase_if(m.encryption_keys, [&](const EncryptedKey& key) { return key.key_id == u.key_id; }) >
                   0);
  }
  Status operator()(const AddViewVersion&) const { return Fail(kInvalid, "Cannot apply add-view-version to a table"); }
  Status operator()(const SetCurrentViewVersion&) const {
    return Fail(kInvalid, "Cannot apply set-current-view-version to a table");
  }
};

Status TableMetadataBuilder::Apply(const Update& update) { return std::visit(Visitor{*this}, update); }

void TableMetadataBuilder::AddMetadataLogEntry() {
  if (context_.previous_location.empty()) return;
  const auto property = metadata_.properties.find("write.metadata.previous-versions-max");
  const auto parsed = property == metadata_.properties.end() ? std::nullopt : ParseI64(property->second);
  const size_t max = static_cast<size_t>(std::max<int64_t>(1, parsed.value_or(100)));
  auto& log = metadata_.metadata_log;
  log.push_back({base_updated_ms_, context_.previous_location});
  if (log.size() > max) log.erase(log.begin(), log.end() - static_cast<std::ptrdiff_t>(max));
}

Status TableMetadataBuilder::TrimSnapshotLog() {
  std::set<int64_t> intermediate = set_as_main_;
  if (metadata_.current_snapshot_id) intermediate.erase(*metadata_.current_snapshot_id);
  if (intermediate.empty() && !removed_snapshots_) return Ok();
  std::set<int64_t> present;
  for (const SnapshotPtr& snapshot : metadata_.snapshots) present.insert(snapshot->snapshot_id);
  std::vector<SnapshotLogEntry> log;
  for (const SnapshotLogEntry& entry : metadata_.snapshot_log) {
    if (!present.contains(entry.snapshot_id)) {
      // A gap would make it look as if the snapshot before it had been current for longer than it was.
      if (removed_snapshots_) log.clear();
    } else if (!intermediate.contains(entry.snapshot_id)) {
      log.push_back(entry);
    }
  }
  if (metadata_.current_snapshot_id && (log.empty() || log.back().snapshot_id != *metadata_.current_snapshot_id)) {
    return Fail(kInvalid, "Cannot set invalid snapshot log: latest entry is not the current snapshot");
  }
  metadata_.snapshot_log = std::move(log);
  return Ok();
}

Result<TableMetadata> TableMetadataBuilder::Build() {
  if (metadata_.table_uuid.empty()) metadata_.table_uuid = context_.new_uuid;
  if (changed_) {
    metadata_.last_updated_ms = context_.now.millis();
    AddMetadataLogEntry();
    TARN_CHECK(TrimSnapshotLog());
  }
  TARN_CHECK(metadata_.Validate());
  return std::move(metadata_);
}

}  // namespace tarn::iceberg
