#include <gtest/gtest.h>

#include "policy/policy_testing.h"

namespace tarn::policy {
namespace {

bool IsPublicWith(std::string_view condition) {
  return MustParse(AllowWith(R"(,"Condition":)" + std::string(condition), "s3:PutObject"))->IsPublic();
}

bool IsPublicFor(std::string_view principal, std::string_view effect = "Allow") {
  return MustParse(PolicyOf(R"({"Effect":")" + std::string(effect) + R"(","Principal":)" + std::string(principal) +
                            R"(,"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"})"))
      ->IsPublic();
}

TEST(IsPublic, WhenEverybodyIsAllowed) {
  EXPECT_TRUE(IsPublicFor(R"("*")"));
  EXPECT_TRUE(IsPublicFor(R"({"AWS":"*"})"));
  EXPECT_TRUE(IsPublicFor(R"({"AWS":["111122223333","*"]})"));
  EXPECT_FALSE(IsPublicFor(R"({"AWS":"111122223333"})"));
  EXPECT_FALSE(IsPublicFor(R"({"Service":"cloudtrail.amazonaws.com"})"));
  EXPECT_FALSE(IsPublicFor(R"("*")", "Deny"));
}

TEST(IsPublic, UnlessAConditionFixesWhoOrWhence) {
  for (const char* condition :
       {R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/32"}})", R"({"IpAddress":{"aws:SourceIp":"11.0.0.0/8"}})",
        R"({"IpAddress":{"aws:SourceIp":["192.0.2.0/24","2001:db8::/32"]}})",
        R"({"StringEquals":{"aws:SourceVpc":"vpc-91237329"}})", R"({"StringLike":{"aws:SourceVpce":"vpce-1a2b3c"}})",
        R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:us-east-1:111122223333:t"}})",
        R"({"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/r"}})",
        R"({"StringEquals":{"aws:PrincipalOrgID":["o-a1b2c3","o-d4e5f6"]}})",
        R"({"StringEquals":{"aws:SourceAccount":"111122223333"}})",
        R"({"StringEquals":{"aws:SourceOwner":"111122223333"}})",
        R"({"StringEquals":{"aws:PrincipalAccount":"111122223333"}})", R"({"StringEquals":{"aws:userid":"AIDAX"}})",
        R"({"StringEquals":{"s3:DataAccessPointAccount":"111122223333"}})",
        R"({"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:111122223333:accesspoint/*"}})",
        R"({"StringEquals":{"s3:x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:us-east-1:1:key/k"}})",
        R"({"StringEquals":{"aws:SourceVpc":"vpc-1"},"StringLike":{"aws:Referer":"*"}})"}) {
    EXPECT_FALSE(IsPublicWith(condition)) << condition;
  }
  for (const char* condition :
       {R"({})", R"({"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})", R"({"IpAddress":{"aws:SourceIp":"11.0.0.0/7"}})",
        R"({"IpAddress":{"aws:SourceIp":["192.0.2.0/24","0.0.0.0/1"]}})",
        R"({"IpAddress":{"aws:SourceIp":"fd00::/8"}})", R"({"IpAddress":{"aws:SourceIp":"2001:db8::/31"}})",
        R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", R"({"StringLike":{"aws:SourceVpc":"vpc-*"}})",
        R"({"StringLike":{"aws:SourceVpc":["vpc-1","*"]}})", R"({"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}})",
        R"({"StringNotEquals":{"aws:SourceVpc":"vpc-1"}})",
        R"({"ForAllValues:StringEquals":{"aws:SourceVpc":"vpc-1"}})", R"({"Null":{"aws:SourceVpc":"false"}})",
        R"({"StringEquals":{"aws:SourceVpc":"${aws:userid}"}})", R"({"StringEquals":{"aws:Referer":"http://a/"}})",
        R"({"StringLike":{"aws:userid":"AROAX:*"}})", R"({"Bool":{"aws:SecureTransport":"true"}})",
        R"({"StringLike":{"s3:DataAccessPointArn":"arn:aws:s3:us-west-2:*:accesspoint/*"}})",
        R"({"StringEquals":{"s3:x-amz-acl":"private"}})"}) {
    EXPECT_TRUE(IsPublicWith(condition)) << condition;
  }
}

}  // namespace
}  // namespace tarn::policy
