#include <gtest/gtest.h>

#include "policy/errors.h"
#include "policy/policy_testing.h"

namespace tarn::policy {
namespace {

constexpr std::string_view kObjectArn = "arn:aws:s3:::bucket/a/b";

Decision Ask(const std::string& json, const Principal& principal, std::string_view action = "s3:GetObject",
             std::string_view resource = kObjectArn, const Context& context = NoContext()) {
  const auto document = MustParse(json);
  return document == nullptr ? Decision{} : document->Evaluate({principal, action, resource, context});
}

std::string ForPrincipal(std::string_view principal, std::string_view effect = "Allow",
                         std::string_view element = "Principal") {
  return PolicyOf(R"({"Effect":")" + std::string(effect) + R"(",")" + std::string(element) + R"(":)" +
                  std::string(principal) + R"(,"Action":"s3:*","Resource":"arn:aws:s3:::bucket/*"})");
}

TEST(Evaluate, FindsThePrincipal) {
  struct Case {
    const char* principal;
    const Principal& asks;
    Match match;
  };
  const Case kCases[] = {
      {R"("*")", kAnonymous, Match::kEveryone},
      {R"({"AWS":"*"})", kBob, Match::kEveryone},
      {R"({"AWS":["*","arn:aws:iam::111111111111:user/team/Bob"]})", kBob, Match::kPrincipal},
      {R"({"AWS":"111111111111"})", kBob, Match::kAccount},
      {R"({"AWS":"arn:aws:iam::111111111111:root"})", kRootOf1, Match::kAccount},
      {R"({"AWS":"111111111111"})", kSession, Match::kNone},
      {R"({"AWS":"111111111111"})", kAnonymous, Match::kNone},
      {R"({"AWS":"arn:aws:iam::111111111111:user/team/Bob"})", kBob, Match::kPrincipal},
      {R"({"AWS":"arn:aws:iam::111111111111:user/Bob"})", kBob, Match::kNone},
      {R"({"AWS":"arn:aws:iam::111111111111:user/team/Bob"})", kRootOf1, Match::kNone},
      {R"({"AWS":"AIDABOBBOBBOBBOBBOB1"})", kBob, Match::kPrincipal},
      {R"({"AWS":"arn:aws:iam::222222222222:role/jobs/Etl"})", kSession, Match::kRole},
      {R"({"AWS":"arn:aws:sts::222222222222:assumed-role/Etl/run-7"})", kSession, Match::kPrincipal},
      {R"({"AWS":"arn:aws:sts::222222222222:assumed-role/Etl/run-8"})", kSession, Match::kNone},
      {R"({"AWS":"AROAETLETLETLETLETL2"})", kSession, Match::kRole},
      {R"({"CanonicalUser":"11111111111111111111111111111111111111111111111111111111111111aa"})", kBob,
       Match::kAccount},
      {R"({"Service":"logging.s3.amazonaws.com"})", kLogging, Match::kPrincipal},
      {R"({"Service":["a.amazonaws.com","b.amazonaws.com"]})", kLogging, Match::kNone},
      {R"({"AWS":"111111111111","Service":"logging.s3.amazonaws.com"})", kLogging, Match::kPrincipal},
  };
  for (const Case& c : kCases) {
    const Decision decision = Ask(ForPrincipal(c.principal), c.asks);
    EXPECT_EQ(decision.match, c.match) << c.principal;
    EXPECT_EQ(decision.effect, c.match == Match::kNone ? Effect::kNone : Effect::kAllow) << c.principal;
  }
}

TEST(Evaluate, SparesOfNotPrincipalOnlyWhomItNamesWhole) {
  struct Case {
    const char* spared;
    const Principal& asks;
    bool denied;
  };
  const Case kCases[] = {
      {R"({"AWS":["arn:aws:iam::111111111111:user/team/Bob","111111111111"]})", kBob, false},
      {R"({"AWS":["arn:aws:iam::111111111111:user/team/Bob","111111111111"]})", kRootOf1, false},
      {R"({"AWS":"arn:aws:iam::111111111111:user/team/Bob"})", kBob, true},
      {R"({"AWS":"111111111111"})", kBob, true},
      {R"({"AWS":"111111111111"})", kRootOf1, false},
      {R"({"AWS":"111111111111"})", kAnonymous, true},
      {R"({"AWS":["222222222222","arn:aws:iam::222222222222:role/jobs/Etl"]})", kSession, true},
      {R"({"AWS":["222222222222","arn:aws:iam::222222222222:role/jobs/Etl",
                  "arn:aws:sts::222222222222:assumed-role/Etl/run-7"]})",
       kSession, false},
      {R"({"Service":"logging.s3.amazonaws.com"})", kLogging, false},
      {R"({"AWS":"111111111111"})", kLogging, true},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Ask(ForPrincipal(c.spared, "Deny", "NotPrincipal"), c.asks).effect,
              c.denied ? Effect::kDeny : Effect::kNone)
        << c.spared;
  }
}

TEST(Evaluate, MatchesActionsInAnyCaseAndResourcesExactly) {
  const std::string policy = PolicyOf(
      R"({"Effect":"Allow","Principal":"*","Action":["S3:getObject","s3:List*"],
          "Resource":["arn:aws:s3:::bucket","arn:aws:s3:::bucket/a/*"]})");
  EXPECT_EQ(Ask(policy, kBob, "s3:GetObject", "arn:aws:s3:::bucket/a/x").effect, Effect::kAllow);
  EXPECT_EQ(Ask(policy, kBob, "s3:GetObjectAcl", "arn:aws:s3:::bucket/a/x").effect, Effect::kNone);
  EXPECT_EQ(Ask(policy, kBob, "s3:GetObject", "arn:aws:s3:::bucket/A/x").effect, Effect::kNone);
  EXPECT_EQ(Ask(policy, kBob, "s3:ListBucketVersions", "arn:aws:s3:::bucket").effect, Effect::kAllow);
  EXPECT_EQ(Ask(policy, kBob, "s3:GetObject", "arn:aws:s3:::bucket/b").effect, Effect::kNone);
}

TEST(Evaluate, TakesNotActionAndNotResourceAsAllOthers) {
  const std::string policy = PolicyOf(
      R"({"Effect":"Deny","Principal":"*","NotAction":["s3:Get*","s3:ListBucket"],"NotResource":"arn:aws:s3:::bucket/tmp/*"})");
  EXPECT_EQ(Ask(policy, kBob, "s3:PutObject").effect, Effect::kDeny);
  EXPECT_EQ(Ask(policy, kBob, "s3:GetObject").effect, Effect::kNone);
  EXPECT_EQ(Ask(policy, kBob, "s3:PutObject", "arn:aws:s3:::bucket/tmp/x").effect, Effect::kNone);
}

TEST(Evaluate, LetsADenyWinAndTellsWhichStatementDecided) {
  const std::string policy = PolicyOf(
      R"({"Sid":"All","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket/*"},
         {"Sid":"NoSecrets","Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":"s3:GetObject",
          "Resource":"arn:aws:s3:::bucket/secret*"})");
  const auto document = MustParse(policy);
  Decision decision = document->Evaluate({kBob, "s3:GetObject", "arn:aws:s3:::bucket/secret/x", NoContext()});
  EXPECT_EQ(decision.effect, Effect::kDeny);
  EXPECT_EQ(decision.sid, "NoSecrets");
  EXPECT_EQ(decision.statement, 1);
  decision = document->Evaluate({kSession, "s3:GetObject", "arn:aws:s3:::bucket/secret/x", NoContext()});
  EXPECT_EQ(decision.effect, Effect::kAllow);
  EXPECT_EQ(decision.sid, "All");
  decision = document->Evaluate({kBob, "s3:ListBucket", "arn:aws:s3:::bucket", NoContext()});
  EXPECT_EQ(decision.effect, Effect::kNone);
  EXPECT_EQ(decision.statement, -1);
}

TEST(Evaluate, JoinsOperatorsAndKeysByAnd) {
  const std::string policy = AllowWith(R"(,"Condition":{
      "StringEquals":{"s3:ExistingObjectTag/Team":["red","blue"],"aws:RequestedRegion":"us-east-1"},
      "IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})");
  const auto effect = [&](const char* tag, const char* region, const char* ip) {
    const TableContext context{
        {"s3:existingobjecttag/Team", {tag}}, {"aws:requestedregion", {region}}, {"aws:sourceip", {ip}}};
    return Ask(policy, kBob, "s3:GetObject", kObjectArn, context).effect;
  };
  EXPECT_EQ(effect("blue", "us-east-1", "10.1.1.1"), Effect::kAllow);
  EXPECT_EQ(effect("green", "us-east-1", "10.1.1.1"), Effect::kNone);
  EXPECT_EQ(effect("red", "eu-west-1", "10.1.1.1"), Effect::kNone);
  EXPECT_EQ(effect("red", "us-east-1", "11.1.1.1"), Effect::kNone);
}

TEST(Evaluate, KnowsVariablesFromVersion2012On) {
  const std::string statement =
      R"({"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::bucket/${aws:username}/*"})";
  const std::string now = PolicyOf(statement);
  const std::string old = R"({"Version":"2008-10-17","Statement":[)" + statement + "]}";
  const std::string none = R"({"Statement":)" + statement + "}";
  EXPECT_EQ(Ask(now, kBob, "s3:GetObject", "arn:aws:s3:::bucket/Bob/x").effect, Effect::kAllow);
  EXPECT_EQ(Ask(now, kRootOf1, "s3:GetObject", "arn:aws:s3:::bucket/Bob/x").effect, Effect::kNone);
  for (const auto& policy : {old, none}) {
    EXPECT_EQ(Ask(policy, kBob, "s3:GetObject", "arn:aws:s3:::bucket/Bob/x").effect, Effect::kNone);
    EXPECT_EQ(Ask(policy, kBob, "s3:GetObject", "arn:aws:s3:::bucket/${aws:username}/x").effect, Effect::kAllow);
  }
  EXPECT_TRUE(MustParse(now)->HasConditions());
  EXPECT_FALSE(MustParse(old)->HasConditions());
}

TEST(Evaluate, OfAnIdentityPolicyLooksAtNoPrincipal) {
  ParseOptions options;
  options.kind = ParseOptions::Kind::kIdentity;
  const auto document = Document::Parse(
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["glue:Get*","s3:*"],"Resource":"*"}})",
      options);
  ASSERT_TRUE(document.ok()) << document.error().message;
  const auto ask = [&](std::string_view action) {
    return (*document)->Evaluate({kBob, action, "arn:aws:glue:us-east-1:111111111111:catalog", NoContext()}).effect;
  };
  EXPECT_EQ(ask("glue:GetTable"), Effect::kAllow);
  EXPECT_EQ(ask("glue:DeleteTable"), Effect::kNone);
  EXPECT_FALSE((*document)->IsPublic());
}

TEST(Evaluate, OfARolesTrustPolicyNeedsNoResource) {
  ParseOptions options;
  options.kind = ParseOptions::Kind::kTrust;
  const auto document = Document::Parse(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},
          "Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}]})",
      options);
  ASSERT_TRUE(document.ok()) << document.error().message;
  const TableContext context{{"sts:externalid", {"x"}}};
  const Request with{kBob, "sts:AssumeRole", "arn:aws:iam::222222222222:role/Etl", context};
  const Request without{kBob, "sts:AssumeRole", "arn:aws:iam::222222222222:role/Etl", NoContext()};
  EXPECT_EQ((*document)->Evaluate(with).match, Match::kAccount);
  EXPECT_EQ((*document)->Evaluate(without).effect, Effect::kNone);
}

TEST(Evaluate, OfAnAccessPointsPolicyMatchesItsObjects) {
  constexpr std::string_view kArn = "arn:aws:s3:us-east-1:111111111111:accesspoint/ap";
  const auto document = ParseBucketPolicy(PolicyOf(R"({"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
                   "Resource":"arn:aws:s3:us-east-1:111111111111:accesspoint/ap/object/logs/*"})"),
                                          kArn);
  ASSERT_TRUE(document.ok()) << document.error().message;
  const auto ask = [&](const std::string& key) {
    return (*document)->Evaluate({kBob, "s3:GetObject", std::string(kArn) + "/object/" + key, NoContext()}).effect;
  };
  EXPECT_EQ(ask("logs/a:b"), Effect::kAllow);
  EXPECT_EQ(ask("raw/a"), Effect::kNone);
}

}  // namespace
}  // namespace tarn::policy
