#include "iam/policies/resource_check.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "base/strings.h"

namespace tarn::iam {
namespace {

constexpr std::string_view kPartitions[] = {"aws",       "aws-cn",    "aws-us-gov", "aws-iso",
                                            "aws-iso-b", "aws-iso-e", "aws-iso-f",  "aws-eusc"};
constexpr std::string_view kIamKinds[] = {"user/",
                                          "federated-user/",
                                          "role/",
                                          "group/",
                                          "instance-profile/",
                                          "mfa/",
                                          "server-certificate/",
                                          "policy/",
                                          "sms-mfa/",
                                          "saml-provider/",
                                          "oidc-provider/",
                                          "report/",
                                          "access-report/"};

// Cuts the text up to the next colon off `rest`; false: there was no colon.
bool Cut(std::string_view& rest, std::string_view& part) {
  const size_t colon = rest.find(':');
  part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  return colon != std::string_view::npos;
}

std::string PartitionFault(std::string_view partition, std::string_view rest) {
  const auto parts = Split(rest, ':');
  std::string arn = "arn:" + std::string(partition);
  for (size_t i = 0; i < 3; ++i) {
    const bool there = i < parts.size() && (i > 0 || !parts[0].empty() || parts.size() > 1);
    arn += ":" + (there ? std::string(parts[i]) : "*");
  }
  std::string last = "*";
  if (parts.size() > 3) last = rest.substr(static_cast<size_t>(parts[3].data() - rest.data()));
  return "Partition \"" + std::string(partition) + "\" is not valid for resource \"" + arn + ":" + last + "\".";
}

std::string IamFault(std::string_view resource) {
  if (std::ranges::any_of(kIamKinds, [&](std::string_view kind) { return resource.starts_with(kind); })) return {};
  std::string message = "IAM resource path must either be \"*\" or start with ";
  for (const std::string_view kind : kIamKinds) {
    if (kind != kIamKinds[0]) message += ", ";
    message += kind;
  }
  return message + ".";
}

std::string FaultOf(std::string_view resource) {
  if (resource == "*") return {};
  std::string_view rest = resource;
  std::string_view part;
  if (!Cut(rest, part)) return "Resource " + std::string(resource) + " must be in ARN format or \"*\".";
  std::string_view partition;
  const bool more = Cut(rest, partition);
  if (partition != "*" && std::ranges::find(kPartitions, partition) == std::end(kPartitions)) {
    return PartitionFault(partition, rest);
  }
  if (!more) return "Resource vendor must be fully qualified and cannot contain regexes.";
  std::string_view service;
  Cut(rest, service);
  std::string_view region;
  std::string_view account;
  const bool no_region = rest.starts_with(':');
  Cut(rest, region);
  Cut(rest, account);
  if (service == "iam" && !no_region) {
    return "IAM resource " + std::string(resource) + " cannot contain region information.";
  }
  if (service == "s3" && !no_region && !rest.starts_with("accesspoint/")) {
    return "Resource " + std::string(resource) + " can not contain region information.";
  }
  if (service == "iam" && rest != "*") return IamFault(rest);
  return {};
}

}  // namespace

bool CheckResources(std::vector<std::string> resources, bool is_text, std::string& fault) {
  std::ranges::sort(resources, std::greater());
  for (const std::string& resource : resources) {
    if (auto found = FaultOf(resource); !found.empty()) fault = std::move(found);
  }
  if (!fault.empty()) return true;
  for (const std::string& resource : resources) {
    if (resource == "*") continue;
    if (std::ranges::count(resource, ':') < 5 && resource.find("::") != std::string::npos) return false;
    if (is_text && Split(resource, ':').size() > 2 && Split(resource, ':')[2].empty()) return false;
  }
  return true;
}

}  // namespace tarn::iam
