// Row filters in whatever form: the rows are those for which a WHERE of the same words is true, and what a query says
// decides nothing about what is read below them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/engine_fixture.h"

namespace tarn::engine {
namespace {

class RowFilterTest : public EngineTest {
 protected:
  // Ten files of 3,000 rows: `i` ascends, `s` and `d` have NULLs, `n` is a number now and then.
  void SetUp() override {
    EngineTest::SetUp();
    std::vector<File> files;
    for (int k = 0; k < 10; ++k) {
      const Outcome written = Write(
          "SELECT i::INTEGER AS i, CASE WHEN i % 7 > 0 THEN 's' || (i % 50) END AS s, "
          "CASE WHEN i % 3 = 0 THEN '12' ELSE 'x' || i END AS n, "
          "CASE WHEN i % 11 > 0 THEN DATE '2024-01-01' + (i % 300)::INTEGER END AS d, i % 5 = 0 AS b, i * 0.5 AS x "
          "FROM range(" +
              std::to_string(3000 * k) + ", " + std::to_string(3000 * (k + 1)) + ") r(i)",
          "t" + std::to_string(k));
      ASSERT_TRUE(written.status.ok()) << written.status.error().message;
      files.push_back(files_->FileOf(written.written[0].name));
    }
    table_ = {.columns = {{"i", T("int")},
                          {"s", T("string")},
                          {"n", T("string")},
                          {"d", T("date")},
                          {"b", T("boolean")},
                          {"x", T("double")}},
              .partitions = {{}},
              .lister = std::make_shared<FixedLister>(std::vector<std::vector<File>>{files}),
              .source = files_};
    Bind("db.whole", table_);
  }

  Answer OfFiltered(const std::string& filter, const std::string& sql) {
    TableBinding part = table_;
    part.row_filter = filter;
    Bind("db.part", part);
    return Ask(sql);
  }

