#include "observe/request_metrics.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"

namespace tarn::observe {
namespace {

class ManualClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now{1'800'000'000'000'000 / 60'000'000 * 60'000'000};
};

class RequestMetricsTest : public testing::Test {
 protected:
  void Count(const std::string& filter, double bytes) {
    RequestValues values;
    values[static_cast<size_t>(RequestMetric::kAllRequests)] = 1;
    values[static_cast<size_t>(RequestMetric::kBytesDownloaded)] = bytes;
    metrics_.Add({.account = "1", .bucket = "b", .region = "us-east-1", .filter = filter}, values);
  }
  std::vector<RequestMinute> All(const std::string& filter) {
    return metrics_.Get("1", "b", filter, {0}, clock_.now.Plus(kMicrosPerDay)).value();
  }
  static Statistic Of(const RequestMinute& minute, RequestMetric metric) {
    return minute.metrics[static_cast<size_t>(metric)];
  }

  ManualClock clock_;
  std::unique_ptr<kv::Store> kv_ = kv::MakeMemoryStore();
  RequestMetrics metrics_{*kv_, clock_};
};

TEST_F(RequestMetricsTest, CountByMinuteWhetherWrittenDownOrNot) {
  Count("all", 10);
  ASSERT_TRUE(metrics_.Flush().ok());
  Count("all", 30);
  clock_.now = clock_.now.Plus(60 * kMicrosPerSecond);
  Count("all", 5);
  Count("other", 7);
  for (int round = 0; round < 2; ++round) {
    const auto minutes = All("all");
    ASSERT_EQ(minutes.size(), 2u);
    const Statistic bytes = Of(minutes[0], RequestMetric::kBytesDownloaded);
    EXPECT_EQ(bytes.count, 2);
    EXPECT_EQ(bytes.sum, 40);
    EXPECT_EQ(bytes.min, 10);
    EXPECT_EQ(bytes.max, 30);
    EXPECT_EQ(Of(minutes[1], RequestMetric::kAllRequests).sum, 1);
    EXPECT_EQ(Of(minutes[1], RequestMetric::kGetRequests).count, 0);
    const auto series = metrics_.List("1").value();
    ASSERT_EQ(series.size(), 2u);
    EXPECT_EQ(series[0].region, "us-east-1");
    ASSERT_TRUE(metrics_.Flush().ok());
  }
  EXPECT_TRUE(metrics_.List("2")->empty());
}

TEST_F(RequestMetricsTest, SurviveARestartAndEndAfterFifteenDays) {
  Count("all", 10);
  ASSERT_TRUE(metrics_.Flush().ok());
  RequestMetrics again(*kv_, clock_);
  EXPECT_EQ(again.Get("1", "b", "all", {0}, clock_.now.Plus(1))->size(), 1u);
  clock_.now = clock_.now.Plus(16 * kMicrosPerDay);
  Count("all", 20);
  ASSERT_TRUE(metrics_.Flush().ok());
  EXPECT_EQ(All("all").size(), 1u);
}

}  // namespace
}  // namespace tarn::observe
