#include "api/s3/web/website/website_rules.h"

#include <fmt/format.h>

#include "api/s3/errors.h"
#include "base/strings.h"
#include "object/errors.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kRulesMax = 50;

Error InvalidArgument(const protocol::Call& call, std::string_view name, std::string_view value, std::string message) {
  call.AddErrorField("ArgumentName", std::string(name));
  call.AddErrorField("ArgumentValue", std::string(value));
  return Fail(object::kInvalidArgument, std::move(message));
}

Status CheckProtocol(const std::optional<std::string>& protocol) {
  if (!protocol || *protocol == "http" || *protocol == "https") return Ok();
  return Fail(object::kInvalidRequest,
              "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected "
              "automatically.");
}

// S3 takes fewer than it says.
bool IsRedirectCode(uint64_t code) { return (code >= 301 && code <= 308) && code != 306; }
bool IsErrorCode(uint64_t code) { return (code >= 400 && code <= 417) || (code >= 500 && code <= 505); }

Status CheckCode(const std::optional<std::string>& text, bool (*is_valid)(uint64_t), std::string_view kind,
                 std::string_view valid) {
  if (!text) return Ok();
  const auto code = ParseU64(*text);
  if (!code) return Fail(kMalformedXml, fmt::format("{} is no HTTP status", *text));
  if (is_valid(*code)) return Ok();
  return Fail(object::kInvalidRequest,
              fmt::format("The provided HTTP {} code ({}) is not valid. Valid codes are {}.", kind, *text, valid));
}

Status CheckRule(const gen::RoutingRule& rule) {
  if (!rule.redirect) return Fail(kMalformedXml, "a rule needs a Redirect");
  const gen::Redirect& redirect = *rule.redirect;
  const bool any = redirect.host_name || redirect.http_redirect_code || redirect.protocol ||
                   redirect.replace_key_prefix_with || redirect.replace_key_with;
  if (!any) return Fail(kMalformedXml, "an empty Redirect");
  TARN_CHECK(CheckProtocol(redirect.protocol));
  if (redirect.replace_key_prefix_with && redirect.replace_key_with) {
    return Fail(object::kInvalidRequest, "You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
  }
  TARN_CHECK(CheckCode(redirect.http_redirect_code, IsRedirectCode, "redirect", "3XX except 300"));
  if (!rule.condition) return Ok();
  if (!rule.condition->key_prefix_equals && !rule.condition->http_error_code_returned_equals) {
    return Fail(object::kInvalidRequest,
                "Condition cannot be empty. To redirect all requests without a condition, the condition element "
                "shouldn't be present.");
  }
  return CheckCode(rule.condition->http_error_code_returned_equals, IsErrorCode, "error", "4XX or 5XX");
}

Redirection Follow(const gen::RoutingRule& rule, const WebsiteOrigin& origin, std::string_view key) {
  const gen::Redirect& redirect = *rule.redirect;
  const std::string prefix = rule.condition ? rule.condition->key_prefix_equals.value_or("") : "";
  std::string target(key);
  if (redirect.replace_key_with) target = *redirect.replace_key_with;
  if (redirect.replace_key_prefix_with) target.replace(0, prefix.size(), *redirect.replace_key_prefix_with);
  Redirection redirection;
  if (redirect.http_redirect_code) {
    redirection.status = static_cast<int>(ParseU64(*redirect.http_redirect_code).value_or(301));
  }
  redirection.location =
      fmt::format("{}://{}/{}", redirect.protocol.value_or(std::string(origin.scheme)),
                  redirect.host_name.value_or(std::string(origin.host)), PercentEncode(target, /*keep_slash=*/true));
  return redirection;
}

bool Fits(const gen::RoutingRule& rule, std::string_view key, int error_status) {
  const bool has_error = rule.condition && rule.condition->http_error_code_returned_equals;
  if (has_error != (error_status != 0)) return false;
  if (has_error && *rule.condition->http_error_code_returned_equals != std::to_string(error_status)) return false;
  if (!rule.condition || !rule.condition->key_prefix_equals) return true;
  return !key.empty() && key.starts_with(*rule.condition->key_prefix_equals);
}

}  // namespace

Status CheckWebsite(const protocol::Call& call, const gen::WebsiteConfiguration& website) {
  if (website.redirect_all_requests_to) {
    if (website.index_document || website.error_document || website.routing_rules) {
      return InvalidArgument(call, "RedirectAllRequestsTo", "not null",
                             "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
    }
    if (!website.redirect_all_requests_to->host_name) return Fail(kMalformedXml, "no HostName");
    return CheckProtocol(website.redirect_all_requests_to->protocol);
  }
  if (!website.index_document) {
    return InvalidArgument(call, "IndexDocument", "null",
                           "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty");
  }
  const std::string suffix = website.index_document->suffix.value_or("");
  if (suffix.empty() || suffix.find('/') != suffix.npos) {
    return InvalidArgument(call, "IndexDocument", suffix, "The IndexDocument Suffix is not well formed");
  }
  if (website.error_document && website.error_document->key.value_or("").empty()) {
    return InvalidArgument(call, "ErrorDocument", "", "The ErrorDocument Key is not well formed");
  }
  if (!website.routing_rules) return Ok();
  if (website.routing_rules->empty()) return Fail(kMalformedXml, "no routing rules");
  if (website.routing_rules->size() > kRulesMax) {
    return Fail(object::kInvalidRequest, fmt::format("{} routing rules provided, the number of routing rules in a "
                                                     "website configuration is limited to {}.",
                                                     website.routing_rules->size(), kRulesMax));
  }
  for (const gen::RoutingRule& rule : *website.routing_rules) TARN_CHECK(CheckRule(rule));
  return Ok();
}

std::optional<Redirection> Route(const Website& website, const WebsiteOrigin& origin, std::string_view key,
                                 int error_status) {
  if (!website.routing_rules) return std::nullopt;
  for (const gen::RoutingRule& rule : *website.routing_rules) {
    if (Fits(rule, key, error_status)) return Follow(rule, origin, key);
  }
  return std::nullopt;
}

std::optional<Redirection> RouteAll(const Website& website, const WebsiteOrigin& origin, std::string_view target) {
  if (!website.redirect_all_requests_to) return std::nullopt;
  const gen::RedirectAllRequestsTo& all = *website.redirect_all_requests_to;
  return Redirection{.status = 301,
                     .location = fmt::format("{}://{}{}", all.protocol.value_or(std::string(origin.scheme)),
                                             all.host_name.value_or(""), target)};
}

}  // namespace tarn::api::s3
