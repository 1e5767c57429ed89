// Managed policies, their versions, and who has them.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/policies/aws_policies.h"
#include "iam/policies/managed.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using domain::ManagedPolicy;
using Type = Subject::Type;

Result<gen::Policy> ToPolicy(domain::Rows& rows, const ManagedPolicy& policy, bool in_full) {
  gen::Policy out;
  out.policy_name = policy.name;
  out.policy_id = policy.id;
  out.arn = policy.Arn();
  out.path = policy.path;
  out.default_version_id = domain::VersionName(policy.default_version);
  TARN_TRY(const domain::UseCounts uses, domain::CountUses(rows, policy.Arn()));
  out.attachment_count = uses.attached;
  out.permissions_boundary_usage_count = uses.boundaries;
  out.is_attachable = true;
  out.create_date = policy.created;
  out.update_date = policy.updated;
  if (in_full) {
    if (!policy.description.empty()) out.description = policy.description;
    out.tags = ToWire(policy.tags);
  }
  return out;
}

gen::PolicyVersion ToVersion(const ManagedPolicy& policy, const domain::PolicyVersion& version, bool with_document) {
  gen::PolicyVersion out;
  if (with_document) out.document = Encoded(version.document);
  out.version_id = domain::VersionName(version.number);
  out.is_default_version = version.number == policy.default_version;
  out.create_date = version.created;
  return out;
}

Result<gen::CreatePolicyResponse> CreatePolicy(IamService& service, const protocol::Call& call,
                                               const gen::CreatePolicyRequest& in) {
  domain::NewPolicy made;
  made.name = *in.policy_name;
  made.path = PathOf(in.path);
  made.document = *in.policy_document;
  made.description = Text(in.description);
  TARN_TRY(made.tags, domain::MakeTags(ToList(in.tags)));
  gen::CreatePolicyResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ManagedPolicy policy, domain::CreateManaged(rows, made));
    TARN_TRY(out.policy, ToPolicy(rows, policy, true));
    out.policy->description.reset();
    out.policy->tags = TagsUnlessNone(policy.tags);
    return Ok();
  }));
  return out;
}

Result<gen::GetPolicyResponse> GetPolicy(IamService& service, const protocol::Call& call,
                                         const gen::GetPolicyRequest& in) {
  gen::GetPolicyResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ManagedPolicy policy, domain::FindManaged(rows, *in.policy_arn));
    TARN_TRY(out.policy, ToPolicy(rows, policy, true));
    return Ok();
  }));
  return out;
}

Result<gen::DeletePolicyResponse> DeletePolicy(IamService& service, const protocol::Call& call,
                                               const gen::DeletePolicyRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) { return domain::DeleteManaged(rows, *in.policy_arn); }));
  return gen::DeletePolicyResponse{};
}

// The account's own, then AWS's, each in order of names.
Result<std::vector<ManagedPolicy>> PoliciesOf(domain::Rows& rows, const std::string& scope) {
  std::vector<ManagedPolicy> all;
  if (scope != "AWS") {
    TARN_TRY(all, rows.All<ManagedPolicy>());
  }
  if (scope != "Local") {
    for (const domain::AwsPolicy& policy : domain::AwsPolicies()) all.push_back(domain::ToPolicy(policy));
  }
  return all;
}

Result<gen::ListPoliciesResponse> ListPolicies(IamService& service, const protocol::Call& call,
                                               const gen::ListPoliciesRequest& in) {
  gen::ListPoliciesResponse out;
  const std::string scope = in.scope.value_or("All");
  const std::string usage = Text(in.policy_usage_filter);
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto all, PoliciesOf(rows, scope));
    std::vector<gen::Policy> found;
    for (const ManagedPolicy& policy : all) {
      if (!policy.path.starts_with(in.path_prefix.value_or("/"))) continue;
      TARN_TRY(gen::Policy one, ToPolicy(rows, policy, false));
      const bool attached = one.attachment_count > 0;
      const bool bounds = one.permissions_boundary_usage_count > 0;
      if (in.only_attached.value_or(false) && !attached) continue;
      if (usage == "PermissionsPolicy" && !attached) continue;
      if (usage == "PermissionsBoundary" && !bounds) continue;
      found.push_back(std::move(one));
    }
    TARN_TRY(out.policies, Slice(std::move(found), in, out));
    return Ok();
  }));
  return out;
}

Result<gen::CreatePolicyVersionResponse> CreatePolicyVersion(IamService& service, const protocol::Call& call,
                                                             const gen::CreatePolicyVersionRequest& in) {
  gen::CreatePolicyVersionResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto version,
             domain::CreateVersion(rows, *in.policy_arn, *in.policy_document, in.set_as_default.value_or(false)));
    TARN_TRY(const ManagedPolicy policy, domain::FindManaged(rows, *in.policy_arn));
    out.policy_version = ToVersion(policy, version, false);
    return Ok();
  }));
  return out;
}

