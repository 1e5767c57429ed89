#include "delivery/records/time_pattern.h"

#include <gtest/gtest.h>

namespace tarn::delivery {
namespace {

// The time that a text tells, or why not.
std::string Read(std::string_view pattern, std::string_view text) {
  const auto parsed = TimePattern::Parse(pattern);
  if (!parsed.ok()) return parsed.error().message;
  const auto time = parsed->Read(text);
  return time ? FormatIso8601(*time, 6) : "no";
}

TEST(TimePattern, ReadsMillis) {
  EXPECT_EQ(Read("millis", "1700000000123"), "2023-11-14T22:13:20.123000Z");
  EXPECT_EQ(Read("millis", "soon"), "no");
  EXPECT_EQ(Read("millis", "9223372036854775807"), "no");
}

TEST(TimePattern, ReadsDatesAndTimes) {
  EXPECT_EQ(Read("yyyy-MM-dd'T'HH:mm:ss.SSS", "2026-11-22T01:02:03.045"), "2026-11-22T01:02:03.045000Z");
  EXPECT_EQ(Read("yyyyMMddHHmmss", "20261122010203"), "2026-11-22T01:02:03.000000Z");
  EXPECT_EQ(Read("d/M/yy h:mm a", "2/1/26 12:05 am"), "2026-01-02T00:05:00.000000Z");
  EXPECT_EQ(Read("d/M/yy h:mm a", "2/1/99 1:05 PM"), "1999-01-02T13:05:00.000000Z");
  EXPECT_EQ(Read("EEE MMM dd yyyy", "Sunday Nov 22 2026"), "2026-11-22T00:00:00.000000Z");
  EXPECT_EQ(Read("yyyy-DDD", "2026-326"), "2026-11-22T00:00:00.000000Z");
}

TEST(TimePattern, FollowsZones) {
  EXPECT_EQ(Read("yyyy-MM-dd HH:mm:ssZ", "2026-11-22 01:00:00+0130"), "2026-11-21T23:30:00.000000Z");
  EXPECT_EQ(Read("yyyy-MM-dd HH:mm:ssZZ", "2026-11-22 01:00:00-05:00"), "2026-11-22T06:00:00.000000Z");
  EXPECT_EQ(Read("yyyy-MM-dd HH:mm:ss ZZZ", "2026-11-22 01:00:00 Asia/Tokyo"), "2026-11-21T16:00:00.000000Z");
  EXPECT_EQ(Read("yyyy-MM-dd HH:mm:ssZ", "2026-11-22 01:00:00"), "no");
}

TEST(TimePattern, ReadsOnlyWhatFits) {
  EXPECT_EQ(Read("yyyy-MM-dd", "2026-11-22 "), "no");
  EXPECT_EQ(Read("yyyy-MM-dd", "2026-02-30"), "no");
  EXPECT_EQ(Read("yyyy-MM-dd", "2026-13-01"), "no");
  EXPECT_EQ(Read("yyyyMMdd", "202611"), "no");
  EXPECT_EQ(Read("yyyyMMdd", "2026112"), "2026-11-02T00:00:00.000000Z") << "as Joda does";
  EXPECT_EQ(Read("yyyy-MM-dd", ""), "no");
  EXPECT_EQ(Read("yyyy-ww", "2026-11"),
            "The timestamp format yyyy-ww has the letter w, which this lake does not read.");
}

}  // namespace
}  // namespace tarn::delivery
