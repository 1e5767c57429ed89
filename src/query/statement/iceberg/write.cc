// INSERT INTO and CREATE TABLE AS of Iceberg tables.
//
// Invariant: the files of a statement are durable before the one commit that makes them the table's; a statement that
// fails before it removes them.
#include "query/statement/iceberg/write.h"

#include <fmt/format.h>

#include <utility>

#include "base/random.h"
#include "base/strings.h"
#include "catalog/buckets/table_buckets.h"
#include "catalog/iceberg/snapshots.h"
#include "iceberg/commit/snapshot_maker.h"
#include "query/errors.h"
#include "query/statement/iceberg/table.h"

namespace tarn::query {
namespace {

// A value of the format as DuckDB's text.
Result<std::string> LiteralOf(const iceberg::Type& type, const iceberg::Value& value) {
  TARN_TRY(const std::string name, tables::DuckDbType(type));
  return fmt::format("CAST({} AS {})", sql::QuoteLiteral(iceberg::ValueText(type, value)), name);
}

// The columns of the query, named c0, c1 …
std::string Named(const sql::Plan& plan) {
  std::string names;
  for (size_t i = 0; i < plan.columns.size(); ++i) names += fmt::format("{}c{}", i > 0 ? ", " : "", i);
  return fmt::format("({}) AS q({})", plan.duckdb, names);
}

// What makes `metadata` out of nothing, as a commit of a staged table has it.
std::vector<iceberg::Update> DefiningUpdates(const iceberg::TableMetadata& metadata) {
  std::vector<iceberg::Update> updates;
  updates.emplace_back(iceberg::AssignUuid{metadata.table_uuid});
  updates.emplace_back(iceberg::UpgradeFormatVersion{metadata.format_version});
  updates.emplace_back(iceberg::AddSchema{metadata.FindSchema(metadata.current_schema_id)});
  updates.emplace_back(iceberg::SetCurrentSchema{});
  updates.emplace_back(iceberg::AddSpec{metadata.spec()});
  updates.emplace_back(iceberg::SetDefaultSpec{});
  updates.emplace_back(iceberg::AddSortOrder{metadata.sort_order()});
  updates.emplace_back(iceberg::SetDefaultSortOrder{});
  updates.emplace_back(iceberg::SetLocation{metadata.location});
  if (!metadata.properties.empty()) updates.emplace_back(iceberg::SetProperties{metadata.properties});
  return updates;
}

Status StoreFile(Job& job, const iceberg::NewFile& file) {
  TARN_TRY(const object::Location place, object::ParseLocation(file.path));
  TARN_TRY(const object::Version version, job.files.Put(place.bucket, place.key, file.bytes));
  return Ok();
}

// One commit makes the table and its first snapshot.
Status CommitNew(Job& job, std::string_view database, const std::string& name, const iceberg::TableMetadata& metadata,
                 const std::vector<iceberg::DataFile>& files, const catalog::Alongside& also) {
  iceberg::SnapshotIds ids;
  ids.snapshot_id = static_cast<int64_t>(RandomU64() >> 1);
  ids.now = job.services.clock.Now();
  ids.commit_uuid = RandomUuid();
  ids.sync = RandomBytes(16);
  TARN_TRY(const iceberg::MadeSnapshot made,
           iceberg::AppendFiles(metadata, {}, files, ids, iceberg::kMainBranch, SummaryOf(job)));
  for (const iceberg::NewFile& file : made.files) TARN_CHECK(StoreFile(job, file));
  std::vector<iceberg::Update> updates = DefiningUpdates(metadata);
  updates.insert(updates.end(), made.updates.begin(), made.updates.end());
  const std::vector<iceberg::Requirement> requirements = {{iceberg::RequirementKind::kCreate, "", {}, 0}};
  const auto done = job.services.iceberg.tables.Commit(job.target, database, name, requirements, updates, also);
  if (done.ok()) return Ok();
  if (done.error().reason->code == Code::kOutcomeUnknown) return done.error();
  for (const iceberg::NewFile& file : made.files) {
    const auto place = object::ParseLocation(file.path);
    if (place.ok()) (void)job.files.Delete(place->bucket, place->key).ok();
  }
  return done.error();
}

Result<iceberg::NewTable> DefineAs(const sql::CreateTableAs& create, const std::vector<sql::OutputColumn>& columns) {
  std::vector<iceberg::Field> fields(columns.size());
  int32_t next_id = 1;
  for (iceberg::Field& field : fields) field.id = next_id++;
  for (size_t i = 0; i < fields.size(); ++i) {
    fields[i].name = columns[i].name;
    TARN_TRY(fields[i].type, IcebergTypeOf(columns[i].type, next_id));
  }
  iceberg::NewTable table;
  auto schema = iceberg::Schema::Make(0, std::move(fields));
  if (!schema.ok()) return Fail(kUserError, "GENERIC_USER_ERROR: " + schema.error().message);
  table.schema = *schema;
  std::vector<std::pair<std::string, std::string>> given;
  std::vector<sql::PartitionTransform> transforms;
  for (const auto& [key, value] : create.properties) {
    if (key == "partitioning") {
      for (const std::string& text : value.list) {
        TARN_TRY(sql::PartitionTransform transform, ParseTransformText(text));
        transforms.push_back(std::move(transform));
      }
    } else if (key == "location") {
      table.location = value.text;
    } else if (key == "is_external") {
      if (!EqualsIgnoreCase(value.text, "false")) {
        return Fail(kUserError, "INVALID_TABLE_PROPERTY: Iceberg tables are managed: is_external must be false");
      }
    } else if (key == "partitioned_by" || key == "external_location" || key == "bucketed_by" || key == "bucket_count") {
      return Fail(kUserError, fmt::format("INVALID_TABLE_PROPERTY: line 1:1: property '{}' is not one of Iceberg "
                                          "tables: use location and partitioning",
                                          key));
    } else if (key != "compression_level") {
      given.emplace_back(key, value.text);
    }
  }
  while (table.location.ends_with('/')) table.location.pop_back();
  TARN_TRY(table.spec, SpecOf(*table.schema, transforms));
  auto properties = TableProperties(given);
  if (!properties.ok()) return properties.error();
  table.properties = std::move(*properties);
  table.properties.try_emplace("write.parquet.compression-codec", "zstd");
  return table;
}

}  // namespace

Result<std::vector<sql::TableColumn>> TargetColumns(const iceberg::Schema& schema) {
  std::vector<sql::TableColumn> columns;
  for (const iceberg::Field& field : schema.columns()) {
    TARN_TRY(sql::Type type, ToSqlType(field.type));
    columns.push_back({AsciiLower(field.name), std::move(type)});
  }
  return columns;
}

Result<std::string> RowsSelect(const iceberg::Schema& schema, const std::vector<std::string>& side,
                               const std::vector<std::string>& values, const std::string& from,
                               const std::string& last) {
  std::string list;
  for (const std::string& text : side) list += (list.empty() ? "" : ", ") + text;
  for (size_t i = 0; i < schema.columns().size(); ++i) {
    const iceberg::Field& field = schema.columns()[i];
    TARN_TRY(const std::string type, tables::DuckDbType(field.type));
    std::string value = fmt::format("CAST({} AS {})", values[i].empty() ? "NULL" : values[i], type);
    if (values[i].empty() && field.write_default) {
      TARN_TRY(value, LiteralOf(field.type, *field.write_default));
    }
    if (field.required) {
      const std::string refusal =
          fmt::format("CONSTRAINT_VIOLATION: NULL value not allowed for NOT NULL column: {}", field.name);
      value = fmt::format("CASE WHEN {2} AND ({0}) IS NULL THEN error({1}) ELSE {0} END", value,
                          sql::QuoteLiteral(refusal), side.empty() ? "true" : side.back());
    }
    list += (list.empty() ? "" : ", ") + value;
  }
  if (!last.empty()) list += ", " + last;
  return fmt::format("SELECT {} FROM {}", list, from);
}

tables::RunQuery RunAs(Job& job) {
  return [&job](engine::Query query) { return job.RunEngine(std::move(query)); };
}

iceberg::Properties SummaryOf(const Job& job) {
  return {{"engine-name", "tarn"}, {"trino_query_id", job.execution.id}};
}

Status FinishRows(Job& job, const std::vector<iceberg::DataFile>& files, uint64_t rows) {
  std::vector<std::string> urls;
  uint64_t bytes = 0;
  for (const iceberg::DataFile& file : files) {
    urls.push_back(file.path);
    bytes += static_cast<uint64_t>(file.file_bytes);
  }
  return FinishWrite(job, urls, rows, bytes);
}

Status RunInsertIntoIceberg(Job& job, sql::InsertInto& insert, const catalog::IcebergTable& table) {
  const iceberg::TableMetadata& metadata = *table.metadata;
  const std::string& database = table.record.database;
  TARN_CHECK(CheckFolders(job, table, tables::Touch::kWrite));
  TARN_TRY(const std::vector<sql::TableColumn> columns, TargetColumns(metadata.schema()));
  sql::PrintOptions options;
  if (insert.columns.empty()) options.target = columns;
  TARN_TRY(const sql::Plan plan, sql::PlanQuery(*insert.query, job.lake, job.context(), options));
  TARN_CHECK(RaiseLevel(job, database, table.record.name, plan.tables));
  job.lake.Prune(plan.tables);
  TARN_TRY(const std::vector<int> sources, MatchColumns(insert, columns, plan.columns));
  std::vector<std::string> values;
  values.reserve(sources.size());
  for (const int source : sources) values.push_back(source < 0 ? "" : fmt::format("q.c{}", source));
  tables::Rows rows;
  TARN_TRY(rows.select, RowsSelect(metadata.schema(), {}, values, Named(plan)));
  rows.resolver = std::shared_ptr<engine::TableResolver>(&job.lake, [](auto*) {});
  tables::WriteOptions how;
  how.name_prefix = job.execution.id;
  auto written = tables::WriteDataFiles(job.files, metadata, std::move(rows), how, RunAs(job));
  if (!written.ok()) return IcebergError(written.error(), database, table.record.name);
  if (job.cancelled()) {
    tables::RemoveFiles(job.files, written->files);
    return Fail(engine::kCancelled, "the query was cancelled");
  }
  if (!written->files.empty()) {
    catalog::SnapshotOptions commit;
    commit.summary = SummaryOf(job);
    commit.table_uuid = metadata.table_uuid;
    commit.may_open = MayOpenOf(job, table);
    const auto done =
        job.services.iceberg.snapshots.Append(job.target, database, table.record.name, written->files, commit);
    if (!done.ok()) {
      if (done.error().reason->code != Code::kOutcomeUnknown) tables::RemoveFiles(job.files, written->files);
      return IcebergError(done.error(), database, table.record.name);
    }
  }
  return FinishRows(job, written->files, written->rows);
}

namespace {

// Writes the query's rows and makes the table of them.
Status FillNew(Job& job, const sql::CreateTableAs& create, const sql::Plan& plan,
               const iceberg::TableMetadata& metadata) {
  const std::string database = DatabaseOf(job, create.table);
  const std::string& name = create.table.table;
  TARN_CHECK(CheckFolders(job, metadata.location, metadata.properties, tables::Touch::kWrite));
  TARN_TRY(const catalog::Alongside also,
           WithLevel(job, database, name, plan.tables, catalog::MadeBy(job.target, database, name, MakerOf(job))));
  std::vector<std::string> values;
  values.reserve(plan.columns.size());
  for (size_t i = 0; i < plan.columns.size(); ++i) values.push_back(fmt::format("q.c{}", i));
  tables::Rows rows;
  TARN_TRY(rows.select, RowsSelect(metadata.schema(), {}, values, Named(plan)));
  if (!create.with_data) rows.select += " WHERE false";
  rows.resolver = std::shared_ptr<engine::TableResolver>(&job.lake, [](auto*) {});
  tables::WriteOptions how;
  how.name_prefix = job.execution.id;
  auto written = tables::WriteDataFiles(job.files, metadata, std::move(rows), how, RunAs(job));
  if (!written.ok()) return IcebergError(written.error(), database, create.table.table);
  Status done = Ok();
  if (job.cancelled()) {
    done = Fail(engine::kCancelled, "the query was cancelled");
  } else {
    done = CommitNew(job, database, create.table.table, metadata, written->files, also);
  }
  if (!done.ok()) {
    if (done.error().reason->code != Code::kOutcomeUnknown) tables::RemoveFiles(job.files, written->files);
    return IcebergError(done.error(), database, create.table.table);
  }
  return FinishRows(job, written->files, written->rows);
}

}  // namespace

Status RunCreateIcebergAs(Job& job, sql::CreateTableAs& create) {
  const std::string database = DatabaseOf(job, create.table);
  TARN_TRY(const bool absent, StartCreateAs(job, database, create));
  if (!absent) return FinishWrite(job, {}, 0, 0);
  TARN_TRY(sql::Plan plan, PlanTyped(job, *create.query));
  TARN_CHECK(CheckColumnNames(plan.columns));
  TARN_TRY(iceberg::NewTable definition, DefineAs(create, plan.columns));
  TARN_CHECK(CheckNewIceberg(job, create.table, definition.location));
  auto staged = job.services.iceberg.tables.Create(job.target, database, create.table.table, definition, true);
  if (!staged.ok()) return IcebergError(staged.error(), database, create.table.table);
  Status done = FillNew(job, create, plan, *staged->metadata);
  // A table bucket has given the table a bucket of its own.
  if (!done.ok() && InTableBucket(job) && done.error().reason->code != Code::kOutcomeUnknown) {
    (void)catalog::RemoveTableLocation(job.services.objects, job.target, staged->metadata->location).ok();
  }
  return done;
}

}  // namespace tarn::query