Result<gen::GetPolicyVersionResponse> GetPolicyVersion(IamService& service, const protocol::Call& call,
                                                       const gen::GetPolicyVersionRequest& in) {
  gen::GetPolicyVersionResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ManagedPolicy policy, domain::FindManaged(rows, *in.policy_arn));
    TARN_TRY(const auto version, domain::FindVersion(policy, *in.version_id));
    out.policy_version = ToVersion(policy, version, true);
    return Ok();
  }));
  return out;
}

Result<gen::ListPolicyVersionsResponse> ListPolicyVersions(IamService& service, const protocol::Call& call,
                                                           const gen::ListPolicyVersionsRequest& in) {
  gen::ListPolicyVersionsResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ManagedPolicy policy, domain::FindManaged(rows, *in.policy_arn));
    std::vector<gen::PolicyVersion> versions;
    // The newest comes first.
    for (auto version = policy.versions.rbegin(); version != policy.versions.rend(); ++version) {
      versions.push_back(ToVersion(policy, *version, false));
    }
    TARN_TRY(out.versions, Slice(std::move(versions), in, out));
    return Ok();
  }));
  return out;
}

Result<gen::DeletePolicyVersionResponse> DeletePolicyVersion(IamService& service, const protocol::Call& call,
                                                             const gen::DeletePolicyVersionRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteVersion(rows, *in.policy_arn, *in.version_id); }));
  return gen::DeletePolicyVersionResponse{};
}

Result<gen::SetDefaultPolicyVersionResponse> SetDefaultPolicyVersion(IamService& service, const protocol::Call& call,
                                                                     const gen::SetDefaultPolicyVersionRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::SetDefaultVersion(rows, *in.policy_arn, *in.version_id); }));
  return gen::SetDefaultPolicyVersionResponse{};
}

// The filters that name a kind of policy leave every entity of a policy of that kind.
bool Fits(const gen::ListEntitiesForPolicyRequest& in, const ManagedPolicy& policy, const domain::PolicyUse& use,
          const Entity& entity) {
  const std::string& usage = Text(in.policy_usage_filter);
  if (usage == "PermissionsPolicy" && use.as_boundary) return false;
  if (usage == "PermissionsBoundary" && !use.as_boundary) return false;
  const std::string& filter = Text(in.entity_filter);
  constexpr std::string_view kNames[] = {"", "User", "Group", "Role"};
  const bool names_policies = filter == "LocalManagedPolicy" || filter == "AWSManagedPolicy";
  if (names_policies && policy.aws_managed() != (filter == "AWSManagedPolicy")) return false;
  if (!filter.empty() && !names_policies && filter != kNames[static_cast<size_t>(use.kind)]) return false;
  return entity.path.starts_with(in.path_prefix.value_or("/"));
}

Result<gen::ListEntitiesForPolicyResponse> ListEntitiesForPolicy(IamService& service, const protocol::Call& call,
                                                                 const gen::ListEntitiesForPolicyRequest& in) {
  gen::ListEntitiesForPolicyResponse out;
  out.policy_groups.emplace();
  out.policy_users.emplace();
  out.policy_roles.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const ManagedPolicy policy, domain::FindManaged(rows, *in.policy_arn));
    TARN_TRY(const auto uses, rows.UsesOf(policy.Arn()));
    std::vector<Entity> entities;
    for (const domain::PolicyUse& use : uses) {
      TARN_TRY(Entity entity, rows.Get(use.kind, use.name));
      const bool known = std::ranges::any_of(entities, [&](const Entity& e) { return e.id == entity.id; });
      if (!known && Fits(in, policy, use, entity)) entities.push_back(std::move(entity));
    }
    TARN_TRY(const auto page, Slice(std::move(entities), in, out));
    for (const Entity& entity : page) {
      if (entity.kind == Kind::kGroup) out.policy_groups->push_back({entity.name, entity.id});
      if (entity.kind == Kind::kUser) out.policy_users->push_back({entity.name, entity.id});
      if (entity.kind == Kind::kRole) out.policy_roles->push_back({entity.name, entity.id});
    }
    return Ok();
  }));
  return out;
}

}  // namespace

Operations PolicyOperations() {
  return {
      IamBind<&CreatePolicy, Type::kPolicy>("CreatePolicy"),
      IamBind<&GetPolicy, Type::kPolicy>("GetPolicy"),
      IamBind<&DeletePolicy, Type::kPolicy>("DeletePolicy"),
      IamBind<&ListPolicies, Type::kNone>("ListPolicies"),
      IamBind<&CreatePolicyVersion, Type::kPolicy>("CreatePolicyVersion"),
      IamBind<&GetPolicyVersion, Type::kPolicy>("GetPolicyVersion"),
      IamBind<&ListPolicyVersions, Type::kPolicy>("ListPolicyVersions"),
      IamBind<&DeletePolicyVersion, Type::kPolicy>("DeletePolicyVersion"),
      IamBind<&SetDefaultPolicyVersion, Type::kPolicy>("SetDefaultPolicyVersion"),
      IamBind<&ListEntitiesForPolicy, Type::kPolicy>("ListEntitiesForPolicy"),
  };
}

}  // namespace tarn::api::iam
