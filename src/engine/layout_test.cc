// Rows laid out for a table format: ids, files by keys, rows that are only told, what the footers say.
#include <algorithm>

#include "engine/engine_fixture.h"
#include "engine/inspect.h"

namespace tarn::engine {
namespace {

class LayoutTest : public EngineTest {
 protected:
  Outcome Lay(const std::string& sql, Layout layout, std::shared_ptr<ResultSink> side = nullptr,
              uint64_t file_bytes = 256 << 20) {
    WriteTarget target{.sink = files_, .codec = WriteTarget::Codec::kZstd, .name_prefix = "laid"};
    target.file_bytes_target = file_bytes;
    target.layout = std::move(layout);
    auto execution = pool_->Start({.sql = sql, .resolver = lake_, .sink = std::move(side), .write = target});
    return (*execution)->Wait();
  }
  ParquetDetails Details(const std::string& name) {
    auto details = InspectParquetDetails(*files_, files_->FileOf(name));
    EXPECT_TRUE(details.ok());
    return details.ok() ? *details : ParquetDetails{};
  }
};

TEST_F(LayoutTest, FilesEndWhereAKeyChanges) {
  const Outcome done = Lay(
      "SELECT i AS a, CASE WHEN i < 3 THEN NULL ELSE i // 3 END AS k FROM range(9) AS t(i) ORDER BY k NULLS FIRST, i",
      {.field_ids = {{7, {}}}, .side = 0, .flagged = false, .keys = 1});
  ASSERT_TRUE(done.status.ok()) << done.status.error().message;
  ASSERT_EQ(done.written.size(), 3U);
  EXPECT_FALSE(done.written[0].partition_values[0].has_value());
  EXPECT_EQ(done.written[2].partition_values[0], "2");
  for (const WrittenFile& file : done.written) {
    EXPECT_EQ(file.rows, 3U);
    EXPECT_EQ(Details(file.name).leaves.at(0).field_id, 7);
  }
}

TEST_F(LayoutTest, SideColumnsAreToldAndFlagsSayWhatIsWritten) {
  auto side = std::make_shared<TextSink>();
  const Outcome done = Lay("SELECT 'p' || i, i % 2 = 0, i AS a FROM range(5000) AS t(i)",
                           {.field_ids = {{1, {}}}, .side = 2, .flagged = true, .keys = 0}, side);
  ASSERT_TRUE(done.status.ok()) << done.status.error().message;
  EXPECT_EQ(side->rows.size(), 5000U);
  ASSERT_EQ(done.written.size(), 1U);
  EXPECT_EQ(done.written[0].rows, 2500U);
  const ParquetDetails details = Details(done.written[0].name);
  EXPECT_EQ(details.rows, 2500U);
  int64_t values = 0;
  for (const auto& chunk : details.leaves.at(0).chunks) values += chunk.values;
  EXPECT_EQ(values, 2500);
}

TEST_F(LayoutTest, FilesDoNotGrowFarBeyondTheTarget) {
  const Outcome done = Lay("SELECT hash(i) AS a FROM range(1000000) AS t(i)",
                           {.field_ids = {{1, {}}}, .side = 0, .flagged = false, .keys = 0}, nullptr, 2 << 20);
  ASSERT_TRUE(done.status.ok()) << done.status.error().message;
  EXPECT_GT(done.written.size(), 2U);
}

TEST_F(LayoutTest, NestedColumnsCarryTheirIdsAndAreToldAsRepeated) {
  const Outcome done = Lay(
      "SELECT {'x': 1, 'l': [1, 2]} AS s, MAP {'k': 2.5::FLOAT} AS m",
      {.field_ids = {{1, {{2, {}}, {3, {{4, {}}}}}}, {5, {{6, {}}, {7, {}}}}}, .side = 0, .flagged = false, .keys = 0});
  ASSERT_TRUE(done.status.ok()) << done.status.error().message;
  const ParquetDetails details = Details(done.written.at(0).name);
  ASSERT_EQ(details.leaves.size(), 4U);
  const std::vector<std::vector<std::string>> paths = {{"s", "x"}, {"s", "l", "element"}, {"m", "key"}, {"m", "value"}};
  const std::vector<int32_t> ids = {2, 4, 6, 7};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(details.leaves[i].path, paths[i]);
    EXPECT_EQ(details.leaves[i].field_id, ids[i]);
    EXPECT_EQ(details.leaves[i].repeated, i > 0);
  }
}

TEST_F(LayoutTest, ASelectOfOtherWidthIsRefused) {
  EXPECT_FALSE(Lay("SELECT 1, 2", {.field_ids = {{1, {}}}, .side = 0, .flagged = false, .keys = 0}).status.ok());
}

}  // namespace
}  // namespace tarn::engine
