// Statements that write rows: CREATE TABLE AS, INSERT INTO, UNLOAD.
//
// Invariant: the files of a statement get their names only after all rows were written and checked, then the catalog
// learns of the table or the new partitions. A statement that fails before that leaves no file.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "catalog/database_parameters.h"
#include "catalog/errors.h"
#include "enforce/links.h"
#include "govern/principal.h"
#include "query/errors.h"
#include "query/render.h"
#include "query/statement/deferred_files.h"
#include "query/statement/hive_table.h"
#include "query/statement/iceberg/table.h"
#include "query/statement/job.h"

namespace tarn::query {
namespace {

constexpr size_t kPartitionsMax = 100;  // a statement, as in Athena

// How rows are laid down.
struct Layout {
  std::string format = "parquet";  // name of a StorageFormat
  engine::WriteTarget target;
  std::string location;
};

const std::string* Property(const sql::QueryProperties& properties, const std::string& key) {
  auto found = properties.find(key);
  return found == properties.end() ? nullptr : &found->second.text;
}

// The compression that the statement names, in capitals; empty when it names none.
std::string AskedCodec(const sql::QueryProperties& properties) {
  std::string codec;
  for (const char* key : {"parquet_compression", "orc_compression", "compression", "write_compression"}) {
    if (const std::string* value = Property(properties, key)) codec = AsciiUpper(*value);
  }
  return codec;
}

Status SetCodec(const sql::QueryProperties& properties, Layout& layout) {
  const std::string codec = AskedCodec(properties);
  using Codec = engine::WriteTarget::Codec;
  const bool parquet = layout.target.format == engine::WriteTarget::Format::kParquet;
  if (codec.empty()) {
    layout.target.codec = parquet ? Codec::kSnappy : Codec::kGzip;
  } else if (codec == "NONE" || codec == "UNCOMPRESSED") {
    layout.target.codec = Codec::kNone;
  } else if (codec == "SNAPPY" && parquet) {
    layout.target.codec = Codec::kSnappy;
  } else if (codec == "GZIP") {
    layout.target.codec = Codec::kGzip;
  } else if (codec == "ZSTD") {
    layout.target.codec = Codec::kZstd;
  } else {
    return Fail(kUnserved,
                fmt::format("NOT_SUPPORTED: compression {} of format {} is not served", codec, layout.format));
  }
  return Ok();
}

Status SetFormat(const sql::QueryProperties& properties, Layout& layout) {
  if (const std::string* format = Property(properties, "format")) layout.format = AsciiLower(*format);
  using Format = engine::WriteTarget::Format;
  if (layout.format == "parquet") {
    layout.target.format = Format::kParquet;
  } else if (layout.format == "json") {
    layout.target.format = Format::kJson;
  } else if (layout.format == "textfile") {
    layout.target.format = Format::kDelimited;
  } else {
    return Fail(kUnserved,
                fmt::format("NOT_SUPPORTED: writing format {} is not served yet; PARQUET, JSON and TEXTFILE are",
                            AsciiUpper(layout.format)));
  }
  if (const std::string* delimiter = Property(properties, "field_delimiter")) {
    if (delimiter->size() != 1)
      return Fail(kUserError, "INVALID_TABLE_PROPERTY: field_delimiter must be one character");
    layout.target.delimiter = delimiter->front();
  }
  return SetCodec(properties, layout);
}

Status CheckProperties(const sql::QueryProperties& properties, std::set<std::string_view> known) {
  for (const auto& [key, value] : properties) {
    if (key == "bucketed_by" || key == "bucket_count") {
      return Fail(kUnserved, "NOT_SUPPORTED: bucketed tables are not served yet");
    }
    if (!known.contains(key)) {
      return Fail(kUserError, fmt::format("INVALID_TABLE_PROPERTY: line 1:1: property '{}' does not exist", key));
    }
  }
  return Ok();
}

std::vector<std::string> PartitionedBy(const sql::QueryProperties& properties) {
  auto found = properties.find("partitioned_by");
  std::vector<std::string> columns;
  if (found == properties.end()) return columns;
  for (const std::string& column : found->second.list) columns.push_back(AsciiLower(column));
  return columns;
}

}  // namespace

Status CheckColumnNames(const std::vector<sql::OutputColumn>& columns) {
  std::set<std::string> seen;
  for (size_t i = 0; i < columns.size(); i++) {
    const sql::OutputColumn& column = columns[i];
    if (!column.named) {
      return Fail(kUserError, fmt::format("SYNTAX_ERROR: line 1:1: Column name not specified at position {}", i + 1));
    }
    if (!seen.insert(column.name).second) {
      return Fail(kUserError,
                  fmt::format("SYNTAX_ERROR: line 1:1: Column name '{}' specified more than once", column.name));
    }
    if (column.type.kind == sql::TypeKind::kUnknown) {
      return Fail(kUserError, fmt::format("SYNTAX_ERROR: line 1:1: Column type is unknown at position {}", i + 1));
    }
  }
  return Ok();
}

namespace {

// What a table made from these columns cannot be.
Status CheckColumns(const std::vector<sql::OutputColumn>& columns) {
  TARN_CHECK(CheckColumnNames(columns));
  for (const sql::OutputColumn& column : columns) {
    switch (column.type.kind) {
      case sql::TypeKind::kTime:
      case sql::TypeKind::kTimestampTz:
      case sql::TypeKind::kIntervalDay:
      case sql::TypeKind::kIntervalYear:
      case sql::TypeKind::kJson:
      case sql::TypeKind::kUuid:
      case sql::TypeKind::kIpAddress:
        return Fail(kUserError, fmt::format("NOT_SUPPORTED: Unsupported Hive type: {}", sql::ToTrino(column.type)));
      default:
        break;
    }
  }
  return Ok();
}

Status CheckPartitionColumns(const std::vector<sql::OutputColumn>& columns, const std::vector<std::string>& keys) {
  if (keys.empty()) return Ok();
  bool last = keys.size() < columns.size();
  for (size_t i = 0; last && i < keys.size(); i++) {
    last = columns[columns.size() - keys.size() + i].name == keys[i];
  }
  if (last) return Ok();
  return Fail(kUserError,
              fmt::format("HIVE_COLUMN_ORDER_MISMATCH: Partition keys must be the last columns in the table and "
                          "in the same order as the table properties: [{}]",
                          Join(keys, ", ")));
}

// SELECT of the plan's rows with these names and types, in this order. `sources` are positions in the plan; -1 is NULL.
std::string CastSelect(const sql::Plan& plan, const std::vector<sql::TableColumn>& to,
                       const std::vector<int>& sources) {
  std::string list;
  for (size_t i = 0; i < to.size(); i++) {
    const std::string value = sources[i] < 0 ? "NULL" : fmt::format("q.c{}", sources[i]);
    list += fmt::format("{}CAST({} AS {}) AS {}", i > 0 ? ", " : "", value, sql::ToDuckDb(to[i].type),
                        sql::QuoteIdentifier(to[i].name));
  }
  std::string names;
  for (size_t i = 0; i < plan.columns.size(); i++) names += fmt::format("{}c{}", i > 0 ? ", " : "", i);
  return fmt::format("SELECT {} FROM ({}) AS q({})", list, plan.duckdb, names);
}

Status CheckEmpty(Job& job, const object::Location& folder, std::string_view table) {
  object::ListQuery query;
  query.prefix = folder.key;
  query.max = 1;
  TARN_TRY(object::Page page, job.files.List(folder.bucket, query));
  if (page.entries.empty()) return Ok();
  return Fail(kUserError,
              fmt::format("HIVE_PATH_ALREADY_EXISTS: Target directory for table '{}' already exists: {}. You may "
                          "need to manually clean the data at location before retrying.",
                          table, folder.Url()));
}

struct Written {
  std::shared_ptr<DeferredFiles> files;
  engine::Outcome outcome;
  uint64_t rows = 0;
};

Result<Written> WriteRows(Job& job, std::string sql, Layout& layout, std::vector<std::string> partition_columns) {
  TARN_TRY(object::Location folder, ParseFolder(layout.location));
  Written written;
  written.files = std::make_shared<DeferredFiles>(job.files, folder);
  layout.target.sink = written.files;
  layout.target.partition_columns = std::move(partition_columns);
  layout.target.name_prefix = job.execution.id;
  engine::Query query;
  query.sql = std::move(sql);
  query.resolver = std::shared_ptr<engine::TableResolver>(&job.lake, [](auto*) {});
  query.write = layout.target;
  TARN_TRY(written.outcome, job.RunEngine(std::move(query)));
  std::set<std::vector<std::optional<std::string>>> partitions;
  for (const engine::WrittenFile& file : written.outcome.written) {
    written.rows += file.rows;
    partitions.insert(file.partition_values);
  }
  if (partitions.size() > kPartitionsMax) {
    return Fail(kUserError,
                fmt::format("HIVE_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {} open writers for partitions/"
                            "buckets",
                            kPartitionsMax));
  }
  return written;
}

// The partitions that the written files lie in, at their default places below `location`.
std::vector<catalog::Partition> PartitionsOf(const catalog::Table& table, const engine::Outcome& outcome,
                                             Timestamp now) {
  std::string base(table.location());
  if (!base.ends_with('/')) base += '/';
  std::set<std::vector<std::string>> seen;
  std::vector<catalog::Partition> partitions;
  for (const engine::WrittenFile& file : outcome.written) {
    std::vector<std::string> values;
    values.reserve(file.partition_values.size());
    for (const auto& value : file.partition_values) values.push_back(value.value_or(std::string(catalog::kHiveNull)));
    if (values.empty() || !seen.insert(values).second) continue;
    catalog::Partition partition;
    partition.values = std::move(values);
    partition.storage = table.storage;
    partition.storage->location = base + file.name.substr(0, file.name.rfind('/') + 1);
    partition.parameters = catalog::Parameters{{"transient_lastDdlTime", std::to_string(now.seconds())}};
    partitions.push_back(std::move(partition));
  }
  return partitions;
}

}  // namespace

Status FinishWrite(Job& job, const std::vector<std::string>& urls, uint64_t rows, uint64_t bytes) {
  std::string text;
  for (const std::string& url : urls) text += url + "\n";
  TARN_TRY(object::Location to, object::ParseLocation(*job.execution.result.output_location + "-manifest.csv"));
  std::vector<ResultColumn> columns = {DescribeColumn("rows", sql::MakeType(sql::TypeKind::kBigint))};
  TARN_CHECK(job.WithMetadata(".metadata", columns, [&]() -> Status {
    TARN_TRY(object::Version version, job.files.Put(to.bucket, to.key, text));
    return Ok();
  }));
  job.execution.columns = std::move(columns);
  job.execution.update_count = static_cast<int64_t>(rows);
  job.execution.statistics.manifest_location = to.Url();
  job.execution.statistics.output_rows = static_cast<int64_t>(rows);
  job.execution.statistics.output_bytes += static_cast<int64_t>(bytes);
  return Ok();
}

namespace {

Status FinishWritten(Job& job, const Written& written) {
  uint64_t bytes = 0;
  for (const engine::WrittenFile& file : written.outcome.written) bytes += file.size_bytes;
  return FinishWrite(job, written.files->urls(), written.rows, bytes);
}

// The folder of a new table: as told, else below the results.
std::string NewTableLocation(const Job& job, const sql::QueryProperties& properties) {
  if (const std::string* location = Property(properties, "external_location")) return *location;
  return *job.execution.result.output_location + "/";
}

catalog::Table NewTable(const sql::CreateTableAs& create, std::string database, const Layout& layout,
                        const std::vector<sql::OutputColumn>& columns, size_t keys, Timestamp now) {
  const StorageFormat& format = *FindStorageFormat(layout.format);
  catalog::Table table;
  table.name = create.table.table;
  table.database = std::move(database);
  table.owner = "hadoop";
  table.retention = 0;
  table.table_type = "EXTERNAL_TABLE";
  table.parameters = catalog::Parameters{{"EXTERNAL", "TRUE"},
                                         {"classification", layout.format == "textfile" ? "csv" : layout.format},
                                         {"has_encrypted_data", "false"},
                                         {"transient_lastDdlTime", std::to_string(now.seconds())}};
  // Kept for later INSERTs.
  if (const std::string codec = AskedCodec(create.properties); !codec.empty()) {
    (*table.parameters)[layout.format == "parquet" ? "parquet.compression" : "write.compression"] = codec;
  }
  catalog::StorageDescriptor storage;
  storage.columns.emplace();
  for (size_t i = 0; i < columns.size(); i++) {
    catalog::Column column;
    column.name = columns[i].name;
    column.type = sql::ToHive(columns[i].type);
    (i + keys < columns.size() ? *storage.columns : table.partition_keys).push_back(std::move(column));
  }
  storage.location = layout.location;
  storage.input_format = std::string(format.input_format);
  storage.output_format = std::string(format.output_format);
  storage.compressed = false;
  storage.number_of_buckets = -1;
  storage.serde.emplace();
  storage.serde->library = std::string(format.serde);
  storage.serde->parameters = catalog::Parameters{{"serialization.format", "1"}};
  if (layout.format == "textfile") {
    const std::string delimiter(1, layout.target.delimiter);
    storage.serde->parameters = catalog::Parameters{{"field.delim", delimiter}, {"serialization.format", delimiter}};
  }
  storage.bucket_columns.emplace();
  storage.sort_columns.emplace();
  storage.parameters.emplace();
  storage.stored_as_sub_directories = false;
  table.storage = std::move(storage);
  return table;
}

Error TableExists(const std::string& database, const sql::TableName& name) {
  return Fail(kUserError, fmt::format("TABLE_ALREADY_EXISTS: line {}:{}: Table '{}.{}.{}' already exists",
                                      name.pos.line, name.pos.column, kCatalogName, database, name.table));
}

}  // namespace

Result<bool> StartCreateAs(Job& job, const std::string& database, const sql::CreateTableAs& create) {
  if (!InTableBucket(job)) TARN_CHECK(EnsureDefaultDatabase(job.services.catalog, job.scope, database));
  const Result<catalog::Table> found = job.services.catalog.GetTable(job.target, database, create.table.table);
  if (found.ok()) {
    if (create.if_not_exists) return false;
    return TableExists(database, create.table);
  }
  if (found.Is(catalog::kNoSuchTable)) return true;
  if (found.Is(catalog::kNoSuchDatabase)) {
    return Fail(kUserError, fmt::format("SCHEMA_NOT_FOUND: line {}:{}: Schema '{}' does not exist",
                                        create.table.pos.line, create.table.pos.column, database));
  }
  return found.error();
}

namespace {

Status AddPartitions(Job& job, const catalog::Table& table, std::vector<catalog::Partition> partitions) {
  if (partitions.empty()) return Ok();
  TARN_TRY(auto failed,
           job.services.catalog.CreatePartitions(job.scope, table.database, table.name, std::move(partitions)));
  for (const catalog::ItemError& item : failed) {
    if (item.error.reason != &catalog::kAlreadyExists) return Status(item.error);
  }
  return Ok();
}

std::vector<sql::TableColumn> AsTableColumns(const std::vector<sql::OutputColumn>& columns) {
  std::vector<sql::TableColumn> out;
  out.reserve(columns.size());
  for (const sql::OutputColumn& column : columns) out.push_back({column.name, column.type});
  return out;
}

std::vector<int> Positions(size_t count) {
  std::vector<int> positions(count);
  for (size_t i = 0; i < count; i++) positions[i] = static_cast<int>(i);
  return positions;
}

// An existing partition elsewhere than at its default place would not see the new files.
Status CheckPlaces(Job& job, const catalog::Table& table, const std::vector<catalog::Partition>& partitions) {
  std::vector<std::vector<std::string>> values;
  values.reserve(partitions.size());
  for (const catalog::Partition& partition : partitions) values.push_back(partition.values);
  TARN_TRY(auto existing, job.services.catalog.GetPartitions(job.scope, table.database, table.name, values));
  for (const catalog::Partition& old : existing) {
    auto made =
        std::find_if(partitions.begin(), partitions.end(), [&](const auto& p) { return p.values == old.values; });
    if (made == partitions.end()) continue;
    TARN_TRY(object::Location here, ParseFolder(old.location()));
    TARN_TRY(object::Location there, ParseFolder(made->location()));
    if (here.Url() != there.Url()) {
      return Fail(kUnserved,
                  fmt::format("NOT_SUPPORTED: INSERT INTO partition {} whose location is not below its table's",
                              PartitionPath(table.partition_keys, old.values)));
    }
  }
  return Ok();
}

}  // namespace

// For each column of the table the position of the query's column that fills it.
Result<std::vector<int>> MatchColumns(const sql::InsertInto& insert, const std::vector<sql::TableColumn>& columns,
                                      const std::vector<sql::OutputColumn>& given) {
  std::vector<int> sources(columns.size(), -1);
  if (insert.columns.empty()) {
    sources = Positions(columns.size());
  } else {
    for (size_t i = 0; i < insert.columns.size(); i++) {
      auto found = std::find_if(columns.begin(), columns.end(),
                                [&](const auto& column) { return column.name == AsciiLower(insert.columns[i].name); });
      if (found == columns.end()) {
        return Fail(kUserError,
                    fmt::format("COLUMN_NOT_FOUND: line {}:{}: Insert column name does not exist in target "
                                "table: {}",
                                insert.columns[i].pos.line, insert.columns[i].pos.column, insert.columns[i].name));
      }
      sources[static_cast<size_t>(found - columns.begin())] = static_cast<int>(i);
    }
  }
  const size_t expected = insert.columns.empty() ? columns.size() : insert.columns.size();
  bool fits = given.size() == expected;
  std::vector<std::string> table_types(expected);
  std::vector<std::string> query_types;
  query_types.reserve(given.size());
  for (const sql::OutputColumn& column : given) query_types.push_back(sql::ToTrino(column.type));
  for (size_t i = 0; i < columns.size(); i++) {
    if (sources[i] < 0) continue;
    const auto source = static_cast<size_t>(sources[i]);
    if (source < expected) table_types[source] = sql::ToTrino(columns[i].type);
    if (source < given.size() && given[source].type.kind != sql::TypeKind::kUnknown) {
      fits = fits && sql::CanCoerce(given[source].type, columns[i].type);
    }
  }
  if (!fits) {
    return Fail(kUserError,
                fmt::format("TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: [{}], "
                            "Query: [{}]",
                            Join(table_types, ", "), Join(query_types, ", ")));
  }
  return sources;
}

namespace {

Result<Layout> LayoutOf(const catalog::Table& table) {
  engine::TextOptions text;
  TARN_TRY(engine::Format format, TableFormat(table, text));
  Layout layout;
  layout.location = std::string(table.location());
  using Format = engine::WriteTarget::Format;
  using Codec = engine::WriteTarget::Codec;
  const bool parquet = format == engine::Format::kParquet;
  layout.target.codec = parquet ? Codec::kSnappy : Codec::kGzip;
  for (const char* key : {"parquet.compression", "write.compression"}) {
    const std::string* codec = catalog::Find(table.parameters, key);
    if (codec == nullptr || (!parquet && std::string_view(key).starts_with("parquet"))) continue;
    if (EqualsIgnoreCase(*codec, "zstd")) layout.target.codec = Codec::kZstd;
    if (EqualsIgnoreCase(*codec, "gzip")) layout.target.codec = Codec::kGzip;
    if (EqualsIgnoreCase(*codec, "none") || EqualsIgnoreCase(*codec, "uncompressed")) {
      layout.target.codec = Codec::kNone;
    }
  }
  if (parquet) {
    layout.target.format = Format::kParquet;
  } else if (format == engine::Format::kJson) {
    layout.target.format = Format::kJson;
  } else if (format == engine::Format::kDelimited && text.skip_header_lines == 0) {
    layout.target.format = Format::kDelimited;
    layout.target.delimiter = text.delimiter;
  } else {
    return Fail(kUnserved, fmt::format("NOT_SUPPORTED: INSERT INTO table {}.{} is not supported for its format",
                                       table.database, table.name));
  }
  return layout;
}

// A statement that names no format takes that of the database's zone, where such files can be written.
Status TakeZonesFormat(Job& job, const sql::TableName& table, sql::QueryProperties& given) {
  if (given.contains("format") || given.contains("table_type") || given.contains("external_location")) return Ok();
  const auto database = job.services.catalog.GetDatabase(job.scope, DatabaseOf(job, table));
  if (!database.ok()) return database.Is(catalog::kNoSuchDatabase) ? Ok() : Status(database.error());
  const std::string* format = catalog::Find(database->parameters, catalog::kDefaultFormatParameter);
  if (format != nullptr && *format == "iceberg") given["table_type"].text = "ICEBERG";
  if (format != nullptr && (*format == "json" || *format == "parquet")) given["format"].text = *format;
  return Ok();
}

}  // namespace

Status RunCreateTableAs(Job& job, sql::CreateTableAs& create) {
  // A table bucket holds nothing else.
  if (InTableBucket(job)) create.properties.try_emplace("table_type").first->second.text = "ICEBERG";
  TARN_CHECK(TakeZonesFormat(job, create.table, create.properties));
  if (SaysIceberg(create.properties)) return RunCreateIcebergAs(job, create);
  TARN_CHECK(CheckProperties(create.properties, {"format", "external_location", "partitioned_by", "parquet_compression",
                                                 "orc_compression", "compression", "write_compression",
                                                 "field_delimiter", "table_type", "is_external", "compression_level"}));
  const std::string database = DatabaseOf(job, create.table);
  TARN_TRY(const bool absent, StartCreateAs(job, database, create));
  if (!absent) return FinishWrite(job, {}, 0, 0);
  Layout layout;
  TARN_CHECK(SetFormat(create.properties, layout));
  layout.location = NewTableLocation(job, create.properties);
  TARN_TRY(object::Location folder, ParseFolder(layout.location));
  layout.location = folder.Url();
  TARN_CHECK(CheckEmpty(job, folder, database + "." + create.table.table));
  TARN_TRY(sql::Plan plan, PlanTyped(job, *create.query));
  TARN_TRY(const catalog::Alongside also, WithLevel(job, database, create.table.table, plan.tables));
  TARN_CHECK(CheckColumns(plan.columns));
  const std::vector<std::string> keys = PartitionedBy(create.properties);
  TARN_CHECK(CheckPartitionColumns(plan.columns, keys));
  std::string sql = CastSelect(plan, AsTableColumns(plan.columns), Positions(plan.columns.size()));
  if (!create.with_data) sql += " WHERE false";
  TARN_TRY(Written written, WriteRows(job, std::move(sql), layout, keys));
  const Timestamp now = job.services.clock.Now();
  catalog::Table table = NewTable(create, database, layout, plan.columns, keys.size(), now);
  table.creator = govern::PrincipalOf(job.caller);
  if (job.cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
  Status done = written.files->Commit();
  if (done.ok()) done = job.services.catalog.CreateTable(job.scope, table, {}, also);
  if (done.ok()) done = AddPartitions(job, table, PartitionsOf(table, written.outcome, now));
  if (!done.ok()) {
    written.files->Remove();
    return done.Is(catalog::kAlreadyExists) ? TableExists(database, create.table) : done;
  }
  return FinishWritten(job, written);
}

Status RunInsertInto(Job& job, sql::InsertInto& insert) {
  TARN_TRY(const auto iceberg, FindIceberg(job, insert.table));
  if (iceberg) return RunInsertIntoIceberg(job, insert, *iceberg);
  if (InTableBucket(job)) {
    return Fail(kUserError,
                fmt::format("TABLE_NOT_FOUND: line {}:{}: Table '{}.{}' does not exist", insert.table.pos.line,
                            insert.table.pos.column, DatabaseOf(job, insert.table), insert.table.table));
  }
  sql::TableName name = insert.table;
  name.database = DatabaseOf(job, insert.table);
  name.catalog = kCatalogName;
  TARN_TRY(auto info, job.lake.FindTarget(name));
  if (!info) {
    return Fail(kUserError, fmt::format("TABLE_NOT_FOUND: line {}:{}: Table '{}.{}.{}' does not exist", name.pos.line,
                                        name.pos.column, kCatalogName, name.database, name.table));
  }
  if (info->kind == sql::TableInfo::kView) {
    return Fail(kUserError, "NOT_SUPPORTED: line 1:1: Inserting into views is not supported");
  }
  const auto record = job.services.catalog.GetTable(job.scope, name.database, name.table);
  TARN_TRY(const auto linked, enforce::FollowLink(job.services.catalog, job.scope, name.database, name.table, record));
  if (linked) return Fail(kUserError, "NOT_SUPPORTED: Inserting through resource links is not supported");
  if (!record.ok()) return record.error();
  catalog::Table table = *record;
  TARN_TRY(Layout layout, LayoutOf(table));
  sql::PrintOptions options;
  if (insert.columns.empty()) options.target = info->columns;  // rows are then cast by position, as Trino does
  TARN_TRY(sql::Plan plan, sql::PlanQuery(*insert.query, job.lake, job.context(), options));
  TARN_CHECK(RaiseLevel(job, table.database, table.name, plan.tables));
  job.lake.Prune(plan.tables);
  // Types that are not known stay so: a bare NULL fits every column.
  TARN_TRY(std::vector<int> sources, MatchColumns(insert, info->columns, plan.columns));
  TARN_TRY(Written written, WriteRows(job, CastSelect(plan, info->columns, sources), layout, info->partition_keys));
  std::vector<catalog::Partition> partitions = PartitionsOf(table, written.outcome, job.services.clock.Now());
  if (!partitions.empty()) TARN_CHECK(CheckPlaces(job, table, partitions));
  if (job.cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
  Status done = written.files->Commit();
  if (done.ok()) done = AddPartitions(job, table, std::move(partitions));
  if (!done.ok()) {
    written.files->Remove();
    return done;
  }
  return FinishWritten(job, written);
}

Status RunUnload(Job& job, sql::Unload& unload) {
  TARN_CHECK(CheckProperties(unload.properties,
                             {"format", "compression", "compression_level", "field_delimiter", "partitioned_by"}));
  if (Property(unload.properties, "format") == nullptr) {
    return Fail(kUserError, "INVALID_TABLE_PROPERTY: line 1:1: UNLOAD needs the property format");
  }
  Layout layout;
  TARN_CHECK(SetFormat(unload.properties, layout));
  TARN_TRY(object::Location folder, ParseFolder(unload.location));
  layout.location = folder.Url();
  TARN_CHECK(CheckEmpty(job, folder, "unload"));
  TARN_TRY(sql::Plan plan, PlanTyped(job, *unload.query));
  TARN_CHECK(CheckColumns(plan.columns));
  const std::vector<std::string> keys = PartitionedBy(unload.properties);
  TARN_CHECK(CheckPartitionColumns(plan.columns, keys));
  const std::string sql = CastSelect(plan, AsTableColumns(plan.columns), Positions(plan.columns.size()));
  TARN_TRY(Written written, WriteRows(job, sql, layout, keys));
  if (job.cancelled()) return Fail(engine::kCancelled, "the query was cancelled");
  Status done = written.files->Commit();
  if (done.ok()) done = ClassifyFiles(job, written.files->urls(), plan.tables);
  if (!done.ok()) {
    written.files->Remove();
    return done;
  }
  return FinishWritten(job, written);
}

}  // namespace tarn::query
