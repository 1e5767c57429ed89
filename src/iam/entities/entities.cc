#include "iam/entities/entities.h"

#include <algorithm>

#include "base/strings.h"
#include "iam/policies/aws_policies.h"
#include "iam/policies/managed.h"
#include "iam/policies/policy_check.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

constexpr std::string_view kIdPrefixes[] = {"", "AIDA", "AGPA", "AROA"};
constexpr size_t kAccountQuotas[] = {0, quota::kUsers, quota::kGroups, quota::kRoles};

Error Exceeds(std::string_view what, size_t limit) {
  return Fail(kLimitExceeded, "Cannot exceed quota for " + std::string(what) + ": " + std::to_string(limit));
}

Status CheckNew(Rows& rows, Kind kind, const std::string& name) {
  TARN_TRY(const auto present, rows.FindEntity(kind, name, true));
  if (!present) return Ok();
  return Fail(kAlreadyExists, std::string(NameOf(kind)) + " with name " + name + " already exists.");
}

Status CheckTrust(Rows& rows, const std::string& document) {
  // The principals of accounts that the lake has must be there; of others nothing is known.
  const auto exists = [&](policy::PrincipalName kind, std::string_view name) {
    const auto ref = kind == policy::PrincipalName::kAws ? ParseArn(name) : std::nullopt;
    if (!ref || ref->kind == Kind::kGroup || name.find('*') != std::string_view::npos) return true;
    if (name.starts_with("arn:aws:sts:")) return true;
    const auto account = rows.iam().directory().FindAccount(ref->account);
    if (!account.ok() || !account->has_value()) return true;
    Rows theirs(rows.iam(), rows.txn(), ref->account, false);
    const auto found = theirs.FindEntity(ref->kind, ref->name);
    return found.ok() && found->has_value() && (*found)->Arn() == name;
  };
  TARN_CHECK(CheckTrustPolicy(document, exists));
  if (CountedSize(document) > quota::kTrustPolicyChars) return Exceeds("ACLSizePerRole", quota::kTrustPolicyChars);
  return Ok();
}

Status CheckBoundary(Rows& rows, const std::string& arn) {
  const std::string_view rest(arn);
  const bool is_policy = rest.starts_with("arn:aws") && rest.find(":iam::") != std::string_view::npos &&
                         rest.find(":policy/") != std::string_view::npos;
  if (!is_policy) {
    return Fail(kInvalidParameter, "Value (" + arn + ") for parameter PermissionsBoundary is invalid.");
  }
  const auto found = FindManaged(rows, arn);
  if (found.Is(kNoSuchEntity)) {
    return Fail(kNoSuchEntity, "Scope ARN: " + arn + " does not exist or is not attachable.");
  }
  return found.ok() ? Ok() : Status(found.error());
}

Result<size_t> CountOf(Rows& rows, Kind kind) {
  TARN_TRY(const auto all, rows.AllEntities(kind));
  return all.size();
}

Error InConflict(std::string_view what) {
  return Fail(kDeleteConflict, "Cannot delete entity, must " + std::string(what) + " first.");
}

Status CheckDeletable(Rows& rows, const Entity& entity) {
  if (entity.kind == Kind::kRole) {
    TARN_TRY(const auto profiles, rows.ProfilesOf(entity.name));
    if (!profiles.empty()) return InConflict("remove roles from instance profile");
  }
  if (entity.kind == Kind::kGroup) {
    TARN_TRY(const auto members, rows.MembersOf(entity.name));
    if (!members.empty()) return InConflict("remove users from group");
  }
  if (!entity.groups.empty()) return InConflict("remove users from group");
  if (!entity.access_keys.empty()) return InConflict("delete access keys");
  if (entity.login) return InConflict("delete login profile");
  if (!entity.signing_certificates.empty()) return InConflict("delete signing certificates");
  if (!entity.ssh_keys.empty()) return InConflict("delete SSH public keys");
  if (!entity.service_credentials.empty()) return InConflict("remove referenced objects");
  if (entity.kind == Kind::kUser) {
    TARN_TRY(const auto devices, rows.All<MfaDevice>());
    const bool any = std::ranges::any_of(devices, [&](const MfaDevice& d) { return d.user == entity.name; });
    if (any) return InConflict("delete MFA device");
  }
  if (!entity.attached.empty()) return InConflict("detach all policies");
  if (!entity.inlined.empty()) return InConflict("delete policies");
  return Ok();
}

}  // namespace

std::string_view NameOf(Kind kind) {
  constexpr std::string_view kNames[] = {"", "User", "Group", "Role"};
  return kNames[static_cast<size_t>(kind)];
}

Status CheckModifiable(const Entity& entity) {
  if (entity.service.empty()) return Ok();
  return Fail(kUnmodifiable, "Cannot perform the operation on the protected role '" + entity.name +
                                 "' - this role is only modifiable by AWS");
}

