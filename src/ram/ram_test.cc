#include "ram/ram.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"
#include "ram/errors.h"
#include "ram/permissions.h"

namespace tarn::ram {
namespace {

constexpr const char* kOwner = "111111111111";
constexpr const char* kOther = "222222222222";
constexpr const char* kTable = "arn:aws:glue:us-east-1:111111111111:table/db/t";

class ShareTest : public testing::Test {
 protected:
  Share Make(const std::vector<std::string>& principals) {
    Share share{.arn = "arn:aws:ram:us-east-1:111111111111:resource-share/1", .owner = kOwner, .name = "s"};
    EXPECT_TRUE(ram_.Change([&](Rows& rows) -> Status {
                      TARN_CHECK(ram_.AddResources(rows, share, {kTable}));
                      TARN_CHECK(ram_.AddPrincipals(rows, share, principals));
                      rows.Put(share);
                      return Ok();
                    })
                    .ok());
    return share;
  }
  size_t SharedWithOther() { return ram_.SharedWithAccount(kOther)->size(); }

  SystemClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  identity::Directory directory_{*store_, clock_, std::string(32, 'k')};
  iam::Iam iam_{*store_, clock_, directory_, std::string(32, 'i')};
  organizations::Organizations organizations_{*store_, clock_, directory_, iam_};
  Ram ram_{*store_, clock_, organizations_};
};

using AShare = ShareTest;

TEST_F(AShare, ReachesAnotherAccountWhenItAccepts) {
  Make({kOther});
  EXPECT_EQ(SharedWithOther(), 0U);
  std::string invitation;
  ASSERT_TRUE(ram_.Read([&](Rows& rows) -> Status {
                    TARN_TRY(const auto all, rows.Invitations());
                    invitation = all.at(0).arn;
                    EXPECT_EQ(all.at(0).receiver, kOther);
                    return Ok();
                  })
                  .ok());
  const auto answer = [&](const std::string& account, bool accept) {
    return ram_.Change([&](Rows& rows) -> Status {
      TARN_CHECK(ram_.Answer(rows, account, invitation, accept));
      return Ok();
    });
  };
  EXPECT_TRUE(answer("333333333333", true).Is(kNoSuchInvitation));
  EXPECT_TRUE(answer(kOther, true).ok());
  EXPECT_TRUE(answer(kOther, false).Is(kAlreadyAccepted));
  const auto shared = *ram_.SharedWithAccount(kOther);
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_EQ(shared[0].arn, kTable);
  EXPECT_EQ(shared[0].owner, kOwner);
  EXPECT_EQ(shared[0].permission, "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionGlueTable");
}

TEST_F(AShare, HoldsOnlyWhatItsOwnerHasAndMayShare) {
  Share share{.arn = "a", .owner = kOwner};
  ASSERT_TRUE(
      ram_.Change([&](Rows& rows) -> Status {
            EXPECT_TRUE(ram_.AddResources(rows, share, {"arn"}).Is(kMalformedArn));
            EXPECT_TRUE(ram_.AddResources(rows, share, {"arn:aws:iam::111111111111:role/r"}).Is(kMalformedArn));
            EXPECT_TRUE(
                ram_.AddResources(rows, share, {"arn:aws:glue:us-east-1:222222222222:database/d"}).Is(kNotPermitted));
            EXPECT_TRUE(ram_.AddPrincipals(rows, share, {"nobody"}).Is(kInvalidParameter));
            EXPECT_TRUE(ram_.AddPrincipals(rows, share, {"arn:aws:organizations::111111111111:organization/o-x"})
                            .Is(kUnknownResource));
            share.allows_external = false;
            EXPECT_TRUE(ram_.AddPrincipals(rows, share, {kOther}).Is(kNotPermitted));
            return Ok();
          })
          .ok());
}

constexpr const char* kTemplate = R"({"Effect":"Allow","Action":"glue:GetTable"})";

using APermission = ShareTest;

TEST_F(APermission, OfACustomerGoesWithASharesResources) {
  Share share = Make({kOther});
  ASSERT_TRUE(ram_.Change([&](Rows& rows) -> Status {
                    TARN_TRY(Permission made, CreatePermission(rows, {.owner = kOwner,
                                                                      .region = "us-east-1",
                                                                      .name = "p",
                                                                      .type = "GLUE:table",
                                                                      .policy = kTemplate,
                                                                      .tags = {}}));
                    EXPECT_EQ(made.type, "glue:Table");
                    TARN_TRY(const Choice choice, Choose(rows, kOwner, made.arn));
                    Use(share, choice);
                    for (Association& principal : share.principals) principal.status = "ASSOCIATED";
                    rows.Put(share);
                    EXPECT_TRUE(Choose(rows, kOther, made.arn).Is(kUnknownResource));
                    EXPECT_TRUE(DeletePermission(rows, made).Is(kNotPermitted));
                    // A share keeps the version that it took.
                    TARN_CHECK(AddVersion(rows, made, R"({"Effect":"Allow","Action":["glue:Get*"]})"));
                    EXPECT_EQ(made.default_version, 2);
                    EXPECT_TRUE(DeleteVersion(rows, made, 1).Is(kNotPermitted));
                    return Ok();
                  })
                  .ok());
  const auto shared = *ram_.SharedWithAccount(kOther);
  ASSERT_EQ(shared.size(), 1U);
  EXPECT_EQ(shared[0].policy, kTemplate);
}

TEST_F(APermission, IsReplacedInTheVersionThatIsNamed) {
  Share share = Make({kOther});
  const std::string managed = "arn:aws:ram::aws:permission/AWSRAMDefaultPermissionGlueTable";
  ASSERT_TRUE(ram_.Change([&](Rows& rows) -> Status {
                    const NewPermission like{.owner = kOwner,
                                             .region = "us-east-1",
                                             .name = "p",
                                             .type = "glue:Table",
                                             .policy = kTemplate,
                                             .tags = {}};
                    TARN_TRY(Permission made, CreatePermission(rows, like));
                    EXPECT_TRUE(CreatePermission(rows, like).Is(kPermissionExists));
                    TARN_CHECK(Replace(rows, kOwner, managed, 0, made.arn));
                    TARN_CHECK(AddVersion(rows, made, kTemplate));
                    TARN_CHECK(Replace(rows, kOwner, made.arn, 2, managed));
                    TARN_TRY(share, rows.Get(share.arn));
                    EXPECT_EQ(share.permissions.at("glue:Table"), made.arn);
                    TARN_CHECK(Replace(rows, kOwner, made.arn, 1, managed));
                    TARN_TRY(share, rows.Get(share.arn));
                    EXPECT_EQ(share.permissions.at("glue:Table"), managed);
                    EXPECT_TRUE(share.versions.empty());
                    return Ok();
                  })
                  .ok());
}

TEST_F(APermission, TemplatesAllowActionsOfOneService) {
  EXPECT_TRUE(ParseTemplate(kTemplate, "glue").ok());
  for (const char* text :
       {"", "[]", R"({"Effect":"Allow"})", R"({"Effect":"Allow","Action":"glue"})",
        R"({"Effect":"Deny","Action":"glue:Get*"})", R"({"Effect":"Allow","Action":"s3:Get*"})",
        R"({"Effect":"Allow","Action":[]})", R"({"Effect":"Allow","Action":"glue:*","Principal":"*"})",
        R"({"Effect":"Allow","Action":"glue:*","Condition":{"Like":{"a":"b"}}})"}) {
    EXPECT_TRUE(ParseTemplate(text, "glue").Is(kMalformedTemplate)) << text;
  }
}

TEST_F(APermission, OfAwsAllowsActionsOfItsTypesService) {
  for (const ManagedPermission& each : ManagedPermissions()) {
    const ResourceType* const type = TypeNamed(each.type);
    ASSERT_NE(type, nullptr) << each.name;
    EXPECT_TRUE(ParseTemplate(each.Template(), type->service).ok()) << each.name;
  }
  const ManagedPermission* const images =
      ManagedNamed("arn:aws:ram::aws:permission/AWSRAMDefaultPermissionImageBuilderImage");
  ASSERT_NE(images, nullptr);
  EXPECT_EQ(images->Template(), R"({"Effect":"Allow","Action":["imagebuilder:GetImage","imagebuilder:ListImages"]})");
}

TEST_F(APermission, IsItsTypesDefaultUnderTheNameThatAShareKeptOfBefore) {
  const ManagedPermission* const kept =
      ManagedOf("arn:aws:ram::aws:permission/AWSRAMDefaultPermissionImage", "imagebuilder:Image");
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->name, "AWSRAMDefaultPermissionImageBuilderImage");
  EXPECT_EQ(ManagedOf("arn:aws:ram:us-east-1:111111111111:permission/p", "imagebuilder:Image"), nullptr);
}

TEST_F(AShare, IsFoundAmongMoreThanAPageOfThem) {
  constexpr size_t kShares = 2500;
  ASSERT_TRUE(ram_.Change([&](Rows& rows) -> Status {
                    for (size_t i = 0; i < kShares; ++i) {
                      rows.Put(Share{.arn = "arn:aws:ram:us-east-1:111111111111:resource-share/" + std::to_string(i),
                                     .owner = kOwner,
                                     .name = "s"});
                    }
                    return Ok();
                  })
                  .ok());
  ASSERT_TRUE(ram_.Read([&](Rows& rows) -> Status {
                    TARN_TRY(const auto all, rows.Shares());
                    EXPECT_EQ(all.size(), kShares);
                    return Ok();
                  })
                  .ok());
}

}  // namespace
}  // namespace tarn::ram
