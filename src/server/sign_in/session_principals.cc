#include "server/sign_in/session_principals.h"

#include <utility>

#include "iam/errors.h"
#include "policy/policy.h"

namespace tarn::server {
namespace {

constexpr size_t kKeptMax = 10'000;

}  // namespace

std::shared_ptr<const SessionPrincipals::Role> SessionPrincipals::Find(std::string_view role_arn) {
  const std::lock_guard lock(mutex_);
  const auto found = roles_.find(role_arn);
  return found == roles_.end() ? nullptr : found->second;
}

// Each request of a role's session asks: what is kept is only compared.
Result<std::optional<std::string>> SessionPrincipals::RoleId(std::string_view role_arn) {
  if (const auto kept = Find(role_arn)) {
    TARN_TRY(const auto now, iam_.PoliciesOf(kept->caller));
    if (kept->as_of == now) return kept->id;
  }
  const auto ref = iam::ParseArn(role_arn);
  if (!ref || ref->kind != iam::Kind::kRole) return std::optional<std::string>();
  auto role = std::make_shared<Role>();
  role->caller.type = identity::PrincipalType::kAssumedRole;
  role->caller.account = ref->account;
  role->caller.role_arn = role_arn;
  TARN_TRY(role->as_of, iam_.PoliciesOf(role->caller));
  const auto entity = iam_.FindByArn(role_arn);
  if (entity.ok() && entity->Arn() == role_arn) {
    role->id = entity->id;
  } else if (!entity.ok() && !entity.Is(iam::kNoSuchEntity)) {
    return entity.error();
  }
  const std::lock_guard lock(mutex_);
  if (roles_.size() >= kKeptMax) roles_.clear();
  roles_.insert_or_assign(std::string(role_arn), role);
  return role->id;
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