Result<Entity> CreateEntity(Rows& rows, NewEntity made) {
  if (!made.boundary.empty()) TARN_CHECK(CheckBoundary(rows, made.boundary));
  TARN_CHECK(CheckNew(rows, made.kind, made.name));
  if (made.kind == Kind::kRole) TARN_CHECK(CheckTrust(rows, made.trust));
  TARN_TRY(const size_t count, CountOf(rows, made.kind));
  const size_t limit = kAccountQuotas[static_cast<size_t>(made.kind)];
  if (count >= limit) return Exceeds(std::string(NameOf(made.kind)) + "sPerAccount", limit);
  Entity entity;
  entity.kind = made.kind;
  entity.account = rows.account();
  entity.name = std::move(made.name);
  entity.path = std::move(made.path);
  entity.id = NewId(kIdPrefixes[static_cast<size_t>(made.kind)]);
  entity.created = rows.now();
  entity.tags = std::move(made.tags);
  entity.boundary = std::move(made.boundary);
  // Those who assume it read it from its first brace.
  entity.trust = Trim(made.trust);
  entity.description = std::move(made.description);
  entity.session_seconds = made.session_seconds;
  rows.PutEntity(entity, nullptr);
  return entity;
}

Status DeleteEntity(Rows& rows, Kind kind, const std::string& name) {
  TARN_TRY(const Entity entity, rows.Get(kind, name));
  TARN_CHECK(CheckModifiable(entity));
  TARN_CHECK(CheckDeletable(rows, entity));
  rows.EraseEntity(entity);
  if (kind == Kind::kRole) rows.iam().last_used().Forget(rows.txn(), entity.Arn());
  return rows.iam().last_used().ForgetServices(rows.txn(), entity.id);
}

Status RenameEntity(Rows& rows, Kind kind, const std::string& name, const std::string& new_name,
                    const std::string& new_path) {
  TARN_TRY(const Entity before, rows.Get(kind, name));
  Entity entity = before;
  if (!new_path.empty()) entity.path = new_path;
  if (!new_name.empty() && new_name != name) {
    if (!EqualsIgnoreCase(new_name, name)) TARN_CHECK(CheckNew(rows, kind, new_name));
    entity.name = new_name;
  }
  if (kind == Kind::kGroup && entity.name != name) {
    TARN_TRY(const auto members, rows.MembersOf(name));
    for (const std::string& member : members) {
      TARN_TRY(const Entity user, rows.Get(Kind::kUser, member));
      Entity changed = user;
      std::ranges::replace(changed.groups, name, entity.name);
      rows.PutEntity(changed, &user);
    }
  }
  if (kind == Kind::kUser) {
    for (const std::string& id : entity.access_keys) {
      TARN_TRY(auto key, rows.iam().directory().FindUserKey(rows.txn(), id));
      if (!key) continue;
      key->user_name = entity.name;
      key->user_arn = entity.Arn();
      rows.iam().directory().PutUserKey(rows.txn(), *key);
    }
    TARN_TRY(const auto devices, rows.All<MfaDevice>());
    for (MfaDevice device : devices) {
      if (device.user != name) continue;
      device.user = entity.name;
      rows.Put(device);
    }
  }
  rows.PutEntity(entity, &before);
  return Ok();
}

Result<Entity> UpdateRole(Rows& rows, const std::string& name, const std::optional<std::string>& description,
                          const std::optional<int64_t>& session_seconds) {
  TARN_TRY(const Entity before, rows.Get(Kind::kRole, name));
  Entity entity = before;
  if (session_seconds) {
    TARN_CHECK(CheckModifiable(entity));
    entity.session_seconds = *session_seconds;
  }
  if (description) entity.description = *description;
  rows.PutEntity(entity, &before);
  return entity;
}

Status SetTrust(Rows& rows, const std::string& role, const std::string& document) {
  TARN_TRY(const Entity before, rows.Get(Kind::kRole, role));
  TARN_CHECK(CheckModifiable(before));
  TARN_CHECK(CheckTrust(rows, document));
  Entity entity = before;
  entity.trust = Trim(document);
  rows.PutEntity(entity, &before);
  return Ok();
}

Status SetBoundary(Rows& rows, Kind kind, const std::string& name, const std::string& policy_arn) {
  if (!policy_arn.empty()) TARN_CHECK(CheckBoundary(rows, policy_arn));
  TARN_TRY(const Entity before, rows.Get(kind, name));
  TARN_CHECK(CheckModifiable(before));
  Entity entity = before;
  entity.boundary = policy_arn;
  rows.PutEntity(entity, &before);
  return Ok();
}

Status AddToGroup(Rows& rows, const std::string& group, const std::string& user) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  TARN_TRY(const Entity joined, rows.Get(Kind::kGroup, group));
  if (std::ranges::find(before.groups, joined.name) != before.groups.end()) return Ok();
  if (before.groups.size() >= quota::kGroupsPerUser) return Exceeds("GroupsPerUser", quota::kGroupsPerUser);
  Entity entity = before;
  entity.groups.push_back(joined.name);
  rows.PutEntity(entity, &before);
  return Ok();
}

Status RemoveFromGroup(Rows& rows, const std::string& group, const std::string& user) {
  TARN_TRY(const Entity left, rows.Get(Kind::kGroup, group));
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  Entity entity = before;
  if (std::erase(entity.groups, left.name) == 0) {
    return Fail(kNoSuchEntity, "User " + user + " is not in group " + group + ".");
  }
  rows.PutEntity(entity, &before);
  return Ok();
}

}  // namespace tarn::iam
