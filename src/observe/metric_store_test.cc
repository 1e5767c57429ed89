#include "observe/metric_store.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"

namespace tarn::observe {
namespace {

constexpr int64_t kMinute = 60 * kMicrosPerSecond;

class ManualClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now{1'800'000'000'000'000 / kMinute * kMinute};
};

class MetricStoreTest : public testing::Test {
 protected:
  static MetricOwner Owner(const std::string& stream) {
    return {{"1", "us-east-1"}, "AWS/Kinesis", {{"StreamName", stream}}};
  }
  void Count(const std::string& stream, double records) {
    const Measured samples[] = {{"IncomingRecords", "Count", records}, {"Latency", "Milliseconds", 1}};
    metrics_.Count(Owner(stream), samples);
  }
  Status Put(const std::string& stream, const std::string& name, Timestamp at, double value, bool by_second = false) {
    NewPoint point{.owner = Owner(stream), .name = name, .unit = "None", .at = at, .by_second = by_second};
    point.values.Add(value);
    return metrics_.Put({point});
  }
  std::vector<MetricPoint> All(const std::string& stream, const std::string& name) {
    return metrics_.Get(Owner(stream), name, {0}, clock_.now.Plus(kMicrosPerDay)).value();
  }

  ManualClock clock_;
  std::unique_ptr<kv::Store> kv_ = kv::MakeMemoryStore();
  MetricStore metrics_{*kv_, clock_, {.owners_max = 2, .names_max = 3}};
};

TEST_F(MetricStoreTest, CountsByMinuteWhetherWrittenDownOrNot) {
  Count("a", 10);
  ASSERT_TRUE(metrics_.Flush().ok());
  Count("a", 30);
  clock_.now = clock_.now.Plus(kMinute);
  Count("a", 5);
  for (int round = 0; round < 2; ++round) {
    const auto points = All("a", "IncomingRecords");
    ASSERT_EQ(points.size(), 2u);
    EXPECT_EQ(points[0].unit, "Count");
    EXPECT_EQ(points[0].values.count, 2);
    EXPECT_EQ(points[0].values.sum, 40);
    EXPECT_EQ(points[0].values.min, 10);
    EXPECT_EQ(points[1].values.sum, 5);
    const auto owners = metrics_.List({"1", "us-east-1"}, "AWS/Kinesis").value();
    ASSERT_EQ(owners.size(), 1u);
    EXPECT_EQ(owners[0].owner, Owner("a"));
    EXPECT_EQ(owners[0].names, (std::set<std::string>{"IncomingRecords", "Latency"}));
    ASSERT_TRUE(metrics_.Flush().ok());
  }
  EXPECT_TRUE(metrics_.List({"2", "us-east-1"}, "")->empty());
  EXPECT_TRUE(metrics_.List({"1", "us-east-1"}, "AWS/Firehose")->empty());
}

TEST_F(MetricStoreTest, ManyOwnersAreWrittenDownSomeATransaction) {
  constexpr int kOwners = 1'203;
  MetricStore metrics(*kv_, clock_, {.owners_max = kOwners, .names_max = 3});
  const Measured samples[] = {{"IncomingRecords", "Count", 2}, {"Latency", "Milliseconds", 1}};
  for (int i = 0; i < kOwners; ++i) metrics.Count(Owner(std::to_string(i)), samples);
  ASSERT_TRUE(metrics.Flush().ok());
  MetricStore again(*kv_, clock_, {.owners_max = kOwners, .names_max = 3});
  EXPECT_EQ(again.List({"1", "us-east-1"}, "")->size(), size_t{kOwners});
  for (const char* owner : {"0", "600", "1202"}) {
    const auto points = again.Get(Owner(owner), "IncomingRecords", {0}, clock_.now.Plus(kMicrosPerDay)).value();
    ASSERT_EQ(points.size(), 1u);
    EXPECT_EQ(points[0].values.sum, 2);
  }
}

TEST_F(MetricStoreTest, PutPointsAreKeptBySecondOrMinute) {
  const Timestamp at = clock_.now.Plus(7 * kMicrosPerSecond);
  ASSERT_TRUE(Put("a", "fine", at, 1, true).ok());
  ASSERT_TRUE(Put("a", "coarse", at, 2).ok());
  ASSERT_TRUE(Put("a", "coarse", at.Plus(kMicrosPerSecond), 4).ok());
  EXPECT_EQ(All("a", "fine").at(0).at, at);
  ASSERT_EQ(All("a", "coarse").size(), 1u);
  EXPECT_EQ(All("a", "coarse")[0].at, clock_.now);
  EXPECT_EQ(All("a", "coarse")[0].values.sum, 6);
}

TEST_F(MetricStoreTest, WhatIsPastItsTimeMakesRoom) {
  ASSERT_TRUE(Put("a", "m", clock_.now, 1).ok());
  ASSERT_TRUE(Put("b", "m", clock_.now, 1).ok());
  EXPECT_TRUE(Put("c", "m", clock_.now, 1).Is(kTooManyMetrics));
  Count("c", 1);
  ASSERT_TRUE(metrics_.Flush().ok());  // left out
  EXPECT_TRUE(All("c", "IncomingRecords").empty());
  ASSERT_TRUE(Put("a", "n", clock_.now, 1).ok());
  ASSERT_TRUE(Put("a", "o", clock_.now, 1).ok());
  EXPECT_TRUE(Put("a", "p", clock_.now, 1).Is(kTooManyMetrics));
  clock_.now = clock_.now.Plus(16 * kMicrosPerDay);
  ASSERT_TRUE(metrics_.Flush().ok());
  EXPECT_TRUE(metrics_.List({"1", "us-east-1"}, "")->empty());
  EXPECT_TRUE(All("a", "m").empty());
  EXPECT_TRUE(Put("c", "m", clock_.now, 1).ok());
  EXPECT_TRUE(Put("d", "m", clock_.now, 1).ok());
}

}  // namespace
}  // namespace tarn::observe
