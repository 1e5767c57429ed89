#include "api/s3/web/website/website_rules.h"

#include <gtest/gtest.h>

#include "api/s3/errors.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr WebsiteOrigin kOrigin{.scheme = "http", .host = "b.s3-website.localhost:1"};

gen::RoutingRule Rule(std::optional<std::string> prefix, std::optional<std::string> error, gen::Redirect redirect) {
  gen::RoutingRule rule;
  if (prefix || error) rule.condition = gen::Condition{error, prefix};
  rule.redirect = std::move(redirect);
  return rule;
}

std::string Where(const Website& website, std::string_view key, int error = 0) {
  const auto found = Route(website, kOrigin, key, error);
  return found ? std::to_string(found->status) + " " + found->location : "";
}

TEST(Route, TakesTheFirstRuleThatFits) {
  gen::Redirect one, two;
  one.replace_key_with = "one.html";
  two.replace_key_with = "two.html";
  Website website;
  website.routing_rules = {Rule("both/", "404", one), Rule("both", {}, two), Rule({}, "404", two)};
  EXPECT_EQ(Where(website, "both/x", 404), "301 http://b.s3-website.localhost:1/one.html");
  EXPECT_EQ(Where(website, "both/x"), "301 http://b.s3-website.localhost:1/two.html");
  EXPECT_EQ(Where(website, "other", 404), "301 http://b.s3-website.localhost:1/two.html");
  EXPECT_EQ(Where(website, "other", 403), "");
  EXPECT_EQ(Where(website, "other"), "");
}

TEST(Route, ReplacesPrefixHostProtocolAndStatus) {
  gen::Redirect redirect;
  redirect.replace_key_prefix_with = "";
  redirect.host_name = "other.test";
  redirect.protocol = "https";
  redirect.http_redirect_code = "307";
  Website website;
  website.routing_rules = {Rule("docs/", {}, redirect)};
  EXPECT_EQ(Where(website, "docs/a b/ü"), "307 https://other.test/a%20b/%C3%BC");
  EXPECT_EQ(Where(website, "docs2/a"), "");
  EXPECT_EQ(Where(website, ""), "");
}

std::string Why(const gen::WebsiteConfiguration& website) {
  const protocol::Call call;
  const Status status = CheckWebsite(call, website);
  return status.ok() ? "" : status.error().message;
}

TEST(CheckWebsite, WordsItsRefusalsAsAwsDoes) {
  gen::WebsiteConfiguration website;
  EXPECT_EQ(Why(website), "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty");
  website.index_document = gen::IndexDocument{"/index.html"};
  EXPECT_EQ(Why(website), "The IndexDocument Suffix is not well formed");
  website.index_document = gen::IndexDocument{"index.html"};
  EXPECT_EQ(Why(website), "");
  gen::Redirect redirect;
  redirect.protocol = "gopher";
  website.routing_rules = {Rule({}, {}, redirect)};
  EXPECT_EQ(Why(website),
            "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected "
            "automatically.");
  redirect.protocol = "https";
  redirect.http_redirect_code = "200";
  website.routing_rules = {Rule({}, {}, redirect)};
  EXPECT_EQ(Why(website), "The provided HTTP redirect code (200) is not valid. Valid codes are 3XX except 300.");
  redirect.http_redirect_code = "306";
  website.routing_rules = {Rule({}, {}, redirect)};
  EXPECT_EQ(Why(website), "The provided HTTP redirect code (306) is not valid. Valid codes are 3XX except 300.");
  website.routing_rules->clear();
  const protocol::Call call;
  EXPECT_TRUE(CheckWebsite(call, website).Is(kMalformedXml));
  website.routing_rules.reset();
  website.redirect_all_requests_to = gen::RedirectAllRequestsTo{"other.test", {}};
  EXPECT_EQ(Why(website), "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
}

}  // namespace
}  // namespace tarn::api::s3
