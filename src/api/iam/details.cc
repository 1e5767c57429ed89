// GetAccountAuthorizationDetails: everything that decides in an account, at once.
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

std::vector<gen::PolicyDetail> Inlined(const Entity& entity) {
  std::vector<gen::PolicyDetail> list;
  for (const auto& [name, document] : entity.inlined) {
    gen::PolicyDetail& detail = list.emplace_back();
    detail.policy_name = name;
    detail.policy_document = Encoded(document);
  }
  return list;
}

std::vector<gen::AttachedPolicy> Attached(const Entity& entity) {
  std::vector<gen::AttachedPolicy> list;
  for (const std::string& arn : entity.attached) {
    gen::AttachedPolicy& policy = list.emplace_back();
    policy.policy_name = arn.substr(arn.rfind('/') + 1);
    policy.policy_arn = arn;
  }
  return list;
}

// One of the rows of the answer, in the order in which they are told and paged.
struct Detail {
  enum class Type : uint8_t { kUser, kGroup, kRole, kPolicy } type = Type::kUser;
  Entity entity;
  ManagedPolicy policy;
};

gen::UserDetail ToUser(const Entity& user) {
  gen::UserDetail out;
  out.path = user.path;
  out.user_name = user.name;
  out.user_id = user.id;
  out.arn = user.Arn();
  out.create_date = user.created;
  if (!user.inlined.empty()) out.user_policy_list = Inlined(user);
  out.group_list = user.groups;
  out.attached_managed_policies = Attached(user);
  out.permissions_boundary = ToBoundary(user.boundary);
  out.tags = ToWire(user.tags);
  return out;
}

gen::GroupDetail ToGroupDetail(const Entity& group) {
  gen::GroupDetail out;
  out.path = group.path;
  out.group_name = group.name;
  out.group_id = group.id;
  out.arn = group.Arn();
  out.create_date = group.created;
  out.group_policy_list = Inlined(group);
  out.attached_managed_policies = Attached(group);
  return out;
}

Result<gen::RoleDetail> ToRoleDetail(domain::Rows& rows, Entity role) {
  TARN_CHECK(AddLastUse(rows, role));
  gen::RoleDetail out;
  out.path = role.path;
  out.role_name = role.name;
  out.role_id = role.id;
  out.arn = role.Arn();
  out.create_date = role.created;
  out.assume_role_policy_document = Encoded(role.trust);
  out.instance_profile_list.emplace();
  TARN_TRY(const auto profiles, rows.ProfilesOf(role.name));
  for (const std::string& name : profiles) {
    TARN_TRY(const auto profile, rows.Find<domain::InstanceProfile>(name));
    if (profile) out.instance_profile_list->push_back(ToWire(*profile, role, false));
  }
  out.role_policy_list = Inlined(role);
  out.attached_managed_policies = Attached(role);
  out.permissions_boundary = ToBoundary(role.boundary);
  out.tags = ToWire(role.tags);
  out.role_last_used = ToLastUse(role);
  return out;
}

Result<gen::ManagedPolicyDetail> ToPolicyDetail(domain::Rows& rows, const ManagedPolicy& policy) {
  gen::ManagedPolicyDetail out;
  out.policy_name = policy.name;
  out.policy_id = policy.id;
  out.arn = policy.Arn();
  out.path = policy.path;
  out.default_version_id = domain::VersionName(policy.default_version);
  TARN_TRY(const auto uses, domain::CountUses(rows, policy.Arn()));
  out.attachment_count = uses.attached;
  out.permissions_boundary_usage_count = uses.boundaries;
  out.is_attachable = true;
  out.create_date = policy.created;
  out.update_date = policy.updated;
  out.policy_version_list.emplace();
  for (auto version = policy.versions.rbegin(); version != policy.versions.rend(); ++version) {
    gen::PolicyVersion& told = out.policy_version_list->emplace_back();
    told.document = Encoded(version->document);
    told.version_id = domain::VersionName(version->number);
    told.is_default_version = version->number == policy.default_version;
    told.create_date = version->created;
  }
  return out;
}

Status AddEntities(domain::Rows& rows, Kind kind, Detail::Type type, std::vector<Detail>& all) {
  TARN_TRY(auto entities, rows.AllEntities(kind));
  for (Entity& entity : entities) all.push_back({type, std::move(entity), {}});
  return Ok();
}

Result<std::vector<Detail>> DetailsOf(domain::Rows& rows, const std::optional<std::vector<std::string>>& filter) {
  const auto wants = [&](const char* what) {
    return !filter || filter->empty() || std::ranges::find(*filter, what) != filter->end();
  };
  std::vector<Detail> all;
  if (wants("User")) TARN_CHECK(AddEntities(rows, Kind::kUser, Detail::Type::kUser, all));
  if (wants("Group")) TARN_CHECK(AddEntities(rows, Kind::kGroup, Detail::Type::kGroup, all));
  if (wants("Role")) TARN_CHECK(AddEntities(rows, Kind::kRole, Detail::Type::kRole, all));
  if (wants("LocalManagedPolicy")) {
    TARN_TRY(auto policies, rows.All<ManagedPolicy>());
    for (ManagedPolicy& policy : policies) all.push_back({Detail::Type::kPolicy, {}, std::move(policy)});
  }
  if (!wants("AWSManagedPolicy")) return all;
  // Of AWS's policies those that somebody has.
  for (const domain::AwsPolicy& row : domain::AwsPolicies()) {
    ManagedPolicy policy = domain::ToPolicy(row);
    TARN_TRY(const auto uses, rows.UsesOf(policy.Arn()));
    if (!uses.empty()) all.push_back({Detail::Type::kPolicy, {}, std::move(policy)});
  }
  return all;
}

Result<gen::GetAccountAuthorizationDetailsResponse> GetAccountAuthorizationDetails(
    IamService& service, const protocol::Call& call, const gen::GetAccountAuthorizationDetailsRequest& in) {
  gen::GetAccountAuthorizationDetailsResponse out;
  out.user_detail_list.emplace();
  out.group_detail_list.emplace();
  out.role_detail_list.emplace();
  out.policies.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(auto all, DetailsOf(rows, in.filter));
    TARN_TRY(const auto page, Slice(std::move(all), in, out));
    for (const Detail& detail : page) {
      switch (detail.type) {
        case Detail::Type::kUser:
          out.user_detail_list->push_back(ToUser(detail.entity));
          break;
        case Detail::Type::kGroup:
          out.group_detail_list->push_back(ToGroupDetail(detail.entity));
          break;
        case Detail::Type::kRole: {
          TARN_TRY(out.role_detail_list->emplace_back(), ToRoleDetail(rows, detail.entity));
          break;
        }
        case Detail::Type::kPolicy: {
          TARN_TRY(out.policies->emplace_back(), ToPolicyDetail(rows, detail.policy));
          break;
        }
      }
    }
    return Ok();
  }));
  return out;
}

}  // namespace

Operations DetailOperations() {
  return {IamBind<&GetAccountAuthorizationDetails, Type::kNone>("GetAccountAuthorizationDetails")};
}

}  // namespace tarn::api::iam
