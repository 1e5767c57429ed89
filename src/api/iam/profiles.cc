// Instance profiles.
#include "iam/account/profiles.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"

namespace tarn::api::iam {
namespace {

using domain::Entity;
using domain::InstanceProfile;
using domain::Kind;
using Type = Subject::Type;

Result<gen::InstanceProfile> ToProfile(domain::Rows& rows, const InstanceProfile& profile, bool with_tags) {
  std::optional<Entity> role;
  if (!profile.role.empty()) {
    TARN_TRY(role, rows.FindEntity(Kind::kRole, profile.role));
  }
  return ToWire(profile, role, with_tags);
}

Result<gen::CreateInstanceProfileResponse> CreateInstanceProfile(IamService& service, const protocol::Call& call,
                                                                 const gen::CreateInstanceProfileRequest& in) {
  TARN_TRY(const domain::Tags tags, domain::MakeTags(ToList(in.tags)));
  gen::CreateInstanceProfileResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto profile, domain::CreateProfile(rows, *in.instance_profile_name, PathOf(in.path), tags));
    TARN_TRY(out.instance_profile, ToProfile(rows, profile, !tags.empty()));
    return Ok();
  }));
  return out;
}

Result<gen::GetInstanceProfileResponse> GetInstanceProfile(IamService& service, const protocol::Call& call,
                                                           const gen::GetInstanceProfileRequest& in) {
  gen::GetInstanceProfileResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto profile, domain::GetProfile(rows, *in.instance_profile_name));
    TARN_TRY(out.instance_profile, ToProfile(rows, profile, true));
    return Ok();
  }));
  return out;
}

Result<gen::DeleteInstanceProfileResponse> DeleteInstanceProfile(IamService& service, const protocol::Call& call,
                                                                 const gen::DeleteInstanceProfileRequest& in) {
  TARN_CHECK(
      service.Change(call, [&](domain::Rows& rows) { return domain::DeleteProfile(rows, *in.instance_profile_name); }));
  return gen::DeleteInstanceProfileResponse{};
}

Result<gen::ListInstanceProfilesResponse> ListInstanceProfiles(IamService& service, const protocol::Call& call,
                                                               const gen::ListInstanceProfilesRequest& in) {
  TARN_TRY(const auto options, PageOf(in));
  gen::ListInstanceProfilesResponse out;
  out.instance_profiles.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto page, rows.List<InstanceProfile>(options));
    for (const InstanceProfile& profile : page.items) {
      TARN_TRY(out.instance_profiles->emplace_back(), ToProfile(rows, profile, false));
    }
    SetNext(out, page.next);
    return Ok();
  }));
  return out;
}

Result<gen::ListInstanceProfilesForRoleResponse> ListInstanceProfilesForRole(
    IamService& service, const protocol::Call& call, const gen::ListInstanceProfilesForRoleRequest& in) {
  gen::ListInstanceProfilesForRoleResponse out;
  out.instance_profiles.emplace();
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const Entity role, rows.Get(Kind::kRole, *in.role_name));
    TARN_TRY(auto all, rows.ProfilesOf(role.name));
    TARN_TRY(const auto names, Slice(std::move(all), in, out));
    for (const std::string& name : names) {
      TARN_TRY(const auto profile, domain::GetProfile(rows, name));
      TARN_TRY(out.instance_profiles->emplace_back(), ToProfile(rows, profile, false));
    }
    return Ok();
  }));
  return out;
}

Result<gen::AddRoleToInstanceProfileResponse> AddRoleToInstanceProfile(IamService& service, const protocol::Call& call,
                                                                       const gen::AddRoleToInstanceProfileRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::AddRoleToProfile(rows, *in.instance_profile_name, *in.role_name);
  }));
  return gen::AddRoleToInstanceProfileResponse{};
}

Result<gen::RemoveRoleFromInstanceProfileResponse> RemoveRoleFromInstanceProfile(
    IamService& service, const protocol::Call& call, const gen::RemoveRoleFromInstanceProfileRequest& in) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::RemoveRoleFromProfile(rows, *in.instance_profile_name, *in.role_name);
  }));
  return gen::RemoveRoleFromInstanceProfileResponse{};
}

}  // namespace

Operations ProfileOperations() {
  return {
      IamBind<&CreateInstanceProfile, Type::kProfile>("CreateInstanceProfile"),
      IamBind<&GetInstanceProfile, Type::kProfile>("GetInstanceProfile"),
      IamBind<&DeleteInstanceProfile, Type::kProfile>("DeleteInstanceProfile"),
      IamBind<&ListInstanceProfiles, Type::kNone>("ListInstanceProfiles"),
      IamBind<&ListInstanceProfilesForRole, Type::kRole>("ListInstanceProfilesForRole"),
      IamBind<&AddRoleToInstanceProfile, Type::kProfile>("AddRoleToInstanceProfile"),
      IamBind<&RemoveRoleFromInstanceProfile, Type::kProfile>("RemoveRoleFromInstanceProfile"),
  };
}

}  // namespace tarn::api::iam
