// CREATE, DROP and ALTER of Iceberg tables.
#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "iceberg/errors.h"
#include "iceberg/schema/evolve.h"
#include "query/errors.h"
#include "query/statement/iceberg/table.h"
#include "query/statement/job.h"

namespace tarn::query {
namespace {

using iceberg::Field;

using iceberg::Update;
using Updates = Result<std::vector<Update>>;

auto FindColumn(std::vector<Field>& columns, std::string_view name) {
  return std::find_if(columns.begin(), columns.end(),
                      [&](const Field& column) { return EqualsIgnoreCase(column.name, name); });
}

Error NoColumn(std::string_view name) {
  return Fail(kUserError, fmt::format("COLUMN_NOT_FOUND: Column '{}' does not exist", name));
}

// The columns as the table's next schema.
Updates NextSchema(const iceberg::TableMetadata& metadata, std::vector<Field> columns) {
  int32_t id = 0;
  for (const iceberg::SchemaPtr& schema : metadata.schemas) id = std::max(id, schema->schema_id() + 1);
  auto schema = iceberg::Schema::Make(id, std::move(columns), metadata.schema().identifier_field_ids());
  if (!schema.ok()) return Fail(kUserError, "GENERIC_USER_ERROR: " + schema.error().message);
  std::vector<int32_t> sources;
  sources.reserve(metadata.spec().fields.size());
  for (const iceberg::PartitionField& field : metadata.spec().fields) sources.push_back(field.source_id());
  const Status follows = iceberg::CheckEvolution(metadata.schema(), **schema, metadata.format_version, sources);
  if (!follows.ok()) return Fail(kUserError, "GENERIC_USER_ERROR: " + follows.error().message);
  std::vector<Update> updates;
  updates.emplace_back(iceberg::AddSchema{*schema});
  updates.emplace_back(iceberg::SetCurrentSchema{});
  return updates;
}

// The parts of `to` that `from` has keep their ids; new ones take the next.
Result<iceberg::Type> Evolve(const iceberg::Type& from, const iceberg::Type& to, int32_t& next_id) {
  if (from.id() != to.id() || !to.is_nested()) return to;
  if (!to.is_struct()) {
    std::vector<Field> parts = to.fields();
    for (size_t i = 0; i < parts.size(); ++i) {
      TARN_TRY(parts[i].type, Evolve(from.fields()[i].type, parts[i].type, next_id));
      parts[i].id = from.fields()[i].id;
      parts[i].required = from.fields()[i].required;
    }
    if (to.is_list()) return iceberg::Type::List(parts[0].id, parts[0].type, parts[0].required);
    return iceberg::Type::Map(parts[0].id, parts[0].type, parts[1].id, parts[1].type, parts[1].required);
  }
  std::vector<Field> fields = to.fields();
  for (Field& field : fields) {
    const auto known = std::find_if(from.fields().begin(), from.fields().end(),
                                    [&](const Field& old) { return EqualsIgnoreCase(old.name, field.name); });
    if (known == from.fields().end()) continue;  // its ids are new ones already
    TARN_TRY(iceberg::Type type, Evolve(known->type, field.type, next_id));
    field = *known;
    field.type = std::move(type);
  }
  return iceberg::Type::Struct(std::move(fields));
}

Result<Field> MakeField(const sql::ColumnDef& def, int32_t& next_id) {
  Field field;
  field.id = next_id++;
  field.name = def.name;
  if (!def.comment.empty()) field.doc = def.comment;
  TARN_TRY(const sql::Type type, sql::ParseHiveType(def.type));
  TARN_TRY(field.type, IcebergTypeOf(type, next_id));
  return field;
}

Updates AddColumns(const iceberg::TableMetadata& metadata, const sql::AlterColumns& alter) {
  std::vector<Field> columns = metadata.schema().columns();
  int32_t next_id = metadata.last_column_id + 1;
  for (const sql::ColumnDef& def : alter.columns) {
    if (FindColumn(columns, def.name) != columns.end()) {
      return Fail(kUserError, fmt::format("COLUMN_ALREADY_EXISTS: Column '{}' already exists", def.name));
    }
    TARN_TRY(Field field, MakeField(def, next_id));
    columns.push_back(std::move(field));
  }
  return NextSchema(metadata, std::move(columns));
}

Updates ChangeColumn(const iceberg::TableMetadata& metadata, const sql::ChangeColumn& change) {
  std::vector<Field> columns = metadata.schema().columns();
  const auto found = FindColumn(columns, change.old_name);
  if (found == columns.end()) return NoColumn(change.old_name);
  if (!EqualsIgnoreCase(change.old_name, change.column.name) &&
      FindColumn(columns, change.column.name) != columns.end()) {
    return Fail(kUserError, fmt::format("COLUMN_ALREADY_EXISTS: Column '{}' already exists", change.column.name));
  }
  Field column = *found;
  column.name = change.column.name;
  if (!change.column.comment.empty()) column.doc = change.column.comment;
  if (change.column.has_type) {
    int32_t next_id = metadata.last_column_id + 1;
    TARN_TRY(const sql::Type type, sql::ParseHiveType(change.column.type));
    TARN_TRY(const iceberg::Type wanted, IcebergTypeOf(type, next_id));
    TARN_TRY(const sql::Type present, ToSqlType(found->type));
    // What the statement cannot tell apart stays as it is (uuid, time, timestamps with a zone).
    if (sql::ToHive(present) != sql::ToHive(type)) {
      TARN_TRY(column.type, Evolve(found->type, wanted, next_id));
      if (!column.type.is_nested() && !iceberg::CanPromote(found->type, column.type, metadata.format_version)) {
        return Fail(kUserError, fmt::format("NOT_SUPPORTED: Cannot change column type: {}: {} -> {}", found->name,
                                            iceberg::TypeText(found->type), iceberg::TypeText(column.type)));
      }
    }
  }
  if (!change.first && change.after.empty()) {
    *found = std::move(column);
    return NextSchema(metadata, std::move(columns));
  }
  columns.erase(found);
  auto at = columns.begin();
  if (!change.first) {
    at = FindColumn(columns, change.after);
    if (at == columns.end()) return NoColumn(change.after);
    ++at;
  }
  columns.insert(at, std::move(column));
  return NextSchema(metadata, std::move(columns));
}

Updates DropColumn(const iceberg::TableMetadata& metadata, const sql::DropColumn& drop) {
  std::vector<Field> columns = metadata.schema().columns();
  const auto found = FindColumn(columns, drop.column);
  if (found == columns.end()) return NoColumn(drop.column);
  for (const iceberg::PartitionField& field : metadata.spec().fields) {
    if (field.source_id() == found->id && field.transform.kind != iceberg::TransformKind::kVoid) {
      return Fail(kUserError, fmt::format("NOT_SUPPORTED: Cannot drop partition field: {}", drop.column));
    }
  }
  for (const iceberg::SortField& field : metadata.sort_order().fields) {
    if (field.source_id() == found->id) {
      return Fail(kUserError, fmt::format("NOT_SUPPORTED: Cannot drop sort field: {}", drop.column));
    }
  }
  columns.erase(found);
  if (columns.empty()) return Fail(kUserError, "NOT_SUPPORTED: Cannot drop the only column in a table");
  return NextSchema(metadata, std::move(columns));
}

Updates NextSpec(const iceberg::TableMetadata& metadata, std::vector<iceberg::PartitionField> fields) {
  iceberg::PartitionSpec spec;
  spec.fields = std::move(fields);
  for (const iceberg::PartitionSpec& known : metadata.specs) spec.spec_id = std::max(spec.spec_id, known.spec_id + 1);
  const Status fits = iceberg::CheckSpec(spec, metadata.schema());
  if (!fits.ok()) return Fail(kUserError, "GENERIC_USER_ERROR: " + fits.error().message);
  std::vector<Update> updates;
  updates.emplace_back(iceberg::AddSpec{std::move(spec)});
  updates.emplace_back(iceberg::SetDefaultSpec{});
  return updates;
}

bool Same(const iceberg::PartitionField& a, const iceberg::PartitionField& b) {
  return a.source_ids == b.source_ids && a.transform == b.transform;
}

Updates AlterPartitionField(const iceberg::TableMetadata& metadata, const sql::AlterPartitionField& alter) {
  std::vector<iceberg::PartitionField> fields = metadata.spec().fields;
  if (alter.drop) {
    iceberg::PartitionField wanted;
    const auto made = PartitionFieldOf(metadata.schema(), alter.field);
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const iceberg::PartitionField& field) {
      const bool named = alter.field.transform == "identity" && EqualsIgnoreCase(field.name, alter.field.column);
      return named || (made.ok() && Same(field, *made));
    });
    if (found == fields.end() || found->transform.kind == iceberg::TransformKind::kVoid) {
      return Fail(kUserError,
                  fmt::format("GENERIC_USER_ERROR: Cannot find partition field to remove: {}", alter.field.column));
    }
    if (metadata.format_version > 1) {
      fields.erase(found);
    } else {
      found->transform = {iceberg::TransformKind::kVoid, 0, ""};  // v1 keeps the places of fields
    }
    return NextSpec(metadata, std::move(fields));
  }
  TARN_TRY(iceberg::PartitionField field, PartitionFieldOf(metadata.schema(), alter.field));
  if (!alter.name.empty()) field.name = alter.name;
  for (const iceberg::PartitionField& known : fields) {
    if (Same(known, field)) {
      return Fail(kUserError, fmt::format("GENERIC_USER_ERROR: Cannot add duplicate partition field: {}", field.name));
    }
  }
  // A field that an older spec had keeps its id.
  field.field_id = metadata.last_partition_id + 1;
  for (const iceberg::PartitionSpec& spec : metadata.specs) {
    for (const iceberg::PartitionField& known : spec.fields) {
      if (Same(known, field)) field.field_id = known.field_id;
    }
  }
  fields.push_back(std::move(field));
  return NextSpec(metadata, std::move(fields));
}

