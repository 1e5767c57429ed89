#include "organizations/model.h"

#include "base/strings.h"

namespace tarn::organizations {
namespace {

constexpr const char* kFullAccessContent = R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "*",
      "Resource": "*"
    }
  ]
})";
constexpr const char* kFullResourceAccessContent = R"({
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "*",
      "Resource": "*"
    }
  ]
})";

std::string ArnOf(const Organization& organization, std::string_view what) {
  return "arn:aws:organizations::" + organization.management + ":" + std::string(what);
}

}  // namespace

std::string Organization::Arn() const { return ArnOf(*this, "organization/" + id); }
std::string Organization::RootArn() const { return ArnOf(*this, "root/" + id + "/" + root_id); }
std::string Organization::ResourcePolicyArn() const {
  return ArnOf(*this, "resourcepolicy/" + id + "/" + resource_policy_id);
}

std::string AccountArn(const Organization& organization, std::string_view account) {
  return ArnOf(organization, "account/" + organization.id + "/" + std::string(account));
}

std::string Unit::Arn(const Organization& organization) const {
  return ArnOf(organization, "ou/" + organization.id + "/" + id);
}

std::string Policy::Arn(const Organization& organization) const {
  const std::string kind = AsciiLower(type);
  if (aws_managed()) return "arn:aws:organizations::aws:policy/" + kind + "/" + id;
  return ArnOf(organization, "policy/" + organization.id + "/" + kind + "/" + id);
}

std::string Handshake::Arn() const {
  return "arn:aws:organizations::" + management + ":handshake/" + organization + "/" + AsciiLower(action) + "/" + id;
}

Policy ManagedPolicy(std::string_view id) {
  Policy policy;
  policy.id = id;
  if (id == kFullAccess) {
    policy.name = "FullAWSAccess";
    policy.description = "Allows access to every operation";
    policy.type = kServiceControl;
    policy.content = kFullAccessContent;
  } else if (id == kFullResourceAccess) {
    policy.name = "RCPFullAWSAccess";
    policy.description = "Allow access to every operation";
    policy.type = kResourceControl;
    policy.content = kFullResourceAccessContent;
  }
  return policy;
}

std::string_view FullAccessOf(std::string_view type) {
  if (type == kServiceControl) return kFullAccess;
  if (type == kResourceControl) return kFullResourceAccess;
  return {};
}

}  // namespace tarn::organizations
