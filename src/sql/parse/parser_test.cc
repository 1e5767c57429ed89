#include <gtest/gtest.h>

#include "sql/errors.h"
#include "sql/statement.h"

namespace tarn::sql {
namespace {

template <typename T>
T Read(std::string_view text) {
  auto statement = Parse(text);
  EXPECT_TRUE(statement.ok()) << text << "\n" << (statement.ok() ? "" : statement.error().message);
  if (!statement.ok()) return T{};
  T* node = statement->As<T>();
  EXPECT_NE(node, nullptr) << text;
  return node ? std::move(*node) : T{};
}

std::string ErrorOf(std::string_view text) {
  auto statement = Parse(text);
  return statement.ok() ? "" : statement.error().message;
}

TEST(CreateTable, ReadsHivesWholeForm) {
  auto table = Read<CreateTable>(R"(
    CREATE EXTERNAL TABLE IF NOT EXISTS `Sales`.`Orders` (
      `id` bigint COMMENT 'the id', amount DECIMAL(10, 2), tags array<string>,
      info struct<a:int, b:map<string,double>> )
    COMMENT 'all orders'
    PARTITIONED BY (dt string, `hour` int COMMENT 'of day')
    CLUSTERED BY (id) SORTED BY (id DESC) INTO 8 BUCKETS
    ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' ESCAPED BY '\\' COLLECTION ITEMS TERMINATED BY '\002'
      MAP KEYS TERMINATED BY ':' LINES TERMINATED BY '\n' NULL DEFINED AS ''
    STORED AS TEXTFILE
    LOCATION 's3://bucket/orders/'
    TBLPROPERTIES ('skip.header.line.count'='1', "Owner" = 'x');)");
  EXPECT_TRUE(table.external && table.if_not_exists);
  EXPECT_EQ(table.table.database, "sales");
  EXPECT_EQ(table.table.table, "orders");
  ASSERT_EQ(table.columns.size(), 4u);
  EXPECT_EQ(table.columns[0].comment, "the id");
  EXPECT_EQ(table.columns[1].type, "decimal(10,2)");
  EXPECT_EQ(table.columns[3].type, "struct<a:int,b:map<string,double>>");
  ASSERT_EQ(table.partition_columns.size(), 2u);
  EXPECT_EQ(table.partition_columns[1].name, "hour");
  EXPECT_EQ(table.clustered_by, std::vector<std::string>{"id"});
  EXPECT_EQ(table.sorted_by, std::vector<std::string>{"id desc"});
  EXPECT_EQ(table.bucket_count, 8);
  EXPECT_EQ(table.row_format.field_terminator, "\t");
  EXPECT_EQ(table.row_format.escape, "\\");
  EXPECT_EQ(table.row_format.collection_terminator, "\x02");
  EXPECT_EQ(table.row_format.line_terminator, "\n");
  EXPECT_EQ(table.stored_as, "textfile");
  EXPECT_EQ(table.location, "s3://bucket/orders/");
  ASSERT_EQ(table.properties.size(), 2u);
  EXPECT_EQ(table.properties[1].first, "Owner");
}

TEST(CreateTable, ReadsSerdesAndFormats) {
  auto table = Read<CreateTable>(R"(CREATE EXTERNAL TABLE logs (a string, b int)
    ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.RegexSerDe'
    WITH SERDEPROPERTIES ("input.regex" = "^(\\S+) ([0-9]+)$", 'serialization.format' = '1')
    STORED AS INPUTFORMAT 'in' OUTPUTFORMAT 'out' LOCATION 's3://b/l')");
  EXPECT_EQ(table.row_format.serde, "org.apache.hadoop.hive.serde2.RegexSerDe");
  EXPECT_EQ(table.row_format.serde_properties[0].second, "^(\\S+) ([0-9]+)$");
  EXPECT_EQ(table.input_format, "in");
  EXPECT_EQ(table.output_format, "out");
}

TEST(CreateTable, ReadsIcebergTablesWithTransforms) {
  auto table = Read<CreateTable>(
      "CREATE TABLE ice (id bigint, ts timestamp, category string) PARTITIONED BY (category, day(ts), bucket(16, id)) "
      "LOCATION 's3://b/i/' TBLPROPERTIES ('table_type' = 'ICEBERG')");
  EXPECT_FALSE(table.external);
  ASSERT_EQ(table.partition_fields.size(), 3u);
  EXPECT_EQ(table.partition_fields[0].transform, "identity");
  EXPECT_EQ(table.partition_fields[1].transform, "day");
  EXPECT_EQ(table.partition_fields[2].argument, 16);
  EXPECT_EQ(table.partition_fields[2].column, "id");
}

TEST(CreateTableAs, ReadsItsProperties) {
  auto create = Read<CreateTableAs>(
      "CREATE TABLE \"db\".\"new\" WITH (format = 'PARQUET', write_compression='ZSTD', external_location = "
      "'s3://b/x/', "
      "partitioned_by = ARRAY['dt', 'h'], bucket_count = 4, is_external = false) AS SELECT 1 AS a, 'x' AS dt, 2 AS h "
      "WITH NO DATA");
  EXPECT_EQ(create.table.table, "new");
  EXPECT_EQ(create.properties["format"].text, "PARQUET");
  EXPECT_EQ(create.properties["partitioned_by"].list, (std::vector<std::string>{"dt", "h"}));
  EXPECT_EQ(create.properties["bucket_count"].text, "4");
  EXPECT_FALSE(create.with_data);
  EXPECT_NE(create.query, nullptr);
}

TEST(AlterTable, ReadsEveryServedForm) {
  auto add = Read<AddPartitions>(
      "ALTER TABLE db.t ADD IF NOT EXISTS PARTITION (dt = '2024-01-01', h = 5) LOCATION 's3://b/1/' PARTITION "
      "(dt='2024-01-02', h=6)");
  EXPECT_TRUE(add.if_not_exists);
  ASSERT_EQ(add.partitions.size(), 2u);
  EXPECT_EQ(add.partitions[0].first[1], (std::pair<std::string, std::string>{"h", "5"}));
  EXPECT_EQ(add.partitions[0].second, "s3://b/1/");
  auto drop = Read<DropPartitions>("ALTER TABLE t DROP IF EXISTS PARTITION (dt < '2024-01-01'), PARTITION (dt = 'x')");
  ASSERT_EQ(drop.partitions.size(), 2u);
  EXPECT_EQ(drop.partitions[0][0].op, "<");
  EXPECT_EQ(Read<RenamePartition>("ALTER TABLE t PARTITION (dt='a') RENAME TO PARTITION (dt='b')").to[0].second, "b");
  EXPECT_EQ(Read<AlterColumns>("ALTER TABLE t ADD COLUMNS (a int, b string COMMENT 'x')").columns.size(), 2u);
  EXPECT_EQ(Read<AlterColumns>("ALTER TABLE t REPLACE COLUMNS (a int)").kind, AlterColumns::kReplace);
  auto change = Read<ChangeColumn>("ALTER TABLE t CHANGE COLUMN a b bigint COMMENT 'c' AFTER z");
  EXPECT_EQ(change.old_name + change.column.name + change.column.type + change.after, "abbigintz");
  EXPECT_EQ(Read<SetTblProperties>("ALTER TABLE t SET TBLPROPERTIES ('k'='v')").properties[0].second, "v");
  EXPECT_EQ(Read<SetLocation>("ALTER TABLE t PARTITION (dt='1') SET LOCATION 's3://b/n'").location, "s3://b/n");
  EXPECT_EQ(Read<DropColumn>("ALTER TABLE t DROP COLUMN c").column, "c");
}

TEST(ShowAndDescribe, ReadTheirForms) {
  EXPECT_EQ(Read<ShowDatabases>("SHOW DATABASES LIKE 'a*'").pattern, "a*");
  EXPECT_FALSE(Read<ShowDatabases>("show schemas").pattern.has_value());
  auto tables = Read<ShowTables>("SHOW TABLES IN `My-Db` '.*x'");
  EXPECT_EQ(tables.database, "my-db");
  EXPECT_EQ(tables.pattern, ".*x");
  EXPECT_EQ(Read<ShowPartitions>("SHOW PARTITIONS db.t").table.database, "db");
  EXPECT_EQ(Read<ShowColumns>("SHOW COLUMNS FROM t IN db").table.database, "db");
  EXPECT_TRUE(Read<ShowCreate>("SHOW CREATE VIEW v").view);
  const auto quoted = Read<ShowCreate>("SHOW CREATE VIEW \"d\".\"v\"");
  EXPECT_EQ(quoted.table.database, "d");
  EXPECT_EQ(quoted.table.table, "v");
  EXPECT_EQ(Read<ShowCreate>("SHOW CREATE VIEW `d`.`v`").table.table, "v");
  EXPECT_EQ(Read<ShowTblProperties>("SHOW TBLPROPERTIES t('k')").key, "k");
  EXPECT_TRUE(Read<Describe>("DESCRIBE FORMATTED db.t").formatted);
  EXPECT_EQ(Read<Describe>("DESC t").table.table, "t");
  EXPECT_EQ(Read<Describe>("DESCRIBE EXTENDED t PARTITION (dt='1')").partition[0].second, "1");
  EXPECT_EQ(Read<MsckRepair>("MSCK REPAIR TABLE `db`.`t`;").table.table, "t");
}

TEST(Databases, AreCreatedAlteredAndDropped) {
  auto create = Read<CreateDatabase>(
      "CREATE DATABASE IF NOT EXISTS d COMMENT 'it''s' LOCATION 's3://b/d/' WITH DBPROPERTIES ('a'='1')");
  EXPECT_TRUE(create.if_not_exists);
  EXPECT_EQ(create.location, "s3://b/d/");
  EXPECT_EQ(create.properties[0].second, "1");
  EXPECT_TRUE(Read<DropDatabase>("DROP SCHEMA IF EXISTS d CASCADE").cascade);
  EXPECT_EQ(Read<AlterDatabase>("ALTER DATABASE d SET DBPROPERTIES ('a'='2')").properties[0].second, "2");
  EXPECT_TRUE(Read<DropTable>("DROP VIEW IF EXISTS v").view);
}

TEST(Statements, OfQueriesAreRead) {
  auto insert = Read<InsertInto>("INSERT INTO db.t (a, b) SELECT 1, 2");
  EXPECT_EQ(insert.columns.size(), 2u);
  EXPECT_TRUE(Read<InsertInto>("INSERT INTO t VALUES (1, 'a'), (2, 'b')").columns.empty());
  auto unload = Read<Unload>("UNLOAD (SELECT * FROM t) TO 's3://b/o/' WITH (format = 'JSON', compression='gzip')");
  EXPECT_EQ(unload.location, "s3://b/o/");
  auto view = Read<CreateView>("CREATE OR REPLACE VIEW v AS\nSELECT a, 'x;' AS b FROM t ;");
  EXPECT_EQ(view.query_text, "SELECT a, 'x;' AS b FROM t");
  auto prepare = Read<Prepare>("PREPARE p FROM SELECT * FROM t WHERE a = ? AND b = ?");
  EXPECT_EQ(prepare.statement, "SELECT * FROM t WHERE a = ? AND b = ?");
  EXPECT_EQ(Read<Execute>("EXECUTE p USING 'it''s', 12, DATE '2024-01-01'").parameters,
            (std::vector<std::string>{"'it''s'", "12", "DATE '2024-01-01'"}));
  EXPECT_EQ(Read<Deallocate>("DEALLOCATE PREPARE p").name, "p");
  EXPECT_EQ(Read<Vacuum>("VACUUM db.t").table.database, "db");
  EXPECT_EQ(SubstatementType(*Read<Explain>("EXPLAIN (TYPE LOGICAL, FORMAT JSON) SELECT 1").statement), "SELECT");
}

TEST(Statements, HaveAthenasTypes) {
  EXPECT_EQ(StatementType(*Parse("SELECT 1")), "DML");
  EXPECT_EQ(StatementType(*Parse("SHOW TABLES")), "UTILITY");
  EXPECT_EQ(StatementType(*Parse("DROP TABLE t")), "DDL");
  EXPECT_EQ(SubstatementType(*Parse("CREATE TABLE t AS SELECT 1 AS a")), "CREATE_TABLE_AS_SELECT");
}

TEST(BindParameters, TakesConstantsOnly) {
  auto statement = Parse("SELECT * FROM t WHERE a = ? AND b IN (?, ?) LIMIT ?");
  ASSERT_TRUE(statement.ok());
  EXPECT_EQ(statement->parameter_count, 4);
  EXPECT_TRUE(BindParameters(*statement, {"1"}).Is(kInvalidParameters));
  EXPECT_TRUE(BindParameters(*statement, {"1", "x", "2", "3"}).Is(kInvalidParameters));
  EXPECT_TRUE(BindParameters(*statement, {"1", "(SELECT 1)", "2", "3"}).Is(kInvalidParameters));
  EXPECT_TRUE(BindParameters(*statement, {"1", "'a'", "DATE '2024-01-01'", "3"}).ok());
}

TEST(ParseErrors, NameThePlaceInCharacters) {
  EXPECT_EQ(ErrorOf("SELECT 'é', 1 FROM t WHERE a = = 1"), "line 1:32: mismatched input '='. Expecting: <expression>");
  EXPECT_TRUE(ErrorOf("SELECT 1\nFROM\n  (t").starts_with("line 3:5: mismatched input '<EOF>'"));
  EXPECT_TRUE(ErrorOf("").starts_with("line 1:1: mismatched input '<EOF>'. Expecting: 'ALTER'"));
}

TEST(Parser, RefusesBottomlessNesting) {
  auto nested = [](std::string_view open, std::string_view close, int depth) {
    std::string text = "SELECT ";
    for (int i = 0; i < depth; ++i) text += open;
    text += "1";
    for (int i = 0; i < depth; ++i) text += close;
    return text;
  };
  EXPECT_TRUE(Parse(nested("(", ")", 30)).ok());
  for (auto [open, close] : {std::pair{"(", ")"},
                             {"(SELECT ", ")"},
                             {"NOT ", ""},
                             {"- ", ""},
                             {"f(", ")"},
                             {"ARRAY[", "]"},
                             {"CASE WHEN ", " THEN 1 END"}}) {
    auto result = Parse(nested(open, close, 20000));
    ASSERT_FALSE(result.ok());
    EXPECT_NE(result.error().message.find("too large"), std::string::npos) << open << result.error().message;
  }
  std::string chain = "SELECT 1";
  for (int i = 0; i < 20000; ++i) chain += " + 1";
  EXPECT_FALSE(Parse(chain).ok());
  std::string condition = "SELECT 1 WHERE TRUE";
  for (int i = 0; i < 20000; ++i) condition += " AND TRUE";
  EXPECT_TRUE(Parse(condition).ok());
}

TEST(Statements, ChangesOfRowsAreRead) {
  const auto change = Read<Delete>("DELETE FROM db.t AS x WHERE x.a = 1");
  EXPECT_EQ(change.alias, "x");
  EXPECT_NE(change.where, nullptr);
  EXPECT_EQ(Read<Delete>("DELETE FROM t").where, nullptr);
  const auto update = Read<UpdateRows>("UPDATE t SET a = a + 1, b = 'x' WHERE c IN (SELECT 1)");
  ASSERT_EQ(update.set.size(), 2U);
  EXPECT_EQ(update.set[1].column.name, "b");
  EXPECT_EQ(Read<Optimize>("OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE dt = '2024'").table.table, "t");
}

TEST(Statements, MergeKeepsItsCasesInOrder) {
  const auto merge = Read<Merge>(
      "MERGE INTO db.t AS t USING (SELECT * FROM s) AS s ON (t.id = s.id) WHEN MATCHED AND s.gone THEN DELETE "
      "WHEN MATCHED THEN UPDATE SET a = s.a, b = t.b WHEN NOT MATCHED THEN INSERT (id, a) VALUES (s.id, s.a)");
  EXPECT_EQ(merge.alias, "t");
  EXPECT_EQ(merge.source->alias, "s");
  ASSERT_EQ(merge.cases.size(), 3U);
  EXPECT_EQ(merge.cases[0].kind, MergeCase::kDelete);
  EXPECT_NE(merge.cases[0].condition, nullptr);
  EXPECT_EQ(merge.cases[1].set.size(), 2U);
  EXPECT_FALSE(merge.cases[2].matched);
  EXPECT_EQ(merge.cases[2].values.size(), 2U);
  EXPECT_FALSE(Parse("MERGE INTO t USING s ON t.a = s.a").ok());
}

TEST(Statements, PartitionFieldsAreAddedAndDropped) {
  const auto add = Read<AlterPartitionField>("ALTER TABLE t ADD PARTITION FIELD bucket(16, id) AS shard");
  EXPECT_EQ(add.field.transform, "bucket");
  EXPECT_EQ(add.field.argument, 16);
  EXPECT_EQ(add.name, "shard");
  EXPECT_TRUE(Read<AlterPartitionField>("ALTER TABLE t DROP PARTITION FIELD day(ts)").drop);
  EXPECT_FALSE(Read<ChangeColumn>("ALTER TABLE t RENAME COLUMN a TO b").column.has_type);
}

}  // namespace
}  // namespace tarn::sql
