#include "api/glue/rules/share_guard.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tarn::api::glue {
namespace {

constexpr const char* kOwner = "111111111111";
constexpr const char* kOther = "222222222222";
constexpr const char* kCatalog = "arn:aws:glue:us-east-1:111111111111:";

class Shares : public ram::SharedWith {
 public:
  Result<std::vector<ram::SharedResource>> SharedWithAccount(std::string_view account) override {
    std::vector<ram::SharedResource> found;
    if (account != kOther) return found;
    for (const std::string& resource : resources) {
      found.push_back({.arn = kCatalog + resource, .owner = kOwner, .share = "", .permission = "", .policy = policy});
    }
    return found;
  }
  std::vector<std::string> resources;
  std::string policy;  // of a customer managed permission
};

class ShareGuardTest : public testing::Test {
 protected:
  // Whether the shares alone let a user of the account do it.
  bool Allows(const std::string& action, const std::string& resource, const std::string& account = kOther) {
    identity::Caller caller;
    caller.type = identity::PrincipalType::kUser;
    caller.account = account;
    caller.arn = "arn:aws:iam::" + account + ":user/u";
    const identity::Check check{.action = action, .resource = kCatalog + resource, .owner = kOwner, .context = {}};
    const auto ruling = guard_.Judge(caller, check, policy::NoContext());
    EXPECT_TRUE(ruling.ok());
    const bool allowed = ruling->decision.effect == policy::Effect::kAllow;
    // Its own account's policies have to allow it besides.
    if (allowed) {
      EXPECT_EQ(ruling->decision.match, policy::Match::kAccount);
    }
    return allowed;
  }

  Shares shares_;
  ShareGuard guard_{shares_};
};

using AShare = ShareGuardTest;

TEST_F(AShare, OfATableOpensItAndWhatLiesAboveForReadingIt) {
  shares_.resources = {"table/db/t"};
  EXPECT_TRUE(Allows("glue:GetTable", "table/db/t"));
  EXPECT_TRUE(Allows("glue:GetTable", "database/db"));
  EXPECT_TRUE(Allows("glue:GetTable", "catalog"));
  EXPECT_TRUE(Allows("glue:GetPartitions", "table/DB/T"));
  EXPECT_FALSE(Allows("glue:GetTable", "table/db/other"));
  EXPECT_FALSE(Allows("glue:GetTable", "database/other"));
}

TEST_F(AShare, OfATableTellsNothingElseOfItsDatabase) {
  shares_.resources = {"table/db/t"};
  EXPECT_TRUE(Allows("glue:GetDatabase", "catalog"));
  EXPECT_FALSE(Allows("glue:GetDatabase", "database/other"));
  EXPECT_FALSE(Allows("glue:GetDatabases", "catalog"));
}

TEST_F(AShare, OfADatabaseOpensItsTables) {
  shares_.resources = {"database/db"};
  EXPECT_TRUE(Allows("glue:GetDatabase", "database/db"));
  EXPECT_TRUE(Allows("glue:GetTable", "table/db/any"));
  EXPECT_FALSE(Allows("glue:GetTable", "table/dbs/any"));
}

TEST_F(AShare, NeverLetsWrite) {
  shares_.resources = {"catalog"};
  EXPECT_TRUE(Allows("glue:GetTables", "database/db"));
  for (const char* action : {"glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable", "glue:BatchCreatePartition"}) {
    EXPECT_FALSE(Allows(action, "table/db/t")) << action;
  }
}

TEST_F(AShare, OpensWhatItsCustomerManagedPermissionSays) {
  shares_.resources = {"database/db"};
  shares_.policy = R"({"Effect":"Allow","Action":["glue:GetTable","glue:GetDatabase"]})";
  EXPECT_TRUE(Allows("glue:GetTable", "table/db/t"));
  EXPECT_TRUE(Allows("glue:GetDatabase", "database/db"));
  EXPECT_FALSE(Allows("glue:GetPartitions", "table/db/t"));
  shares_.policy = R"({"Effect":"Allow","Action":"glue:Get*","Condition":{"Bool":{"aws:SecureTransport":"true"}}})";
  EXPECT_FALSE(Allows("glue:GetTable", "table/db/t"));
}

TEST_F(AShare, IsNothingToAccountsThatItDoesNotName) {
  shares_.resources = {"catalog"};
  EXPECT_FALSE(Allows("glue:GetTable", "table/db/t", "333333333333"));
  EXPECT_FALSE(Allows("glue:GetTable", "table/db/t", kOwner));
  EXPECT_FALSE(Allows("glue:GetTable", "table/db/t", ""));
}

}  // namespace
}  // namespace tarn::api::glue
