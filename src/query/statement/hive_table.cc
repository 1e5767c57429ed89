#include "query/statement/hive_table.h"

#include <fmt/format.h>

#include <set>

#include "base/strings.h"
#include "formats/hive.h"
#include "query/errors.h"
#include "query/statement/job.h"
#include "sql/type.h"

namespace tarn::query {
namespace {

constexpr StorageFormat kFormats[] = {
    {"textfile", formats::kTextInputFormat, formats::kTextOutputFormat, formats::kLazySimpleSerDe},
    {"parquet", formats::kParquetInputFormat, formats::kParquetOutputFormat, formats::kParquetSerDe},
    {"json", formats::kTextInputFormat, formats::kTextOutputFormat, "org.apache.hive.hcatalog.data.JsonSerDe"},
    {"orc", "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat", "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
     "org.apache.hadoop.hive.ql.io.orc.OrcSerde"},
    {"avro", "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
     "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat", "org.apache.hadoop.hive.serde2.avro.AvroSerDe"},
    {"sequencefile", "org.apache.hadoop.mapred.SequenceFileInputFormat",
     "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat", formats::kLazySimpleSerDe},
    {"rcfile", "org.apache.hadoop.hive.ql.io.RCFileInputFormat", "org.apache.hadoop.hive.ql.io.RCFileOutputFormat",
     "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe"},
};

Result<std::vector<catalog::Column>> BuildColumns(const std::vector<sql::ColumnDef>& given,
                                                  std::set<std::string>& seen) {
  std::vector<catalog::Column> columns;
  for (const sql::ColumnDef& def : given) {
    if (!seen.insert(def.name).second) {
      return SemanticError(10036, fmt::format("Duplicate column name: {}", def.name));
    }
    Result<sql::Type> type = sql::ParseHiveType(def.type);
    if (!type.ok()) {
      return Fail(kUserError,
                  fmt::format("FAILED: ParseException column {} has an unknown type: {}", def.name, def.type));
    }
    catalog::Column column;
    column.name = def.name;
    column.type = def.type;
    if (!def.comment.empty()) column.comment = def.comment;
    columns.push_back(std::move(column));
  }
  return columns;
}

void AddDelimiters(const sql::RowFormat& format, catalog::Parameters& parameters) {
  auto add = [&](std::string_view key, const std::optional<std::string>& value) {
    if (value) parameters[std::string(key)] = *value;
  };
  add("field.delim", format.field_terminator);
  if (format.field_terminator) parameters["serialization.format"] = *format.field_terminator;
  add("escape.delim", format.escape);
  add("colelction.delim", format.collection_terminator);  // spelled as Hive spells it
  add("mapkey.delim", format.map_key_terminator);
  add("line.delim", format.line_terminator);
  add("serialization.null.format", format.null_format);
}

Status SetFormat(const sql::CreateTable& create, catalog::StorageDescriptor& storage) {
  const StorageFormat* format = FindStorageFormat(create.stored_as.empty() ? "textfile" : create.stored_as);
  if (format == nullptr) {
    return Fail(kUserError, fmt::format("FAILED: SemanticException Unrecognized file format in STORED AS clause: '{}'",
                                        create.stored_as));
  }
  storage.input_format = std::string(format->input_format);
  storage.output_format = std::string(format->output_format);
  if (!create.input_format.empty()) storage.input_format = create.input_format;
  if (!create.output_format.empty()) storage.output_format = create.output_format;
  catalog::SerDe serde;
  serde.library = std::string(format->serde);
  catalog::Parameters parameters = {{"serialization.format", "1"}};
  if (!create.row_format.serde.empty()) serde.library = create.row_format.serde;
  for (const auto& [key, value] : create.row_format.serde_properties) parameters[key] = value;
  if (create.row_format.delimited) AddDelimiters(create.row_format, parameters);
  serde.parameters = std::move(parameters);
  storage.serde = std::move(serde);
  return Ok();
}

std::string Escape(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '\'':
        out += "\\'";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out;
}

// "'k'='v', " lines; the last without its comma.
void AddProperties(const catalog::Parameters& parameters, std::vector<std::string>& lines) {
  size_t left = parameters.size();
  for (const auto& [key, value] : parameters) {
    lines.push_back(fmt::format("  '{}'='{}'{}", Escape(key), Escape(value), --left > 0 ? ", " : ")"));
  }
}

void AddColumns(const std::vector<catalog::Column>& columns, std::vector<std::string>& lines) {
  for (size_t i = 0; i < columns.size(); i++) {
    std::string line = fmt::format("  `{}` {}", columns[i].name, columns[i].type.value_or("string"));
    if (!columns[i].comment.value_or("").empty()) line += fmt::format(" COMMENT '{}'", Escape(*columns[i].comment));
    lines.push_back(line + (i + 1 < columns.size() ? ", " : ")"));
  }
}

}  // namespace

const StorageFormat* FindStorageFormat(std::string_view name) {
  for (const StorageFormat& format : kFormats) {
    if (EqualsIgnoreCase(format.name, name)) return &format;
  }
  return nullptr;
}

Result<catalog::Table> BuildTable(const sql::CreateTable& create, std::string database, Timestamp now) {
  for (const auto& [key, value] : create.properties) {
    if (EqualsIgnoreCase(key, "table_type") && EqualsIgnoreCase(value, "iceberg")) {
      return Fail(kUnserved, "NOT_SUPPORTED: CREATE TABLE of Iceberg tables is not served yet");
    }
  }
  if (!create.external) {
    return Fail(kUserError,
                "FAILED: SemanticException: only external tables and Iceberg tables can be created; write "
                "CREATE EXTERNAL TABLE");
  }
  if (create.location.empty()) {
    return DdlTaskError("MetaException(message:No location was specified for table. An S3 location must be specified)");
  }
  TARN_TRY(object::Location folder, ParseFolder(create.location));
  if (create.bucket_count > 0 && create.clustered_by.empty()) {
    return Fail(kUserError, "FAILED: SemanticException: INTO BUCKETS needs CLUSTERED BY");
  }
  catalog::Table table;
  table.name = create.table.table;
  table.database = std::move(database);
  table.owner = "hadoop";
  table.retention = 0;
  table.table_type = "EXTERNAL_TABLE";
  catalog::StorageDescriptor storage;
  std::set<std::string> seen;
  TARN_TRY(storage.columns, BuildColumns(create.columns, seen));
  TARN_TRY(table.partition_keys, BuildColumns(create.partition_columns, seen));
  storage.location = create.location;
  storage.compressed = false;
  storage.number_of_buckets = create.bucket_count > 0 ? create.bucket_count : -1;
  storage.bucket_columns = create.clustered_by;
  storage.sort_columns.emplace();
  for (const std::string& column : create.sorted_by) storage.sort_columns->push_back({column, 1});
  storage.parameters.emplace();
  storage.stored_as_sub_directories = false;
  TARN_CHECK(SetFormat(create, storage));
  table.storage = std::move(storage);
  catalog::Parameters parameters = {{"EXTERNAL", "TRUE"}, {"transient_lastDdlTime", std::to_string(now.seconds())}};
  if (!create.comment.empty()) parameters["comment"] = create.comment;
  for (const auto& [key, value] : create.properties) parameters[key] = value;
  table.parameters = std::move(parameters);
  return table;
}

std::string EscapePathValue(std::string_view value) {
  constexpr std::string_view kSpecial = "\"#%'*/:=?\\{[]^\x7f";
  std::string out;
  for (char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || kSpecial.find(c) != std::string_view::npos) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

std::string UnescapePathValue(std::string_view value) { return PercentDecode(value).value_or(std::string(value)); }

std::string PartitionPath(const std::vector<catalog::Column>& keys, const std::vector<std::string>& values) {
  std::string path;
  for (size_t i = 0; i < keys.size() && i < values.size(); i++) {
    if (i > 0) path += '/';
    const std::string_view value = values[i].empty() ? catalog::kHiveNull : std::string_view(values[i]);
    path += EscapePathValue(AsciiLower(keys[i].name)) + "=" + EscapePathValue(value);
  }
  return path;
}

std::vector<std::string> ShowCreateTableLines(const catalog::Table& table) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("CREATE EXTERNAL TABLE `{}`(", table.name));
  AddColumns(table.columns(), lines);
  if (const std::string* comment = catalog::Find(table.parameters, "comment")) {
    lines.push_back(fmt::format("COMMENT '{}'", Escape(*comment)));
  }
  if (!table.partition_keys.empty()) {
    lines.emplace_back("PARTITIONED BY ( ");
    AddColumns(table.partition_keys, lines);
  }
  if (table.storage) {
    if (table.storage->bucket_columns && !table.storage->bucket_columns->empty()) {
      lines.emplace_back("CLUSTERED BY ( ");
      lines.push_back(fmt::format("  {}) ", Join(*table.storage->bucket_columns, ", ")));
      lines.push_back(fmt::format("INTO {} BUCKETS", table.storage->number_of_buckets.value_or(1)));
    }
    if (table.storage->serde && table.storage->serde->library) {
      lines.emplace_back("ROW FORMAT SERDE ");
      lines.push_back(fmt::format("  '{}' ", *table.storage->serde->library));
      catalog::Parameters parameters = table.storage->serde->parameters.value_or(catalog::Parameters{});
      if (parameters.contains("serialization.format") && parameters["serialization.format"] == "1") {
        parameters.erase("serialization.format");
      }
      if (!parameters.empty()) {
        lines.emplace_back("WITH SERDEPROPERTIES ( ");
        AddProperties(parameters, lines);
        lines.back() += ' ';
      }
    }
    if (table.storage->input_format) {
      lines.emplace_back("STORED AS INPUTFORMAT ");
      lines.push_back(fmt::format("  '{}' ", *table.storage->input_format));
      lines.emplace_back("OUTPUTFORMAT ");
      lines.push_back(fmt::format("  '{}'", table.storage->output_format.value_or("")));
    }
    if (table.storage->location) {
      lines.emplace_back("LOCATION");
      lines.push_back(fmt::format("  '{}'", *table.storage->location));
    }
  }
  catalog::Parameters parameters = table.parameters.value_or(catalog::Parameters{});
  parameters.erase("EXTERNAL");
  parameters.erase("comment");
  if (!parameters.empty()) {
    lines.emplace_back("TBLPROPERTIES (");
    AddProperties(parameters, lines);
  }
  return lines;
}

std::string DescribeLine(std::string_view name, std::string_view type, std::string_view comment) {
  return fmt::format("{:<20}\t{:<20}\t{:<20}", name, type, comment);
}

std::vector<std::string> DescribeLines(const catalog::Table& table) {
  std::vector<std::string> lines;
  auto add = [&](const catalog::Column& column) {
    lines.push_back(DescribeLine(column.name, column.type.value_or("string"), column.comment.value_or("")));
  };
  for (const catalog::Column& column : table.columns()) add(column);
  for (const catalog::Column& key : table.partition_keys) add(key);
  if (table.partition_keys.empty()) return lines;
  lines.emplace_back("\t \t ");
  lines.emplace_back("# Partition Information\t \t ");
  lines.push_back(DescribeLine("# col_name", "data_type", "comment"));
  lines.emplace_back("\t \t ");
  for (const catalog::Column& key : table.partition_keys) add(key);
  return lines;
}

}  // namespace tarn::query
