#include "policy/match/condition.h"

#include <gtest/gtest.h>

#include "policy/policy_testing.h"

namespace tarn::policy {
namespace {

using Values = std::vector<std::string>;

// Whether the condition holds for a request whose key "t:key" has `actual`; without the key when that is null.
bool Holds(std::string_view op, const Values& wanted, const Values* actual) {
  const auto parsed = ParseOperator(op);
  EXPECT_TRUE(parsed.has_value()) << op;
  Condition condition(*parsed, "t:key", wanted);
  EXPECT_TRUE(condition.Compile(true)) << op;
  TableContext context;
  if (actual != nullptr) context = TableContext{{"t:key", *actual}};
  return condition.Holds({kBob, "s3:GetObject", "arn:aws:s3:::b/k", context});
}

struct Case {
  const char* op;
  Values wanted;
  Values actual;
  bool holds;
};

TEST(Condition, ComparesOneValue) {
  const Case kCases[] = {
      {"StringEquals", {"a"}, {"a"}, true},
      {"StringEquals", {"a"}, {"A"}, false},
      {"StringEquals", {"a", "b"}, {"b"}, true},
      {"StringEquals", {"a*"}, {"ab"}, false},
      {"StringEquals", {}, {"a"}, false},
      {"StringNotEquals", {"a"}, {"b"}, true},
      {"StringNotEquals", {"a", "b"}, {"b"}, false},
      {"StringNotEquals", {}, {"a"}, true},
      {"StringEqualsIgnoreCase", {"aB"}, {"Ab"}, true},
      {"StringNotEqualsIgnoreCase", {"aB"}, {"Ab"}, false},
      {"StringLike", {"a*", "?z"}, {"yz"}, true},
      {"StringLike", {"a*"}, {"ba"}, false},
      {"StringNotLike", {"a*"}, {"ab"}, false},
      {"StringNotLike", {"a*"}, {"b"}, true},
      {"StringLike", {"${aws:username}/*"}, {"Bob/x"}, true},
      {"StringLike", {"${*}"}, {"x"}, false},
      {"StringEquals", {"${*}"}, {"*"}, true},
      {"StringEquals", {"${aws:Missing}"}, {""}, false},
      {"StringNotEquals", {"${aws:Missing}"}, {"x"}, true},
      {"NumericEquals", {"10"}, {"10.0"}, true},
      {"NumericEquals", {"10"}, {"ten"}, false},
      {"NumericNotEquals", {"10"}, {"11"}, true},
      {"NumericNotEquals", {"10"}, {"1e1"}, false},
      {"NumericLessThan", {"10"}, {"9.5"}, true},
      {"NumericLessThan", {"10"}, {"10"}, false},
      {"NumericLessThanEquals", {"10"}, {"10"}, true},
      {"NumericGreaterThan", {"-1"}, {"0"}, true},
      {"NumericGreaterThanEquals", {"10"}, {"9"}, false},
      {"DateEquals", {"2026-11-21T09:00:00Z"}, {"2026-11-21T10:00:00+01:00"}, true},
      {"DateNotEquals", {"2026-11-21"}, {"2026-11-21T00:00:01Z"}, true},
      {"DateLessThan", {"2026-11"}, {"2026-10-31T23:59:59Z"}, true},
      {"DateLessThanEquals", {"2026"}, {"2026-01-01T00:00:00Z"}, true},
      {"DateGreaterThan", {"2026-11-21T00:00:00Z"}, {"1795219200"}, false},
      {"DateGreaterThan", {"1795219199"}, {"2026-11-21T00:00:00Z"}, true},
      {"DateGreaterThanEquals", {"2026-11-21T00:00:00.5Z"}, {"2026-11-21T00:00:00.5Z"}, true},
      {"DateLessThan", {"2026"}, {"yesterday"}, false},
      {"Bool", {"true"}, {"true"}, true},
      {"Bool", {"False"}, {"false"}, true},
      {"Bool", {"true"}, {"false"}, false},
      {"Bool", {"true"}, {"1"}, false},
      {"BinaryEquals", {"QmluYXJ5"}, {"Binary"}, true},
      {"BinaryEquals", {"QmluYXJ5"}, {"binary"}, false},
      {"IpAddress", {"203.0.113.0/24"}, {"203.0.113.9"}, true},
      {"IpAddress", {"203.0.113.9/24"}, {"203.0.113.200"}, true},
      {"IpAddress", {"203.0.113.0/24"}, {"203.0.114.9"}, false},
      {"IpAddress", {"203.0.113.9"}, {"203.0.113.9"}, true},
      {"IpAddress", {"0.0.0.0/0"}, {"2001:db8::1"}, false},
      {"IpAddress", {"2001:db8::/33"}, {"2001:db8:7fff::1"}, true},
      {"IpAddress", {"2001:db8::/33"}, {"2001:db8:8000::1"}, false},
      {"IpAddress", {"10.0.0.0/8"}, {"::ffff:10.1.2.3"}, true},
      {"IpAddress", {"10.0.0.0/8", "192.0.2.0/24"}, {"192.0.2.7"}, true},
      {"NotIpAddress", {"10.0.0.0/8", "192.0.2.0/24"}, {"192.0.2.7"}, false},
      {"NotIpAddress", {"10.0.0.0/8"}, {"192.0.2.7"}, true},
      {"ArnEquals", {"arn:aws:sns:*:1:t"}, {"arn:aws:sns:us-east-1:1:t"}, true},
      {"ArnLike", {"arn:aws:iam::1:role/*"}, {"arn:aws:iam::1:role/a/b"}, true},
      {"ArnLike", {"arn:aws:iam::1:role/*"}, {"arn:aws:iam::2:role/a"}, false},
      {"ArnNotEquals", {"arn:aws:iam::1:root"}, {"arn:aws:iam::2:root"}, true},
      {"ArnNotLike", {"arn:aws:iam::*:root"}, {"arn:aws:iam::2:root"}, false},
      {"Null", {"true"}, {"x"}, false},
      {"Null", {"false"}, {"x"}, true},
      {"Null", {"true"}, {}, true},
  };
  for (const Case& c : kCases) EXPECT_EQ(Holds(c.op, c.wanted, &c.actual), c.holds) << c.op << ' ' << c.wanted.front();
}

TEST(Condition, KnowsWhatAnAbsentKeyMeans) {
  const std::pair<const char*, bool> kCases[] = {
      {"StringEquals", false},
      {"StringEqualsIfExists", true},
      {"StringNotEquals", true},
      {"StringNotEqualsIfExists", true},
      {"StringLike", false},
      {"StringLikeIfExists", true},
      {"StringNotLike", true},
      {"ArnLike", false},
      {"ArnNotLike", true},
      {"ArnLikeIfExists", true},
      {"ForAllValues:StringEquals", true},
      {"ForAllValues:StringNotEquals", true},
      {"ForAnyValue:StringEquals", false},
      {"ForAnyValue:StringNotEquals", false},
      {"ForAnyValue:StringEqualsIfExists", true},
  };
  for (const auto& [op, holds] : kCases) EXPECT_EQ(Holds(op, {"a"}, nullptr), holds) << op;
  EXPECT_FALSE(Holds("NumericLessThan", {"1"}, nullptr));
  EXPECT_TRUE(Holds("NumericLessThanIfExists", {"1"}, nullptr));
  EXPECT_TRUE(Holds("NumericNotEquals", {"1"}, nullptr));
  EXPECT_FALSE(Holds("DateLessThan", {"2026"}, nullptr));
  EXPECT_FALSE(Holds("Bool", {"false"}, nullptr));
  EXPECT_TRUE(Holds("BoolIfExists", {"false"}, nullptr));
  EXPECT_FALSE(Holds("IpAddress", {"0.0.0.0/0"}, nullptr));
  EXPECT_TRUE(Holds("NotIpAddress", {"0.0.0.0/0"}, nullptr));
  EXPECT_TRUE(Holds("Null", {"true"}, nullptr));
  EXPECT_FALSE(Holds("Null", {"false"}, nullptr));
}

TEST(Condition, QuantifiesOverManyValues) {
  const Case kCases[] = {
      {"ForAllValues:StringEquals", {"a", "b"}, {"a", "b"}, true},
      {"ForAllValues:StringEquals", {"a", "b"}, {"a", "c"}, false},
      {"ForAllValues:StringEquals", {"a", "b"}, {}, true},
      {"ForAllValues:StringEquals", {"a"}, {""}, true},
      {"ForAllValues:StringLike", {"a*"}, {"ab", "ac"}, true},
      {"ForAllValues:StringNotEquals", {"a", "b"}, {"c", "d"}, true},
      {"ForAllValues:StringNotEquals", {"a", "b"}, {"c", "b"}, false},
      {"ForAnyValue:StringEquals", {"a", "b"}, {"c", "b"}, true},
      {"ForAnyValue:StringEquals", {"a", "b"}, {"c"}, false},
      {"ForAnyValue:StringEquals", {"a"}, {}, false},
      {"ForAnyValue:StringNotEquals", {"a"}, {"a", "b"}, true},
      {"ForAnyValue:StringNotEquals", {"a"}, {"a"}, false},
      {"ForAnyValue:NumericGreaterThan", {"5"}, {"1", "9"}, true},
      {"ForAllValues:NumericGreaterThan", {"5"}, {"1", "9"}, false},
      {"ForAnyValue:IpAddress", {"10.0.0.0/8"}, {"1.1.1.1", "10.0.0.1"}, true},
      {"ForAllValues:Bool", {"true"}, {"true", "true"}, true},
      // Without a quantifier one value that matches is enough, and a negation needs that none does.
      {"StringEquals", {"a"}, {"b", "a"}, true},
      {"StringNotEquals", {"a"}, {"b", "a"}, false},
      {"ForAllValues:StringEqualsIfExists", {"a"}, {"b"}, false},
  };
  for (const Case& c : kCases) EXPECT_EQ(Holds(c.op, c.wanted, &c.actual), c.holds) << c.op << ' ' << c.wanted.front();
}

TEST(Condition, RefusesOperatorsThatAreNone) {
  for (const char* name : {"", "stringEquals", "StringEqual", "NullIfExists", "ForAllValues:", "ForSomeValues:Bool",
                           "ForAllValues:ForAnyValue:Bool", "IfExists", "BinaryNotEquals", "StringEqualsIfexists"}) {
    EXPECT_FALSE(ParseOperator(name).has_value()) << name;
  }
  EXPECT_TRUE(ParseOperator("ForAnyValue:Null").has_value());
}

TEST(Condition, RefusesValuesThatTheOperatorCannotCompare) {
  const auto compiles = [](std::string_view op, const char* value) {
    return Condition(*ParseOperator(op), "t:key", {value}).Compile(true);
  };
  EXPECT_FALSE(compiles("NumericEquals", "ten"));
  EXPECT_FALSE(compiles("NumericEquals", ""));
  EXPECT_FALSE(compiles("NumericEquals", "${aws:x}"));
  EXPECT_FALSE(compiles("DateEquals", "21.11.2026"));
  EXPECT_FALSE(compiles("DateEquals", "99999999999999999999"));
  EXPECT_FALSE(compiles("Bool", "yes"));
  EXPECT_FALSE(compiles("BinaryEquals", "?"));
  for (const char* range :
       {"", "123", "10.0.0.0/33", "10.0.0.0/", "10.0.0/8", "2001:db8::/129", "10.0.0.0/-1", "a/8"}) {
    EXPECT_FALSE(compiles("IpAddress", range)) << range;
  }
}

TEST(FindValue, AnswersThePrincipalsOwnKeys) {
  const auto find = [](const Principal& principal, std::string_view key) {
    Values values;
    const bool found = FindValue({principal, "", "", NoContext()}, NormalizeKey(key), values);
    return found ? values.at(0) : std::string("-");
  };
  EXPECT_EQ(find(kBob, "aws:username"), "Bob");
  EXPECT_EQ(find(kBob, "aws:PrincipalArn"), "arn:aws:iam::111111111111:user/team/Bob");
  EXPECT_EQ(find(kBob, "aws:userid"), "AIDABOBBOBBOBBOBBOB1");
  EXPECT_EQ(find(kBob, "AWS:PrincipalType"), "User");
  EXPECT_EQ(find(kSession, "aws:PrincipalArn"), "arn:aws:iam::222222222222:role/jobs/Etl");
  EXPECT_EQ(find(kSession, "aws:userid"), "AROAETLETLETLETLETL2:run-7");
  EXPECT_EQ(find(kSession, "aws:PrincipalAccount"), "222222222222");
  EXPECT_EQ(find(kSession, "aws:username"), "-");
  EXPECT_EQ(find(kRootOf1, "aws:PrincipalType"), "Account");
  EXPECT_EQ(find(kAnonymous, "aws:userid"), "anonymous");
  EXPECT_EQ(find(kAnonymous, "aws:PrincipalType"), "Anonymous");
  EXPECT_EQ(find(kAnonymous, "aws:PrincipalArn"), "-");
  EXPECT_EQ(find(kAnonymous, "aws:PrincipalIsAWSService"), "false");
  EXPECT_EQ(find(kLogging, "aws:PrincipalIsAWSService"), "true");
  EXPECT_EQ(find(kLogging, "aws:PrincipalServiceName"), "logging.s3.amazonaws.com");
}

TEST(NormalizeKey, KeepsTheCaseOfTagNames) {
  EXPECT_EQ(NormalizeKey("S3:ExistingObjectTag/Team/Lead"), "s3:existingobjecttag/Team/Lead");
  EXPECT_EQ(NormalizeKey("aws:SourceIp"), "aws:sourceip");
}

}  // namespace
}  // namespace tarn::policy