// Removes what lies below a folder.
Status RemoveFolder(Job& job, const std::string& url) {
  TARN_TRY(const object::Location folder, ParseFolder(url));
  object::ListQuery query;
  query.prefix = folder.key;
  query.max = 1000;
  for (;;) {
    TARN_TRY(const object::Page page, job.files.List(folder.bucket, query));
    for (const object::Entry& entry : page.entries) TARN_CHECK(job.files.Delete(folder.bucket, entry.key));
    if (page.entries.empty()) return Ok();
  }
}

}  // namespace

Status CheckNewIceberg(Job& job, const sql::TableName& name, const std::string& location) {
  if (InTableBucket(job)) {
    if (!catalog::IsTableBucketTable(name.table)) {
      return Fail(kUserError, fmt::format("GENERIC_USER_ERROR: a table bucket has no table of the name {}: lower-case "
                                          "letters, digits and underscores",
                                          name.table));
    }
    if (location.empty()) return Ok();
    return Fail(kUserError, "INVALID_TABLE_PROPERTY: the location of a table in a table bucket cannot be given");
  }
  if (location.empty()) return Ok();
  TARN_TRY(const object::Location folder, ParseFolder(location));
  object::ListQuery query;
  query.prefix = folder.key;
  query.max = 1;
  TARN_TRY(const object::Page page, job.files.List(folder.bucket, query));
  if (page.entries.empty()) return Ok();
  return Fail(kUserError,
              fmt::format("ICEBERG_FILESYSTEM_ERROR: Cannot create a table on a non-empty location: {}", location));
}

