#include "api/s3/web/cors/cors_rules.h"

#include <gtest/gtest.h>

#include "api/s3/errors.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

gen::CORSRule Rule(std::vector<std::string> methods, std::vector<std::string> origins) {
  gen::CORSRule rule;
  rule.allowed_methods = std::move(methods);
  rule.allowed_origins = std::move(origins);
  return rule;
}

std::string Header(const std::optional<CorsHeaders>& headers, std::string_view name) {
  if (!headers) return "none";
  for (const auto& [key, value] : *headers) {
    if (key == name) return value;
  }
  return "";
}

constexpr std::string_view kOrigin = "Access-Control-Allow-Origin";

TEST(MatchCors, LetsOneStarStandForAnyText) {
  const CorsRules rules = {Rule({"GET"}, {"start*end"}), Rule({"PUT"}, {"*.put"})};
  const auto origin = [&](std::string_view text, std::string_view method) {
    return Header(MatchCors(rules, {.origin = text, .method = method, .header_names = {}}), kOrigin);
  };
  EXPECT_EQ(origin("startend", "GET"), "startend");
  EXPECT_EQ(origin("start12end", "GET"), "start12end");
  EXPECT_EQ(origin("0startend", "GET"), "none");
  EXPECT_EQ(origin("startnd", "GET"), "none");
  EXPECT_EQ(origin("a.put", "PUT"), "a.put");
  EXPECT_EQ(origin("a.put", "GET"), "none");
}

TEST(MatchCors, TellsAnyoneWithoutCredentials) {
  const CorsRules rules = {Rule({"GET", "HEAD"}, {"*"})};
  const auto headers = MatchCors(rules, {.origin = "http://a", .method = "GET", .header_names = {}});
  EXPECT_EQ(Header(headers, kOrigin), "*");
  EXPECT_EQ(Header(headers, "Access-Control-Allow-Methods"), "GET, HEAD");
  EXPECT_EQ(Header(headers, "Access-Control-Allow-Credentials"), "");
  EXPECT_EQ(Header(headers, "Vary"), "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
}

TEST(MatchCors, AllowsNamedHeadersWithoutCase) {
  CorsRules rules = {Rule({"GET"}, {"http://a"})};
  rules[0].allowed_headers = {"x-AMZ-*", "content-type"};
  rules[0].max_age_seconds = 30;
  const auto names = [&](std::string_view asked) {
    return Header(MatchCors(rules, {.origin = "http://a", .method = "GET", .header_names = asked}),
                  "Access-Control-Allow-Headers");
  };
  EXPECT_EQ(names("X-Amz-Date,Content-Type"), "x-amz-date, content-type");
  EXPECT_EQ(names("x-amz-date, x-other"), "none");
  EXPECT_EQ(names(""), "");
}

TEST(CheckCors, WordsItsRefusalsAsAwsDoes) {
  const auto why = [](gen::CORSRule rule) {
    const Status status = CheckCors({std::move(rule)});
    return status.ok() ? "" : status.error().message;
  };
  EXPECT_EQ(why(Rule({"GET"}, {""})), "");
  EXPECT_EQ(why(Rule({"GET", "MYMETHOD"}, {"*"})),
            "Found unsupported HTTP method in CORS config. Unsupported method is MYMETHOD");
  EXPECT_EQ(why(Rule({"GET"}, {"http://*.*"})), "AllowedOrigin \"http://*.*\" can not have more than one wildcard.");
  gen::CORSRule exposing = Rule({"GET"}, {"*"});
  exposing.expose_headers = {"x-*"};
  EXPECT_EQ(why(exposing),
            "ExposeHeader \"x-*\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
  EXPECT_TRUE(CheckCors({}).Is(kMalformedXml));
  EXPECT_TRUE(CheckCors({Rule({}, {"*"})}).Is(kMalformedXml));
  EXPECT_TRUE(CheckCors(CorsRules(101, Rule({"GET"}, {"*"}))).Is(object::kInvalidRequest));
}

}  // namespace
}  // namespace tarn::api::s3
