#include <algorithm>

#include "base/strings.h"
#include "policy/actions.h"
#include "policy/parse/faults.h"
#include "policy/parse/parse.h"

namespace tarn::policy {
namespace {

using Kind = ParseOptions::Kind;

constexpr std::string_view kAccessPoint = ":accesspoint/";

// What a resource policy is attached to: "arn:aws:s3:::" "bucket" "/", "arn:aws:s3:r:a:" "accesspoint/x" "/object/".
struct Target {
  std::string_view head;
  std::string_view name;
  std::string_view below;  // between the name and what lies below; empty: nothing does

  explicit Target(std::string_view arn) {
    head = arn.substr(0, arn.rfind(':') + 1);
    name = arn.substr(head.size());
    if (arn.find(kAccessPoint) != std::string_view::npos) {
      below = "/object/";
    } else if (name.find('/') == std::string_view::npos) {
      below = "/";
    }
  }
  bool is_bucket() const { return below == "/"; }

  bool Owns(std::string_view pattern) const {
    if (!pattern.starts_with(head)) return false;
    const std::string_view rest = pattern.substr(head.size());
    if (rest.find("${") != std::string_view::npos && rest.find("${") < rest.find('/')) return true;
    if (is_bucket()) return Glob(rest.substr(0, rest.find('/'))).Match(name);
    return Glob(rest).Match(name) || ReachesBelow(rest);
  }
  // The resources that a pattern of this target can mean.
  Resources Reach(std::string_view pattern) const {
    const std::string_view rest = pattern.substr(head.size());
    if (is_bucket()) {
      const bool slash = rest.find('/') != std::string_view::npos;
      const bool wild = rest.find('*') != std::string_view::npos;
      return (slash ? kNoResource : kBucketResource) | (slash || wild ? kObjectResource : kNoResource);
    }
    return (Glob(rest).Match(name) ? kBucketResource : kNoResource) |
           (ReachesBelow(rest) || rest.find('*') != std::string_view::npos ? kObjectResource : kNoResource);
  }

 private:
  bool ReachesBelow(std::string_view rest) const {
    return !below.empty() && rest.starts_with(name) && rest.substr(name.size()).starts_with(below);
  }
};

// The actions that a policy attached to `target` can name.
bool CanName(const ActionInfo& action, const ParseOptions& options) {
  if (options.resource.empty()) return true;
  if (options.resource.find(kAccessPoint) != std::string::npos) return (action.resources & kThroughAccessPoint) != 0;
  return (action.resources & (kBucketResource | kObjectResource)) != 0;
}

// "vendor:Name" with one colon; wildcards in the name only.
bool HasActionForm(std::string_view pattern) {
  const size_t colon = pattern.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == pattern.size()) return false;
  const auto letter = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  return std::ranges::all_of(pattern.substr(0, colon), letter) &&
         std::ranges::all_of(pattern.substr(colon + 1), [&](char c) { return letter(c) || c == '*' || c == '?'; });
}

// Calls `use` for each action that the pattern means and such a policy can name; whether any `use` is true.
template <typename Use>
bool AnyAction(std::string_view pattern, const ParseOptions& options, Use use) {
  const ActionTable& table = *options.actions;
  if (pattern != "*") {
    const size_t colon = pattern.find(':');
    if (colon == std::string_view::npos || !EqualsIgnoreCase(pattern.substr(0, colon), table.vendor)) return false;
    pattern.remove_prefix(colon + 1);
  }

  const Glob lower(AsciiLower(pattern));
  return std::ranges::any_of(table.actions, [&](const ActionInfo& action) {
    return lower.Match(AsciiLower(action.name)) && CanName(action, options) && use(action);
  });
}

bool IsArnPattern(std::string_view pattern) {
  return pattern == "*" || (pattern.starts_with("arn:") && std::ranges::count(pattern, ':') >= 5);
}

// Every action (a pattern by one that it means) must come with every key of the conditions.
Status CheckConditionKeys(const Statement& statement, const ParseOptions& options) {
  for (const Condition& condition : statement.conditions) {
    if (condition.key().starts_with("aws:")) continue;
    const KeyInfo* key = options.actions->FindKey(condition.key());
    if (key == nullptr) return Refuse(options.kind, Fault::kConditionKey);
    if (key->group == 0 || statement.actions.negated) continue;
    for (const std::string& action : statement.actions.texts) {
      if (!AnyAction(action, options, [&](const ActionInfo& info) { return (info.keys & key->group) != 0; })) {
        return Refuse(options.kind, Fault::kConditionMismatch);
      }
    }
  }
  return Ok();
}

}  // namespace

bool IsKnownAction(std::string_view pattern, const ParseOptions& options) {
  if (options.kind == Kind::kTrust && !AsciiLower(pattern).starts_with("sts:")) return false;
  if (pattern == "*") return true;
  if (!HasActionForm(pattern)) return false;
  return options.actions == nullptr || AnyAction(pattern, options, [](const ActionInfo&) { return true; });
}

bool IsOwnResource(std::string_view pattern, const ParseOptions& options) {
  if (options.resource.empty()) return IsArnPattern(pattern);
  return Target(options.resource).Owns(pattern);
}

Status CheckApplicability(const Statement& statement, const ParseOptions& options) {
  if (options.actions == nullptr) return Ok();
  TARN_CHECK(CheckConditionKeys(statement, options));
  if (options.resource.empty() || statement.actions.negated || statement.resources.negated) return Ok();
  const Target target(options.resource);
  Resources reached = kNoResource;
  for (const std::string& resource : statement.resources.texts) reached |= target.Reach(resource);
  for (const std::string& action : statement.actions.texts) {
    if (!AnyAction(action, options, [&](const ActionInfo& info) { return (info.resources & reached) != 0; })) {
      return Refuse(options.kind, Fault::kNotApplicable);
    }
  }
  return Ok();
}

}  // namespace tarn::policy
