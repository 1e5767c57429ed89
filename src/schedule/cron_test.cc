#include "schedule/cron.h"

#include <gtest/gtest.h>

namespace tarn::schedule {
namespace {

std::string NextOf(std::string_view expression, Timestamp after) {
  const auto schedule = Schedule::Parse(expression);
  if (!schedule.ok()) return schedule.error().message;
  const auto next = schedule->Next(after);
  return next ? FormatIso8601(*next) : "never";
}

const Timestamp kSaturday = FromCivil(2026, 11, 21, 5, 38, 9);

}  // namespace

TEST(Cron, FiresAtTheNextMatchingMinute) {
  EXPECT_EQ(NextOf("cron(0 0 * * ? *)", kSaturday), "2026-11-22T00:00:00Z");
  EXPECT_EQ(NextOf("cron(0/15 * * * ? *)", kSaturday), "2026-11-21T05:45:00Z");
  EXPECT_EQ(NextOf("cron(15 12 * * ? *)", kSaturday), "2026-11-21T12:15:00Z");
  EXPECT_EQ(NextOf("cron(0 18 ? * MON-FRI *)", kSaturday), "2026-11-23T18:00:00Z");
  EXPECT_EQ(NextOf("cron(0 8 1 * ? *)", kSaturday), "2026-12-01T08:00:00Z");
  EXPECT_EQ(NextOf("cron(0/5 8-17 ? * 2-6 *)", kSaturday), "2026-11-23T08:00:00Z");
}

TEST(Cron, KnowsLastNearestAndNthDays) {
  EXPECT_EQ(NextOf("cron(0 0 L 2 ? 2028)", kSaturday), "2028-02-29T00:00:00Z");
  EXPECT_EQ(NextOf("cron(0 0 15W 11 ? 2026)", FromCivil(2026, 11, 1)), "2026-11-16T00:00:00Z");
  EXPECT_EQ(NextOf("cron(0 0 ? * 6#3 *)", FromCivil(2026, 11, 1)), "2026-11-20T00:00:00Z");
  EXPECT_EQ(NextOf("cron(0 0 ? * 6L *)", FromCivil(2026, 11, 1)), "2026-11-27T00:00:00Z");
}

TEST(Cron, NeverFiresForAYearGoneBy) { EXPECT_EQ(NextOf("cron(0 0 1 1 ? 2020)", kSaturday), "never"); }

TEST(Rate, CountsFromTheGivenTime) {
  EXPECT_EQ(NextOf("rate(5 minutes)", kSaturday), "2026-11-21T05:43:09Z");
  EXPECT_EQ(NextOf("rate(1 day)", kSaturday), "2026-11-22T05:38:09Z");
}

TEST(Schedule, RefusesWhatAwsRefuses) {
  for (const char* bad :
       {"", "cron()", "cron(0 0 * * *)", "cron(0 0 * * * *)", "cron(0 0 ? * ? *)", "cron(60 0 * * ? *)",
        "cron(0 24 * * ? *)", "cron(0 0 32 * ? *)", "cron(0 0 * 13 ? *)", "cron(0 0 ? * 8 *)", "cron(0 0 ? * 2#6 *)",
        "cron(5-1 0 * * ? *)", "cron(*/0 * * * ? *)", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)",
        "rate(5 weeks)", "rate(5)", "every day"}) {
    EXPECT_TRUE(Schedule::Parse(bad).Is(kBadExpression)) << bad;
  }
}

}  // namespace tarn::schedule
