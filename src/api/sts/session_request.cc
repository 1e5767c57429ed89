#include "api/sts/session_request.h"

#include <algorithm>

#include "api/sts/errors.h"
#include "base/strings.h"
#include "iam/errors.h"
#include "policy/session_policy.h"

namespace tarn::api::sts {
namespace {

constexpr size_t kPackedBytesMax = 2048;
constexpr size_t kPolicyArnsMax = 10;
constexpr size_t kTagsMax = 50;
constexpr int64_t kRoleSeconds = 3600;
constexpr int64_t kChainedSecondsMax = 3600;

Status ReadTags(const std::vector<gen::Tag>& tags, std::map<std::string, std::string>& read) {
  if (tags.size() > kTagsMax) {
    return Fail(kValidation,
                "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must "
                "have length less than or equal to 50");
  }
  std::map<std::string, std::string> seen;
  for (const gen::Tag& tag : tags) {
    const std::string& key = *tag.key;
    if (AsciiLower(key).starts_with("aws:")) {
      return Fail(kInvalidParameterValue, "System tags are not allowed: " + key);
    }
    if (!seen.emplace(AsciiLower(key), key).second) {
      return Fail(kInvalidParameterValue, "Duplicate tag keys found. Please note that Tag keys are case insensitive.");
    }
    read[key] = *tag.value;
  }
  return Ok();
}

size_t PackedBytes(const SessionRequest& request) {
  size_t bytes = 0;
  for (const std::string& policy : request.policies) bytes += policy.size();
  for (const std::string& arn : request.policy_arns) bytes += arn.size();
  for (const auto& [key, value] : request.tags) bytes += key.size() + value.size() + 2;
  for (const std::string& key : request.transitive_tags) bytes += key.size() + 1;
  return bytes;
}

}  // namespace

std::optional<int32_t> SessionRequest::PackedPercent() const {
  const size_t bytes = PackedBytes(*this);
  if (bytes == 0) return std::nullopt;
  return static_cast<int32_t>((bytes * 100 + kPackedBytesMax - 1) / kPackedBytesMax);
}

Result<SessionRequest> ReadSessionRequest(const std::optional<std::string>& policy,
                                          const std::optional<std::vector<gen::PolicyDescriptorType>>& arns,
                                          const std::optional<std::vector<gen::Tag>>& tags,
                                          const std::optional<std::vector<std::string>>& transitive) {
  SessionRequest request;
  if (policy) {
    constexpr size_t kAnyBytes = size_t{1} << 20;  // what is too long is told by its share below
    const auto parsed = policy::ParseSessionPolicy(*policy, kAnyBytes);
    if (!parsed.ok()) return Fail(kMalformedPolicy, parsed.error().message);
    request.policies.push_back((*parsed)->normalized());
  }
  if (arns) {
    if (arns->size() > kPolicyArnsMax) {
      return Fail(kValidation,
                  "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
                  "Member must have length less than or equal to 10");
    }
    for (const gen::PolicyDescriptorType& arn : *arns) {
      if (!arn.arn || !arn.arn->starts_with("arn:") || arn.arn->find(":policy/") == std::string::npos) {
        return Fail(kValidation, "ARN " + arn.arn.value_or("") + " is not valid.");
      }
      request.policy_arns.push_back(*arn.arn);
    }
  }
  TARN_CHECK(
      TakeTags(tags.value_or(std::vector<gen::Tag>()), transitive.value_or(std::vector<std::string>()), request));
  return request;
}

Status TakeTags(const std::vector<gen::Tag>& tags, const std::vector<std::string>& transitive,
                SessionRequest& request) {
  TARN_CHECK(ReadTags(tags, request.tags));
  for (const std::string& key : transitive) {
    const bool given =
        std::ranges::any_of(request.tags, [&](const auto& tag) { return EqualsIgnoreCase(tag.first, key); });
    if (!given) {
      return Fail(kInvalidParameterValue, "The specified transitive tag key must be included in the requested tags.");
    }
    request.transitive_tags.push_back(key);
  }
  const auto percent = request.PackedPercent();
  if (percent && *percent > 100) {
    return Fail(kPackedPolicyTooLarge, "Packed policy consumes " + std::to_string(*percent) +
                                           "% of allotted space, please use smaller policy.");
  }
  return Ok();
}

Status CheckPolicyArns(const ::tarn::iam::Iam& iam, const std::string& account, const SessionRequest& request) {
  for (const std::string& arn : request.policy_arns) {
    const auto parts = Split(arn, ':');
    const bool own = parts.size() > 4 && (parts[4] == "aws" || parts[4] == account);
    const auto found = own ? iam.FindPolicy(arn) : Fail(::tarn::iam::kNoSuchEntity, "");
    if (found.Is(::tarn::iam::kNoSuchEntity)) {
      return Fail(kMalformedPolicy, "Policy " + arn + " does not exist or is not attachable.");
    }
    if (!found.ok()) return found.error();
  }
  return Ok();
}

Status InheritTags(const identity::Caller& caller, SessionRequest& request) {
  if (!caller.facts) return Ok();
  for (const std::string& key : caller.facts->transitive_tags) {
    const auto same = [&](const auto& tag) { return EqualsIgnoreCase(tag.first, key); };
    if (std::ranges::any_of(request.tags, same)) {
      return Fail(kInvalidParameterValue,
                  "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag "
                  "key from the calling session.");
    }
    const auto held = std::ranges::find_if(caller.facts->tags, same);
    if (held == caller.facts->tags.end()) continue;
    request.tags[held->first] = held->second;
    request.transitive_tags.push_back(held->first);
  }
  return Ok();
}

Result<int64_t> RoleSeconds(const std::optional<int32_t>& asked, int64_t role_max, bool chained) {
  if (!asked) return kRoleSeconds;
  if (chained && *asked > kChainedSecondsMax) {
    return Fail(kValidation,
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
  }
  if (*asked > role_max) {
    return Fail(kValidation, "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return *asked;
}

gen::Credentials ToWire(const identity::TemporaryCredentials& made) {
  gen::Credentials out;
  out.access_key_id = made.access_key_id;
  out.secret_access_key = made.secret_access_key;
  out.session_token = made.session_token;
  out.expiration = made.expires;
  return out;
}

}  // namespace tarn::api::sts
