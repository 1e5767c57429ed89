// Hive DDL to catalog tables and back: formats, default parameters, partition paths, SHOW CREATE TABLE's text.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "catalog/table.h"
#include "sql/statement.h"

namespace tarn::query {

// The table that CREATE EXTERNAL TABLE describes. Errors read as Hive's.
Result<catalog::Table> BuildTable(const sql::CreateTable& create, std::string database, Timestamp now);

// Storage of a format: "parquet", "json", "textfile", "orc" …; null for names that Hive does not know.
struct StorageFormat {
  std::string_view name;
  std::string_view input_format;
  std::string_view output_format;
  std::string_view serde;
};
const StorageFormat* FindStorageFormat(std::string_view name);

// "year=2024/month=01": keys and values escaped as Hive escapes them in paths.
std::string PartitionPath(const std::vector<catalog::Column>& keys, const std::vector<std::string>& values);
std::string EscapePathValue(std::string_view value);
std::string UnescapePathValue(std::string_view value);

// The statement that would make the table, one line an item.
std::vector<std::string> ShowCreateTableLines(const catalog::Table& table);
// DESCRIBE's lines: fields padded to 20 characters, separated by tabs.
std::vector<std::string> DescribeLines(const catalog::Table& table);
std::string DescribeLine(std::string_view name, std::string_view type, std::string_view comment);

}  // namespace tarn::query