  TableBinding table_;
};

constexpr const char* kSums = "SELECT count(*), sum(i), count(s), min(d), max(x), count(n) FROM ";

TEST_F(RowFilterTest, ShowsTheRowsForWhichItIsTrue) {
  for (const char* filter : {"i = 77",
                             "77 = i",
                             "i <> 77",
                             "i > 25000",
                             "25000 < i",
                             "i >= 1000 AND i < 2000",
                             "i BETWEEN 5 AND 500",
                             "i NOT BETWEEN 5 AND 29950",
                             "i IN (1, 5, 29999)",
                             "i IN (1, NULL)",
                             "i NOT IN (1, 2)",
                             "s = 's3'",
                             "s IN ('s3', 's4') AND i > 7",
                             "s LIKE 's4%'",
                             "s IS NULL",
                             "s IS NOT NULL AND s > 's3'",
                             "NOT (s = 's3')",
                             "d >= CAST('2024-05-01' AS DATE)",
                             "d = DATE '2024-02-03' OR i = 5",
                             "b",
                             "NOT b",
                             "b AND i % 2 = 0",
                             "x > 10000",
                             "x BETWEEN 1.5 AND 20",
                             "i % 10 = 3",
                             "i + length(s) > 25000",
                             "length(s) = 2",
                             "i > 5 OR s = 's1'",
                             "upper(s) = 'S7' AND i % 2 = 1 AND d IS NOT NULL",
                             "true",
                             "false",
                             "NULL",
                             "1 = 1 AND i = 3",
                             "s IS NOT DISTINCT FROM NULL",
                             "coalesce(s, 'none') = 'none'"}) {
    const auto by_hand = Ask(std::string(kSums) + "lake.db.whole WHERE " + filter);
    const auto filtered = OfFiltered(filter, std::string(kSums) + "lake.db.part");
    EXPECT_EQ(by_hand.error() + filtered.error(), "") << filter;
    EXPECT_EQ(filtered.rows, by_hand.rows) << filter;
  }
}

// A part that fails says nothing: a row is seen where the rest admits it whatever that part is.
TEST_F(RowFilterTest, ShowsNoRowByAPartOfItThatFails) {
  for (const auto& [filter, same] : std::vector<std::pair<std::string, std::string>>{
           {"CAST(n AS INTEGER) = 12", "i % 3 = 0"},
           {"i > 1000 AND CAST(n AS INTEGER) = 12 AND s = 's6'", "i > 1000 AND i % 3 = 0 AND s = 's6'"},
           {"NOT (CAST(n AS INTEGER) = 12)", "false"},
           {"CAST(n AS INTEGER) = 12 OR i = 1", "i % 3 = 0 OR i = 1"}}) {
    const auto by_hand = Ask(std::string(kSums) + "lake.db.whole WHERE " + same);
    const auto filtered = OfFiltered(filter, std::string(kSums) + "lake.db.part");
    EXPECT_EQ(filtered.error(), "") << filter;
    EXPECT_EQ(filtered.rows, by_hand.rows) << filter;
  }
}

TEST_F(RowFilterTest, TheQuerysConditionsSeeWhatIsLeft) {
  TableBinding masked = table_;
  masked.row_filter = "i % 10 = 3 AND s IS NOT NULL";
  masked.replacements = {{"s", "left(s, 1) || '*'", T("string")}, {"x", "NULL", T("double")}};
  Bind("db.part", masked);
  Bind("db.by_hand", table_);
  const std::string by_hand =
      "(SELECT i, left(s, 1) || '*' AS s, n, d, b, NULL::DOUBLE AS x FROM lake.db.by_hand WHERE i % 10 = 3 AND s IS "
      "NOT "
      "NULL)";
  for (const char* condition :
       {"i > 1000", "i = 3", "i = 4", "s = 's*'", "s = 's3'", "s > 's*'", "x > 1", "x IS NULL", "d IS NULL",
        "d > DATE '2024-03-01' AND s = 's*' AND i < 5000", "i IN (3, 4, 13)", "n = '12' OR i = 13", "b", "b = false",
        "i BETWEEN 100 AND 200 AND x IS NULL", "s IN ('s*', 's3') AND n = '12'"}) {
    const std::string tail = std::string(" t WHERE ") + condition;
    const auto told = Ask(kSums + by_hand + tail);
    const auto seen = Ask(std::string(kSums) + "lake.db.part" + tail);
    EXPECT_EQ(told.error() + seen.error(), "") << condition;
    EXPECT_EQ(seen.rows, told.rows) << condition;
  }
  // Those that a join brings at run time.
  const std::string join = " a JOIN (SELECT i FROM range(40) r(i)) k ON a.i = k.i";
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.part" + join).rows, Ask("SELECT count(*) FROM " + by_hand + join).rows);
  EXPECT_EQ(Ask("SELECT i, s FROM lake.db.part ORDER BY i DESC LIMIT 3").rows,
            Ask("SELECT i, s FROM " + by_hand + " t ORDER BY i DESC LIMIT 3").rows);
}

TEST_F(RowFilterTest, WhatIsReadDependsOnTheFilterAlone) {
  const auto read = [&](const std::string& filter, const std::string& condition) {
    const auto answer = OfFiltered(filter, "SELECT count(s) FROM lake.db.part WHERE " + condition);
    EXPECT_EQ(answer.error(), "");
    return answer.outcome.statistics.scanned_bytes;
  };
  for (const char* filter : {"i >= 20000", "n LIKE 'x%'", "i % 10 = 3"}) {
    const uint64_t all = read(filter, "i >= 0");
    for (const char* condition : {"i = 4", "i = 25003", "i < 100", "i > 29990", "i = -1"}) {
      EXPECT_EQ(read(filter, condition), all) << filter << " " << condition;
    }
  }
  // Row groups in which the filter is true nowhere are not read.
  EXPECT_LT(read("i >= 29000", "i > 0"), read("i >= 0", "i > 0") * 2 / 3);
}

TEST_F(RowFilterTest, HiddenColumnsAloneLeaveConditionsTheirEffect) {
  TableBinding open = table_;
  open.hidden_columns = {"n"};
  Bind("db.part", open);
  const auto all = Ask("SELECT count(s) FROM lake.db.part WHERE i >= 0");
  const auto few = Ask("SELECT count(s) FROM lake.db.part WHERE i >= 29000");
  EXPECT_EQ(few.rows, Ask("SELECT count(s) FROM lake.db.whole WHERE i >= 29000").rows);
  EXPECT_LT(few.outcome.statistics.scanned_bytes, all.outcome.statistics.scanned_bytes * 3 / 4);
}

// Files of other times: a column in a narrower type, and one that is not there.
TEST_F(RowFilterTest, HoldsOverFilesOfOtherTypes) {
  const Outcome old = Write("SELECT i::SMALLINT AS i, 's' || i AS s FROM range(1000) r(i)", "old");
  const Outcome now = Write("SELECT i::BIGINT AS i, 's' || i AS s, i::DOUBLE AS x FROM range(1000, 2000) r(i)", "now");
  std::vector<File> files;
  for (const Outcome* outcome : {&old, &now}) {
    ASSERT_TRUE(outcome->status.ok());
    for (const WrittenFile& file : outcome->written) files.push_back(files_->FileOf(file.name));
  }
  table_ = {.columns = {{"i", T("bigint")}, {"s", T("string")}, {"x", T("double")}},
            .partitions = {{}},
            .lister = std::make_shared<FixedLister>(std::vector<std::vector<File>>{files}),
            .source = files_};
  Bind("db.whole", table_);
  for (const char* filter :
       {"i > 500", "i = 7", "i IN (7, 1007)", "i % 10 = 3", "x IS NULL", "x IS NOT NULL", "x > 1500",
        "x > 1500 OR i < 10", "coalesce(x, 1) = 1", "i > 99999", "s LIKE 's1%' AND i % 2 = 0"}) {
    const std::string sums = "SELECT count(*), sum(i), count(x), min(s) FROM ";
    const auto by_hand = Ask(sums + "lake.db.whole WHERE " + filter);
    const auto filtered = OfFiltered(filter, sums + "lake.db.part");
    EXPECT_EQ(by_hand.error() + filtered.error(), "") << filter;
    EXPECT_EQ(filtered.rows, by_hand.rows) << filter;
  }
}

}  // namespace
}  // namespace tarn::engine
