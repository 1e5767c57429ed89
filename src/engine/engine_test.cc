#include "engine/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "engine/engine_fixture.h"

namespace tarn::engine {
namespace {

TEST_F(EngineTest, AnswersASelectWithoutTables) {
  auto answer = Ask("SELECT 1 AS a, 'x' AS b, [1, 2] AS c, {'k': 2.5::DOUBLE} AS d");
  EXPECT_EQ(answer.error(), "");
  EXPECT_EQ(answer.rows, Rows{"1|x|[1, 2]|{k=2.500000}"});
  ASSERT_EQ(answer.columns.size(), 4u);
  EXPECT_EQ(AthenaTypeName(answer.columns[2].type), "array(integer)");
  EXPECT_EQ(AthenaTypeName(answer.columns[3].type), "row(k double)");
}

TEST_F(EngineTest, ReadsAWrittenParquetTable) {
  Bind("db.t", ParquetTable("SELECT i, 'n' || i AS name FROM range(10000) r(i)", "t",
                            {{"I", T("bigint")}, {"name", T("string")}, {"added", T("double")}}));
  auto answer = Ask("SELECT count(*), sum(i), max(name), count(added) FROM lake.\"db\".\"T\"");
  EXPECT_EQ(answer.error(), "");
  EXPECT_EQ(answer.rows, Rows{"10000|49995000|n9999|0"});
  const uint64_t size = files_->files.begin()->second->size();
  EXPECT_GT(answer.outcome.statistics.scanned_bytes, 1000u);
  EXPECT_LE(answer.outcome.statistics.scanned_bytes, size);
  EXPECT_LT(Ask("SELECT max(i) FROM lake.db.t").outcome.statistics.scanned_bytes, size * 3 / 4);
}

TEST_F(EngineTest, ReadsDelimitedTextAsHiveDoes) {
  files_->Put("a.csv", "id,name,score\n1,one,1.5\n2,\\N,x\n3\n,four,\r\n");
  TableBinding table =
      TextTable(Format::kDelimited, {"a.csv"}, {{"id", T("int")}, {"name", T("string")}, {"score", T("double")}});
  table.text.delimiter = ',';
  table.text.skip_header_lines = 1;
  Bind("db.t", table);
  auto answer = Ask("SELECT * FROM lake.db.t");
  EXPECT_EQ(answer.error(), "");
  EXPECT_EQ(answer.rows, (Rows{"1|one|1.500000", "2|NULL|NULL", "3|NULL|NULL", "NULL|four|NULL"}));
  EXPECT_EQ(Ask("SELECT count(*), sum(score) FROM lake.db.t").rows, Rows{"4|1.500000"});
}

TEST_F(EngineTest, ReadsJsonLinesWithKeysOfAnyCase) {
  files_->Put("a.json",
              "{\"Id\": 1, \"tags\": [\"a\", \"b\"], \"at\": {\"X\": 1.5}}\n\n"
              "{\"id\": 2, \"other\": {\"deep\": [1, {}]}, \"tags\": null}");
  Bind("db.t", TextTable(Format::kJson, {"a.json"},
                         {{"id", T("bigint")}, {"tags", T("array<string>")}, {"at", T("struct<x:double>")}}));
  auto answer = Ask("SELECT * FROM lake.db.t ORDER BY id");
  EXPECT_EQ(answer.error(), "");
  EXPECT_EQ(answer.rows, (Rows{"1|[a, b]|{x=1.500000}", "2|NULL|NULL"}));
}

// Three partitions of one Parquet file each: year 2023, 2024 and NULL.
class PartitionTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    std::vector<std::vector<File>> lists;
    for (int i = 0; i < 3; ++i) {
      auto written = Write("SELECT " + std::to_string(i) + " AS v FROM range(100)", "p" + std::to_string(i));
      lists.push_back({files_->FileOf(written.written.at(0).name)});
    }
    lister_ = std::make_shared<FixedLister>(lists);
    Bind("db.p", {.columns = {{"v", T("int")}},
                  .partition_columns = {{"year", T("int")}, {"kind", T("string")}},
                  .partitions = {{{"2023", "a"}}, {{"2024", "b"}}, {{std::nullopt, "c"}}},
                  .lister = lister_});
    files_->opened.clear();
  }
  std::shared_ptr<FixedLister> lister_;
};

