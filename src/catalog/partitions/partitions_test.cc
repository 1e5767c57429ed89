#include <fmt/core.h>

#include <set>

#include "catalog/testing.h"

namespace tarn::catalog {
namespace {

class Partitions : public CatalogFixture {
 protected:
  void SetUp() override {
    CatalogFixture::SetUp();
    ASSERT_TRUE(catalog.CreateTable(scope, MakeTable("t", {"year", "month"})).ok());
  }
  void Fill(int years, int months) {
    std::vector<Partition> partitions;
    for (int y = 0; y < years; ++y) {
      for (int m = 1; m <= months; ++m) {
        partitions.emplace_back().values = {fmt::format("{}", 2000 + y), fmt::format("{:03}", m)};
      }
    }
    auto errors = catalog.CreatePartitions(scope, "db", "t", std::move(partitions));
    ASSERT_TRUE(errors.ok());
    ASSERT_TRUE(errors->empty());
  }
  std::vector<std::vector<std::string>> List(ListPartitionsOptions options) {
    std::vector<std::vector<std::string>> out;
    do {
      auto page = catalog.ListPartitions(scope, "db", "t", options);
      EXPECT_TRUE(page.ok());
      if (!page.ok()) break;
      EXPECT_LE(page->items.size(), options.limit);
      for (auto& item : page->items) out.push_back(item.values);
      options.after = page->next;
    } while (!options.after.empty());
    return out;
  }
};

TEST_F(Partitions, AreListedInTheOrderOfTheirValues) {
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"b", "1"}, {"a", "2"}, {"a", "10"}})).ok());
  EXPECT_EQ(List({}), (std::vector<std::vector<std::string>>{{"a", "10"}, {"a", "2"}, {"b", "1"}}));
}

TEST_F(Partitions, ABatchMakesWhatItCanAndNamesTheRest) {
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"a", "1"}})).ok());
  auto errors = catalog.CreatePartitions(scope, "db", "t",
                                         MakePartitions({{"a", "1"}, {"a", "2"}, {"x"}, {"a", "2"}, {"a", "3"}}));
  ASSERT_EQ(errors->size(), 3U);
  EXPECT_EQ((*errors)[0].error.reason, &kAlreadyExists);
  EXPECT_EQ((*errors)[1].error.reason, &kInvalidInput);
  EXPECT_EQ((*errors)[2].index, 3U);
  EXPECT_EQ(List({}).size(), 3U);
}

TEST_F(Partitions, PagesAreCompleteAtEveryPageSize) {
  Fill(4, 30);
  const auto all = List({});
  ASSERT_EQ(all.size(), 120U);
  for (size_t limit : {1U, 7U, 40U, 119U, 120U, 121U}) EXPECT_EQ(List({.limit = limit}), all) << limit;
}

TEST_F(Partitions, AFilterFindsTheSameByLeapingAsByLooking) {
  Fill(20, 60);
  const Table table = *catalog.GetTable(scope, "db", "t");
  for (const char* text : {"year = '2007'", "month = '007'", "year in ('2001', '2019') and month > '050'",
                           "not year = '2003' and month = '060'", "year = '1999'", "month = '001' or year = '2000'"}) {
    auto predicate = PartitionPredicate::Compile(text, table.partition_keys);
    std::vector<std::vector<std::string>> expected;
    for (const auto& values : List({})) {
      if (*predicate->Matches(values)) expected.push_back(values);
    }
    EXPECT_EQ(List({.filter = &*predicate}), expected) << text;
    EXPECT_EQ(List({.limit = 5, .filter = &*predicate}), expected) << text;
  }
}

// Counts how many partitions a listing asks about.
struct Counting : PartitionFilter {
  const PartitionFilter* inner;
  mutable size_t asked = 0;
  explicit Counting(const PartitionFilter* filter) : inner(filter) {}
  Result<Truth> Test(std::span<const std::string> leading) const override {
    ++asked;
    return inner->Test(leading);
  }
};

TEST_F(Partitions, AFilterOnTheLeadingKeyDoesNotVisitTheOtherRanges) {
  Fill(20, 200);
  const Table table = *catalog.GetTable(scope, "db", "t");
  auto predicate = PartitionPredicate::Compile("year = '2013'", table.partition_keys);
  Counting counting(&*predicate);
  EXPECT_EQ(List({.filter = &counting}).size(), 200U);
  EXPECT_LT(counting.asked, 300U);
}

TEST_F(Partitions, SegmentsTogetherHoldEachPartitionOnce) {
  Fill(5, 40);
  std::set<std::vector<std::string>> seen;
  size_t total = 0;
  for (uint32_t segment = 0; segment < 4; ++segment) {
    auto part = List({.limit = 9, .segment = segment, .segments = 4});
    EXPECT_GT(part.size(), 20U);
    total += part.size();
    seen.insert(part.begin(), part.end());
  }
  EXPECT_EQ(total, 200U);
  EXPECT_EQ(seen.size(), 200U);
}

TEST_F(Partitions, AnUpdateMayMoveButNotOverwrite) {
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"a", "1"}, {"a", "2"}})).ok());
  clock.now = clock.now.Plus(5);
  Partition moved;
  moved.values = {"b", "1"};
  moved.parameters = Parameters{{"k", "v"}};
  auto errors = catalog.UpdatePartitions(scope, "db", "t", {{{"a", "1"}, moved}});
  ASSERT_TRUE(errors->empty());
  Partition back = *catalog.GetPartition(scope, "db", "t", {"b", "1"});
  EXPECT_EQ(back.parameters, moved.parameters);
  EXPECT_EQ(back.create_time.micros + 5, clock.now.micros);
  EXPECT_TRUE(catalog.GetPartition(scope, "db", "t", {"a", "1"}).Is(kNoSuchPartition));
  EXPECT_EQ(catalog.UpdatePartitions(scope, "db", "t", {{{"b", "1"}, MakePartitions({{"a", "2"}})[0]}})->size(), 1U);
  EXPECT_EQ(catalog.UpdatePartitions(scope, "db", "t", {{{"zz", "1"}, moved}})->front().error.reason,
            &kNoSuchPartition);
}

TEST_F(Partitions, DeletingNamesWhatWasNotThere) {
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"a", "1"}, {"a", "2"}})).ok());
  auto errors = catalog.DeletePartitions(scope, "db", "t", {{"a", "1"}, {"no", "1"}});
  ASSERT_EQ(errors->size(), 1U);
  EXPECT_EQ(errors->front().index, 1U);
  EXPECT_EQ(List({}), (std::vector<std::vector<std::string>>{{"a", "2"}}));
}

TEST_F(Partitions, AreFoundByExactValuesInTheOrderAsked) {
  ASSERT_TRUE(catalog.CreatePartitions(scope, "db", "t", MakePartitions({{"a", "1"}, {"a", "2"}})).ok());
  auto found = catalog.GetPartitions(scope, "db", "t", {{"a", "2"}, {"x", "y"}, {"a", "1"}});
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[0].values[1], "2");
}

}  // namespace
}  // namespace tarn::catalog
