#include "base/arn.h"

#include <gtest/gtest.h>

namespace tarn {
namespace {

TEST(Arn, IsTakenApart) {
  const auto arn = Arn::Parse("arn:aws:kinesis:us-east-1:123456789012:stream/s/consumer/c:17");
  ASSERT_TRUE(arn);
  EXPECT_EQ(arn->partition + " " + arn->service + " " + arn->region + " " + arn->account,
            "aws kinesis us-east-1 123456789012");
  EXPECT_EQ(arn->resource, "stream/s/consumer/c:17");
  EXPECT_EQ(Arn::Parse("arn:aws:s3:::bucket/key")->resource, "bucket/key");
}

TEST(Arn, HasSixParts) {
  for (const char* text : {"", "arn", "arn:aws:s3:::", "arn:aws:kinesis:us-east-1:stream/s", "urn:aws:s3:::b"}) {
    EXPECT_FALSE(Arn::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace tarn
