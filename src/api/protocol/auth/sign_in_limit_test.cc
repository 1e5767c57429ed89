#include "api/protocol/auth/sign_in_limit.h"

#include <gtest/gtest.h>

namespace tarn::api::protocol {
namespace {

constexpr Timestamp kNow{1'800'000'000 * kMicrosPerSecond};

TEST(SignInLimit, TakesAsManyFailuresOfAKeyAsItsBucketHolds) {
  SignInLimit limit;
  for (int i = 0; i < static_cast<int>(SignInLimit::kOfKey.at_once); ++i) {
    EXPECT_TRUE(limit.Note("10.0.0." + std::to_string(i), "AKIA", kNow));
  }
  EXPECT_FALSE(limit.Note("10.1.0.1", "AKIA", kNow));
  EXPECT_TRUE(limit.Note("10.1.0.2", "AKIB", kNow)) << "another key";
}

TEST(SignInLimit, TakesAsManyFailuresOfASourceAsItsBucketHolds) {
  SignInLimit limit;
  for (int i = 0; i < static_cast<int>(SignInLimit::kOfSource.at_once); ++i) {
    EXPECT_TRUE(limit.Note("10.0.0.1", "AKIA" + std::to_string(i), kNow));
  }
  EXPECT_FALSE(limit.Note("10.0.0.1", "AKIX", kNow));
  EXPECT_FALSE(limit.Note("10.0.0.1", "", kNow));
  EXPECT_TRUE(limit.Note("10.0.0.2", "", kNow)) << "another source";
}

TEST(SignInLimit, RefillsWithTime) {
  SignInLimit limit;
  while (limit.Note("10.0.0.1", "", kNow)) {
  }
  const Timestamp later = kNow.Plus(kMicrosPerSecond);
  for (int i = 0; i < static_cast<int>(SignInLimit::kOfSource.per_second); ++i) {
    EXPECT_TRUE(limit.Note("10.0.0.1", "", later));
  }
  EXPECT_FALSE(limit.Note("10.0.0.1", "", later));
}

TEST(SignInLimit, ForgetsSourcesRatherThanGrow) {
  SignInLimit limit;
  for (int i = 0; i < 50'000; ++i) EXPECT_TRUE(limit.Note("s" + std::to_string(i), "", kNow));
}

}  // namespace
}  // namespace tarn::api::protocol
