// Rounds of upkeep over a real store and engine: small files become few, rows stay, and what was done is told.
#include "jobs/maintain/maintainer.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/testing.h"
#include "engine/engine.h"
#include "tables/one_table.h"
#include "tables/read.h"
#include "tables/system_log.h"
#include "tables/write.h"

namespace tarn::jobs::maintain {
namespace {

class CountRows : public engine::ResultSink {
 public:
  Status OnColumns(const std::vector<engine::ResultColumn>&) override { return Ok(); }
  Status OnBatch(const engine::Batch& batch) override {
    rows += batch.rows();
    return Ok();
  }
  size_t rows = 0;
};

class Rounds : public catalog::LakeTest {
 protected:
  void SetUp() override {
    catalog::LakeTest::SetUp();
    engine::Pool::Options options;
    options.slots = 1;
    options.spill_directory = spill;
    auto made = engine::Pool::Create(options);
    ASSERT_TRUE(made.ok()) << made.error().message;
    pool = std::move(*made);
    parts.emplace(tables::UpkeepParts{catalog, tables, snapshots, manifests, planner, *store_, clock_, pool.get()});
    maintainer = std::make_unique<Maintainer>(*kv_, *parts, buckets, Options());
  }

  void TearDown() override {
    maintainer = nullptr;
    pool = nullptr;
    std::filesystem::remove_all(spill);
    catalog::LakeTest::TearDown();
  }

  // One small file with a row.
  void Append(const std::string& name, int64_t id) {
    const auto table = tables.Load(scope, "db", name);
    ASSERT_TRUE(table.ok());
    tables::Rows rows;
    rows.select = "SELECT CAST(" + std::to_string(id) + " AS BIGINT)";
    rows.resolver = std::make_shared<tables::OneTable>(std::make_shared<engine::TableBinding>());
    const object::Files files(*store_, scope.account);
    auto written = tables::WriteDataFiles(files, *table->metadata, std::move(rows), {}, tables::RunOn(*pool));
    ASSERT_TRUE(written.ok()) << written.error().message;
    ASSERT_TRUE(snapshots.Append(scope, "db", name, std::move(written->files)).ok());
  }

  size_t RowsOf(const std::string& database, const std::string& name) {
    const auto table = tables.Load(scope, database, name);
    EXPECT_TRUE(table.ok()) << table.error().message;
    const auto state = catalog::StateAt(*table->metadata, {});
    const tables::Reader reader{manifests, planner, object::Files(*store_, scope.account), scope};
    auto binding = tables::BindForRead(reader, table->metadata, *state);
    EXPECT_TRUE(binding.ok()) << binding.error().message;
    auto counted = std::make_shared<CountRows>();
    engine::Query query;
    query.sql = "SELECT * FROM " + std::string(tables::kOneTable);
    query.resolver = std::make_shared<tables::OneTable>(*binding);
    query.sink = counted;
    const auto outcome = tables::RunOn(*pool)(std::move(query));
    EXPECT_TRUE(outcome.ok()) << outcome.error().message;
    return counted->rows;
  }

  catalog::Manifests manifests{*store_};
  catalog::Planner planner{manifests};
  catalog::TableBuckets buckets{*kv_, catalog, tables, *store_, clock_};
  const std::string spill = (std::filesystem::temp_directory_path() / ("tarn-upkeep-" + RandomUuid())).string();
  std::unique_ptr<engine::Pool> pool;
  std::optional<tables::UpkeepParts> parts;
  std::unique_ptr<Maintainer> maintainer;
};

TEST_F(Rounds, MakeFewFilesOfManyAndTellOfIt) {
  MakeTable("t");
  for (int64_t id = 0; id < 8; ++id) Append("t", id);
  ASSERT_EQ(Live("t").size(), 8);
  const Status done = maintainer->RunAll();
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(Live("t").size(), 1);
  EXPECT_EQ(Live("t").begin()->second, 8);  // the number of the snapshot that it was planned on
  EXPECT_EQ(RowsOf("db", "t"), 8);
  EXPECT_EQ(RowsOf(std::string(tables::kSystemDatabase), "maintenance_runs"), 1);
  ASSERT_TRUE(maintainer->RunAll().ok());
  EXPECT_EQ(RowsOf(std::string(tables::kSystemDatabase), "maintenance_runs"), 1);
}

TEST_F(Rounds, KeepRowIdsInVersionThree) {
  MakeTable("t", {{"format-version", "3"}});
  for (int64_t id = 0; id < 6; ++id) Append("t", id);
  ASSERT_TRUE(maintainer->RunAll().ok());
  EXPECT_EQ(Live("t").size(), 1);
  EXPECT_EQ(RowsOf("db", "t"), 6);
}

TEST_F(Rounds, LeaveATableAloneThatTurnsThemOff) {
  MakeTable("t", {{"tarn.upkeep.enabled", "false"}});
  for (int64_t id = 0; id < 8; ++id) Append("t", id);
  ASSERT_TRUE(maintainer->RunAll().ok());
  EXPECT_EQ(Live("t").size(), 8);
}

TEST_F(Rounds, ExpireWhatIsOld) {
  MakeTable("t");
  Append("t", 1);
  Append("t", 2);
  clock_.Advance(6 * kMicrosPerDay);
  Append("t", 3);
  ASSERT_TRUE(maintainer->RunAll().ok());
  EXPECT_EQ(tables.Load(scope, "db", "t")->metadata->snapshots.size(), 1);
  EXPECT_EQ(RowsOf("db", "t"), 3);
}

}  // namespace
}  // namespace tarn::jobs::maintain
