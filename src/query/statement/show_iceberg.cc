#include "query/statement/show_iceberg.h"

#include <fmt/format.h>

#include "base/strings.h"
#include "query/lake/lake.h"
#include "query/statement/hive_table.h"

namespace tarn::query {
namespace {

// Hive's DDL knows one kind of timestamp.
std::string HiveTypeOf(const iceberg::Type& type) {
  static constexpr std::string_view kZone = " with local time zone";
  const auto known = ToSqlType(type);
  if (!known.ok()) return iceberg::TypeText(type);
  std::string text = sql::ToHive(*known);
  for (size_t at = text.find(kZone); at != std::string::npos; at = text.find(kZone)) text.erase(at, kZone.size());
  return text;
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string SourceName(const iceberg::PartitionField& field, const iceberg::Schema& schema) {
  return AsciiLower(schema.NameOf(field.source_id()));
}

// "`city`", "bucket(16, `id`)", "day(`ts`)".
std::string PartitionText(const iceberg::PartitionField& field, const iceberg::Schema& schema) {
  std::string column = "`" + SourceName(field, schema) + "`";
  if (field.transform.kind == iceberg::TransformKind::kIdentity) return column;
  const std::string text = iceberg::TransformText(field.transform);
  const size_t bracket = text.find('[');
  if (bracket == std::string::npos) return fmt::format("{}({})", text, column);
  return fmt::format("{}({}, {})", text.substr(0, bracket), text.substr(bracket + 1, text.size() - bracket - 2),
                     column);
}

// Properties as Athena names them in TBLPROPERTIES.
catalog::Parameters AthenaProperties(const iceberg::Properties& properties) {
  static const std::vector<std::pair<std::string_view, std::string_view>> kNames = {
      {"write.format.default", "format"}, {"write.parquet.compression-codec", "write_compression"}};
  catalog::Parameters shown = {{"table_type", "iceberg"}};
  for (const auto& [key, value] : properties) {
    std::string name = key;
    for (const auto& [theirs, athenas] : kNames) {
      if (key == theirs) name = athenas;
    }
    shown[name] = value;
  }
  return shown;
}

}  // namespace

std::vector<catalog::Column> CurrentColumns(const catalog::IcebergTable& table) {
  std::vector<catalog::Column> columns;
  for (const iceberg::Field& field : table.metadata->schema().columns()) {
    catalog::Column column;
    column.name = AsciiLower(field.name);
    column.type = HiveTypeOf(field.type);
    column.comment = field.doc;
    columns.push_back(std::move(column));
  }
  return columns;
}

catalog::Parameters AllProperties(const catalog::IcebergTable& table) {
  catalog::Parameters all = table.record.parameters.value_or(catalog::Parameters{});
  for (const auto& [key, value] : table.metadata->properties) all.emplace(key, value);
  return all;
}

std::vector<std::string> ShowCreateIcebergLines(const catalog::IcebergTable& table) {
  const iceberg::TableMetadata& metadata = *table.metadata;
  std::vector<std::string> lines = {fmt::format("CREATE TABLE {}.{} (", table.record.database, table.record.name)};
  const std::vector<catalog::Column> columns = CurrentColumns(table);
  for (size_t i = 0; i < columns.size(); ++i) {
    std::string line = fmt::format("  {} {}", columns[i].name, *columns[i].type);
    if (columns[i].comment && !columns[i].comment->empty()) {
      line += fmt::format(" COMMENT '{}'", Escaped(*columns[i].comment));
    }
    lines.push_back(line + (i + 1 < columns.size() ? "," : ")"));
  }
  if (table.record.description && !table.record.description->empty()) {
    lines.push_back(fmt::format("COMMENT '{}'", Escaped(*table.record.description)));
  }
  std::string partitions;
  for (const iceberg::PartitionField& field : metadata.spec().fields) {
    if (field.transform.kind == iceberg::TransformKind::kVoid) continue;
    partitions += (partitions.empty() ? "" : ", ") + PartitionText(field, metadata.schema());
  }
  if (!partitions.empty()) lines.push_back(fmt::format("PARTITIONED BY ({})", partitions));
  lines.push_back(fmt::format("LOCATION '{}'", metadata.location));
  lines.emplace_back("TBLPROPERTIES (");
  const catalog::Parameters properties = AthenaProperties(metadata.properties);
  size_t left = properties.size();
  for (const auto& [key, value] : properties) {
    lines.push_back(fmt::format("  '{}'='{}'{}", Escaped(key), Escaped(value), --left > 0 ? "," : ""));
  }
  lines.emplace_back(");");
  return lines;
}

std::vector<std::string> DescribeIcebergLines(const catalog::IcebergTable& table) {
  std::vector<std::string> lines = {DescribeLine("# Table schema:", "", ""),
                                    DescribeLine("# col_name", "data_type", "comment")};
  for (const catalog::Column& column : CurrentColumns(table)) {
    lines.push_back(DescribeLine(column.name, *column.type, column.comment.value_or("")));
  }
  lines.emplace_back("\t \t ");
  lines.push_back(DescribeLine("# Partition spec:", "", ""));
  lines.push_back(DescribeLine("# field_name", "field_transform", "column_name"));
  for (const iceberg::PartitionField& field : table.metadata->spec().fields) {
    lines.push_back(
        DescribeLine(field.name, iceberg::TransformText(field.transform), SourceName(field, table.metadata->schema())));
  }
  return lines;
}

}  // namespace tarn::query
