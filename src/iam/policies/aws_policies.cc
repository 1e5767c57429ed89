#include "iam/policies/aws_policies.h"

#include <algorithm>
#include <unordered_map>

#include "base/strings.h"
#include "iam/policies/aws/tables.h"

namespace tarn::iam {
namespace {

constexpr std::string_view kArnPrefix = "arn:aws:iam::aws:policy/";

const std::unordered_map<std::string, ManagedPolicy>& ByArn() {
  static const auto kByArn = [] {
    std::unordered_map<std::string, ManagedPolicy> map;
    for (const AwsPolicy& policy : AwsPolicies()) {
      ManagedPolicy made = ToPolicy(policy);
      std::string arn = made.Arn();
      map.emplace(std::move(arn), std::move(made));
    }
    return map;
  }();
  return kByArn;
}

}  // namespace

std::span<const AwsPolicy> AwsPolicies() {
  static const auto kAll = [] {
    std::vector<AwsPolicy> all;
    for (const auto part : {kAwsPart1, kAwsPart2, kAwsPart3, kAwsPart4, kServicePart1, kServicePart2, kServicePart3})
      all.insert(all.end(), part.begin(), part.end());
    std::ranges::sort(all, {}, [](const AwsPolicy& policy) { return AsciiLower(policy.name); });
    return all;
  }();
  return kAll;
}

std::optional<ManagedPolicy> FindAwsPolicy(std::string_view arn) {
  if (!arn.starts_with(kArnPrefix)) return std::nullopt;
  const auto found = ByArn().find(std::string(arn));
  if (found == ByArn().end()) return std::nullopt;
  return found->second;
}

ManagedPolicy ToPolicy(const AwsPolicy& policy) {
  ManagedPolicy made;
  made.account = "aws";
  made.name = policy.name;
  made.path = policy.path;
  made.id = policy.id;
  made.description = policy.description;
  made.created = ParseIso8601(policy.created).value_or(Timestamp{});
  made.updated = made.created;
  made.default_version = policy.version;
  made.last_version = policy.version;
  made.versions.push_back({policy.version, std::string(policy.document), made.created});
  return made;
}

}  // namespace tarn::iam
