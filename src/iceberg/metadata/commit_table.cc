// Whole commits over the builder: the REST commit, creation, replacement.
#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "iceberg/errors.h"
#include "iceberg/metadata/builder.h"
#include "iceberg/schema/evolve.h"

namespace tarn::iceberg {

Result<CommitOutcome> CommitTable(const TableMetadata* base, const std::vector<Requirement>& requirements,
                                  const std::vector<Update>& updates, const UpdateContext& context) {
  const bool create = std::any_of(requirements.begin(), requirements.end(),
                                  [](const Requirement& each) { return each.kind == RequirementKind::kCreate; });
  if (create && requirements.size() > 1 &&
      !std::all_of(requirements.begin(), requirements.end(),
                   [](const Requirement& each) { return each.kind == RequirementKind::kCreate; })) {
    return Fail(kInvalid, "Invalid create requirements: assert-create must be the only one");
  }
  for (const Requirement& requirement : requirements) TARN_CHECK(CheckRequirement(requirement, base));
  TableMetadataBuilder builder(base, context);
  // A new table starts at the version that any of the updates asks for.
  if (base == nullptr) {
    for (const Update& update : updates) {
      if (const auto* upgrade = std::get_if<UpgradeFormatVersion>(&update)) {
        TARN_CHECK(builder.Apply(*upgrade));
        break;
      }
    }
  }
  for (const Update& update : updates) TARN_CHECK(builder.Apply(update));
  const bool changed = builder.changed();
  TARN_TRY(TableMetadata metadata, builder.Build());
  return CommitOutcome{std::move(metadata), changed};
}

namespace {

constexpr std::string_view kReserved[] = {
    "uuid",           "snapshot-count",         "current-snapshot-summary", "current-snapshot-id",
    "current-schema", "default-partition-spec", "default-sort-order",       "current-snapshot-timestamp-ms",
};

// The properties to keep and the version that they ask for.
struct Split {
  Properties kept;
  int32_t version;
};

Result<Split> SplitProperties(const Properties& properties, int32_t otherwise) {
  Split split{properties, otherwise};
  for (const std::string_view name : kReserved) {
    if (properties.contains(name)) {
      return Fail(kInvalid, fmt::format("Table properties should not contain reserved properties, but got {}", name));
    }
  }
  const auto version = split.kept.find("format-version");
  if (version != split.kept.end()) {
    const auto number = ParseI64(version->second);
    if (!number || *number < 1 || *number > kFormatVersionMax) {
      return Fail(kInvalid,
                  fmt::format("Unsupported format version: v{} (supported: v{})", version->second, kFormatVersionMax));
    }
    split.version = static_cast<int32_t>(*number);
    split.kept.erase(version);
  }
  return split;
}

// Source ids of the client's schema → those of the fresh one, by name.
Status Remap(std::vector<int32_t>& sources, const Schema& from, const Schema& to) {
  for (int32_t& id : sources) {
    const std::string_view name = from.NameOf(id);
    const Field* field = name.empty() ? nullptr : to.FindField(name);
    if (field == nullptr) return Fail(kInvalid, fmt::format("Cannot find source column for field id {}", id));
    id = field->id;
  }
  return Ok();
}

Status RemapAll(PartitionSpec& spec, SortOrder& order, const Schema& from, const Schema& to) {
  for (PartitionField& field : spec.fields) TARN_CHECK(Remap(field.source_ids, from, to));
  for (SortField& field : order.fields) TARN_CHECK(Remap(field.source_ids, from, to));
  return Ok();
}

Status ApplyAll(TableMetadataBuilder& builder, const std::vector<Update>& updates) {
  for (const Update& update : updates) TARN_CHECK(builder.Apply(update));
  return Ok();
}

}  // namespace

Result<TableMetadata> MakeTable(const NewTable& table, const UpdateContext& context) {
  TARN_TRY(Split split, SplitProperties(table.properties, kDefaultFormatVersion));
  int32_t last = 0;
  TARN_TRY(const SchemaPtr schema, AssignFreshIds(*table.schema, nullptr, 0, [&] { return ++last; }));
  PartitionSpec spec = table.spec;
  SortOrder order = table.order;
  TARN_CHECK(RemapAll(spec, order, *table.schema, *schema));
  for (size_t i = 0; i < spec.fields.size(); ++i) {
    spec.fields[i].field_id = kPartitionIdStart + static_cast<int32_t>(i);
  }
  // As the reference has it: readers of old tables must not see the codec of new ones change under them.
  split.kept.emplace("write.parquet.compression-codec", "zstd");
  TableMetadataBuilder builder(nullptr, context);
  TARN_CHECK(
      ApplyAll(builder, {UpgradeFormatVersion{split.version}, AssignUuid{context.new_uuid}, AddSchema{schema},
                         SetCurrentSchema{}, AddSpec{std::move(spec)}, SetDefaultSpec{}, AddSortOrder{std::move(order)},
                         SetDefaultSortOrder{}, SetLocation{table.location}, SetProperties{std::move(split.kept)}}));
  return builder.Build();
}

Result<TableMetadata> ReplaceTable(const TableMetadata& base, const NewTable& table, const UpdateContext& context) {
  TARN_TRY(Split split, SplitProperties(table.properties, base.format_version));
  int32_t last = base.last_column_id;
  TARN_TRY(const SchemaPtr schema, AssignFreshIds(*table.schema, &base.schema(), 0, [&] { return ++last; }));
  PartitionSpec spec = table.spec;
  SortOrder order = table.order;
  TARN_CHECK(RemapAll(spec, order, *table.schema, *schema));
  for (PartitionField& field : spec.fields) field.field_id = 0;  // the builder finds the known ones
  if (base.format_version == 1) {
    for (size_t i = 0; i < spec.fields.size(); ++i) {
      spec.fields[i].field_id = kPartitionIdStart + static_cast<int32_t>(i);
    }
  }
  TableMetadataBuilder builder(&base, context);
  TARN_CHECK(ApplyAll(
      builder, {UpgradeFormatVersion{split.version}, RemoveSnapshotRef{std::string(kMainBranch)}, AddSchema{schema},
                SetCurrentSchema{}, AddSpec{std::move(spec)}, SetDefaultSpec{}, AddSortOrder{std::move(order)},
                SetDefaultSortOrder{}, SetLocation{table.location}, SetProperties{std::move(split.kept)}}));
  return builder.Build();
}

}  // namespace tarn::iceberg
