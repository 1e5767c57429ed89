#include "server/sign_in/session_principals.h"

#include <utility>

#include "iam/errors.h"
#include "policy/policy.h"

namespace tarn::server {
namespace {

constexpr size_t kKeptMax = 10'000;

}  // namespace

Result<std::optional<std::string>> SessionPrincipals::RoleId(std::string_view role_arn) {
  const auto ref = iam::ParseArn(role_arn);
  if (!ref || ref->kind != iam::Kind::kRole) return std::optional<std::string>();
  identity::Caller role;
  role.type = identity::PrincipalType::kAssumedRole;
  role.account = ref->account;
  role.role_arn = role_arn;
  TARN_TRY(auto now, iam_.PoliciesOf(role));
  const std::string arn(role_arn);
  {
    const std::lock_guard lock(mutex_);
    const auto found = roles_.find(arn);
    if (found != roles_.end() && found->second.as_of == now) return found->second.id;
  }
  std::optional<std::string> id;
  const auto entity = iam_.FindByArn(role_arn);
  if (entity.ok() && entity->Arn() == role_arn) {
    id = entity->id;
  } else if (!entity.ok() && !entity.Is(iam::kNoSuchEntity)) {
    return entity.error();
  }
  const std::lock_guard lock(mutex_);
  if (roles_.size() >= kKeptMax) roles_.clear();
  roles_[arn] = {std::move(now), id};
  return id;
}

Result<std::shared_ptr<const policy::Document>> SessionPrincipals::ManagedPolicy(std::string_view policy_arn) {
  const std::string arn(policy_arn);
  const auto found = iam_.FindPolicy(arn);
  if (found.Is(iam::kNoSuchEntity)) return std::shared_ptr<const policy::Document>();
  if (!found.ok()) return found.error();
  const iam::PolicyVersion* const version = found->Version(found->default_version);
  if (version == nullptr) return std::shared_ptr<const policy::Document>();
  const std::lock_guard lock(mutex_);
  if (policies_.size() >= kKeptMax) policies_.clear();
  Policy& kept = policies_[arn];
  if (!kept.document || kept.text != version->document) {
    policy::ParseOptions options;
    options.kind = policy::ParseOptions::Kind::kIdentity;
    TARN_TRY(kept.document, policy::Document::Parse(version->document, options));
    kept.text = version->document;
  }
  return kept.document;
}

}  // namespace tarn::server
