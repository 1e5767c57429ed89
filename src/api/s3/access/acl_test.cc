#include "api/s3/access/acl.h"

#include <gtest/gtest.h>

#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kMe = "000000000000";
constexpr std::string_view kOther = "111111111111";

identity::Caller Root(std::string_view account) { return identity::RootOf(std::string(account)); }
identity::Caller Nobody() { return {}; }

bool MayRead(const Acl& acl, const identity::Caller& caller, bool ignore_public = false) {
  return Grants(acl, caller, Permission::kRead, ignore_public);
}

TEST(CannedAcl, OpensToWhomItsNameSays) {
  const auto read = *CannedAcl("public-read", kMe, kMe, false);
  EXPECT_TRUE(MayRead(read, Nobody()));
  EXPECT_FALSE(MayRead(read, Nobody(), /*ignore_public=*/true));
  EXPECT_FALSE(Grants(read, Nobody(), Permission::kWrite, false));
  EXPECT_TRUE(Grants(read, Root(kMe), Permission::kWriteAcp, true));
  const auto authenticated = *CannedAcl("authenticated-read", kMe, kMe, false);
  EXPECT_TRUE(MayRead(authenticated, Root(kOther)));
  EXPECT_FALSE(MayRead(authenticated, Nobody()));
  EXPECT_TRUE(IsPublic(authenticated));
  EXPECT_FALSE(IsPublic(*CannedAcl("private", kMe, kMe, false)));
}

TEST(CannedAcl, GivesTheBucketsOwnerAShareOfObjectsOnly) {
  const auto shared = *CannedAcl("bucket-owner-read", kOther, kMe, true);
  EXPECT_TRUE(MayRead(shared, Root(kMe)));
  EXPECT_FALSE(Grants(shared, Root(kMe), Permission::kReadAcp, false));
  EXPECT_EQ(CannedAcl("bucket-owner-full-control", kMe, kMe, true), OwnersAcl(kMe));
  EXPECT_FALSE(CannedAcl("bucket-owner-read", kMe, kMe, false));
  EXPECT_FALSE(CannedAcl("log-delivery-write", kMe, kMe, true));
  EXPECT_FALSE(CannedAcl("open", kMe, kMe, true));
}

TEST(EncodeAcl, KeepsEveryListAndNothingOfThePrivateOne) {
  EXPECT_EQ(EncodeAcl(OwnersAcl(kMe), kMe), "");
  EXPECT_EQ(*DecodeAcl("", kMe), OwnersAcl(kMe));
  for (const auto* name : {"public-read-write", "authenticated-read", "log-delivery-write"}) {
    const Acl acl = *CannedAcl(name, kMe, kMe, false);
    EXPECT_EQ(*DecodeAcl(EncodeAcl(acl, kMe), kMe), acl) << name;
  }
  EXPECT_EQ(*DecodeAcl(EncodeAcl({}, kMe), kMe), Acl{});
  const Acl other = OwnersAcl(kOther);
  EXPECT_EQ(EncodeAcl(other, kMe), "FULL_CONTROL:111111111111");
  EXPECT_EQ(*DecodeAcl("FULL_CONTROL:111111111111", kMe), other);
}

TEST(DecodeAcl, RefusesWhatIsNoList) {
  for (const auto* bad : {"READ", "READ:", "PEEK:AllUsers", " ", "READ:AllUsers "}) {
    EXPECT_TRUE(DecodeAcl(bad, kMe).Is(object::kCorruptRecord)) << bad;
  }
}

TEST(Grants, KnowTheUnsignedAsOwnersOfWhatTheyWrote) {
  const Acl acl = OwnersAcl(kAnonymousOwner);
  EXPECT_TRUE(MayRead(acl, Nobody()));
  EXPECT_FALSE(MayRead(acl, Root(kMe)));
}

}  // namespace
}  // namespace tarn::api::s3
