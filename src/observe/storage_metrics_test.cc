#include "observe/storage_metrics.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"

namespace tarn::observe {
namespace {

class SetClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now = FromCivil(2026, 11, 21, 5, 30);
};

class OneBucket : public UsageSource {
 public:
  Result<std::vector<BucketUsage>> ListAll() override { return std::vector<BucketUsage>{usage}; }
  Result<std::vector<BucketUsage>> ListOf(const std::string&) override { return std::vector<BucketUsage>{usage}; }
  Result<std::optional<BucketUsage>> Find(const std::string& account, const std::string& bucket) override {
    if (account != usage.account || bucket != usage.bucket) return std::optional<BucketUsage>();
    return std::optional<BucketUsage>(usage);
  }
  BucketUsage usage{"000000000000", "raw", "us-east-1", 100, 2};
};

class StorageMetricsTest : public testing::Test {
 protected:
  std::vector<StorageSample> Get(Timestamp from, Timestamp to) {
    return metrics_.Get("000000000000", "raw", from, to).value();
  }
  SetClock clock_;
  OneBucket source_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  StorageMetrics metrics_{*store_, source_, clock_};
};

}  // namespace

TEST_F(StorageMetricsTest, TellTheKeptSamplesAndThePresentValue) {
  ASSERT_TRUE(metrics_.Sample().ok());
  clock_.now = FromCivil(2026, 11, 21, 7, 10);
  source_.usage.bytes = 300;
  const auto samples = Get(FromCivil(2026, 11, 20), FromCivil(2026, 11, 22));
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].at, FromCivil(2026, 11, 21, 5));
  EXPECT_EQ(samples[0].bytes, 100U);
  EXPECT_EQ(samples[1].bytes, 300U);
}

TEST_F(StorageMetricsTest, LeaveOutWhatLiesOutsideTheTimesAsked) {
  ASSERT_TRUE(metrics_.Sample().ok());
  EXPECT_TRUE(Get(FromCivil(2026, 11, 1), FromCivil(2026, 11, 2)).empty());
  EXPECT_TRUE(metrics_.Get("000000000000", "other", FromCivil(2026, 11, 20), FromCivil(2026, 11, 22))->empty());
}

TEST_F(StorageMetricsTest, ForgetSamplesAfterFifteenMonths) {
  ASSERT_TRUE(metrics_.Sample().ok());
  clock_.now = clock_.now.Plus(456 * kMicrosPerDay);
  ASSERT_TRUE(metrics_.Sample().ok());
  EXPECT_TRUE(Get(FromCivil(2026, 11, 20), FromCivil(2026, 11, 22)).empty());
}

}  // namespace tarn::observe
