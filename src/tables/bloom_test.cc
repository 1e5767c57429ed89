#include "tables/bloom.h"

#include <gtest/gtest.h>

namespace tarn::tables {
namespace {

using Options = std::map<std::string, std::string>;

TEST(BloomOptions, ATableThatSaysNothingLeavesTheWriterAlone) {
  EXPECT_EQ(BloomOptions({{"write.format.default", "parquet"}}), Options());
}

TEST(BloomOptions, AColumnThatWantsAFilterHasItHoweverManyValuesItHas) {
  EXPECT_EQ(BloomOptions({{"write.parquet.bloom-filter-enabled.column.id", "true"},
                          {"write.parquet.bloom-filter-enabled.column.city", "false"}}),
            (Options{{"dictionary_size_limit", "122880"}}));
}

TEST(BloomOptions, WhereAllColumnsSayNoThereIsNone) {
  EXPECT_EQ(BloomOptions({{"write.parquet.bloom-filter-enabled.column.id", "false"}}),
            (Options{{"write_bloom_filter", "false"}}));
}

TEST(BloomOptions, TheSmallestRatioCountsAndWhatIsNoneDoesNot) {
  EXPECT_EQ(BloomOptions({{"write.parquet.bloom-filter-fpp.default", "0.05"},
                          {"write.parquet.bloom-filter-fpp.column.id", "0.02"},
                          {"write.parquet.bloom-filter-fpp.column.city", "none"}}),
            (Options{{"bloom_filter_false_positive_ratio", "0.02"}}));
}

TEST(BloomOptions, AFilterIsNoLargerThanItMayBe) {
  const auto options = BloomOptions(
      {{"write.parquet.bloom-filter-enabled.column.id", "true"}, {"write.parquet.bloom-filter-max-bytes", "1024"}});
  const int values = std::stoi(options.at("dictionary_size_limit"));
  EXPECT_GT(values, 500);  // about ten bits of each value
  EXPECT_LT(values, 1000);
}

}  // namespace
}  // namespace tarn::tables
