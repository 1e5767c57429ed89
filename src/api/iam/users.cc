// Users: made, found, changed, ended.
#include "api/iam/convert.h"
#include "api/iam/rules.h"
#include "iam/entities/entities.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::Kind;
using Type = Subject::Type;

Result<gen::CreateUserResponse> CreateUser(IamService& service, const protocol::Call& call,
                                           const gen::CreateUserRequest& in) {
  domain::NewEntity made;
  made.kind = Kind::kUser;
  made.name = *in.user_name;
  made.path = PathOf(in.path);
  made.boundary = Text(in.permissions_boundary);
  TARN_TRY(made.tags, domain::MakeTags(ToList(in.tags)));
  gen::CreateUserResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity user, domain::CreateEntity(rows, made));
    out.user = ToWire(user, true);
    return Ok();
  }));
  return out;
}

// What GetUser tells the account's root of itself.
Result<gen::GetUserResponse> RootUser(IamService& service, const protocol::Call& call) {
  TARN_TRY(const auto account, service.iam().directory().FindAccount(call.scope.account));
  gen::GetUserResponse out;
  gen::User& user = out.user.emplace();
  user.user_id = call.scope.account;
  user.arn = "arn:aws:iam::" + call.scope.account + ":root";
  user.create_date = account ? account->created : Timestamp{};
  user.path = "/";
  user.user_name = account ? account->name : "root";
  return out;
}

Result<gen::GetUserResponse> GetUser(IamService& service, const protocol::Call& call, const gen::GetUserRequest& in) {
  TARN_TRY(const std::string name, UserNameOf(call, in.user_name));
  if (name.empty()) return RootUser(service, call);
  gen::GetUserResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(Entity user, rows.Get(Kind::kUser, name));
    TARN_CHECK(AddLastUse(rows, user));
    out.user = ToWire(user, true);
    return Ok();
  }));
  return out;
}

Result<gen::ListUsersResponse> ListUsers(IamService& service, const protocol::Call& call,
                                         const gen::ListUsersRequest& in) {
  TARN_TRY(const auto options, PageOf(in));
  gen::ListUsersResponse out;
  out.users.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(auto page, rows.ListEntities(Kind::kUser, options));
    for (Entity& user : page.items) {
      TARN_CHECK(AddLastUse(rows, user));
      out.users->push_back(ToWire(user, false));
    }
    SetNext(out, page.next);
    return Ok();
  }));
  return out;
}

Result<gen::UpdateUserResponse> UpdateUser(IamService& service, const protocol::Call& call,
                                           const gen::UpdateUserRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::RenameEntity(rows, Kind::kUser, *in.user_name, Text(in.new_user_name), Text(in.new_path));
  }));
  return gen::UpdateUserResponse{};
}

Result<gen::DeleteUserResponse> DeleteUser(IamService& service, const protocol::Call& call,
                                           const gen::DeleteUserRequest& in) {
  TARN_CHECK(
      service.Change(call, [&](domain::Rows& rows) { return domain::DeleteEntity(rows, Kind::kUser, *in.user_name); }));
  return gen::DeleteUserResponse{};
}

Result<gen::PutUserPermissionsBoundaryResponse> PutUserPermissionsBoundary(
    IamService& service, const protocol::Call& call, const gen::PutUserPermissionsBoundaryRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::SetBoundary(rows, Kind::kUser, *in.user_name, *in.permissions_boundary);
  }));
  return gen::PutUserPermissionsBoundaryResponse{};
}

Result<gen::DeleteUserPermissionsBoundaryResponse> DeleteUserPermissionsBoundary(
    IamService& service, const protocol::Call& call, const gen::DeleteUserPermissionsBoundaryRequest& in) {
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::SetBoundary(rows, Kind::kUser, *in.user_name, ""); }));
  return gen::DeleteUserPermissionsBoundaryResponse{};
}

}  // namespace

Operations UserOperations() {
  return {
      IamBind<&CreateUser, Type::kUser>("CreateUser"),
      IamBind<&GetUser, Type::kUser>("GetUser"),
      IamBind<&ListUsers, Type::kNone>("ListUsers"),
      IamBind<&UpdateUser, Type::kUser>("UpdateUser"),
      IamBind<&DeleteUser, Type::kUser>("DeleteUser"),
      IamBind<&PutUserPermissionsBoundary, Type::kUser>("PutUserPermissionsBoundary"),
      IamBind<&DeleteUserPermissionsBoundary, Type::kUser>("DeleteUserPermissionsBoundary"),
  };
}

}  // namespace tarn::api::iam
