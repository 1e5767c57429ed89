#include <gtest/gtest.h>

#include "policy/actions.h"
#include "policy/errors.h"
#include "policy/policy_testing.h"

namespace tarn::policy {
namespace {

// The sentence that refuses a bucket policy; "" when it is taken.
std::string Refusal(std::string_view json, std::string_view arn = kBucketArn) {
  const auto document = ParseBucketPolicy(json, arn);
  EXPECT_TRUE(document.ok() || document.Is(kMalformed) || document.Is(kTooLarge));
  return document.ok() ? "" : document.error().message;
}

std::string StatementWith(std::string_view action, std::string_view resource, std::string_view more = "") {
  return PolicyOf(R"({"Effect":"Allow","Principal":"*","Action":)" + std::string(action) + R"(,"Resource":)" +
                  std::string(resource) + std::string(more) + "}");
}

constexpr const char* kBucket = R"("arn:aws:s3:::bucket")";
constexpr const char* kObjects = R"("arn:aws:s3:::bucket/*")";
constexpr const char* kBoth = R"(["arn:aws:s3:::bucket","arn:aws:s3:::bucket/*"])";
constexpr const char* kNoAction = "Policy has invalid action";
constexpr const char* kForeign = "Policy has invalid resource";
constexpr const char* kMismatch = "Action does not apply to any resource(s) in statement";
constexpr const char* kNoPrincipal = "Invalid principal in policy";
constexpr const char* kSyntax = "Invalid policy syntax.";

TEST(ParseBucketPolicy, AnswersWhatIsNoPolicyAsS3Does) {
  constexpr const char* kFirst = "Policies must be valid JSON and the first byte must be '{'";
  constexpr const char* kJson = "This policy contains invalid Json";
  const std::pair<const char*, const char*> kCases[] = {
      {"", kFirst},
      {"invalid json", kFirst},
      {"false", kFirst},
      {" {}", kFirst},
      {"[]", kFirst},
      {"{true}", kJson},
      {R"({"Principal": "*" )", kJson},
      {R"({"Statement":[],"Statement":[]})", kJson},
      {"{}", "Missing required field Statement"},
      {R"({"Statement":[]})", "Could not parse the policy: Statement is empty!"},
      {R"({"Statement":1})", kSyntax},
      {R"({"Statement":[1]})", kSyntax},
      {R"({"Version":"2012-10-16","Statement":[]})", "The policy must contain a valid version string"},
      {R"({"Version":"","Statement":[]})", "The policy must contain a valid version string"},
      {R"({"Version":2012,"Statement":[]})", "The policy must contain a valid version string"},
      {R"({"Id":1,"Statement":[]})", kSyntax},
      {R"({"statement":[]})", "Unknown field statement"},
  };
  for (const auto& [json, message] : kCases) EXPECT_EQ(Refusal(json), message) << json;
}

TEST(ParseBucketPolicy, NamesTheFieldThatIsMissingOrUnknown) {
  const auto of = [](std::string_view statement) { return Refusal(PolicyOf(statement)); };
  EXPECT_EQ(of(R"({"Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"})"),
            "Missing required field Effect");
  EXPECT_EQ(of(R"({"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::bucket"})"),
            "Missing required field Principal");
  EXPECT_EQ(of(R"({"Effect":"Allow","Principal":"*","Resource":"arn:aws:s3:::bucket"})"),
            "Missing required field Action");
  EXPECT_EQ(of(R"({"Effect":"Allow","Principal":"*","Action":"s3:*"})"), "Missing required field Resource");
  EXPECT_EQ(Refusal(AllowWith(R"(,"condition":{})")), "Unknown field condition");
  EXPECT_EQ(Refusal(AllowWith(R"(,"NotAction":"s3:PutObject")")), kSyntax);
  EXPECT_EQ(Refusal(AllowWith(R"(,"NotResource":"arn:aws:s3:::bucket/x")")), kSyntax);
  EXPECT_EQ(Refusal(AllowWith(R"(,"NotPrincipal":"*")")), kSyntax);
  EXPECT_EQ(of(R"({"Effect":"allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"})"),
            "Invalid effect: allow");
  EXPECT_EQ(of(R"({"Effect":"Allow","NotPrincipal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"})"),
            "Allow with NotPrincipal is not allowed.");
}

TEST(ParseBucketPolicy, TakesSidsOfAnyTextEvenTwice) {
  EXPECT_EQ(Refusal(PolicyOf(
                R"({"Sid":"a b","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"},
                   {"Sid":"a b","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket"})")),
            "");
  EXPECT_EQ(Refusal(AllowWith(R"(,"Sid":1)")), kSyntax);
}

TEST(ParseBucketPolicy, KnowsTheFormsOfPrincipals) {
  const auto of = [](std::string_view principal) {
    return Refusal(PolicyOf(R"({"Effect":"Allow","Principal":)" + std::string(principal) +
                            R"(,"Action":"s3:*","Resource":"arn:aws:s3:::bucket"})"));
  };
  for (const char* principal :
       {R"("*")", R"(["*"])", R"({"AWS":"*"})", R"({"AWS":["111122223333","arn:aws:iam::111122223333:root"]})",
        R"({"AWS":"arn:aws:iam::111122223333:user/a/b"})", R"({"AWS":"arn:aws:iam::111122223333:role/r"})",
        R"({"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"})",
        R"({"AWS":"arn:aws:sts::111122223333:federated-user/f"})", R"({"AWS":"AIDAJQABLZS4A3QDU576Q"})",
        R"({"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"})",
        R"({"CanonicalUser":"79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})",
        R"({"Service":["logging.s3.amazonaws.com","cloudtrail.amazonaws.com"]})",
        R"({"Federated":"arn:aws:iam::111122223333:saml-provider/p"})"}) {
    EXPECT_EQ(of(principal), "") << principal;
  }
  for (const char* principal : {R"("")",
                                "[]",
                                R"(["*","*"])",
                                "{}",
                                R"({"AWS":""})",
                                R"({"AWS":[]})",
                                R"({"AWS":1})",
                                R"({"aws":"*"})",
                                R"({"AWS":"someone"})",
                                R"({"AWS":"11112222333"})",
                                R"({"AWS":"arn:aws:iam::111122223333:user/*"})",
                                R"({"AWS":"arn:aws:iam::111122223333:group/g"})",
                                R"({"AWS":"arn:aws:iam::1:root"})",
                                R"({"AWS":"arn:aws:iam::*:root"})",
                                R"({"AWS":"arn:aws:s3:::bucket"})",
                                R"({"AWS":"arn:aws:sts::111122223333:assumed-role/r"})",
                                R"({"CanonicalUser":"x"})",
                                R"({"Service":"*"})",
                                R"({"Service":"s3"})",
                                R"({"Federated":"*"})"}) {
    EXPECT_EQ(of(principal), kNoPrincipal) << principal;
  }
  EXPECT_EQ(of(R"("arn:aws:iam::111122223333:root")"), kSyntax);
}

TEST(ParseBucketPolicy, AsksWhetherPrincipalsExist) {
  std::vector<std::string> asked;
  const auto exists = [&](PrincipalName, std::string_view name) {
    asked.emplace_back(name);
    return name.find("ghost") == std::string_view::npos;
  };
  const auto parse = [&](const char* names) {
    return ParseBucketPolicy(PolicyOf(R"({"Effect":"Deny","Principal":{"AWS":)" + std::string(names) +
                                      R"(},"Action":"s3:*","Resource":"arn:aws:s3:::bucket"})"),
                             kBucketArn, exists);
  };
  EXPECT_TRUE(parse(R"(["*","111122223333"])").ok());
  EXPECT_EQ(asked, std::vector<std::string>{"arn:aws:iam::111122223333:root"});
  EXPECT_EQ(parse(R"("arn:aws:iam::111122223333:user/ghost")").error().message, kNoPrincipal);
}

TEST(ParseBucketPolicy, TakesOnlyActionsThatABucketHas) {
  for (const char* action : {R"("")",
                             "[]",
                             R"("invalid_action")",
                             R"(["s3"])",
                             R"("s3:")",
                             R"("s4:GetObject")",
                             R"("s3x:PutBucketAcl")",
                             R"(":GetObject")",
                             R"("s3GetObject")",
                             R"("s3::GetObject")",
                             R"("s3:Put-Object")",
                             R"("s3:GetObject:")",
                             "\"s3:Put(Object)\"",
                             R"("s3:*Obj??ect*")",
                             R"("s3:????")",
                             R"("*GetObject")",
                             R"("s3:Abort?")",
                             R"("s3:PutObjectLockConfiguration")",
                             R"("s3:ListObjectsV2")",
                             R"("s3:ListAllMyBuckets")",
                             R"("s3:CreateBucket")",
                             R"("ec2:RunInstances")",
                             R"(["s3:GetObject","glue:GetTable"])"}) {
    EXPECT_EQ(Refusal(StatementWith(action, kBoth)), kNoAction) << action;
  }
  for (const char* action : {R"("*")", R"("s3:*")", R"("S3:getobject")", R"("s3:Get*")", R"("s3:Create*")",
                             R"(["s3:DeleteBucket","s3:GetObjec?","s3:???Object"])"}) {
    EXPECT_EQ(Refusal(StatementWith(action, kBoth)), "") << action;
  }
  EXPECT_EQ(Refusal(StatementWith("null", kBoth)), kSyntax);
  EXPECT_EQ(Refusal(StatementWith("[1]", kBoth)), kSyntax);
}

TEST(ParseBucketPolicy, TakesOnlyResourcesOfTheBucket) {
  for (const char* resource :
       {R"("")", "[]", R"("*")", R"("bucket")", R"("arn:aws:iam:::bucket")", R"("arn:aws:s3:::/bucket")",
        R"("arn:aws:s3:::prefix-bucket")", R"("arn:aws:s3:::other/*")", R"("arn:aws:s3:::bucket2")",
        R"("arn:aws:s3:::")", R"("arn:aws:s3:us-east-1:111122223333:accesspoint/ap")",
        R"(["arn:aws:s3:::bucket","arn:aws:s3:::other"])"}) {
    EXPECT_EQ(Refusal(StatementWith(R"("s3:*")", resource)), kForeign) << resource;
  }
  for (const char* resource :
       {R"("arn:aws:s3:::*")", R"("arn:aws:s3:::*/*")", R"("arn:aws:s3:::buck*")", R"("arn:aws:s3:::b?cket/*")",
        R"("arn:aws:s3:::${aws:PrincipalTag/b}/*")", R"(["arn:aws:s3:::bucket","arn:aws:s3:::bucket"])"}) {
    EXPECT_EQ(Refusal(StatementWith(R"("s3:*")", resource)), "") << resource;
  }
}

TEST(ParseBucketPolicy, WantsEachActionToApplyToAResource) {
  const std::pair<const char*, const char*> kRefused[] = {
      {kBucket, R"("s3:GetObject")"},         {kBucket, R"("s3:PutObjectTagging")"},
      {kBucket, R"("s3:GetObjec?")"},         {kBucket, R"("s3:Abort*")"},
      {kBucket, R"("s3:???Object")"},         {kObjects, R"("s3:ListBucket")"},
      {kObjects, R"("s3:GetBucketTagging")"}, {kObjects, R"("s3:???BucketVersioning")"},
      {kObjects, R"("s3:GetBucket*")"},       {kObjects, R"(["s3:GetObject","s3:ListBucket"])"},
  };
  for (const auto& [resource, action] : kRefused) {
    EXPECT_EQ(Refusal(StatementWith(action, resource)), kMismatch) << action << resource;
  }
  const std::pair<const char*, const char*> kTaken[] = {
      {kObjects, R"("s3:Get*")"},
      {kBucket, R"("s3:*")"},
      {R"("arn:aws:s3:::bucket*")", R"(["s3:GetObject","s3:ListBucket"])"},
      {kBoth, R"(["s3:PutBucketVersioning","s3:ListMultipartUploadParts","s3:ListBucket"])"},
  };
  for (const auto& [resource, action] : kTaken) {
    EXPECT_EQ(Refusal(StatementWith(action, resource)), "") << action << resource;
  }
  EXPECT_EQ(Refusal(PolicyOf(R"({"Effect":"Deny","Principal":"*","NotAction":"s3:ListBucket",
                                 "Resource":"arn:aws:s3:::bucket/*"})")),
            "");
}

TEST(ParseBucketPolicy, WantsConditionKeysOfTheActions) {
  const auto of = [](std::string_view action, std::string_view condition) {
    return Refusal(StatementWith(action, kBoth, R"(,"Condition":)" + std::string(condition)));
  };
  constexpr const char* kUnfit = "Conditions do not apply to combination of actions and resources in statement";
  struct Case {
    const char* action;
    const char* condition;
    std::string message;
  };
  const Case kCases[] = {
      {R"("s3:ListBucket")", R"({"StringLike":{"s3:prefix":"a/*"},"NumericLessThanEquals":{"s3:max-keys":10}})", ""},
      {R"("s3:GetObject")", R"({"StringEquals":{"s3:ExistingObjectTag/security":"public"}})", ""},
      {R"("s3:GetObjectAttributes")", R"({"StringEquals":{"s3:ExistingObjectTag/security":"public"}})", ""},
      {R"("s3:GetObjectRetention")", R"({"StringEquals":{"s3:ExistingObjectTag/security":"public"}})", kUnfit},
      {R"("s3:PutObject")", R"({"StringEquals":{"s3:ExistingObjectTag/security":"public"}})", kUnfit},
      {R"(["s3:DeleteObject","s3:DeleteObjectTagging"])", R"({"StringEquals":{"s3:ExistingObjectTag/a":"b"}})", kUnfit},
      {R"("s3:PutObject")", R"({"StringLike":{"s3:x-amz-copy-source":"b/*"},"Null":{"s3:x-amz-acl":"true"}})", ""},
      {R"(["s3:GetObject","s3:PutObject"])", R"({"Null":{"s3:x-amz-server-side-encryption":"true"}})", kUnfit},
      {R"(["s3:PutObjectAcl","s3:PutObjectTagging"])", R"({"StringEquals":{"s3:RequestObjectTag/a":"b"}})", kUnfit},
      {R"("s3:GetObject")", R"({"StringLike":{"s3:prefix":"x"}})", kUnfit},
      {R"("s3:ListBucketMultipartUploads")", R"({"StringLike":{"s3:prefix":"x"}})", kUnfit},
      {R"(["s3:GetBucketLocation","s3:ListBucket"])", R"({"StringLike":{"s3:prefix":"x"}})", kUnfit},
      {R"("*")", R"({"StringLike":{"s3:prefix":"x"}})", ""},
      {R"("s3:PutObject*")", R"({"StringEquals":{"s3:x-amz-acl":"private"}})", ""},
      {R"("s3:GetObject")", R"({"Bool":{"aws:SecureTransport":false},"StringLikeIfExists":{"aws:Referer":"*"}})", ""},
      {R"("s3:GetObject")", R"({"NumericGreaterThan":{"s3:signatureAge":600000}})", ""},
      {R"("s3:GetObject")", R"({"StringEquals":{"AWS:PrincipalTag/Team":"a","aws:anything":"b"}})", ""},
      {R"("s3:GetObject")", R"({"StringEquals":{"s3:VersionStatus":"x"}})", "Policy has an invalid condition key"},
      {R"("s3:GetObject")", R"({"StringEquals":{"s3:ExistingObjectTag/":"x"}})", "Policy has an invalid condition key"},
      {R"("s3:GetObject")", R"({"StringEquals":{"iam:PassedToService":"x"}})", "Policy has an invalid condition key"},
      {R"("s3:GetObject")", R"({"StringEquals":{"Referer":"x"}})", "Policy has an invalid condition key"},
      {R"("s3:GetObject")", R"({"stringequals":{"aws:Referer":"x"}})", "Invalid Condition type : stringequals"},
      {R"("s3:GetObject")", R"({"IpAddress":{"aws:SourceIp":"123"}})", "Invalid IP address in Conditions"},
      {R"("s3:GetObject")", R"({"StringLike":{"aws:SourceIp":"10.*"}})", "Invalid IP address in Conditions"},
      {R"("s3:GetObject")", R"({"Null":{"aws:SourceIp":"true"},"IpAddress":{"aws:SourceIp":[]}})", ""},
      {R"("s3:ListBucket")", R"({"NumericLessThan":{"s3:max-keys":"ten"}})", kSyntax},
      {R"("s3:GetObject")", R"({"StringEquals":{"aws:Referer":null}})", kSyntax},
      {R"("s3:GetObject")", R"({"StringEquals":"aws:Referer"})", kSyntax},
      {R"("s3:GetObject")", R"([])", kSyntax},
      {R"("s3:GetObject")", R"({"Bool":{"aws:SecureTransport":"true","aws:SecureTransport":"false"}})",
       "This policy contains invalid Json"},
  };
  for (const Case& c : kCases) EXPECT_EQ(of(c.action, c.condition), c.message) << c.action << c.condition;
}

TEST(ParseBucketPolicy, RulesAccessPointsAndDirectoryBucketsByTheirOwnTables) {
  constexpr std::string_view kPoint = "arn:aws:s3:us-east-1:111111111111:accesspoint/ap";
  const auto point = [&](const char* action, const char* resource) {
    return Refusal(StatementWith(action, resource), kPoint);
  };
  EXPECT_EQ(point(R"("s3:ListBucket")", R"("arn:aws:s3:us-east-1:111111111111:accesspoint/ap")"), "");
  EXPECT_EQ(point(R"("s3:GetObject")", R"("arn:aws:s3:us-east-1:111111111111:accesspoint/ap/object/*")"), "");
  EXPECT_EQ(point(R"("s3:GetObject")", R"("arn:aws:s3:us-east-1:111111111111:accesspoint/ap")"), kMismatch);
  EXPECT_EQ(point(R"("s3:PutBucketPolicy")", R"("arn:aws:s3:us-east-1:111111111111:accesspoint/ap")"), kNoAction);
  EXPECT_EQ(point(R"("s3:GetObject")", R"("arn:aws:s3:::bucket/*")"), kForeign);
  EXPECT_EQ(point(R"("s3:GetObject")", R"("arn:aws:s3:us-east-1:111111111111:accesspoint/ap/*")"), kForeign);
  constexpr std::string_view kDirectory = "arn:aws:s3express:us-east-1:111111111111:bucket/b--az1--x-s3";
  const auto directory = [&](const char* action, const char* resource) {
    return Refusal(StatementWith(action, resource), kDirectory);
  };
  constexpr const char* kSelf = R"("arn:aws:s3express:us-east-1:111111111111:bucket/b--az1--x-s3")";
  EXPECT_EQ(directory(R"("s3express:CreateSession")", kSelf), "");
  EXPECT_EQ(directory(R"("s3express:*")", kSelf), "");
  EXPECT_EQ(directory(R"("s3:GetObject")", kSelf), kNoAction);
  EXPECT_EQ(
      directory(R"("s3express:CreateSession")", R"("arn:aws:s3express:us-east-1:111111111111:bucket/b--az1--x-s3/*")"),
      kForeign);
}

TEST(ParseBucketPolicy, MeasuresTheNormalizedText) {
  std::string resources, spaced;
  for (int i = 0; i < 600; ++i) {
    resources += (i == 0 ? "" : ",") + ("\"arn:aws:s3:::bucket/" + std::to_string(1000 + i) + "*\"");
    spaced += (i == 0 ? "" : ",          ") + ("\"arn:aws:s3:::bucket/" + std::to_string(1000 + i) + "*\"");
  }
  EXPECT_EQ(Refusal(StatementWith(R"("s3:GetObject")", "[" + spaced + "]")), "");
  EXPECT_EQ(Refusal(StatementWith(R"("s3:GetObject")", "[" + resources + "," + resources + "]")),
            "Normalized policy document exceeds the maximum allowed size of 20480 bytes");
}

TEST(Normalized, OrdersElementsAndDropsBracketsOfOne) {
  const auto document = MustParse(R"({
    "Statement": {"Condition": {"StringEquals": {"aws:Referer": ["x"]}}, "Resource": ["arn:aws:s3:::bucket"],
      "Action": ["s3:ListBucket"], "Principal": {"AWS": ["111122223333"]}, "Effect": "Allow", "Sid": "One"},
    "Version": "2012-10-17"})");
  EXPECT_EQ(document->normalized(),
            R"({"Version":"2012-10-17","Statement":[{"Sid":"One","Effect":"Allow","Principal":{"AWS":"111122223333"},)"
            R"("Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket",)"
            R"("Condition":{"StringEquals":{"aws:Referer":"x"}}}]})");
}

TEST(ParseIdentityPolicy, SpeaksAsIam) {
  ParseOptions options;
  options.kind = ParseOptions::Kind::kIdentity;
  const auto of = [&](const std::string& json) {
    const auto document = Document::Parse(json, options);
    return document.ok() ? "" : document.error().message;
  };
  const auto one = [&](const std::string& members) { return of(PolicyOf("{" + members + "}")); };
  EXPECT_EQ(one(R"("Sid":"a1","Effect":"Allow","Action":"*","Resource":"*")"), "");
  EXPECT_EQ(one(R"("Effect":"Allow","Action":["s3:Get*","glue:*"],"Resource":"arn:aws:s3:::b/*")"), "");
  EXPECT_EQ(of("{"), "Syntax errors in policy.");
  EXPECT_EQ(of(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"),
            "Policy document must be version 2012-10-17 or greater.");
  EXPECT_EQ(one(R"("Effect":"Allow","Principal":"*","Action":"*","Resource":"*")"),
            "Policy document should not specify a principal.");
  EXPECT_EQ(one(R"("Effect":"Allow","Resource":"*")"), "Policy statement must contain actions.");
  EXPECT_EQ(one(R"("Effect":"Allow","Action":"*")"), "Policy statement must contain resources.");
  EXPECT_EQ(one(R"("Effect":"Allow","Action":"GetObject","Resource":"*")"),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
  EXPECT_EQ(one(R"("Effect":"Allow","Action":"s3:*","Resource":"bucket")"),
            "Resource bucket must be in ARN format or \"*\".");
  EXPECT_EQ(one(R"("Sid":"a b","Effect":"Allow","Action":"*","Resource":"*")"),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*");
  EXPECT_EQ(of(PolicyOf(R"({"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"},
                           {"Sid":"a","Effect":"Allow","Action":"*","Resource":"*"})")),
            "Statement IDs (SID) in a single policy must be unique.");
}

TEST(ParseTrustPolicy, SpeaksAsIam) {
  ParseOptions options;
  options.kind = ParseOptions::Kind::kTrust;
  const auto one = [&](const std::string& members) {
    const auto document = Document::Parse(PolicyOf("{" + members + "}"), options);
    return document.ok() ? "" : document.error().message;
  };
  EXPECT_EQ(one(R"("Effect":"Allow","Principal":{"Service":"glue.amazonaws.com"},"Action":"sts:AssumeRole")"), "");
  EXPECT_EQ(one(R"("Effect":"Allow","Principal":{"AWS":"*"},"Action":"s3:GetObject")"),
            "AssumeRole policy may only specify STS AssumeRole actions.");
  EXPECT_EQ(one(R"("Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Resource":"*")"),
            "Has prohibited field Resource");
  EXPECT_EQ(one(R"("Effect":"Allow","Action":"sts:AssumeRole")"), "Missing required field Principal");
  EXPECT_EQ(one(R"("Effect":"Allow","Principal":{"AWS":"nobody"},"Action":"sts:AssumeRole")"),
            R"(Invalid principal in policy: "AWS":"nobody")");
}

TEST(S3Actions, AreSortedAndEachKnownOnce) {
  for (const ActionTable* table : {&kS3Actions, &kS3ExpressActions}) {
    for (size_t i = 1; i < table->actions.size(); ++i) {
      EXPECT_LT(table->actions[i - 1].name, table->actions[i].name);
    }
  }
  ASSERT_NE(kS3Actions.FindAction("getobject"), nullptr);
  EXPECT_EQ(kS3Actions.FindAction("getobject")->name, "GetObject");
  EXPECT_EQ(kS3Actions.FindAction("HeadObject"), nullptr);
}

}  // namespace
}  // namespace tarn::policy
