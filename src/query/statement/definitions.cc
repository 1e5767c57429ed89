// CREATE, DROP and ALTER of databases, tables and views.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/errors.h"
#include "govern/principal.h"
#include "json/json.h"
#include "query/errors.h"
#include "query/statement/hive_table.h"
#include "query/statement/iceberg/table.h"
#include "query/statement/job.h"
#include "sql/analyze.h"

namespace tarn::query {
namespace {

Error NoDatabase(std::string_view name) {
  return SemanticError(10072, fmt::format("Database does not exist: {}", name));
}

// Reads, changes and replaces a table, again when another change came between.
Status ChangeTable(Job& job, const sql::TableName& name, const std::function<Status(catalog::Table&)>& change) {
  for (int attempt = 0; attempt < 10; attempt++) {
    TARN_TRY(catalog::Table table, FindHiveTable(job, name));
    if (table.IsIceberg()) return Fail(kUserError, "NOT_SUPPORTED: this ALTER TABLE is not for Iceberg tables");
    const uint64_t version = table.version;
    TARN_CHECK(change(table));
    if (table.parameters) {
      (*table.parameters)["transient_lastDdlTime"] = std::to_string(job.services.clock.Now().seconds());
    }
    Result<uint64_t> updated =
        job.services.catalog.UpdateTable(job.scope, std::move(table), {.expected_version = version});
    if (updated.ok()) return job.WriteText({}, {});
    if (!updated.Is(catalog::kTableMoved)) return DdlTaskError(updated.error().message);
  }
  return DdlTaskError("the table changed too often meanwhile, run the statement again");
}

Result<catalog::Column> ToColumn(const sql::ColumnDef& def) {
  if (!def.has_type)
    return Fail(kUserError, "NOT_SUPPORTED: ALTER TABLE RENAME COLUMN is for Iceberg tables; use CHANGE");
  if (!sql::ParseHiveType(def.type).ok()) {
    return Fail(kUserError,
                fmt::format("FAILED: ParseException column {} has an unknown type: {}", def.name, def.type));
  }
  catalog::Column column;
  column.name = def.name;
  column.type = def.type;
  if (!def.comment.empty()) column.comment = def.comment;
  return column;
}

auto FindColumn(std::vector<catalog::Column>& columns, std::string_view name) {
  return std::find_if(columns.begin(), columns.end(),
                      [&](const catalog::Column& column) { return EqualsIgnoreCase(column.name, name); });
}

// What a namespace of a table bucket can be: a name.
Status CheckNamespace(const sql::CreateDatabase& create) {
  if (!catalog::IsTableBucketNamespace(create.name)) {
    return DdlTaskError(
        fmt::format("InvalidObjectException(message:{} is not a valid name of a namespace in a table "
                    "bucket: lower-case letters, digits and underscores)",
                    create.name));
  }
  if (create.location.empty() && create.properties.empty() && create.comment.empty()) return Ok();
  return Fail(kUserError, "NOT_SUPPORTED: a namespace of a table bucket has no location, comment or properties");
}

Status StorageOf(catalog::Table& table, std::vector<catalog::Column>** columns) {
  if (!table.storage) table.storage.emplace();
  if (!table.storage->columns) table.storage->columns.emplace();
  *columns = &*table.storage->columns;
  return Ok();
}

}  // namespace

Status RunCreateDatabase(Job& job, const sql::CreateDatabase& create) {
  catalog::Database database;
  database.name = create.name;
  if (InTableBucket(job)) TARN_CHECK(CheckNamespace(create));
  if (!create.comment.empty()) database.description = create.comment;
  if (!create.location.empty()) {
    TARN_TRY(object::Location folder, ParseFolder(create.location));
    database.location = create.location;
  }
  if (!create.properties.empty()) {
    database.parameters.emplace();
    for (const auto& [key, value] : create.properties) (*database.parameters)[key] = value;
  }
  database.creator = govern::PrincipalOf(job.caller);
  Status made = job.services.catalog.CreateDatabase(job.target, std::move(database));
  if (made.Is(catalog::kAlreadyExists)) {
    if (create.if_not_exists) return job.WriteText({}, {});
    return DdlTaskError(fmt::format("Database {} already exists", create.name));
  }
  if (!made.ok()) return DdlTaskError(made.error().message);
  return job.WriteText({}, {});
}

Status RunDropDatabase(Job& job, const sql::DropDatabase& drop) {
  Result<catalog::Database> found = job.services.catalog.GetDatabase(job.target, drop.name);
  if (found.Is(catalog::kNoSuchDatabase)) {
    if (drop.if_exists) return job.WriteText({}, {});
    return NoDatabase(drop.name);
  }
  if (!found.ok()) return found.error();
  // Tables of a table bucket go one by one, with their files.
  if (!drop.cascade || InTableBucket(job)) {
    catalog::ListOptions one;
    one.limit = 1;
    TARN_TRY(auto tables, job.services.catalog.ListTables(job.target, drop.name, one));
    if (!tables.items.empty()) {
      return DdlTaskError(
          fmt::format("InvalidOperationException(message:Database {} is not empty. One or more tables "
                      "exist.)",
                      drop.name));
    }
  }
  TARN_CHECK(job.services.catalog.DeleteDatabase(job.target, drop.name));
  return job.WriteText({}, {});
}

Status RunAlterDatabase(Job& job, const sql::AlterDatabase& alter) {
  Result<catalog::Database> found = job.services.catalog.GetDatabase(job.scope, alter.name);
  if (found.Is(catalog::kNoSuchDatabase)) return NoDatabase(alter.name);
  if (!found.ok()) return found.error();
  if (!found->parameters) found->parameters.emplace();
  for (const auto& [key, value] : alter.properties) (*found->parameters)[key] = value;
  TARN_CHECK(job.services.catalog.UpdateDatabase(job.scope, alter.name, std::move(found).value()));
  return job.WriteText({}, {});
}

Status RunCreateTable(Job& job, const sql::CreateTable& create) {
  if (SaysIceberg(create.properties) || InTableBucket(job)) return RunCreateIceberg(job, create);
  const std::string database = DatabaseOf(job, create.table);
  TARN_TRY(catalog::Table table, BuildTable(create, database, job.services.clock.Now()));
  TARN_CHECK(EnsureDefaultDatabase(job.services.catalog, job.scope, database));
  table.creator = govern::PrincipalOf(job.caller);
  Status made = job.services.catalog.CreateTable(job.scope, std::move(table));
  if (made.Is(catalog::kNoSuchDatabase)) return NoDatabase(database);
  if (made.Is(catalog::kAlreadyExists)) {
    if (create.if_not_exists) return job.WriteText({}, {});
    return DdlTaskError(fmt::format("AlreadyExistsException(message:Table {} already exists)", create.table.table));
  }
  if (!made.ok()) return DdlTaskError(made.error().message);
  return job.WriteText({}, {});
}

Status RunCreateView(Job& job, sql::CreateView& create) {
  const std::string database = DatabaseOf(job, create.table);
  TARN_CHECK(EnsureDefaultDatabase(job.services.catalog, job.scope, database));
  TARN_TRY(sql::Plan plan, sql::PlanQuery(*create.query, job.lake, job.context()));
  catalog::Table view;
  view.name = create.table.table;
  view.database = database;
  view.owner = "hadoop";
  view.retention = 0;
  view.table_type = "VIRTUAL_VIEW";
  view.parameters = catalog::Parameters{{"presto_view", "true"}, {"comment", "Presto View"}};
  view.view_expanded_text = "/* Presto View */";
  catalog::StorageDescriptor storage;
  storage.columns.emplace();
  storage.location = "";
  storage.serde.emplace();
  json::Writer columns;
  columns.BeginArray();
  for (size_t i = 0; i < plan.columns.size(); i++) {
    const std::string& name = i < create.column_aliases.size() ? create.column_aliases[i] : plan.columns[i].name;
    catalog::Column column;
    column.name = name;
    const bool unknown = plan.columns[i].type.kind == sql::TypeKind::kUnknown;
    column.type = unknown ? "string" : sql::ToHive(plan.columns[i].type);
    storage.columns->push_back(std::move(column));
    columns.BeginObject().Key("name").String(name);
    columns.Key("type").String(unknown ? "varchar" : sql::ToTrino(plan.columns[i].type)).EndObject();
  }
  columns.EndArray();
  view.storage = std::move(storage);
  std::string text = create.query_text;
  if (!create.column_aliases.empty()) {
    std::vector<std::string> aliases;
    aliases.reserve(create.column_aliases.size());
    for (const std::string& alias : create.column_aliases) aliases.push_back(sql::QuoteIdentifier(alias));
    text = fmt::format("SELECT * FROM (\n{}\n) AS {} ({})", text, sql::QuoteIdentifier(create.table.table),
                       Join(aliases, ", "));
  }
  json::Writer definition;
  definition.BeginObject().Key("originalSql").String(text).Key("catalog").String(kCatalogName);
  definition.Key("schema").String(job.database()).Key("columns").Raw(columns.Take()).EndObject();
  view.view_original_text = "/* Presto View: " + Base64(definition.Take()) + " */";

  Result<catalog::Table> old = job.services.catalog.GetTable(job.scope, database, view.name);
  const std::string full = fmt::format("{}.{}.{}", kCatalogName, database, view.name);
  if (old.ok()) {
    if (!old->IsView())
      return Fail(kUserError, fmt::format("TABLE_ALREADY_EXISTS: line 1:1: Table already exists: '{}'", full));
    if (!create.or_replace)
      return Fail(kUserError, fmt::format("ALREADY_EXISTS: line 1:1: View already exists: '{}'", full));
    Result<uint64_t> replaced = job.services.catalog.UpdateTable(job.scope, std::move(view), {});
    if (!replaced.ok()) return replaced.error();
    return job.WriteText({}, {});
  }
  view.creator = govern::PrincipalOf(job.caller);
  Status made = job.services.catalog.CreateTable(job.scope, std::move(view));
  if (made.Is(catalog::kNoSuchDatabase)) {
    return Fail(kUserError, fmt::format("SCHEMA_NOT_FOUND: line 1:1: Schema '{}' does not exist", database));
  }
  if (!made.ok()) return made.error();
  return job.WriteText({}, {});
}

Status RunDropTable(Job& job, const sql::DropTable& drop) {
  const std::string database = DatabaseOf(job, drop.table);
  Result<catalog::Table> found = job.services.catalog.GetTable(job.target, database, drop.table.table);
  if (!found.ok()) {
    const bool missing = found.Is(catalog::kNoSuchTable) || found.Is(catalog::kNoSuchDatabase);
    if (!missing) return found.error();
    if (drop.if_exists) return job.WriteText({}, {});
    if (drop.view) {
      return Fail(kUserError, fmt::format("TABLE_NOT_FOUND: line 1:1: View '{}.{}.{}' does not exist", kCatalogName,
                                          database, drop.table.table));
    }
    if (found.Is(catalog::kNoSuchDatabase)) return NoDatabase(database);
    return SemanticError(10001, fmt::format("Table not found {}", drop.table.table));
  }
  if (drop.view && !found->IsView()) {
    return Fail(kUserError, fmt::format("TYPE_MISMATCH: line 1:1: '{}.{}.{}' is a table, not a view", kCatalogName,
                                        database, drop.table.table));
  }
  if (!drop.view && found->IsView()) return DdlTaskError("Cannot drop a view with DROP TABLE");
  if (found->IsIceberg()) {
    // A table whose metadata cannot be read is forgotten all the same.
    const auto iceberg = FindIceberg(job, drop.table);
    if (iceberg.ok() && *iceberg) return RunDropIceberg(job, drop, **iceberg);
  }
  TARN_CHECK(InTableBucket(job) ? job.services.iceberg.buckets->DropTable(job.target, database, drop.table.table, {})
                                : job.services.catalog.DeleteTable(job.scope, database, drop.table.table));
  return job.WriteText({}, {});
}

Status RunAlterColumns(Job& job, const sql::AlterColumns& alter) {
  TARN_TRY(const auto iceberg, FindIceberg(job, alter.table));
  if (iceberg) return RunAlterIceberg(job, alter);
  return ChangeTable(job, alter.table, [&](catalog::Table& table) -> Status {
    std::vector<catalog::Column>* columns = nullptr;
    TARN_CHECK(StorageOf(table, &columns));
    if (alter.kind == sql::AlterColumns::kReplace) columns->clear();
    for (const sql::ColumnDef& def : alter.columns) {
      TARN_TRY(catalog::Column column, ToColumn(def));
      if (FindColumn(*columns, column.name) != columns->end() ||
          FindColumn(table.partition_keys, column.name) != table.partition_keys.end()) {
        return DdlTaskError(fmt::format("Duplicate column name: {}", column.name));
      }
      columns->push_back(std::move(column));
    }
    return Ok();
  });
}

Status RunChangeColumn(Job& job, const sql::ChangeColumn& change) {
  TARN_TRY(const auto iceberg, FindIceberg(job, change.table));
  if (iceberg) return RunAlterIceberg(job, change);
  return ChangeTable(job, change.table, [&](catalog::Table& table) -> Status {
    std::vector<catalog::Column>* columns = nullptr;
    TARN_CHECK(StorageOf(table, &columns));
    auto found = FindColumn(*columns, change.old_name);
    if (found == columns->end()) {
      return DdlTaskError(fmt::format("Invalid column reference {}", change.old_name));
    }
    TARN_TRY(catalog::Column column, ToColumn(change.column));
    if (!column.comment) column.comment = found->comment;
    if (!change.first && change.after.empty()) {
      *found = std::move(column);
      return Ok();
    }
    columns->erase(found);
    if (change.first) {
      columns->insert(columns->begin(), std::move(column));
      return Ok();
    }
    auto after = FindColumn(*columns, change.after);
    if (after == columns->end()) return DdlTaskError(fmt::format("Invalid column reference {}", change.after));
    columns->insert(after + 1, std::move(column));
    return Ok();
  });
}

Status RunDropColumn(Job& job, const sql::DropColumn& drop) {
  TARN_TRY(const auto iceberg, FindIceberg(job, drop.table));
  if (iceberg) return RunAlterIceberg(job, drop);
  return Fail(kUserError, "NOT_SUPPORTED: ALTER TABLE DROP COLUMN is for Iceberg tables; use REPLACE COLUMNS");
}

Status RunSetTblProperties(Job& job, const sql::SetTblProperties& set) {
  TARN_TRY(const auto iceberg, FindIceberg(job, set.table));
  if (iceberg) return RunAlterIceberg(job, set);
  return ChangeTable(job, set.table, [&](catalog::Table& table) -> Status {
    if (!table.parameters) table.parameters.emplace();
    for (const auto& [key, value] : set.properties) (*table.parameters)[key] = value;
    return Ok();
  });
}

Status RunUnsetTblProperties(Job& job, const sql::UnsetTblProperties& unset) {
  TARN_TRY(const auto iceberg, FindIceberg(job, unset.table));
  if (iceberg) return RunAlterIceberg(job, unset);
  return ChangeTable(job, unset.table, [&](catalog::Table& table) -> Status {
    if (!table.parameters) return Ok();
    for (const std::string& key : unset.keys) table.parameters->erase(key);
    return Ok();
  });
}

Status RunSetLocation(Job& job, const sql::SetLocation& set) {
  TARN_TRY(object::Location folder, ParseFolder(set.location));
  if (set.partition.empty()) {
    return ChangeTable(job, set.table, [&](catalog::Table& table) -> Status {
      if (!table.storage) table.storage.emplace();
      table.storage->location = set.location;
      return Ok();
    });
  }
  TARN_TRY(catalog::Table table, FindHiveTable(job, set.table));
  std::vector<std::string> values;
  for (const catalog::Column& key : table.partition_keys) {
    auto given = std::find_if(set.partition.begin(), set.partition.end(),
                              [&](const auto& pair) { return EqualsIgnoreCase(pair.first, key.name); });
    if (given == set.partition.end()) return SemanticError(10006, "Partition not found");
    values.push_back(given->second);
  }
  Result<catalog::Partition> partition =
      job.services.catalog.GetPartition(job.scope, table.database, table.name, values);
  if (partition.Is(catalog::kNoSuchPartition)) return SemanticError(10006, "Partition not found");
  if (!partition.ok()) return partition.error();
  if (!partition->storage) partition->storage = table.storage;
  partition->storage->location = set.location;
  std::vector<catalog::PartitionUpdate> updates = {{values, *partition}};
  TARN_TRY(auto failed, job.services.catalog.UpdatePartitions(job.scope, table.database, table.name, updates));
  if (!failed.empty()) return DdlTaskError(failed.front().error.message);
  return job.WriteText({}, {});
}

}  // namespace tarn::query
