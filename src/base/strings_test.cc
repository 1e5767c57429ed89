#include "base/strings.h"

#include <gtest/gtest.h>

namespace tarn {

TEST(PercentEncode, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("a/b c~é"), "a%2Fb%20c~%C3%A9");
  EXPECT_EQ(PercentEncode("a/b", true), "a/b");
}

TEST(PercentDecode, RefusesBrokenEscapes) {
  EXPECT_EQ(PercentDecode("a%2Fb+c").value(), "a/b+c");
  EXPECT_EQ(PercentDecode("a+b", true).value(), "a b");
  EXPECT_FALSE(PercentDecode("%2"));
  EXPECT_FALSE(PercentDecode("%zz"));
}

TEST(ParseU64, TakesWholeNumbersOnly) {
  EXPECT_EQ(ParseU64("18446744073709551615").value(), UINT64_MAX);
  EXPECT_FALSE(ParseU64("18446744073709551616"));
  EXPECT_FALSE(ParseU64("1 "));
  EXPECT_FALSE(ParseU64("-1"));
  EXPECT_FALSE(ParseU64(""));
}

TEST(IsValidUtf8, RefusesSurrogatesAndOverlongForms) {
  EXPECT_TRUE(IsValidUtf8("é€😀"));
  EXPECT_FALSE(IsValidUtf8("\xed\xa0\x80"));
  EXPECT_FALSE(IsValidUtf8("\xc0\x80"));
  EXPECT_FALSE(IsValidUtf8("\xe2\x82"));
}

TEST(Split, KeepsEmptyParts) { EXPECT_EQ(Split("a,,b", ',').size(), 3U); }

}  // namespace tarn