TEST_F(PartitionTest, ListsAndOpensOnlyWhatThePredicateNeeds) {
  EXPECT_EQ(Ask("SELECT sum(v), count(*) FROM lake.db.p WHERE year > 2023").rows, Rows{"100|100"});
  EXPECT_EQ(lister_->listed, std::vector<size_t>{1});
  for (const std::string& path : files_->opened) EXPECT_EQ(path.find("s3://test/p1"), 0u) << path;
  EXPECT_FALSE(files_->opened.empty());
}

TEST_F(PartitionTest, PrunesByExpressionsInListsAndNulls) {
  const std::vector<std::pair<std::string, std::vector<size_t>>> cases = {
      {"kind IN ('a', 'c')", {0, 2}},
      {"year IS NULL", {2}},
      {"upper(kind) = 'B' OR year = 2023", {0, 1}},
      {"year + 1 = 2025", {1}},
      {"year = 1999", {}},
      {"v = 0 AND kind <> 'b'", {0, 2}},
      {"CAST(year AS VARCHAR) LIKE '%4'", {1}},
  };
  for (const auto& [where, partitions] : cases) {
    lister_->listed.clear();
    EXPECT_EQ(Ask("SELECT * FROM lake.db.p WHERE " + where).error(), "");
    EXPECT_EQ(lister_->listed, partitions) << where;
  }
}

TEST_F(PartitionTest, PrunesByTheOtherSideOfAJoin) {
  auto answer = Ask("SELECT count(*) FROM lake.db.p JOIN (SELECT max(i) AS y FROM range(2025) r(i)) ON year = y");
  EXPECT_EQ(answer.rows, Rows{"100"});
  const auto opened = files_->opened;
  EXPECT_EQ(std::count_if(opened.begin(), opened.end(), [](const auto& p) { return p.find("/p0") != p.npos; }), 1)
      << "the plan may read each footer once, the scan must not open the file";
}

TEST_F(PartitionTest, ShowsValuesAndFileColumns) {
  EXPECT_EQ(Ask("SELECT year, kind, min(v), min(\"$path\") LIKE 's3://test/p%' FROM lake.db.p "
                "GROUP BY ALL ORDER BY kind")
                .rows,
            (Rows{"2023|a|0|true", "2024|b|1|true", "NULL|c|2|true"}));
  EXPECT_EQ(Ask("SELECT count(*) FROM (SELECT * FROM lake.db.p LIMIT 1) t").columns.size(), 1u);
  EXPECT_EQ(Ask("SELECT * FROM lake.db.p LIMIT 1").columns.size(), 3u);
}

TEST_F(EngineTest, FilesNeedNotHaveTheTablesExactTypes) {
  Bind("db.t", ParquetTable("SELECT 7::TINYINT AS a, '12' AS b, 1.5::FLOAT AS c, {'y': 2, 'x': 1} AS d, "
                            "[{'q': 1::SMALLINT}] AS e, 'f' AS p, now() AS g, 'b'::BLOB AS h",
                            "t",
                            {{"a", T("bigint")},
                             {"b", T("int")},
                             {"c", T("double")},
                             {"d", T("struct<x:bigint,z:string,y:bigint>")},
                             {"e", T("array<struct<q:int,r:string>>")},
                             {"g", T("timestamp")},
                             {"h", T("string")}}));
  auto answer = Ask("SELECT a, b, c, d, e, g IS NOT NULL, h FROM lake.db.t WHERE a > 5 AND b = 12");
  EXPECT_EQ(answer.error(), "");
  EXPECT_EQ(answer.rows, Rows{"7|12|1.500000|{x=1, z=NULL, y=2}|[{q=1, r=NULL}]|true|b"});
  Bind("db.bad", ParquetTable("SELECT 'no number' AS a", "bad", {{"a", T("int")}}));
  auto bad = Ask("SELECT * FROM lake.db.bad");
  EXPECT_EQ(bad.outcome.status.error().reason, &kBadData) << bad.error();
  TableBinding shadowed = ParquetTable("SELECT 1 AS v, 'file' AS p", "shadowed", {{"v", T("int")}});
  shadowed.partition_columns = {{"p", T("string")}};
  shadowed.partitions = {{{"folder"}}};
  Bind("db.shadowed", shadowed);
  EXPECT_EQ(Ask("SELECT * FROM lake.db.shadowed WHERE p = 'folder'").rows, Rows{"1|folder"});
}

