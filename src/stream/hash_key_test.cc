#include "stream/hash_key.h"

#include <gtest/gtest.h>

#include "stream/sequence.h"

namespace tarn::stream {
namespace {

TEST(HashKey, IsTheMd5AsANumber) {
  EXPECT_EQ(FormatHashKey(HashOf("a")), "16955237001963240173058271559858726497");
  EXPECT_EQ(FormatHashKey({}), "0");
  EXPECT_EQ(FormatHashKey(kHashKeyMax), "340282366920938463463374607431768211455");
  EXPECT_EQ(ParseHashKey("340282366920938463463374607431768211455"), kHashKeyMax);
  EXPECT_FALSE(ParseHashKey("340282366920938463463374607431768211456"));
  EXPECT_FALSE(ParseHashKey(""));
  EXPECT_FALSE(ParseHashKey("-1"));
}

TEST(HashKey, RangesAreCutAsKinesisCutsThem) {
  EXPECT_EQ(FormatHashKey(RangeBegin(1, 3)), "113427455640312821154458202477256070485");
  EXPECT_EQ(FormatHashKey(RangeBegin(2, 3)), "226854911280625642308916404954512140970");
  EXPECT_EQ(FormatHashKey(RangeBegin(1, 2)), "170141183460469231731687303715884105728");
  EXPECT_EQ(RangeBegin(0, 5), HashKey());
}

TEST(Sequence, ReadsWhatItWrites) {
  const Sequence sequence{.created = 1'700'000'000, .index = 77, .arrived = 1'700'000'123, .shard = 21};
  const auto back = ParseSequence(FormatSequence(sequence));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->created, sequence.created);
  EXPECT_EQ(back->index, sequence.index);
  EXPECT_EQ(back->arrived, sequence.arrived);
  EXPECT_EQ(back->shard, sequence.shard);
  EXPECT_EQ(back->version, 2);
}

TEST(Sequence, RisesWithThePosition) {
  Sequence low{.created = 1'700'000'000, .index = 9, .arrived = 1'700'000'999, .shard = 3};
  Sequence high{.created = 1'700'000'000, .index = 10, .arrived = 1'700'000'000, .shard = 3};
  EXPECT_LT(FormatSequence(low), FormatSequence(high)) << "of the same length";
  EXPECT_EQ(FormatSequence(low).size(), FormatSequence(high).size());
}

TEST(Sequence, OldLayoutsAreRead) {
  const auto seen = ParseSequence("49537279973004700513262647537344055618854783392276381698");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->version, 2);
  const auto zero = ParseSequence("0");
  ASSERT_TRUE(zero);
  EXPECT_EQ(zero->version, 0);
  EXPECT_EQ(zero->shard, 0);
  EXPECT_FALSE(ParseSequence("99999999999999999999999999999999999999999999999999999999999999999999"));
  EXPECT_FALSE(ParseSequence(""));
}

}  // namespace
}  // namespace tarn::stream
