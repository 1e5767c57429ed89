#include "enforce/iceberg_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "enforce/columns.h"
#include "enforce/rights.h"

namespace tarn::enforce {
namespace {

using govern::TableAccess;
using iceberg::Field;

std::vector<Field> WithoutDefaults(std::vector<Field> fields) {
  for (Field& field : fields) {
    field.initial_default.reset();
    field.write_default.reset();
    if (!field.type.is_nested()) continue;
    const std::vector<Field> below = WithoutDefaults(field.type.fields());
    if (field.type.is_struct()) {
      field.type = iceberg::Type::Struct(below);
    } else if (field.type.is_list()) {
      field.type = iceberg::Type::List(below[0].id, below[0].type, below[0].required);
    } else {
      field.type = iceberg::Type::Map(below[0].id, below[0].type, below[1].id, below[1].type, below[1].required);
    }
  }
  return fields;
}

// The fields that are seen; what may be masked may be null.
std::vector<Field> SeenFields(const TableAccess& access, const std::string& prefix, const std::vector<Field>& fields) {
  std::vector<Field> seen;
  for (const Field& field : fields) {
    const std::string path = prefix + AsciiLower(field.name);
    if (!Sees(access, path)) continue;
    Field copy = field;
    if (Divides(access, path)) {
      if (!field.type.is_struct()) continue;
      std::vector<Field> below = SeenFields(access, path + ".", field.type.fields());
      if (below.empty()) continue;
      copy.type = iceberg::Type::Struct(std::move(below));
    }
    const govern::ColumnAccess* entry = Find(access, path);
    if (entry != nullptr && (!entry->cell_filter.empty() || entry->mask.kind != govern::MaskKind::kNone)) {
      copy.required = false;
    }
    seen.push_back(std::move(copy));
  }
  return seen;
}

bool NamesColumns(std::string_view key) {
  return key.find(".column.") != std::string_view::npos || key == "schema.name-mapping.default" ||
         key.find("distribution") != std::string_view::npos;
}

void AddHidden(const TableAccess& access, const std::string& prefix, const std::vector<Field>& fields,
               std::vector<std::string>& names) {
  for (const Field& field : fields) {
    std::string name = AsciiLower(field.name);
    const std::string path = prefix + name;
    if (!Sees(access, path)) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    } else if (Divides(access, path) && field.type.is_struct()) {
      AddHidden(access, path + ".", field.type.fields(), names);
    }
  }
}

// Columns of any of the table's schemas that are not seen, and fields of structs, in lower case.
std::vector<std::string> HiddenNames(const TableAccess& access, const iceberg::TableMetadata& metadata) {
  std::vector<std::string> names;
  for (const iceberg::SchemaPtr& schema : metadata.schemas) AddHidden(access, "", schema->columns(), names);
  return names;
}

// Comments that name what is not seen go.
void DropNaming(const std::vector<std::string>& names, std::vector<Field>& fields) {
  for (Field& field : fields) {
    if (field.doc && NamesAny(names, *field.doc)) field.doc.reset();
    if (!field.type.is_struct()) continue;
    std::vector<Field> below = field.type.fields();
    DropNaming(names, below);
    field.type = iceberg::Type::Struct(std::move(below));
  }
}

}  // namespace

Result<iceberg::SchemaPtr> SeenSchema(const TableAccess& access, const iceberg::Schema& schema) {
  std::vector<Field> fields = SeenFields(access, "", schema.columns());
  // A default is the value of rows: of hidden ones, of masked cells.
  if (Filters(access)) fields = WithoutDefaults(std::move(fields));
  if (fields.empty()) return Insufficient(govern::Permission::kSelect, "the columns of the table");
  std::vector<std::string> hidden;
  AddHidden(access, "", schema.columns(), hidden);
  DropNaming(hidden, fields);
  std::vector<int32_t> identifiers;
  for (const int32_t id : schema.identifier_field_ids()) {
    if (std::ranges::any_of(fields, [&](const Field& field) { return field.id == id && field.required; })) {
      identifiers.push_back(id);
    }
  }
  return iceberg::Schema::Make(schema.schema_id(), std::move(fields), std::move(identifiers));
}

Result<iceberg::TableMetadata> SeenMetadata(const TableAccess& access, const iceberg::TableMetadata& metadata) {
  iceberg::TableMetadata seen = metadata;
  TARN_TRY(const iceberg::SchemaPtr schema, SeenSchema(access, metadata.schema()));
  seen.schemas = {schema};
  seen.current_schema_id = schema->schema_id();
  const auto hidden = [&](const auto& field) {
    return std::ranges::any_of(field.source_ids, [&](int32_t id) { return schema->FindField(id) == nullptr; });
  };
  for (iceberg::PartitionSpec& spec : seen.specs) std::erase_if(spec.fields, hidden);
  for (iceberg::SortOrder& order : seen.sort_orders) {
    if (std::ranges::any_of(order.fields, hidden)) order.fields.clear();
  }
  std::erase_if(seen.sort_orders, [](const auto& order) { return order.order_id != 0 && order.fields.empty(); });
  if (seen.FindSortOrder(seen.default_sort_order_id) == nullptr) {
    seen.default_sort_order_id = 0;
    if (seen.FindSortOrder(0) == nullptr) seen.sort_orders.push_back({});
  }
  std::set<int64_t> kept;
  std::erase_if(seen.refs, [](const auto& ref) { return !ref.second.is_branch; });
  for (const auto& [name, ref] : seen.refs) kept.insert(ref.snapshot_id);
  if (seen.current_snapshot_id) kept.insert(*seen.current_snapshot_id);
  std::vector<iceberg::SnapshotPtr> snapshots;
  for (const iceberg::SnapshotPtr& snapshot : metadata.snapshots) {
    if (!kept.contains(snapshot->snapshot_id)) continue;
    auto copy = std::make_shared<iceberg::Snapshot>(*snapshot);
    copy->summary.clear();
    copy->parent_id.reset();
    // Readers must find a name here; the true one leads to files that are not theirs.
    copy->manifests.clear();
    copy->manifest_list = fmt::format("{}/metadata/snap-{}.avro", metadata.location, copy->snapshot_id);
    copy->schema_id = schema->schema_id();
    copy->first_row_id.reset();
    copy->added_rows.reset();
    snapshots.push_back(std::move(copy));
  }
  seen.snapshots = std::move(snapshots);
  std::erase_if(seen.snapshot_log, [&](const auto& entry) { return !kept.contains(entry.snapshot_id); });
  seen.metadata_log.clear();
  seen.statistics.clear();
  seen.partition_statistics.clear();
  seen.encryption_keys.clear();
  const std::vector<std::string> names = HiddenNames(access, metadata);
  std::erase_if(seen.properties, [&](const auto& entry) {
    return TellsMore(entry.first) || NamesColumns(entry.first) || NamesAny(names, entry.first) ||
           NamesAny(names, entry.second);
  });
  // How many rows, columns and fields of partitions there ever were is told by nothing else.
  seen.next_row_id = 0;
  seen.last_column_id = schema->highest_field_id();
  seen.last_partition_id = iceberg::TableMetadata().last_partition_id;
  for (const iceberg::PartitionSpec& spec : seen.specs) {
    seen.last_partition_id = std::max(seen.last_partition_id, spec.last_field_id());
  }
  return seen;
}

}  // namespace tarn::enforce