TEST_F(EngineTest, BrokenFilesAreBadData) {
  files_->Put("junk.parquet", std::string(5000, 'j'));
  Bind("db.t", TextTable(Format::kParquet, {"junk.parquet"}, {{"a", T("int")}}));
  auto answer = Ask("SELECT * FROM lake.db.t");
  EXPECT_EQ(answer.outcome.status.error().reason, &kBadData) << answer.error();
  EXPECT_EQ(Ask("SELECT 1").rows, Rows{"1"});
}

TEST_F(EngineTest, CancelsWithinMilliseconds) {
  auto sink = std::make_shared<TextSink>();
  auto execution =
      pool_->Start(Make("SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE i * j = 7", sink));
  while (!(*execution)->started()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto begin = std::chrono::steady_clock::now();
  (*execution)->Cancel();
  EXPECT_EQ((*execution)->Wait().status.error().reason, &kCancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  EXPECT_EQ(Ask("SELECT 1").rows, Rows{"1"});
}

TEST_F(EngineTest, CancelsWhatWaits) {
  pool_ = MakePool({.slots = 1});
  auto slow = pool_->Start(Make("SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j) WHERE i * j = 7",
                                std::make_shared<TextSink>()));
  auto waiting = pool_->Start(Make("SELECT 1", std::make_shared<TextSink>()));
  (*waiting)->Cancel();
  (*slow)->Cancel();
  EXPECT_EQ((*waiting)->Wait().status.error().reason, &kCancelled);
  EXPECT_EQ((*slow)->Wait().status.error().reason, &kCancelled);
}

TEST_F(EngineTest, StopsAtTheScanCutoff) {
  Bind("db.t", ParquetTable("SELECT i, hash(i) AS h FROM range(200000) r(i)", "t",
                            {{"i", T("bigint")}, {"h", T("decimal(20,0)")}}));
  Query query = Make("SELECT sum(h) FROM lake.db.t", std::make_shared<TextSink>());
  query.scanned_bytes_max = 100'000;
  auto answer = AskQuery(query);
  EXPECT_EQ(answer.outcome.status.error().reason, &kScanCutoff) << answer.error();
  query.scanned_bytes_max = 100'000'000;
  EXPECT_EQ(AskQuery(query).error(), "");
}

TEST_F(EngineTest, SpillsAndFailsCleanlyWhenNothingMoreFits) {
  pool_ = MakePool({.slots = 1, .memory_bytes = 60 << 20});
  EXPECT_EQ(Ask("SELECT count(*) FROM (SELECT i, repeat('x', 50) || i AS s FROM range(1500000) r(i) ORDER BY s "
                "OFFSET 1)")
                .error(),
            "");
  auto spilled =
      Ask("SELECT count(*) FROM (SELECT i, repeat('y', 50) || i AS s FROM range(1500000) r(i) ORDER BY s OFFSET 1)");
  EXPECT_GT(spilled.outcome.statistics.peak_spill_bytes, 1u << 20);
  EXPECT_GT(spilled.outcome.statistics.peak_memory_bytes, 1u << 20);
  auto answer = Ask("SELECT length(string_agg(repeat('x', 100) || i, ',')) FROM range(3000000) r(i)");
  EXPECT_EQ(answer.outcome.status.error().reason, &kOutOfMemory) << answer.error();
  EXPECT_EQ(Ask("SELECT 1").rows, Rows{"1"});
}

TEST_F(EngineTest, NothingOfAQueryStaysForTheNext) {
  pool_ = MakePool({.slots = 1});
  for (const char* sql :
       {"CREATE TEMP TABLE x AS SELECT 1", "CREATE TABLE memory.main.x AS SELECT 1", "SET threads = 1",
        "SET TimeZone = 'Asia/Tokyo'", "SET VARIABLE v = 1", "ATTACH ':memory:' AS y", "CREATE MACRO m(a) AS a",
        "LOAD json", "INSTALL httpfs", "PRAGMA database_list", "COPY (SELECT 1) TO 's3://test/x'", "SELECT 1; SELECT 2",
        "USE memory", "CALL range(3)", "EXPLAIN CREATE TABLE z AS SELECT 1", "PREPARE p AS SELECT 1", "VACUUM",
        "CHECKPOINT"}) {
    auto answer = Ask(sql);
    EXPECT_FALSE(answer.outcome.status.ok()) << sql;
    EXPECT_TRUE(answer.rows.empty()) << sql;
  }
  EXPECT_EQ(Ask("SELECT 1").rows, Rows{"1"});
}

TEST_F(EngineTest, LocalFilesAndTheInstanceAreOutOfReach) {
  for (const char* sql : {"SELECT * FROM read_text('/etc/hostname')",
                          "SELECT * FROM read_csv('/etc/passwd')",
                          "SELECT * FROM '/etc/passwd'",
                          "SELECT * FROM read_parquet('s3://test/x')",
                          "SELECT * FROM glob('/*')",
                          "SELECT * FROM parquet_scan('/x')",
                          "SELECT * FROM duckdb_settings()",
                          "SELECT * FROM duckdb_functions()",
                          "SELECT * FROM query('SELECT 1')",
                          "SELECT * FROM query_table('x')",
                          "SELECT current_setting('threads')",
                          "SELECT * FROM information_schema.tables",
                          "SELECT * FROM duckdb_tables",
                          "SELECT * FROM sqlite_master",
                          "SELECT * FROM arrow_scan(0, 0, 0)",
                          "SELECT * FROM read_blob('/etc/passwd')",
                          "SELECT getenv('HOME')",
                          "SELECT * FROM pragma_table_info('x')",
                          "SELECT * FROM json_execute_serialized_sql('{}')",
                          "SELECT * FROM read_json('/etc/hostname')",
                          "SELECT * FROM sniff_csv('/etc/passwd')",
                          "SELECT * FROM pg_catalog.pg_class",
                          "SHOW TABLES",
                          "SELECT * FROM (SHOW DATABASES)",
                          "SELECT * FROM duckdb_logs",
                          "SELECT nextval('x')"}) {
    auto answer = Ask(sql);
    EXPECT_FALSE(answer.outcome.status.ok()) << sql;
    EXPECT_TRUE(answer.rows.empty()) << sql;
  }
}

TEST_F(EngineTest, ErrorsHaveCategories) {
  Bind("db.t", ParquetTable("SELECT 1 AS i", "t", {{"i", T("int")}}));
  const std::vector<std::pair<std::string, const Reason*>> cases = {
      {"SELEC 1", &kSyntaxError},
      {"SELECT * FROM lake.db.nosuch", &kTableNotFound},
      {"SELECT nosuch FROM lake.db.t", &kColumnNotFound},
      {"SELECT nosuch(1)", &kFunctionNotFound},
      {"SELECT CAST('x' AS INTEGER)", &kInvalidCast},
      {"SELECT i FROM lake.db.t WHERE i = (SELECT * FROM range(3))", &kScalarSubquery},
      {"SELECT 9223372036854775807 + i FROM lake.db.t", &kOutOfRange},
      {"SELECT date_trunc(1, 2, 3)", &kTypeMismatch},
  };
  for (const auto& [sql, reason] : cases) {
    auto answer = Ask(sql);
    ASSERT_FALSE(answer.outcome.status.ok()) << sql;
    EXPECT_EQ(answer.outcome.status.error().reason, reason) << sql << " " << answer.error();
    EXPECT_EQ(answer.error().find("LINE "), std::string::npos) << answer.error();
  }
}

TEST_F(EngineTest, RunsManyQueriesAtOnce) {
  pool_ = MakePool({.slots = 3, .threads = 1});
  Bind("db.t", ParquetTable("SELECT i FROM range(50000) r(i)", "t", {{"i", T("bigint")}}));
  std::vector<std::shared_ptr<TextSink>> sinks;
  std::vector<std::shared_ptr<Execution>> executions;
  for (int i = 0; i < 30; ++i) {
    sinks.push_back(std::make_shared<TextSink>());
    executions.push_back(
        pool_
            ->Start(Make("SELECT count(*), " + std::to_string(i) + " FROM lake.db.t WHERE i >= " + std::to_string(i),
                         sinks.back()))
            .value());
  }
  for (int i = 0; i < 30; ++i) {
    EXPECT_TRUE(executions[i]->Wait().status.ok());
    EXPECT_EQ(sinks[i]->rows, Rows{std::to_string(50000 - i) + "|" + std::to_string(i)});
  }
}

TEST_F(EngineTest, RefusesBeyondTheQueue) {
  pool_ = MakePool({.slots = 1, .queue_max = 2});
  std::vector<std::shared_ptr<Execution>> executions;
  const Reason* refused = nullptr;
  for (int i = 0; i < 5 && refused == nullptr; ++i) {
    auto started = pool_->Start(Make("SELECT count(*) FROM range(100000) a(i), range(1000000) b(j) WHERE i * j = 7",
                                     std::make_shared<TextSink>()));
    if (started.ok()) executions.push_back(*started);
    if (!started.ok()) refused = started.error().reason;
  }
  EXPECT_EQ(refused, &kBusy);
  for (auto& execution : executions) execution->Cancel();
}

TEST_F(EngineTest, SinkErrorsEndTheQuery) {
  struct Failing : TextSink {
    Status OnBatch(const Batch&) override { return Fail(kUserError, "result too large"); }
  };
  auto answer = AskQuery(Make("SELECT * FROM range(100000)", std::make_shared<Failing>()));
  EXPECT_EQ(answer.error(), "result too large");
}

TEST_F(EngineTest, DescribesWithoutReading) {
  Bind("db.t", ParquetTable("SELECT 1 AS i", "t", {{"i", T("int")}, {"d", T("decimal(10,2)")}}));
  files_->opened.clear();
  auto columns = DescribeQuery(*pool_, {.sql = "SELECT i + 1 AS next, d FROM lake.db.t", .resolver = lake_});
  ASSERT_TRUE(columns.ok()) << columns.error().message;
  EXPECT_EQ((*columns)[0].name, "next");
  EXPECT_EQ(AthenaTypeName((*columns)[1].type), "decimal(10,2)");
}

TEST_F(EngineTest, WritesPartitionedParquetAndReportsFiles) {
  auto written = Write("SELECT i, i % 3 AS part FROM range(9000) r(i)", "out", {"part"});
  ASSERT_TRUE(written.status.ok()) << written.status.error().message;
  ASSERT_EQ(written.written.size(), 3u);
  for (const WrittenFile& file : written.written) {
    EXPECT_EQ(file.rows, 3000u);
    EXPECT_EQ(file.size_bytes, files_->FileOf(file.name).size_bytes);
    EXPECT_EQ(file.name.find("part=" + *file.partition_values.at(0) + "/out-"), 0u) << file.name;
  }
  EXPECT_EQ(written.statistics.result_rows, 9000u);
  EXPECT_TRUE(Write("SELECT 1 AS a WHERE false", "none").written.empty());
}

}  // namespace
}  // namespace tarn::engine
