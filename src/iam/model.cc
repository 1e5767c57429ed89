#include "iam/model.h"

#include <algorithm>

#include "base/random.h"

namespace tarn::iam {
namespace {

constexpr size_t kIdChars = 17;  // behind the prefix

std::string ArnOf(std::string_view account, std::string_view kind, std::string_view path, std::string_view name) {
  std::string arn = "arn:aws:iam::";
  arn.append(account).append(":").append(kind).append(path).append(name);
  return arn;
}

}  // namespace

std::string Entity::Arn() const {
  constexpr std::string_view kKinds[] = {"", "user", "group", "role"};
  return ArnOf(account, kKinds[static_cast<size_t>(kind)], path, name);
}

std::string ManagedPolicy::Arn() const { return ArnOf(account, "policy", path, name); }

const PolicyVersion* ManagedPolicy::Version(int64_t number) const {
  const auto found = std::ranges::find(versions, number, &PolicyVersion::number);
  return found == versions.end() ? nullptr : &*found;
}

std::string InstanceProfile::Arn() const { return ArnOf(account, "instance-profile", path, name); }
std::string MfaDevice::Serial() const { return is_virtual ? ArnOf(account, "mfa", "", name) : name; }
std::string OidcProvider::Arn() const { return ArnOf(account, "oidc-provider", "/", url); }
std::string SamlProvider::Arn() const { return ArnOf(account, "saml-provider", "/", name); }
std::string ServerCertificate::Arn() const { return ArnOf(account, "server-certificate", path, name); }

std::string NewId(std::string_view prefix) {
  return std::string(prefix) + RandomText(kIdChars, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
}

}  // namespace tarn::iam