Status RunCreateIceberg(Job& job, const sql::CreateTable& create) {
  const std::string database = DatabaseOf(job, create.table);
  TARN_TRY(iceberg::NewTable table, DefineTable(create));
  TARN_CHECK(CheckFolders(job, table.location, table.properties, tables::Touch::kWrite));
  if (!InTableBucket(job)) TARN_CHECK(EnsureDefaultDatabase(job.services.catalog, job.scope, database));
  const auto present = job.services.catalog.GetTable(job.target, database, create.table.table);
  if (present.ok()) {
    if (create.if_not_exists) return job.WriteText({}, {});
    return DdlTaskError(fmt::format("AlreadyExistsException(message:Table {} already exists)", create.table.table));
  }
  TARN_CHECK(CheckNewIceberg(job, create.table, table.location));
  const auto made =
      job.services.iceberg.tables.Create(job.target, database, create.table.table, std::move(table), false,
                                         catalog::MadeBy(job.target, database, create.table.table, MakerOf(job)));
  if (made.Is(catalog::kNoSuchDatabase)) {
    return SemanticError(10072, fmt::format("Database does not exist: {}", database));
  }
  if (made.Is(catalog::kAlreadyExists)) {
    if (create.if_not_exists) return job.WriteText({}, {});
    return DdlTaskError(fmt::format("AlreadyExistsException(message:Table {} already exists)", create.table.table));
  }
  if (!made.ok()) return IcebergError(made.error(), database, create.table.table);
  return job.WriteText({}, {});
}

