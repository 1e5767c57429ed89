#include "object/points/access_points.h"

#include <gtest/gtest.h>

#include "object/errors.h"
#include "object/object_test_store.h"

namespace tarn::object {
namespace {

const Scope kOwner{.account = "000000000001", .region = "us-east-1"};

class AccessPointsTest : public ObjectTest {
 protected:
  Result<AccessPoint> Make(const std::string& name, const std::string& bucket = "lake") {
    return points_.Create({.owner = kOwner, .name = name, .bucket = bucket, .bucket_account = kOwner.account});
  }
  AccessPoints points_{*kv_, clock_};
};

TEST_F(AccessPointsTest, FindsAPointByNameAndByAlias) {
  const auto made = Make("finance-reports-of-the-whole-year");
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(IsAlias(made->alias));
  EXPECT_LE(made->alias.size(), 63U);
  EXPECT_EQ(points_.FindAlias(made->alias)->name, "finance-reports-of-the-whole-year");
  EXPECT_EQ(points_.Get(kOwner, made->name)->alias, made->alias);
  EXPECT_EQ(points_.Get(kOwner, made->alias)->bucket, "lake");
  EXPECT_EQ(made->arn(), "arn:aws:s3:us-east-1:000000000001:accesspoint/finance-reports-of-the-whole-year");
  EXPECT_TRUE(points_.Get({.account = "000000000002", .region = "us-east-1"}, made->alias).Is(kNoSuchAccessPoint));
  EXPECT_TRUE(points_.Get({.account = kOwner.account, .region = "eu-west-1"}, made->name).Is(kNoSuchAccessPoint));
}

TEST_F(AccessPointsTest, RefusesASecondPointOfTheName) {
  ASSERT_TRUE(Make("finance").ok());
  EXPECT_TRUE(Make("finance").Is(kAccessPointOwnedByYou));
}

TEST_F(AccessPointsTest, RefusesABucketThatIsMissingOrAnotherAccounts) {
  EXPECT_TRUE(Make("finance", "nobucket").Is(kInvalidRequest));
  EXPECT_TRUE(points_.Create({.owner = kOwner, .name = "finance", .bucket = "lake", .bucket_account = "000000000009"})
                  .Is(kInvalidRequest));
}

TEST_F(AccessPointsTest, ChecksNames) {
  for (const std::string_view name : {"ab", "Finance", "ap_name", "a b c"}) {
    EXPECT_TRUE(CheckPointName(name).Is(kInvalidUri)) << name;
  }
  for (const std::string_view name : {"-abc", "abc-", "a.b.c", "abc-s3alias", "xn--abc"}) {
    EXPECT_TRUE(CheckPointName(name).Is(kInvalidRequest)) << name;
  }
  EXPECT_TRUE(CheckPointName("my-point-1").ok());
}

TEST_F(AccessPointsTest, NamesPointsOfDirectoryBucketsByZone) {
  const std::string name = "finance--use1-az4--xa-s3";
  ASSERT_TRUE(store_->CreateBucket(kOwner, "fast--use1-az4--x-s3").ok());
  ASSERT_TRUE(store_->CreateBucket(kOwner, "far--use1-az5--x-s3").ok());
  EXPECT_TRUE(Make(name).Is(kInvalidRequest));
  EXPECT_TRUE(Make(name, "far--use1-az5--x-s3").Is(kInvalidRequest));
  EXPECT_TRUE(Make("finance", "fast--use1-az4--x-s3").Is(kInvalidRequest));
  EXPECT_TRUE(CheckPointName("ab--use1-az4--xa-s3").Is(kInvalidUri));
  EXPECT_TRUE(CheckPointName("finance--xa-s3").Is(kInvalidRequest));
  const auto made = Make(name, "fast--use1-az4--x-s3");
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->arn(), "arn:aws:s3express:us-east-1:000000000001:accesspoint/" + name);
  EXPECT_EQ(points_.FindAlias(name)->bucket, "fast--use1-az4--x-s3");
  const Scope other{.account = "000000000002", .region = "us-east-1"};
  EXPECT_TRUE(
      points_.Create({.owner = other, .name = name, .bucket = "fast--use1-az4--x-s3", .bucket_account = kOwner.account})
          .Is(kInvalidRequest));
  EXPECT_EQ(points_.List(kOwner, {.directory = true})->points.size(), 1U);
  EXPECT_TRUE(points_.List(kOwner, {})->points.empty());
}

TEST_F(AccessPointsTest, KeepsTheScopeOfAPoint) {
  const PointScope scope{.prefixes = {"a/", "b/"}, .permissions = {"GetObject"}};
  AccessPoint point{.owner = kOwner, .name = "p", .alias = "p", .bucket = "lake", .scope = scope};
  EXPECT_EQ(DecodeAccessPoint(Encode(point))->scope, scope);
  point.scope = PointScope{};
  EXPECT_EQ(DecodeAccessPoint(Encode(point))->scope, PointScope{});
  EXPECT_TRUE(CheckScope(scope).ok());
  EXPECT_TRUE(CheckScope({.prefixes = {std::string(257, 'x')}}).Is(kInvalidRequest));
  EXPECT_TRUE(CheckScope({.permissions = {"PutObjectAcl"}}).Is(kInvalidRequest));
}

TEST_F(AccessPointsTest, KeepsABucketThatHasPoints) {
  ASSERT_TRUE(Make("finance").ok());
  EXPECT_TRUE(store_->DeleteBucket("lake").Is(kBucketHasAccessPoints));
  ASSERT_TRUE(points_.Delete(kOwner, "finance").ok());
  EXPECT_TRUE(points_.Delete(kOwner, "finance").Is(kNoSuchAccessPoint));
  EXPECT_TRUE(store_->DeleteBucket("lake").ok());
}

TEST_F(AccessPointsTest, ListsByPagesAndByBucket) {
  ASSERT_TRUE(store_->CreateBucket(kOwner, "other").ok());
  for (const char* name : {"p-1", "p-2", "p-3"}) ASSERT_TRUE(Make(name).ok());
  ASSERT_TRUE(Make("o-1", "other").ok());
  const auto first = points_.List(kOwner, {.bucket = "lake", .max = 2});
  ASSERT_EQ(first->points.size(), 2U);
  EXPECT_TRUE(first->truncated);
  const auto rest = points_.List(kOwner, {.bucket = "lake", .start_after = first->points.back().name});
  ASSERT_EQ(rest->points.size(), 1U);
  EXPECT_EQ(rest->points[0].name, "p-3");
  EXPECT_FALSE(rest->truncated);
  EXPECT_EQ(points_.List(kOwner, {})->points.size(), 4U);
}

TEST_F(AccessPointsTest, KeepsChangesUnderAnotherRevision) {
  const auto made = Make("finance");
  const auto changed = points_.Change(kOwner, "finance", [](AccessPoint& point) -> Status {
    point.policy = "{}";
    point.tags = {{"team", "a"}};
    return Ok();
  });
  ASSERT_TRUE(changed.ok());
  EXPECT_NE(changed->revision, made->revision);
  EXPECT_EQ(Encode(*points_.Get(kOwner, "finance")), Encode(*changed));
}

TEST_F(AccessPointsTest, SplitsHostsIntoNameAndAccount) {
  std::string_view name;
  std::string_view account;
  ASSERT_TRUE(SplitPointHost("read-ap-000000000001", name, account));
  EXPECT_EQ(name, "read-ap");
  EXPECT_EQ(account, "000000000001");
  EXPECT_FALSE(SplitPointHost("read-ap", name, account));
  EXPECT_FALSE(SplitPointHost("read-ap-00000000000x", name, account));
}

TEST_F(AccessPointsTest, KeepsWhatAnAccountBlocks) {
  EXPECT_FALSE(points_.GetAccountBlock("000000000001")->has_value());
  ASSERT_TRUE(points_.SetAccountBlock("000000000001", PublicBlock{.policies = true}).ok());
  EXPECT_EQ(**points_.GetAccountBlock("000000000001"), PublicBlock{.policies = true});
  ASSERT_TRUE(points_.SetAccountBlock("000000000001", std::nullopt).ok());
  EXPECT_FALSE(points_.GetAccountBlock("000000000001")->has_value());
}

}  // namespace
}  // namespace tarn::object
