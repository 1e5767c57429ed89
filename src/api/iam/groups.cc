// Groups and who is in them.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/entities/entities.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using Type = Subject::Type;

Result<gen::CreateGroupResponse> CreateGroup(IamService& service, const protocol::Call& call,
                                             const gen::CreateGroupRequest& in) {
  domain::NewEntity made;
  made.kind = Kind::kGroup;
  made.name = *in.group_name;
  made.path = PathOf(in.path);
  gen::CreateGroupResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity group, domain::CreateEntity(rows, made));
    out.group = ToGroup(group);
    return Ok();
  }));
  return out;
}

Result<gen::GetGroupResponse> GetGroup(IamService& service, const protocol::Call& call,
                                       const gen::GetGroupRequest& in) {
  gen::GetGroupResponse out;
  out.users.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity group, rows.Get(Kind::kGroup, *in.group_name));
    out.group = ToGroup(group);
    TARN_TRY(auto members, rows.MembersOf(group.name));
    TARN_TRY(const auto names, Slice(std::move(members), in, out));
    for (const std::string& name : names) {
      TARN_TRY(Entity user, rows.Get(Kind::kUser, name));
      TARN_CHECK(AddLastUse(rows, user));
      out.users->push_back(ToWire(user, false));
    }
    return Ok();
  }));
  return out;
}

Result<gen::ListGroupsResponse> ListGroups(IamService& service, const protocol::Call& call,
                                           const gen::ListGroupsRequest& in) {
  TARN_TRY(const auto options, PageOf(in));
  gen::ListGroupsResponse out;
  out.groups.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto page, rows.ListEntities(Kind::kGroup, options));
    for (const Entity& group : page.items) out.groups->push_back(ToGroup(group));
    SetNext(out, page.next);
    return Ok();
  }));
  return out;
}

Result<gen::ListGroupsForUserResponse> ListGroupsForUser(IamService& service, const protocol::Call& call,
                                                         const gen::ListGroupsForUserRequest& in) {
  gen::ListGroupsForUserResponse out;
  out.groups.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(Entity user, rows.Get(Kind::kUser, *in.user_name));
    TARN_TRY(const auto names, Slice(std::move(user.groups), in, out));
    for (const std::string& name : names) {
      TARN_TRY(const Entity group, rows.Get(Kind::kGroup, name));
      out.groups->push_back(ToGroup(group));
    }
    return Ok();
  }));
  return out;
}

Result<gen::UpdateGroupResponse> UpdateGroup(IamService& service, const protocol::Call& call,
                                             const gen::UpdateGroupRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::RenameEntity(rows, Kind::kGroup, *in.group_name, Text(in.new_group_name), Text(in.new_path));
  }));
  return gen::UpdateGroupResponse{};
}

Result<gen::DeleteGroupResponse> DeleteGroup(IamService& service, const protocol::Call& call,
                                             const gen::DeleteGroupRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::DeleteEntity(rows, Kind::kGroup, *in.group_name); }));
  return gen::DeleteGroupResponse{};
}

Result<gen::AddUserToGroupResponse> AddUserToGroup(IamService& service, const protocol::Call& call,
                                                   const gen::AddUserToGroupRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::AddToGroup(rows, *in.group_name, *in.user_name); }));
  return gen::AddUserToGroupResponse{};
}

Result<gen::RemoveUserFromGroupResponse> RemoveUserFromGroup(IamService& service, const protocol::Call& call,
                                                             const gen::RemoveUserFromGroupRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::RemoveFromGroup(rows, *in.group_name, *in.user_name); }));
  return gen::RemoveUserFromGroupResponse{};
}

}  // namespace

Operations GroupOperations() {
  return {
      IamBind<&CreateGroup, Type::kGroup>("CreateGroup"),
      IamBind<&GetGroup, Type::kGroup>("GetGroup"),
      IamBind<&ListGroups, Type::kNone>("ListGroups"),
      IamBind<&ListGroupsForUser, Type::kUser>("ListGroupsForUser"),
      IamBind<&UpdateGroup, Type::kGroup>("UpdateGroup"),
      IamBind<&DeleteGroup, Type::kGroup>("DeleteGroup"),
      IamBind<&AddUserToGroup, Type::kGroup>("AddUserToGroup"),
      IamBind<&RemoveUserFromGroup, Type::kGroup>("RemoveUserFromGroup"),
  };
}

}  // namespace tarn::api::iam
