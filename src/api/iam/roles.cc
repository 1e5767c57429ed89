// Roles, those of services among them.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/account/profiles.h"
#include "iam/entities/entities.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using Type = Subject::Type;

Result<gen::CreateRoleResponse> CreateRole(IamService& service, const protocol::Call& call,
                                           const gen::CreateRoleRequest& in) {
  domain::NewEntity made;
  made.kind = Kind::kRole;
  made.name = *in.role_name;
  made.path = PathOf(in.path);
  made.trust = *in.assume_role_policy_document;
  made.description = Text(in.description);
  made.session_seconds = in.max_session_duration.value_or(3600);
  made.boundary = Text(in.permissions_boundary);
  TARN_TRY(made.tags, domain::MakeTags(ToList(in.tags)));
  gen::CreateRoleResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity role, domain::CreateEntity(rows, made));
    out.role = ToRole(role, true);
    out.role->role_last_used.reset();
    out.role->max_session_duration.reset();
    return Ok();
  }));
  return out;
}

Result<gen::GetRoleResponse> GetRole(IamService& service, const protocol::Call& call, const gen::GetRoleRequest& in) {
  gen::GetRoleResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(Entity role, rows.Get(Kind::kRole, *in.role_name));
    TARN_CHECK(AddLastUse(rows, role));
    out.role = ToRole(role, true);
    return Ok();
  }));
  return out;
}

Result<gen::ListRolesResponse> ListRoles(IamService& service, const protocol::Call& call,
                                         const gen::ListRolesRequest& in) {
  TARN_TRY(const auto options, PageOf(in));
  gen::ListRolesResponse out;
  out.roles.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto page, rows.ListEntities(Kind::kRole, options));
    for (const Entity& role : page.items) out.roles->push_back(ToRole(role, false));
    SetNext(out, page.next);
    return Ok();
  }));
  return out;
}

Result<gen::UpdateRoleResponse> UpdateRole(IamService& service, const protocol::Call& call,
                                           const gen::UpdateRoleRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity role, domain::UpdateRole(rows, *in.role_name, in.description, in.max_session_duration));
    return Ok();
  }));
  return gen::UpdateRoleResponse{};
}

Result<gen::UpdateRoleDescriptionResponse> UpdateRoleDescription(IamService& service, const protocol::Call& call,
                                                                 const gen::UpdateRoleDescriptionRequest& in) {
  gen::UpdateRoleDescriptionResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity role, domain::UpdateRole(rows, *in.role_name, Text(in.description), {}));
    out.role = ToRole(role, true);
    out.role->role_last_used.reset();
    return Ok();
  }));
  return out;
}

Result<gen::UpdateAssumeRolePolicyResponse> UpdateAssumeRolePolicy(IamService& service, const protocol::Call& call,
                                                                   const gen::UpdateAssumeRolePolicyRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::SetTrust(rows, *in.role_name, *in.policy_document); }));
  return gen::UpdateAssumeRolePolicyResponse{};
}

Result<gen::DeleteRoleResponse> DeleteRole(IamService& service, const protocol::Call& call,
                                           const gen::DeleteRoleRequest& in) {
  TARN_CHECK(
      service.Change(call, [&](domain::Rows& rows) { return domain::DeleteEntity(rows, Kind::kRole, *in.role_name); }));
  return gen::DeleteRoleResponse{};
}

Result<gen::PutRolePermissionsBoundaryResponse> PutRolePermissionsBoundary(
    IamService& service, const protocol::Call& call, const gen::PutRolePermissionsBoundaryRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetBoundary(rows, Kind::kRole, *in.role_name, *in.permissions_boundary);
  }));
  return gen::PutRolePermissionsBoundaryResponse{};
}

Result<gen::DeleteRolePermissionsBoundaryResponse> DeleteRolePermissionsBoundary(
    IamService& service, const protocol::Call& call, const gen::DeleteRolePermissionsBoundaryRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::SetBoundary(rows, Kind::kRole, *in.role_name, ""); }));
  return gen::DeleteRolePermissionsBoundaryResponse{};
}

Result<gen::CreateServiceLinkedRoleResponse> CreateServiceLinkedRole(IamService& service, const protocol::Call& call,
                                                                     const gen::CreateServiceLinkedRoleRequest& in) {
  gen::CreateServiceLinkedRoleResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity role,
             domain::CreateServiceRole(rows, *in.aws_service_name, Text(in.custom_suffix), Text(in.description)));
    out.role = ToRole(role, true);
    out.role->role_last_used.reset();
    out.role->max_session_duration.reset();
    // As it is told when the role is made, in lists; GetRole tells the same without.
    out.role->assume_role_policy_document =
        Encoded(R"({"Version": "2012-10-17", "Statement": [{"Action": ["sts:AssumeRole"], "Effect": "Allow", )"
                R"("Principal": {"Service": [")" +
                role.service + R"("]}}]})");
    return Ok();
  }));
  return out;
}

Result<gen::DeleteServiceLinkedRoleResponse> DeleteServiceLinkedRole(IamService& service, const protocol::Call& call,
                                                                     const gen::DeleteServiceLinkedRoleRequest& in) {
  gen::DeleteServiceLinkedRoleResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(out.deletion_task_id, domain::DeleteServiceRole(rows, *in.role_name));
    return Ok();
  }));
  return out;
}

Result<gen::GetServiceLinkedRoleDeletionStatusResponse> GetServiceLinkedRoleDeletionStatus(
    IamService& service, const protocol::Call& call, const gen::GetServiceLinkedRoleDeletionStatusRequest& in) {
  // A task is kept with the deletion itself: one that is there has ended well.
  TARN_CHECK(
      service.Read(call, [&](domain::Rows& rows) { return domain::FindDeletionTask(rows, *in.deletion_task_id); }));
  gen::GetServiceLinkedRoleDeletionStatusResponse out;
  out.status = "SUCCEEDED";
  return out;
}

}  // namespace

Operations RoleOperations() {
  return {
      IamBind<&CreateRole, Type::kRole>("CreateRole"),
      IamBind<&GetRole, Type::kRole>("GetRole"),
      IamBind<&ListRoles, Type::kNone>("ListRoles"),
      IamBind<&UpdateRole, Type::kRole>("UpdateRole"),
      IamBind<&UpdateRoleDescription, Type::kRole>("UpdateRoleDescription"),
      IamBind<&UpdateAssumeRolePolicy, Type::kRole>("UpdateAssumeRolePolicy"),
      IamBind<&DeleteRole, Type::kRole>("DeleteRole"),
      IamBind<&PutRolePermissionsBoundary, Type::kRole>("PutRolePermissionsBoundary"),
      IamBind<&DeleteRolePermissionsBoundary, Type::kRole>("DeleteRolePermissionsBoundary"),
      IamBind<&CreateServiceLinkedRole, Type::kNone>("CreateServiceLinkedRole"),
      IamBind<&DeleteServiceLinkedRole, Type::kRole>("DeleteServiceLinkedRole"),
      IamBind<&GetServiceLinkedRoleDeletionStatus, Type::kNone>("GetServiceLinkedRoleDeletionStatus"),
  };
}

}  // namespace tarn::api::iam
