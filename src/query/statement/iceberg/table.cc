#include "query/statement/iceberg/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "catalog/errors.h"
#include "govern/answer/uri.h"
#include "govern/principal.h"
#include "iceberg/errors.h"
#include "iceberg/schema/evolve.h"
#include "query/errors.h"
#include "query/lake/access.h"

namespace tarn::query {
namespace {

constexpr int kRoundsMax = 20;

// Athena's property, and the one of the format that it means.
struct Meaning {
  std::string_view given;
  std::string_view means;
  int64_t factor;  // of the number; 0: text
};
constexpr Meaning kMeanings[] = {
    {"vacuum_min_snapshots_to_keep", "history.expire.min-snapshots-to-keep", 1},
    {"vacuum_max_snapshot_age_seconds", "history.expire.max-snapshot-age-ms", 1000},
    {"vacuum_max_metadata_files_to_keep", "write.metadata.previous-versions-max", 1},
    {"write_compression", "write.parquet.compression-codec", 0},
    {"write_target_data_file_size_bytes", "write.target-file-size-bytes", 1},
    {"optimize_rewrite_min_data_file_size_bytes", "", 1},
    {"optimize_rewrite_max_data_file_size_bytes", "", 1},
    {"optimize_rewrite_data_file_threshold", "", 1},
    {"optimize_rewrite_delete_file_threshold", "", 1},
};

bool IsFormatProperty(std::string_view key) {
  for (const std::string_view prefix : {"write.", "read.", "commit.", "history.", "tarn.", "gc.", "schema."}) {
    if (key.starts_with(prefix)) return true;
  }
  return key == "format-version" || key == "comment";
}

Status AddCompression(std::string_view value, iceberg::Properties& properties) {
  const std::string codec = AsciiLower(value);
  if (codec != "zstd" && codec != "snappy" && codec != "gzip" && codec != "none" && codec != "uncompressed") {
    return Fail(kUnserved, fmt::format("NOT_SUPPORTED: compression {} of format parquet is not served", value));
  }
  properties["write.parquet.compression-codec"] = codec == "none" ? "uncompressed" : codec;
  return Ok();
}

Status AddFormat(std::string_view value, iceberg::Properties& properties) {
  if (!EqualsIgnoreCase(value, "parquet")) {
    return Fail(kUnserved,
                fmt::format("NOT_SUPPORTED: writing format {} is not served yet; PARQUET is", AsciiUpper(value)));
  }
  properties["write.format.default"] = "parquet";
  return Ok();
}

Status AddMeaning(const Meaning& meaning, std::string_view key, std::string_view value,
                  iceberg::Properties& properties) {
  if (meaning.factor == 0) return AddCompression(value, properties);
  const auto number = ParseI64(value);
  if (!number || *number < 0 || *number > INT64_MAX / 1000) {
    return Fail(kUserError,
                fmt::format("INVALID_TABLE_PROPERTY: {} is no valid value of table property {}", value, key));
  }
  properties[std::string(key)] = value;
  if (!meaning.means.empty()) properties[std::string(meaning.means)] = std::to_string(*number * meaning.factor);
  return Ok();
}

const std::string* Text(const sql::QueryProperties& properties, const std::string& key) {
  const auto found = properties.find(key);
  return found == properties.end() ? nullptr : &found->second.text;
}

}  // namespace

bool SaysIceberg(const sql::Properties& properties) {
  return std::any_of(properties.begin(), properties.end(), [](const auto& property) {
    return EqualsIgnoreCase(property.first, "table_type") && EqualsIgnoreCase(property.second, "iceberg");
  });
}

bool SaysIceberg(const sql::QueryProperties& properties) {
  const std::string* type = Text(properties, "table_type");
  return type != nullptr && EqualsIgnoreCase(*type, "iceberg");
}

Result<iceberg::Properties> TableProperties(const std::vector<std::pair<std::string, std::string>>& given) {
  iceberg::Properties properties;
  for (const auto& [key, value] : given) {
    const std::string name = AsciiLower(key);
    if (name == "table_type" || name == "external") continue;
    if (name == "format") {
      TARN_CHECK(AddFormat(value, properties));
      continue;
    }
    const auto* meaning = std::find_if(std::begin(kMeanings), std::end(kMeanings),
                                       [&](const Meaning& known) { return known.given == name; });
    if (meaning != std::end(kMeanings)) {
      TARN_CHECK(AddMeaning(*meaning, name, value, properties));
    } else if (name == "format_version") {
      properties["format-version"] = value;
    } else if (IsFormatProperty(key)) {
      properties[key] = value;
    } else {
      return Fail(kUserError, fmt::format("FAILED: SemanticException Unsupported table property key: {}", key));
    }
  }
  return properties;
}

std::vector<std::string> PropertyKeys(std::string_view given) {
  const std::string name = AsciiLower(given);
  if (name == "format") return {"write.format.default"};
  for (const Meaning& meaning : kMeanings) {
    if (meaning.given != name) continue;
    std::vector<std::string> keys = {name};
    if (!meaning.means.empty()) keys.emplace_back(meaning.means);
    return keys;
  }
  return {std::string(given)};
}

Result<iceberg::Type> IcebergTypeOf(const sql::Type& type, int32_t& next_id) {
  using iceberg::TypeId;
  using sql::TypeKind;
  switch (type.kind) {
    case TypeKind::kBoolean:
      return iceberg::Type(TypeId::kBoolean);
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInteger:
      return iceberg::Type(TypeId::kInt);
    case TypeKind::kBigint:
      return iceberg::Type(TypeId::kLong);
    case TypeKind::kReal:
      return iceberg::Type(TypeId::kFloat);
    case TypeKind::kDouble:
      return iceberg::Type(TypeId::kDouble);
    case TypeKind::kDecimal:
      return iceberg::Type::Decimal(type.length, type.scale);
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      return iceberg::Type(TypeId::kString);
    case TypeKind::kVarbinary:
      return iceberg::Type(TypeId::kBinary);
    case TypeKind::kDate:
      return iceberg::Type(TypeId::kDate);
    case TypeKind::kTime:
      return iceberg::Type(TypeId::kTime);
    case TypeKind::kTimestamp:
      return iceberg::Type(TypeId::kTimestamp);
    case TypeKind::kTimestampTz:
      return iceberg::Type(TypeId::kTimestampTz);
    case TypeKind::kUuid:
      return iceberg::Type(TypeId::kUuid);
    case TypeKind::kArray: {
      const int32_t id = next_id++;
      TARN_TRY(iceberg::Type element, IcebergTypeOf(type.args[0], next_id));
      return iceberg::Type::List(id, std::move(element), false);
    }
    case TypeKind::kMap: {
      const int32_t key_id = next_id++;
      const int32_t value_id = next_id++;
      TARN_TRY(iceberg::Type key, IcebergTypeOf(type.args[0], next_id));
      TARN_TRY(iceberg::Type value, IcebergTypeOf(type.args[1], next_id));
      return iceberg::Type::Map(key_id, std::move(key), value_id, std::move(value), false);
    }
    case TypeKind::kRow: {
      std::vector<iceberg::Field> fields(type.args.size());
      for (iceberg::Field& field : fields) field.id = next_id++;
      for (size_t i = 0; i < fields.size(); ++i) {
        if (type.names[i].empty()) {
          return Fail(kUserError, "NOT_SUPPORTED: Row type field does not have a name: " + sql::ToTrino(type));
        }
        fields[i].name = type.names[i];
        TARN_TRY(fields[i].type, IcebergTypeOf(type.args[i], next_id));
      }
      return iceberg::Type::Struct(std::move(fields));
    }
    default:
      return Fail(kUserError, fmt::format("NOT_SUPPORTED: Type not supported for Iceberg: {}", sql::ToTrino(type)));
  }
}

Result<iceberg::PartitionField> PartitionFieldOf(const iceberg::Schema& schema, const sql::PartitionTransform& field) {
  using iceberg::TransformKind;
  const std::string kind = AsciiLower(field.transform);
  const bool sized = kind == "bucket" || kind == "truncate";
  std::string text = kind;
  for (const std::string_view name : {"year", "month", "day", "hour"}) {
    if (kind == fmt::format("{}s", name)) text = name;
  }
  if (kind == "date") text = "day";
  if (kind == "date_hour") text = "hour";
  if (sized) text = fmt::format("{}[{}]", kind, field.argument);
  iceberg::PartitionField made;
  auto transform = iceberg::ParseTransform(text);
  if (!transform.ok() || transform->kind == TransformKind::kUnknown || (sized && field.argument <= 0)) {
    return Fail(kUserError, fmt::format("INVALID_TABLE_PROPERTY: Unable to parse partitioning value: {}({})",
                                        field.transform, field.column));
  }
  made.transform = *transform;
  const iceberg::Field* source = schema.FindFieldIgnoreCase(field.column);
  if (source == nullptr) {
    return Fail(kUserError, fmt::format("COLUMN_NOT_FOUND: Column not found: {}", field.column));
  }
  made.source_ids = {source->id};
  const std::string_view column = schema.NameOf(source->id);
  switch (made.transform.kind) {
    case TransformKind::kIdentity:
      made.name = column;
      break;
    case TransformKind::kTruncate:
      made.name = fmt::format("{}_trunc", column);
      break;
    default:
      made.name = fmt::format("{}_{}", column, sized ? kind : text);
  }
  return made;
}

Result<iceberg::PartitionSpec> SpecOf(const iceberg::Schema& schema,
                                      const std::vector<sql::PartitionTransform>& fields) {
  iceberg::PartitionSpec spec;
  for (const sql::PartitionTransform& field : fields) {
    TARN_TRY(iceberg::PartitionField made, PartitionFieldOf(schema, field));
    made.field_id = iceberg::kPartitionIdStart + static_cast<int32_t>(spec.fields.size());
    spec.fields.push_back(std::move(made));
  }
  const Status fits = iceberg::CheckSpec(spec, schema);
  if (!fits.ok()) return Fail(kUserError, "INVALID_TABLE_PROPERTY: " + fits.error().message);
  return spec;
}

Result<sql::PartitionTransform> ParseTransformText(std::string_view text) {
  sql::PartitionTransform field;
  const std::string_view whole = Trim(text);
  const size_t open = whole.find('(');
  if (open == std::string_view::npos) {
    field.transform = "identity";
    field.column = AsciiLower(whole);
    return field;
  }
  field.transform = AsciiLower(Trim(whole.substr(0, open)));
  const bool closed = whole.ends_with(')');
  bool named = false;
  if (closed) {
    for (const std::string_view part : Split(whole.substr(open + 1, whole.size() - open - 2), ',')) {
      const std::string_view argument = Trim(part);
      const auto number = ParseI64(argument);
      if (number) {
        field.argument = *number;
      } else {
        field.column = AsciiLower(argument);
        named = true;
      }
    }
  }
  if (!named) {
    return Fail(kUserError, fmt::format("INVALID_TABLE_PROPERTY: Unable to parse partitioning value: {}", text));
  }
  return field;
}

Result<iceberg::NewTable> DefineTable(const sql::CreateTable& create) {
  if (create.external) {
    return Fail(kUserError, "FAILED: SemanticException Iceberg tables are managed tables: use CREATE TABLE");
  }
  if (!create.partition_columns.empty()) {
    return Fail(kUserError, fmt::format("FAILED: ParseException the partition column {} of an Iceberg table takes no "
                                        "type: it is one of the table's columns",
                                        create.partition_columns.front().name));
  }
  if (!create.stored_as.empty() || !create.input_format.empty() || create.row_format.delimited ||
      !create.row_format.serde.empty() || create.bucket_count > 0) {
    return Fail(kUserError,
                "FAILED: SemanticException ROW FORMAT, STORED AS and CLUSTERED BY are none of Iceberg tables: use "
                "TBLPROPERTIES ('format'='parquet') and PARTITIONED BY (bucket(n, column))");
  }
  if (create.columns.empty()) return Fail(kUserError, "FAILED: SemanticException a table needs columns");
  std::vector<iceberg::Field> columns(create.columns.size());
  int32_t next_id = 1;
  for (iceberg::Field& column : columns) column.id = next_id++;
  for (size_t i = 0; i < columns.size(); ++i) {
    const sql::ColumnDef& def = create.columns[i];
    columns[i].name = def.name;
    if (!def.comment.empty()) columns[i].doc = def.comment;
    TARN_TRY(const sql::Type type, sql::ParseHiveType(def.type));
    if (type.Is(sql::TypeKind::kTinyint) || type.Is(sql::TypeKind::kSmallint)) {
      return Fail(kUserError, fmt::format("NOT_SUPPORTED: Type not supported for Iceberg: {}", sql::ToTrino(type)));
    }
    TARN_TRY(columns[i].type, IcebergTypeOf(type, next_id));
  }
  iceberg::NewTable table;
  auto schema = iceberg::Schema::Make(0, std::move(columns));
  if (!schema.ok()) return Fail(kUserError, "FAILED: SemanticException " + schema.error().message);
  table.schema = *schema;
  TARN_TRY(table.spec, SpecOf(*table.schema, create.partition_fields));
  TARN_TRY(table.properties, TableProperties(create.properties));
  table.properties.try_emplace("write.parquet.compression-codec", "zstd");
  if (!create.comment.empty()) table.properties["comment"] = create.comment;
  table.location = create.location;
  while (table.location.ends_with('/')) table.location.pop_back();
  return table;
}

Error IcebergError(const Error& error, std::string_view database, std::string_view table) {
  if (error.reason == &iceberg::kCommitFailed) {
    return Fail(kCommitConflict,
                fmt::format("ICEBERG_COMMIT_ERROR: Failed to commit Iceberg update to table: {}.{}: {}", database,
                            table, error.message));
  }
  if (error.reason == &iceberg::kUnsupported) return Fail(kUnserved, "NOT_SUPPORTED: " + error.message);
  if (error.reason == &iceberg::kInvalid) return Fail(kUserError, "GENERIC_USER_ERROR: " + error.message);
  return error;
}

Result<std::optional<catalog::IcebergTable>> FindIceberg(Job& job, const sql::TableName& name) {
  auto table = job.services.iceberg.tables.Load(job.target, DatabaseOf(job, name), name.table);
  if (table.ok()) return std::optional(std::move(*table));
  const bool absent =
      table.Is(catalog::kNotIceberg) || table.Is(catalog::kNoSuchTable) || table.Is(catalog::kNoSuchDatabase);
  if (absent) return std::optional<catalog::IcebergTable>();
  return table.error();
}

std::string MakerOf(const Job& job) { return govern::PrincipalOf(job.caller); }

catalog::MayOpen MayOpenOf(const Job& job, const catalog::IcebergTable& table) {
  return MayOpenOf(table.record.location(), job.catalog.rights(), job.iam);
}

namespace {

bool IsBelow(std::string_view home, std::string_view folder) {
  std::string own = govern::PlainUri(home);
  if (own.empty()) return false;
  if (!own.ends_with('/')) own += '/';
  return govern::PlainUri(folder).starts_with(own);
}

}  // namespace

Status CheckFolders(const Job& job, std::string_view home, const iceberg::Properties& properties, tables::Touch how) {
  for (const std::string_view key : catalog::kFolderProperties) {
    const auto found = properties.find(key);
    if (found == properties.end()) continue;
    const std::string folder = found->second + (found->second.ends_with('/') ? "" : "/");
    if (!IsBelow(home, folder)) TARN_CHECK(MayTouch(job.catalog.rights(), job.iam, folder, how));
  }
  return Ok();
}

Status CheckFolders(const Job& job, const catalog::IcebergTable& table, tables::Touch how) {
  const std::string_view home = table.record.location();
  const std::string folder = table.metadata->location + (table.metadata->location.ends_with('/') ? "" : "/");
  if (!IsBelow(home, folder)) TARN_CHECK(MayTouch(job.catalog.rights(), job.iam, folder, how));
  return CheckFolders(job, home, table.metadata->properties, how);
}

Status ChangeIceberg(Job& job, const sql::TableName& name, const MakeUpdates& change) {
  using iceberg::Requirement;
  using iceberg::RequirementKind;
  const std::string database = DatabaseOf(job, name);
  catalog::IcebergTables& tables = job.services.iceberg.tables;
  for (int round = 1;; ++round) {
    TARN_TRY(const catalog::IcebergTable table, tables.Load(job.target, database, name.table));
    const iceberg::TableMetadata& metadata = *table.metadata;
    TARN_CHECK(CheckFolders(job, table, tables::Touch::kWrite));
    TARN_TRY(const std::vector<iceberg::Update> updates, change(metadata));
    for (const iceberg::Update& update : updates) {
      const auto* set = std::get_if<iceberg::SetProperties>(&update);
      if (set == nullptr) continue;
      TARN_CHECK(CheckFolders(job, table.record.location(), set->updates, tables::Touch::kWrite));
    }
    if (updates.empty()) return job.WriteText({}, {});
    const std::vector<Requirement> requirements = {
        {RequirementKind::kTableUuid, metadata.table_uuid, {}, 0},
        {RequirementKind::kCurrentSchemaId, "", {}, metadata.current_schema_id},
        {RequirementKind::kLastAssignedFieldId, "", {}, metadata.last_column_id},
        {RequirementKind::kDefaultSpecId, "", {}, metadata.default_spec_id}};
    const auto done = tables.Commit(job.target, database, name.table, requirements, updates);
    if (done.ok()) return job.WriteText({}, {});
    if (!done.Is(iceberg::kCommitFailed) || round == kRoundsMax) {
      return IcebergError(done.error(), database, name.table);
    }
  }
}

}  // namespace tarn::query
