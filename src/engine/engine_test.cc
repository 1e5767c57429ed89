#include "engine/engine.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/memory_lake.h"

namespace tarn::engine {
namespace {

Type T(std::string_view text) { return ParseHiveType(text).value(); }

class EngineTest : public testing::Test {
 protected:
  void SetUp() override { pool_ = MakePool({}); }

  std::unique_ptr<Pool> MakePool(Pool::Options options) {
    options.spill_directory = testing::TempDir() + "/tarn-engine-" + std::to_string(getpid()) + "-" +
                              std::to_string(pools_++);
    options.threads = options.threads == 0 ? 2 : options.threads;
    auto pool = Pool::Create(options);
    EXPECT_TRUE(pool.ok()) << pool.error().message;
    return std::move(pool).value();
  }

  struct Answer {
    Outcome outcome;
    std::vector<ResultColumn> columns;
    std::vector<std::string> rows;
    std::string error() const { return outcome.status.ok() ? "" : outcome.status.error().message; }
  };
  Query Make(const std::string& sql, std::shared_ptr<TextSink> sink) {
    return {.sql = sql, .resolver = lake_, .sink = std::move(sink)};
  }
  Answer Ask(const std::string& sql) { return AskQuery(Make(sql, std::make_shared<TextSink>())); }
  Answer AskQuery(Query query) {
    auto sink = std::static_pointer_cast<TextSink>(query.sink);
    auto execution = pool_->Start(std::move(query));
    EXPECT_TRUE(execution.ok());
    Answer answer{(*execution)->Wait(), {}, {}};
    if (sink) {
      answer.columns = sink->columns;
      answer.rows = sink->rows;
    }
    return answer;
  }
  using Rows = std::vector<std::string>;

  // Writes the SELECT as one Parquet file of that name.
  Outcome Write(const std::string& sql, const std::string& prefix, std::vector<std::string> partition_by = {}) {
    WriteTarget target{.sink = files_, .partition_columns = std::move(partition_by), .name_prefix = prefix};
    auto execution = pool_->Start({.sql = sql, .resolver = lake_, .write = target});
    return (*execution)->Wait();
  }
  void Bind(const std::string& name, TableBinding binding) {
    binding.source = files_;
    lake_->tables[name] = std::make_shared<TableBinding>(std::move(binding));
  }
  // Writes the SELECT and binds it as an unpartitioned table.
  TableBinding ParquetTable(const std::string& sql, const std::string& name, std::vector<ColumnDef> columns) {
    Outcome written = Write(sql, name);
    EXPECT_TRUE(written.status.ok()) << written.status.error().message;
    std::vector<File> list;
    for (const WrittenFile& file : written.written) list.push_back(files_->FileOf(file.name));
    return {.columns = std::move(columns), .partitions = {{}}, .lister = std::make_shared<FixedLister>(
                std::vector<std::vector<File>>{list}), .source = files_};
  }

  std::shared_ptr<MemoryFiles> files_ = std::make_shared<MemoryFiles>();
  std::shared_ptr<MemoryLake> lake_ = std::make_shared<MemoryLake>();
  std::unique_ptr<Pool> pool_;
  int pools_ = 0;
};

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
  EXPECT_GT(answer.outcome.statistics.scanned_bytes, 1000u);
}

}  // namespace
}  // namespace tarn::engine
