#include "policy/match/glob.h"

#include <gtest/gtest.h>

namespace tarn::policy {
namespace {

struct Case {
  GlobRule rule;
  const char* pattern;
  const char* text;
  bool match;
};

TEST(Glob, MatchesAsIamDocuments) {
  using enum GlobRule;
  const Case kCases[] = {
      {kText, "", "", true},
      {kText, "", "a", false},
      {kText, "*", "", true},
      {kText, "?", "", false},
      {kText, "a*", "a", true},
      {kText, "a*", "abc/d:e", true},
      {kText, "a*c", "abc", true},
      {kText, "a*c", "abcd", false},
      {kText, "a*b*c", "aXbYbZc", true},
      {kText, "**a**", "bab", true},
      {kText, "?é?", "éé€", true},
      {kText, "???", "é€", false},
      {kText, "*?", "é", true},
      {kText, "??", "é", false},
      {kText, "s3:get*", "s3:getobject", true},
      {kText, "s3:getobjec?", "s3:getobjectacl", false},
      {kLiteral, "a*", "a*", true},
      {kLiteral, "a*", "ab", false},
      // The examples of IAM's page on the Resource element.
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/test/object.jpg", true},
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1///test///object.jpg", true},
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b//test/object.jpg", true},
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/test/", true},
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/object.jpg", false},
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/test/object.jpg", false},
      {kResource, "arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1/2/test.jpg", false},
      // A key may hold colons; a segment may not, unless its pattern ends with the wildcard.
      {kResource, "arn:aws:s3:::b/*/x", "arn:aws:s3:::b/a:b/x", true},
      {kResource, "arn:aws:s3:::b/a?b", "arn:aws:s3:::b/a:b", true},
      {kResource, "*", "arn:aws:s3:::b/a:b/x", true},
      {kResource, "arn:aws:s3*", "arn:aws:s3:::b/k", true},
      {kResource, "arn:aws:*:::b", "arn:aws:s3:::b", true},
      {kResource, "arn:aws:sqs:us-*-1:1:q", "arn:aws:sqs:us-east-1:1:q", true},
      {kResource, "arn:aws:sqs:us-*-1:1:q", "arn:aws:sqs:us-a:b-1:1:q", false},
      {kResource, "arn:a?s:s3:::b", "arn:aws:s3:::b", true},
      {kResource, "arn:aws?s3:::b", "arn:aws:s3:::b", false},
      {kArn, "arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a/b", true},
      {kArn, "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", true},
      {kArn, "arn:aws:*:role/x", "arn:aws:iam::1:role/x", false},
      {kArn, "arn:*:iam:*:*:user/?ob", "arn:aws:iam::1:user/Bob", true},
      {kArn, "*", "arn:aws:iam::1:role/x", true},
      {kArn, "arn:aws:sns:*:1:t", "arn:aws:sns:us-east-1:1:T", false},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(Glob(c.pattern, {c.rule, false, false}).Match(c.text), c.match) << c.pattern << " on " << c.text;
  }
}

TEST(Glob, IgnoresCaseWhenAsked) {
  EXPECT_TRUE(Glob("AbC*", {GlobRule::kText, false, true}).Match("aBcD"));
  EXPECT_FALSE(Glob("AbC*").Match("abcd"));
}

TEST(Glob, PutsTheRequestsValuesInPlaceOfVariables) {
  const VariableSource source = [](std::string_view key) -> std::optional<std::string> {
    if (key == "aws:username") return "bob";
    if (key == "aws:PrincipalTag/team") return "a*b";
    return std::nullopt;
  };
  const auto match = [&](const char* pattern, const char* text) {
    return Glob(pattern, {GlobRule::kText, true, false}).Match(text, source);
  };
  EXPECT_TRUE(match("home/${aws:username}/*", "home/bob/x"));
  EXPECT_FALSE(match("home/${aws:username}/*", "home/alice/x"));
  EXPECT_TRUE(match("${aws:username}", "bob"));
  EXPECT_TRUE(match("${ aws:username }", "bob"));
  EXPECT_FALSE(match("${aws:Missing}", "")) << "a variable without a value matches nothing";
  EXPECT_TRUE(match("${aws:Missing, 'company-wide'}/*", "company-wide/x"));
  EXPECT_TRUE(match("${aws:username, 'x'}", "bob"));
  EXPECT_TRUE(match("${aws:PrincipalTag/team}", "a*b"));
  EXPECT_FALSE(match("${aws:PrincipalTag/team}", "aXb")) << "a wildcard in a value is text";
  EXPECT_TRUE(match("a${*}b${?}c${$}", "a*b?c$"));
  EXPECT_FALSE(match("a${*}b", "aXb"));
  EXPECT_TRUE(match("${unclosed", "${unclosed"));
  EXPECT_TRUE(match("a$b", "a$b"));
  EXPECT_TRUE(Glob("${aws:username}").Match("${aws:username}")) << "text where variables are not known";
}

TEST(Glob, IsNotSlowedByManyWildcards) {
  std::string pattern;
  for (int i = 0; i < 100; ++i) pattern += "*a";
  EXPECT_FALSE(Glob(pattern).Match(std::string(2000, 'a') + "b"));
}

}  // namespace
}  // namespace tarn::policy
