#include "object/points/multi_region.h"

#include <gtest/gtest.h>

#include "object/errors.h"
#include "object/object_test_store.h"
#include "object/points/access_points.h"
#include "object/points/errors.h"

namespace tarn::object {
namespace {

const std::string kAccount = "000000000001";

class MultiRegionTest : public ObjectTest {
 protected:
  void SetUp() override {
    ObjectTest::SetUp();
    ASSERT_TRUE(store_->CreateBucket({.account = kAccount, .region = "eu-west-1"}, "lake-eu").ok());
  }
  static AsyncRequest Request(const std::string& token, const std::string& document = "d") {
    return {.account = kAccount, .token = token, .document = document, .created = {}};
  }
  static MultiRegionPoint Wanted(const std::string& name, const std::vector<std::string>& buckets) {
    MultiRegionPoint wanted;
    wanted.account = kAccount;
    wanted.name = name;
    for (const std::string& bucket : buckets) wanted.routes.push_back({.bucket = bucket, .account = {}, .region = {}});
    return wanted;
  }
  MultiRegionPoints points_{*kv_, clock_};
};

TEST_F(MultiRegionTest, LeadsToTheBucketOfTheCallersRegion) {
  ASSERT_TRUE(points_.Create(Wanted("world", {"lake", "lake-eu"}), Request("t")).ok());
  const auto made = points_.Get(kAccount, "world");
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(IsMultiRegionAlias(made->alias)) << made->alias;
  EXPECT_EQ(made->arn(), "arn:aws:s3::000000000001:accesspoint/" + made->alias);
  const auto found = points_.FindAlias(made->alias);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->Through("eu-west-1").bucket, "lake-eu");
  EXPECT_EQ(found->Through("us-east-1").bucket, "lake");
  EXPECT_EQ(found->Through("ap-south-1").bucket, "lake");
  EXPECT_EQ(found->Through("ap-south-1").arn(), made->arn());
}

TEST_F(MultiRegionTest, FailsOverWhenADialIsTurnedOff) {
  ASSERT_TRUE(points_.Create(Wanted("world", {"lake", "lake-eu"}), Request("t")).ok());
  const std::string alias = points_.Get(kAccount, "world")->alias;
  ASSERT_TRUE(points_.Turn(kAccount, alias, {{.bucket = "", .account = "", .region = "us-east-1", .dial = 0}}).ok());
  EXPECT_EQ(points_.FindAlias(alias)->Through("us-east-1").bucket, "lake-eu");
  const auto off = points_.Turn(kAccount, alias, {{.bucket = "lake-eu", .account = "", .region = "", .dial = 0}});
  EXPECT_TRUE(off.Is(kInvalidRequest));
  EXPECT_TRUE(points_.Turn(kAccount, alias, {{.bucket = "other", .account = "", .region = ""}}).Is(kInvalidRequest));
  EXPECT_TRUE(points_.Turn("000000000002", alias, {}).Is(kNoSuchMultiRegionPoint));
  EXPECT_EQ(points_.FindAlias(alias)->Through("us-east-1").bucket, "lake-eu");
}

TEST_F(MultiRegionTest, RefusesBucketsThatCannotBeJoined) {
  ASSERT_TRUE(store_->CreateBucket({.account = kAccount, .region = "eu-west-1"}, "second-eu").ok());
  EXPECT_TRUE(points_.Create(Wanted("world", {"nobucket"}), Request("a")).Is(kInvalidRequest));
  EXPECT_TRUE(points_.Create(Wanted("world", {"lake-eu", "second-eu"}), Request("b")).Is(kInvalidRequest));
  EXPECT_TRUE(points_.Create(Wanted("world", {}), Request("c")).Is(kInvalidRequest));
  MultiRegionPoint others = Wanted("world", {"lake"});
  others.account = "000000000002";
  EXPECT_TRUE(points_.Create(others, Request("d")).Is(kInvalidRequest));
  EXPECT_TRUE(points_.Get(kAccount, "world").Is(kNoSuchMultiRegionPoint));
}

TEST_F(MultiRegionTest, DoesWhatAClientTokenAsksForOnce) {
  ASSERT_TRUE(points_.Create(Wanted("world", {"lake"}), Request("t")).ok());
  const std::string alias = points_.Get(kAccount, "world")->alias;
  EXPECT_TRUE(points_.Create(Wanted("world", {"lake"}), Request("t")).ok());
  EXPECT_EQ(points_.Get(kAccount, "world")->alias, alias);
  EXPECT_TRUE(points_.Create(Wanted("other", {"lake"}), Request("t", "another")).Is(kIdempotency));
  EXPECT_TRUE(points_.Create(Wanted("world", {"lake"}), Request("u")).Is(kInvalidRequest));
  EXPECT_EQ(points_.FindRequest(kAccount, "t")->document, "d");
  EXPECT_TRUE(points_.FindRequest(kAccount, "u").Is(kNoSuchAsyncRequest));
  EXPECT_TRUE(points_.FindRequest("000000000002", "t").Is(kNoSuchAsyncRequest));
}

TEST_F(MultiRegionTest, KeepsPoliciesAndForgetsDeletedPoints) {
  ASSERT_TRUE(points_.Create(Wanted("bbb", {"lake"}), Request("1")).ok());
  ASSERT_TRUE(points_.Create(Wanted("aaa", {"lake-eu"}), Request("2")).ok());
  ASSERT_TRUE(points_.SetPolicy(kAccount, "bbb", "policy", Request("3")).ok());
  const MultiRegionPoint before = *points_.Get(kAccount, "bbb");
  EXPECT_EQ(before.policy, "policy");
  const auto first = points_.List(kAccount, "", 1);
  ASSERT_EQ(first->points.size(), 1U);
  EXPECT_EQ(first->points[0].name, "aaa");
  EXPECT_TRUE(first->truncated);
  EXPECT_EQ(points_.List(kAccount, "aaa", 5)->points.size(), 1U);
  ASSERT_TRUE(points_.Delete(kAccount, "bbb", Request("4")).ok());
  EXPECT_TRUE(points_.Delete(kAccount, "bbb", Request("5")).Is(kNoSuchMultiRegionPoint));
  EXPECT_TRUE(points_.FindAlias(before.alias).Is(kNoSuchMultiRegionPoint));
  EXPECT_TRUE(points_.SetPolicy(kAccount, "bbb", "policy", Request("6")).Is(kNoSuchMultiRegionPoint));
}

TEST_F(MultiRegionTest, ForgetsOldRequests) {
  ASSERT_TRUE(points_.Create(Wanted("bbb", {"lake"}), Request("old")).ok());
  clock_.Advance((kRequestDays + 1) * kMicrosPerDay);
  ASSERT_TRUE(points_.Delete(kAccount, "bbb", Request("new")).ok());
  EXPECT_TRUE(points_.FindRequest(kAccount, "old").Is(kNoSuchAsyncRequest));
  EXPECT_TRUE(points_.FindRequest(kAccount, "new").ok());
}

TEST_F(MultiRegionTest, RefusesDamagedRecords) {
  MultiRegionPoint point = Wanted("bbb", {"lake"});
  point.alias = "abcdefghijklm.mrap";
  const std::string bytes = Encode(point);
  EXPECT_EQ(DecodeMultiRegionPoint(bytes)->routes, point.routes);
  EXPECT_TRUE(DecodeMultiRegionPoint(std::string_view(bytes).substr(0, bytes.size() - 1)).Is(kCorruptRecord));
  EXPECT_TRUE(DecodeMultiRegionPoint("").Is(kCorruptRecord));
  EXPECT_TRUE(DecodeAsyncRequest("").Is(kCorruptRecord));
}

}  // namespace
}  // namespace tarn::object
