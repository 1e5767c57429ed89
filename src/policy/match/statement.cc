#include "policy/match/statement.h"

#include <algorithm>
#include <string>
#include <vector>

namespace tarn::policy {
namespace {

// Keys that tie a request to somebody or somewhere, when their values are fixed ("The meaning of public").
constexpr std::string_view kFixingKeys[] = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:accessgrantsinstancearn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
};
constexpr int kWidestV4 = 8;
constexpr int kWidestV6 = 32;

bool IsFixed(std::string_view value) {
  return value.find_first_of("*?") == std::string_view::npos && value.find("${") == std::string_view::npos;
}

// "arn:aws:s3:us-west-2:111122223333:accesspoint/*": any access point, but of one account.
bool IsAccessPointOfOneAccount(std::string_view value) {
  const size_t name = value.find(":accesspoint/");
  return value.starts_with("arn:") && name != std::string_view::npos && IsFixed(value.substr(0, name));
}

// Nobody who has a permissions boundary is spared by a NotPrincipal.
bool IsBounded(const Request& request) {
  std::vector<std::string> values;
  return request.context.Find(kBoundedKey, values);
}

bool IsNarrowRange(const std::string& value) {
  const auto range = ParseRange(value);
  return range && range->bits >= (range->base.v4 ? kWidestV4 : kWidestV6);
}

// Whether a request that meets the condition comes from fixed places or principals.
bool Fixes(const Condition& condition) {
  const Operator& op = condition.op();
  if (op.negated || op.if_exists || op.quantifier == Quantifier::kForAllValues) return false;
  const auto& values = condition.values();
  if (condition.key() == "aws:sourceip") {
    return op.comparison == Comparison::kAddress && std::ranges::all_of(values, IsNarrowRange);
  }
  const bool text = op.comparison == Comparison::kString || op.comparison == Comparison::kStringIgnoreCase ||
                    op.comparison == Comparison::kStringLike || op.comparison == Comparison::kArn;
  if (!text || std::ranges::find(kFixingKeys, condition.key()) == std::end(kFixingKeys)) return false;
  if (condition.key() == "s3:dataaccesspointarn") {
    return std::ranges::all_of(values, [](const auto& v) { return IsFixed(v) || IsAccessPointOfOneAccount(v); });
  }
  return std::ranges::all_of(values, IsFixed);
}

}  // namespace

bool Patterns::Match(std::string_view text, const Request& request) const {
  const bool found = std::ranges::any_of(globs, [&](const Glob& glob) {
    return glob.has_variables() ? glob.Match(text, VariablesOf(request)) : glob.Match(text);
  });
  return found != negated;
}

Match Statement::Applies(const Request& request, std::string_view action) const {
  if (!actions.Match(action, request)) return Match::kNone;
  if (resources.present && !resources.Match(request.resource, request)) return Match::kNone;
  Match match = has_principals ? principals.Find(request.principal) : Match::kPrincipal;
  if (match == Match::kNone && has_principals && principals.negated() && IsBounded(request)) match = Match::kEveryone;
  if (match == Match::kNone) return match;
  const bool holds = std::ranges::all_of(conditions, [&](const Condition& c) { return c.Holds(request); });
  return holds ? match : Match::kNone;
}

bool Statement::GrantsToThePublic() const {
  if (effect != Effect::kAllow || !has_principals) return false;
  return (principals.everyone() || principals.negated()) && std::ranges::none_of(conditions, Fixes);
}

}  // namespace tarn::policy
