#include "jobs/crawl/folders.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace tarn::jobs::crawl {
namespace {

std::shared_ptr<const formats::FileSchema> Schema(std::vector<std::string> columns) {
  auto schema = std::make_shared<formats::FileSchema>();
  schema->format = formats::Format::kJson;
  for (auto& name : columns) schema->columns.push_back({name, sql::VarcharType()});
  return schema;
}
const auto kSales = Schema({"id", "amount"});
const auto kUsers = Schema({"name", "email"});

// "sales/[year,partition_1] day/": root, keys, number of partitions.
std::vector<std::string> Tables(std::vector<CrawledFile> files, GroupingOptions options = {}) {
  std::vector<std::string> out;
  for (const FoundTable& table : FindTables(files, options)) {
    out.push_back(table.root + "[" + Join(table.partition_keys, ",") + "]" + std::to_string(table.partitions.size()));
  }
  return out;
}
using Expected = std::vector<std::string>;

}  // namespace

TEST(FindTables, MakesPartitionsOfKeyValueFolders) {
  EXPECT_EQ(Tables({{"year=2019/month=Jan/a", 1, kSales}, {"year=2019/month=Feb/a", 1, kSales}}),
            Expected{"[year,month]2"});
  EXPECT_EQ(Tables({{"sales/dt=2026-01-01/a", 1, kSales}}), Expected{"sales/[dt]1"});
}

TEST(FindTables, KeepsKeyValueFoldersTogetherWhateverTheirColumns) {
  EXPECT_EQ(Tables({{"sales/day=1/a", 1, kSales}, {"sales/day=2/a", 1, kUsers}}), Expected{"sales/[day]2"});
}

TEST(FindTables, NamesUnnamedLevelsByNumber) {
  EXPECT_EQ(Tables({{"processed/sales/2026/11/21/a.json", 1, kSales}}),
            Expected{"processed/sales/[partition_0,partition_1,partition_2]1"});
}

TEST(FindTables, MergesAlikeFoldersAndPartsOthers) {
  EXPECT_EQ(Tables({{"t1/p1/a", 1, kSales}, {"t1/p2/a", 1, kSales}, {"t2/p3/a", 1, kSales}}),
            Expected{"[partition_0,partition_1]3"});
  EXPECT_EQ(Tables({{"sales/1/a", 1, kSales}, {"users/1/a", 1, kUsers}}),
            (Expected{"sales/[partition_0]1", "users/[partition_0]1"}));
}

TEST(FindTables, MakesATableOfEachUnlikeFile) {
  EXPECT_EQ(Tables({{"d/a.json", 1, kSales}, {"d/b.json", 1, kUsers}}), (Expected{"d/a.json[]0", "d/b.json[]0"}));
}

TEST(FindTables, ReadsFilesAtSeveralDepthsAsOneTable) {
  EXPECT_EQ(Tables({{"a", 1, kSales}, {"x/b", 1, kSales}}), Expected{"[]0"});
}

TEST(FindTables, ObeysTheTableLevel) {
  EXPECT_EQ(Tables({{"t1/2026/a", 1, kSales}, {"t2/2026/a", 1, kSales}}, {.table_level = 1}),
            (Expected{"t1/[partition_0]1", "t2/[partition_0]1"}));
}

TEST(FindTables, CountsFilesThatWereNotSampled) {
  const auto tables = FindTables({{"d/a", 5, kSales}, {"d/b", 7, nullptr}}, {});
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(tables[0].objects, 2U);
  EXPECT_EQ(tables[0].bytes, 12U);
}

TEST(FindTables, DecodesPartitionValues) {
  const auto tables = FindTables({{"k=a%2Fb/f", 1, kSales}, {"k=c/f", 1, kSales}}, {});
  EXPECT_EQ(tables.at(0).partitions.at(0).values.at(0), "a/b");
}

TEST(MatchesGlob, FollowsGluesPatterns) {
  EXPECT_TRUE(MatchesGlob("**.json", "a/b/c.json"));
  EXPECT_FALSE(MatchesGlob("*.json", "a/b.json"));
  EXPECT_TRUE(MatchesGlob("*.{csv,json}", "x.csv"));
  EXPECT_TRUE(MatchesGlob("logs/**", "logs/2026/a"));
  EXPECT_TRUE(MatchesGlob("year=20[0-2]?/**", "year=2019/a"));
  EXPECT_FALSE(MatchesGlob("[!a]*", "abc"));
  EXPECT_TRUE(MatchesGlob("a\\*b", "a*b"));
  EXPECT_FALSE(MatchesGlob("a", "ab"));
}

}  // namespace tarn::jobs::crawl
