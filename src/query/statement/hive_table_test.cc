#include "query/statement/hive_table.h"

#include <gtest/gtest.h>

#include "base/strings.h"
#include "query/lake/lake.h"
#include "query/statement/job.h"

namespace tarn::query {
namespace {

catalog::Table Built(std::string_view ddl) {
  auto statement = sql::Parse(ddl);
  EXPECT_TRUE(statement.ok()) << (statement.ok() ? "" : statement.error().message);
  auto* create = statement->As<sql::CreateTable>();
  EXPECT_NE(create, nullptr);
  auto table = BuildTable(*create, "db", Timestamp{1'700'000'000'000'000});
  EXPECT_TRUE(table.ok()) << (table.ok() ? "" : table.error().message);
  return *table;
}

TEST(BuildTable, GivesDelimitedTextItsSerDe) {
  const catalog::Table table = Built(
      "CREATE EXTERNAL TABLE t (a int, b string COMMENT 'x') PARTITIONED BY (dt string) "
      "ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' STORED AS TEXTFILE LOCATION 's3://b/t/' "
      "TBLPROPERTIES ('skip.header.line.count'='1')");
  EXPECT_EQ(table.table_type, "EXTERNAL_TABLE");
  EXPECT_EQ(table.partition_keys.size(), 1u);
  EXPECT_EQ(table.columns()[1].comment, "x");
  engine::TextOptions text;
  auto format = TableFormat(table, text);
  ASSERT_TRUE(format.ok());
  EXPECT_EQ(*format, engine::Format::kDelimited);
  EXPECT_EQ(text.delimiter, '\t');
  EXPECT_EQ(text.skip_header_lines, 1u);
}

TEST(BuildTable, KnowsParquetAndSerDeClasses) {
  engine::TextOptions text;
  EXPECT_EQ(*TableFormat(Built("CREATE EXTERNAL TABLE t (a int) STORED AS PARQUET LOCATION 's3://b/t/'"), text),
            engine::Format::kParquet);
  EXPECT_EQ(*TableFormat(Built("CREATE EXTERNAL TABLE t (a int) ROW FORMAT SERDE "
                               "'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://b/t/'"),
                         text),
            engine::Format::kJson);
  const catalog::Table csv = Built(
      "CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde' WITH "
      "SERDEPROPERTIES ('separatorChar'=';','quoteChar'='\"') LOCATION 's3://b/t/'");
  EXPECT_EQ(*TableFormat(csv, text), engine::Format::kCsv);
  EXPECT_EQ(text.delimiter, ';');
  EXPECT_FALSE(TableFormat(Built("CREATE EXTERNAL TABLE t (a int) STORED AS ORC LOCATION 's3://b/t/'"), text).ok());
}

TEST(ShowCreateTable, WritesAStatementThatMakesTheSameTable) {
  const catalog::Table table = Built(
      "CREATE EXTERNAL TABLE `t` (`a` int, `b` array<struct<x:int,y:string>> COMMENT 'it''s') "
      "PARTITIONED BY (`dt` string) STORED AS PARQUET LOCATION 's3://b/t/' TBLPROPERTIES ('k'='v')");
  const std::string text = Join(ShowCreateTableLines(table), "\n");
  const catalog::Table again = Built(text);
  EXPECT_EQ(again.storage, table.storage);
  EXPECT_EQ(again.partition_keys, table.partition_keys);
  EXPECT_EQ(again.parameters, table.parameters);
}

TEST(Describe, PadsFieldsAndRepeatsPartitionKeys) {
  const catalog::Table table =
      Built("CREATE EXTERNAL TABLE t (a int) PARTITIONED BY (dt string) STORED AS PARQUET LOCATION 's3://b/t/'");
  const auto lines = DescribeLines(table);
  ASSERT_EQ(lines.size(), 7u);
  EXPECT_EQ(lines[0], "a                   \tint                 \t                    ");
  EXPECT_EQ(lines[3], "# Partition Information\t \t ");
  EXPECT_EQ(lines[6], "dt                  \tstring              \t                    ");
}

TEST(PartitionPath, EscapesAsHiveDoes) {
  const std::vector<catalog::Column> keys = {{.name = "Dt"}, {.name = "hour"}};
  EXPECT_EQ(PartitionPath(keys, {"2024-01-01", "01"}), "dt=2024-01-01/hour=01");
  EXPECT_EQ(PartitionPath(keys, {"a/b:c", ""}), "dt=a%2Fb%3Ac/hour=__HIVE_DEFAULT_PARTITION__");
  EXPECT_EQ(UnescapePathValue("a%2Fb%3Ac"), "a/b:c");
}

}  // namespace
}  // namespace tarn::query