Status RunDropIceberg(Job& job, const sql::DropTable& drop, const catalog::IcebergTable& table) {
  if (InTableBucket(job)) {
    TARN_CHECK(job.services.iceberg.buckets->DropTable(job.target, table.record.database, table.record.name, {}));
    return job.WriteText({}, {});
  }
  TARN_CHECK(CheckFolders(job, table, tables::Touch::kDelete));
  TARN_CHECK(job.services.iceberg.tables.Drop(job.scope, table.record.database, table.record.name));
  // The table's own folders; files elsewhere (a migrated table's) are not its to remove.
  const bool kept = [&] {
    const auto given = table.metadata->properties.find("gc.enabled");
    return given != table.metadata->properties.end() && EqualsIgnoreCase(given->second, "false");
  }();
  if (!kept && !drop.view) {
    TARN_CHECK(RemoveFolder(job, iceberg::DataFolder(*table.metadata)));
    TARN_CHECK(RemoveFolder(job, iceberg::MetadataFolder(*table.metadata)));
  }
  return job.WriteText({}, {});
}

Status RunAlterIceberg(Job& job, const sql::AlterColumns& alter) {
  if (alter.kind == sql::AlterColumns::kReplace) {
    return Fail(kUserError, "NOT_SUPPORTED: ALTER TABLE REPLACE COLUMNS is not supported for Iceberg tables");
  }
  return ChangeIceberg(job, alter.table, [&](const iceberg::TableMetadata& table) { return AddColumns(table, alter); });
}

Status RunAlterIceberg(Job& job, const sql::ChangeColumn& change) {
  return ChangeIceberg(job, change.table,
                       [&](const iceberg::TableMetadata& table) { return ChangeColumn(table, change); });
}

Status RunAlterIceberg(Job& job, const sql::DropColumn& drop) {
  return ChangeIceberg(job, drop.table, [&](const iceberg::TableMetadata& table) { return DropColumn(table, drop); });
}

Status RunAlterIceberg(Job& job, const sql::SetTblProperties& set) {
  return ChangeIceberg(job, set.table, [&](const iceberg::TableMetadata& table) -> Updates {
    TARN_TRY(iceberg::Properties properties, TableProperties(set.properties));
    std::vector<Update> updates;
    if (const auto version = properties.find("format-version"); version != properties.end()) {
      const auto number = ParseI64(version->second);
      if (!number || *number < table.format_version || *number > iceberg::kFormatVersionMax) {
        return Fail(kUserError,
                    fmt::format("INVALID_TABLE_PROPERTY: Unable to set format-version to {}", version->second));
      }
      updates.emplace_back(iceberg::UpgradeFormatVersion{static_cast<int32_t>(*number)});
      properties.erase(version);
    }
    if (!properties.empty()) updates.emplace_back(iceberg::SetProperties{std::move(properties)});
    return updates;
  });
}

Status RunAlterIceberg(Job& job, const sql::UnsetTblProperties& unset) {
  return ChangeIceberg(job, unset.table, [&](const iceberg::TableMetadata&) -> Updates {
    iceberg::RemoveProperties remove;
    for (const std::string& key : unset.keys) {
      for (std::string& kept : PropertyKeys(key)) remove.removals.push_back(std::move(kept));
    }
    return std::vector<Update>{Update(std::move(remove))};
  });
}

Status RunAlterPartitionField(Job& job, const sql::AlterPartitionField& alter) {
  TARN_TRY(const auto table, FindIceberg(job, alter.table));
  if (!table) {
    return Fail(kUserError, "NOT_SUPPORTED: ALTER TABLE ADD or DROP PARTITION FIELD is for Iceberg tables");
  }
  return ChangeIceberg(job, alter.table,
                       [&](const iceberg::TableMetadata& metadata) { return AlterPartitionField(metadata, alter); });
}

Status RunRenameTable(Job& job, const sql::RenameTable& rename) {
  TARN_TRY(const auto table, FindIceberg(job, rename.table));
  if (!table) return Fail(kUnserved, "NOT_SUPPORTED: ALTER TABLE RENAME is not supported, as in Athena");
  const std::string database = DatabaseOf(job, rename.table);
  const std::string to = rename.to.database.empty() ? database : DatabaseOf(job, rename.to);
  const Status renamed =
      job.services.iceberg.tables.Rename(job.scope, database, rename.table.table, to, rename.to.table);
  if (renamed.Is(catalog::kAlreadyExists)) {
    return DdlTaskError(fmt::format("AlreadyExistsException(message:Table {} already exists)", rename.to.table));
  }
  if (!renamed.ok()) return IcebergError(renamed.error(), database, rename.table.table);
  return job.WriteText({}, {});
}

}  // namespace tarn::query
