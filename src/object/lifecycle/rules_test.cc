#include "object/lifecycle/rules.h"

#include <gtest/gtest.h>

namespace tarn::object {
namespace {

constexpr Timestamp kNoon{kMicrosPerDay * 20'000 + kMicrosPerDay / 2};

Timestamp AfterDays(double days) { return kNoon.Plus(static_cast<int64_t>(days * kMicrosPerDay)); }

LifecycleRules One(LifecycleRule rule) { return {.rules = {std::move(rule)}}; }

LifecycleSubject Object(uint64_t size = 1 << 20) {
  return {.key = "logs/a", .size = size, .storage_class = "STANDARD", .modified = kNoon};
}

LifecycleAction Ask(const LifecycleRules& rules, const LifecycleSubject& subject, Timestamp now) {
  return Judge(rules, subject, now, {}).action;
}

TEST(LifecycleRules, ExpireAtTheMidnightAfterTheirDays) {
  const auto rules = One({.filter = {.prefix = "logs/"}, .expire = LifecycleTime{.days = 1}});
  EXPECT_EQ(Ask(rules, Object(), AfterDays(1.4)), LifecycleAction::kNone);
  EXPECT_EQ(Ask(rules, Object(), AfterDays(1.5)), LifecycleAction::kExpire);
  LifecycleSubject other = Object();
  other.key = "data/a";
  EXPECT_EQ(Ask(rules, other, AfterDays(9)), LifecycleAction::kNone);
  const auto expiry = ExpiryOf(rules, Object(), {});
  ASSERT_TRUE(expiry);
  EXPECT_EQ(expiry->at, AfterDays(1.5));
}

TEST(LifecycleRules, FollowAShortenedDay) {
  const StorageTimes times{.day_micros = 10 * kMicrosPerSecond};
  const auto rules = One({.expire = LifecycleTime{.days = 2}});
  EXPECT_EQ(Judge(rules, Object(), kNoon.Plus(19 * kMicrosPerSecond), times).action, LifecycleAction::kNone);
  EXPECT_EQ(Judge(rules, Object(), kNoon.Plus(30 * kMicrosPerSecond), times).action, LifecycleAction::kExpire);
}

TEST(LifecycleRules, MatchTagsAndSizes) {
  const auto rules = One({.filter = {.tags = {{"a", "1"}, {"b", "2"}}, .size_above = 10, .size_below = 20},
                          .expire = LifecycleTime{.days = 1}});
  LifecycleSubject subject = Object(15);
  EXPECT_TRUE(Judge(rules, subject, AfterDays(3), {}).by_tags);
  const Tags some{{"a", "1"}};
  subject.tags = &some;
  EXPECT_EQ(Ask(rules, subject, AfterDays(3)), LifecycleAction::kNone);
  const Tags all{{"b", "2"}, {"c", ""}, {"a", "1"}};
  subject.tags = &all;
  EXPECT_EQ(Ask(rules, subject, AfterDays(3)), LifecycleAction::kExpire);
  subject.size = 10;
  EXPECT_EQ(Ask(rules, subject, AfterDays(3)), LifecycleAction::kNone);
  subject.size = 20;
  EXPECT_EQ(Ask(rules, subject, AfterDays(3)), LifecycleAction::kNone);
}

TEST(LifecycleRules, MoveDownwardsToTheLowestClassThatIsDue) {
  const auto rules = One({.moves = {{.when = {.days = 1}, .storage_class = "GLACIER_IR"},
                                    {.when = {.days = 3}, .storage_class = "GLACIER"}}});
  EXPECT_EQ(Judge(rules, Object(), AfterDays(2), {}).storage_class, "GLACIER_IR");
  EXPECT_EQ(Judge(rules, Object(), AfterDays(4), {}).storage_class, "GLACIER");
  LifecycleSubject deep = Object();
  deep.storage_class = "DEEP_ARCHIVE";
  EXPECT_EQ(Ask(rules, deep, AfterDays(4)), LifecycleAction::kNone);
}

TEST(LifecycleRules, LeaveSmallObjectsWhereTheyAre) {
  auto rules = One({.moves = {{.when = {.days = 1}, .storage_class = "GLACIER"}}});
  EXPECT_EQ(Ask(rules, Object(1000), AfterDays(4)), LifecycleAction::kNone);
  rules.small_to_archives = true;
  EXPECT_EQ(Ask(rules, Object(1000), AfterDays(4)), LifecycleAction::kMove);
  rules.rules[0].moves[0].storage_class = "STANDARD_IA";
  EXPECT_EQ(Ask(rules, Object(1000), AfterDays(4)), LifecycleAction::kNone);
  rules.rules[0].filter.size_above = 500;
  EXPECT_EQ(Ask(rules, Object(1000), AfterDays(4)), LifecycleAction::kMove);
}

TEST(LifecycleRules, CountNoncurrentDaysFromTheNextVersion) {
  const auto rules = One({.noncurrent_days = 2, .noncurrent_keep = 1});
  LifecycleSubject old = Object();
  old.is_latest = false;
  old.noncurrent = AfterDays(5);
  old.newer = 1;
  EXPECT_EQ(Ask(rules, old, AfterDays(7)), LifecycleAction::kNone);
  EXPECT_EQ(Ask(rules, old, AfterDays(7.5)), LifecycleAction::kRemove);
  old.newer = 0;
  EXPECT_EQ(Ask(rules, old, AfterDays(9)), LifecycleAction::kNone);
}

TEST(LifecycleRules, RemoveMarkersThatHideNothing) {
  LifecycleSubject marker = Object(0);
  marker.is_delete_marker = true;
  const auto at_once = One({.remove_lone_markers = true});
  EXPECT_EQ(Ask(at_once, marker, kNoon), LifecycleAction::kNone);
  marker.is_alone = true;
  EXPECT_EQ(Ask(at_once, marker, kNoon), LifecycleAction::kRemove);
  const auto by_age = One({.expire = LifecycleTime{.days = 1}});
  EXPECT_EQ(Ask(by_age, marker, AfterDays(1)), LifecycleAction::kNone);
  EXPECT_EQ(Ask(by_age, marker, AfterDays(2)), LifecycleAction::kRemove);
}

TEST(LifecycleRules, PreferRemovingToMoving) {
  LifecycleRules rules = One({.moves = {{.when = {.days = 1}, .storage_class = "GLACIER"}}});
  rules.rules.push_back({.expire = LifecycleTime{.date = AfterDays(1)}});
  EXPECT_EQ(Ask(rules, Object(), AfterDays(3)), LifecycleAction::kExpire);
}

TEST(LifecycleRules, TellTheFewestPrefixesThatCoverThem) {
  const LifecycleRules rules{
      .rules = {{.filter = {.prefix = "b/c"}}, {.filter = {.prefix = "a"}}, {.filter = {.prefix = "b/"}}}};
  EXPECT_EQ(rules.Prefixes(), (std::vector<std::string>{"a", "b/"}));
}

}  // namespace
}  // namespace tarn::object
