#include "base/time.h"

#include <gtest/gtest.h>

namespace tarn {

TEST(Timestamp, PrintsAndReadsEachForm) {
  const Timestamp time = FromCivil(2026, 11, 21, 5, 38, 9).Plus(123456);
  EXPECT_EQ(FormatIso8601(time), "2026-11-21T05:38:09Z");
  EXPECT_EQ(FormatIso8601(time, 3), "2026-11-21T05:38:09.123Z");
  EXPECT_EQ(FormatAmzDate(time), "20261121T053809Z");
  EXPECT_EQ(FormatHttpDate(time), "Sat, 21 Nov 2026 05:38:09 GMT");
  EXPECT_EQ(ParseIso8601("2026-11-21T05:38:09.123456Z"), time);
  EXPECT_EQ(ParseIso8601("2026-11-21T07:38:09.123456+02:00"), time);
  EXPECT_EQ(ParseHttpDate("Sat, 21 Nov 2026 05:38:09 GMT")->seconds(), time.seconds());
  EXPECT_EQ(ParseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT"), FromCivil(1994, 11, 6, 8, 49, 37));
  EXPECT_EQ(ParseHttpDate("Sun Nov  6 08:49:37 1994"), FromCivil(1994, 11, 6, 8, 49, 37));
}

TEST(Timestamp, RefusesImpossibleDates) {
  EXPECT_FALSE(ParseIso8601("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(ParseIso8601("2026-11-21T05:38"));
  EXPECT_FALSE(ParseAmzDate("20261321T053809Z"));
  EXPECT_FALSE(ParseHttpDate("Sat, 21 Nov 2026"));
  EXPECT_FALSE(ParseHttpDate(""));
}

TEST(Timestamp, RoundsDownBefore1970) { EXPECT_EQ(Timestamp{-1}.seconds(), -1); }

}  // namespace tarn
