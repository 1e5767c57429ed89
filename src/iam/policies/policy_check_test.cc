// What IAM refuses as a policy, and in which words.
#include "iam/policies/policy_check.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tarn::iam {
namespace {

std::string Message(const Status& checked) { return checked.ok() ? "" : checked.error().message; }

std::string OfIdentity(const std::string& members, const std::string& version = R"("Version":"2012-10-17",)") {
  return Message(CheckIdentityPolicy("{" + version + R"("Statement":[{)" + members + "}]}"));
}

std::string OfTrust(const std::string& members, const std::string& version = R"("Version":"2012-10-17",)") {
  return Message(CheckTrustPolicy("{" + version + R"("Statement":[{)" + members + "}]}", {}));
}

TEST(CheckIdentityPolicy, TakesWhatIamTakes) {
  EXPECT_EQ(OfIdentity(R"("Effect":"Allow","Action":"s3:*","Resource":"*")"), "");
  EXPECT_EQ(OfIdentity(R"("Effect":"Deny","NotAction":["iam:*"],"NotResource":"arn:aws:s3:::b/*")"), "");
  EXPECT_EQ(OfIdentity(R"("Effect":"Allow","Action":"s3:*","Resource":["arn:aws:s3:::b",null])"), "");
  EXPECT_EQ(OfIdentity(R"("Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"Never":{}})"), "");
}

TEST(CheckIdentityPolicy, RefusesInIamsWords) {
  constexpr const char* kSyntax = "Syntax errors in policy.";
  EXPECT_EQ(Message(CheckIdentityPolicy("no JSON")), kSyntax);
  EXPECT_EQ(Message(CheckIdentityPolicy("[]")), kSyntax);
  const std::pair<const char*, const char*> kCases[] = {
      {R"("Effect":"Maybe","Action":"s3:*","Resource":"*")", kSyntax},
      {R"("Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*")", kSyntax},
      {R"("Effect":"allow","Action":"s3:*","Resource":"*")", "The policy failed legacy parsing"},
      {R"("Effect":"Allow","Resource":"*")", "Policy statement must contain actions."},
      {R"("Effect":"Allow","Action":"s3:*")", "Policy statement must contain resources."},
      {R"("Effect":"Allow","Action":"read","Resource":"*")",
       "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
      {R"("Effect":"Allow","Action":"s3:a:b","Resource":"*")", "Actions/Condition can contain only one colon."},
      {R"("Effect":"Allow","Action":"s3:*","Resource":"bucket")", "Resource bucket must be in ARN format or \"*\"."},
      {R"("Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*")",
       "Policy document should not specify a principal."},
  };
  for (const auto& [members, message] : kCases) EXPECT_EQ(OfIdentity(members), message) << members;
  for (const char* version : {"", R"("Version":"2008-10-17",)"}) {
    EXPECT_EQ(OfIdentity(R"("Effect":"Allow","Action":"s3:*","Resource":"*")", version),
              "Policy document must be version 2012-10-17 or greater.");
  }
}

TEST(CheckTrustPolicy, TakesAnyVersion) {
  for (const char* version : {"", R"("Version":"2008-10-17",)", R"("Version":"2012-10-17",)"}) {
    EXPECT_EQ(OfTrust(R"("Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole")", version), "");
  }
}

TEST(CheckTrustPolicy, RefusesInIamsWords) {
  EXPECT_EQ(Message(CheckTrustPolicy("{", {})), "This policy contains invalid Json");
  EXPECT_EQ(OfTrust(R"("Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*")"),
            "Has prohibited field Resource.");
  EXPECT_EQ(OfTrust(R"("Effect":"Allow","Principal":"*","Action":"s3:GetObject")"),
            "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and "
            "sts:AssumeRoleWithWebIdentity");
  EXPECT_EQ(OfTrust(R"("Effect":"Allow","Principal":{},"Action":"sts:AssumeRole")"),
            "Missing required field Principal cannot be empty!");
}

TEST(CountedSize, LeavesWhiteSpaceOut) { EXPECT_EQ(CountedSize(" { \t\r\n\"a b\" }"), 6U); }

}  // namespace
}  // namespace tarn::iam
