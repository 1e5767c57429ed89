#include "ram/ram.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"
#include "ram/errors.h"

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

}  // namespace
}  // namespace tarn::ram
