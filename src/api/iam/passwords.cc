// Login profiles and what the account demands of passwords.
#include "iam/credentials/passwords.h"

#include "api/iam/convert.h"
#include "api/iam/rules.h"

namespace tarn::api::iam {
namespace {

using Type = Subject::Type;

gen::LoginProfile ToProfile(const std::string& user, const domain::LoginProfile& profile) {
  gen::LoginProfile out;
  out.user_name = user;
  out.create_date = profile.created;
  out.password_reset_required = profile.reset_required;
  return out;
}

Result<std::string> ProfileOwner(const protocol::Call& call, const std::optional<std::string>& given) {
  TARN_TRY(std::string name, UserNameOf(call, given));
  if (name.empty()) return Fail(domain::kInvalidUserType, "The account's root has no login profile.");
  return name;
}

Result<gen::CreateLoginProfileResponse> CreateLoginProfile(IamService& service, const protocol::Call& call,
                                                           const gen::CreateLoginProfileRequest& in) {
  TARN_TRY(const std::string user, ProfileOwner(call, in.user_name));
  if (!in.password) return Fail(domain::kInvalidInput, "Password must be specified.");
  const auto password = domain::HashPassword(*in.password);
  gen::CreateLoginProfileResponse out;
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto profile,
             domain::CreateLoginProfile(rows, user, password, in.password_reset_required.value_or(false)));
    out.login_profile = ToProfile(user, profile);
    return Ok();
  }));
  return out;
}

Result<gen::GetLoginProfileResponse> GetLoginProfile(IamService& service, const protocol::Call& call,
                                                     const gen::GetLoginProfileRequest& in) {
  TARN_TRY(const std::string user, ProfileOwner(call, in.user_name));
  gen::GetLoginProfileResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto profile, domain::GetLoginProfile(rows, user));
    out.login_profile = ToProfile(user, profile);
    return Ok();
  }));
  return out;
}

Result<gen::UpdateLoginProfileResponse> UpdateLoginProfile(IamService& service, const protocol::Call& call,
                                                           const gen::UpdateLoginProfileRequest& in) {
  std::optional<domain::HashedPassword> password;
  if (in.password) password = domain::HashPassword(*in.password);
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) {
    return domain::UpdateLoginProfile(rows, *in.user_name, password, in.password_reset_required);
  }));
  return gen::UpdateLoginProfileResponse{};
}

Result<gen::DeleteLoginProfileResponse> DeleteLoginProfile(IamService& service, const protocol::Call& call,
                                                           const gen::DeleteLoginProfileRequest& in) {
  TARN_TRY(const std::string user, ProfileOwner(call, in.user_name));
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) { return domain::DeleteLoginProfile(rows, user); }));
  return gen::DeleteLoginProfileResponse{};
}

Result<gen::ChangePasswordResponse> ChangePassword(IamService& service, const protocol::Call& call,
                                                   const gen::ChangePasswordRequest& in) {
  if (call.caller.type != identity::PrincipalType::kUser) {
    return Fail(domain::kInvalidUserType, "Only IAM users can change their own password.");
  }
  TARN_TRY(const std::string user, UserNameOf(call, {}));
  const auto password = domain::HashPassword(*in.new_password);
  TARN_CHECK(service.Change(
      call, [&](domain::Rows& rows) { return domain::ChangePassword(rows, user, *in.old_password, password); }));
  return gen::ChangePasswordResponse{};
}

Result<gen::GetAccountPasswordPolicyResponse> GetAccountPasswordPolicy(IamService& service, const protocol::Call& call,
                                                                       const gen::GetAccountPasswordPolicyRequest&) {
  gen::GetAccountPasswordPolicyResponse out;
  TARN_CHECK(service.Read(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(const auto settings, rows.Settings());
    if (!settings.password_policy) {
      return Fail(domain::kNoSuchEntity,
                  "The Password Policy with domain name " + call.scope.account + " cannot be found.");
    }
    const domain::PasswordPolicy& policy = *settings.password_policy;
    gen::PasswordPolicy& told = out.password_policy.emplace();
    told.minimum_password_length = static_cast<int32_t>(policy.minimum_length);
    told.require_symbols = policy.symbols;
    told.require_numbers = policy.numbers;
    told.require_uppercase_characters = policy.upper;
    told.require_lowercase_characters = policy.lower;
    told.allow_users_to_change_password = policy.users_may_change;
    told.expire_passwords = policy.max_age_days > 0;
    if (policy.max_age_days > 0) told.max_password_age = static_cast<int32_t>(policy.max_age_days);
    if (policy.reuse_prevention > 0) told.password_reuse_prevention = static_cast<int32_t>(policy.reuse_prevention);
    told.hard_expiry = policy.hard_expiry;
    return Ok();
  }));
  return out;
}

Result<gen::UpdateAccountPasswordPolicyResponse> UpdateAccountPasswordPolicy(
    IamService& service, const protocol::Call& call, const gen::UpdateAccountPasswordPolicyRequest& in) {
  // What is not given has its default again.
  domain::PasswordPolicy policy;
  policy.minimum_length = in.minimum_password_length.value_or(6);
  policy.symbols = in.require_symbols.value_or(false);
  policy.numbers = in.require_numbers.value_or(false);
  policy.upper = in.require_uppercase_characters.value_or(false);
  policy.lower = in.require_lowercase_characters.value_or(false);
  policy.users_may_change = in.allow_users_to_change_password.value_or(false);
  policy.hard_expiry = in.hard_expiry.value_or(false);
  policy.max_age_days = in.max_password_age.value_or(0);
  policy.reuse_prevention = in.password_reuse_prevention.value_or(0);
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(auto settings, rows.Settings());
    settings.password_policy = policy;
    rows.PutSettings(settings);
    return Ok();
  }));
  return gen::UpdateAccountPasswordPolicyResponse{};
}

Result<gen::DeleteAccountPasswordPolicyResponse> DeleteAccountPasswordPolicy(
    IamService& service, const protocol::Call& call, const gen::DeleteAccountPasswordPolicyRequest&) {
  TARN_CHECK(service.Change(call, [&](domain::Rows& rows) -> Status {
    TARN_TRY(auto settings, rows.Settings());
    if (!settings.password_policy) {
      return Fail(domain::kNoSuchEntity, "The account policy with name PasswordPolicy cannot be found.");
    }
    settings.password_policy.reset();
    rows.PutSettings(settings);
    return Ok();
  }));
  return gen::DeleteAccountPasswordPolicyResponse{};
}

}  // namespace

Operations PasswordOperations() {
  return {
      IamBind<&CreateLoginProfile, Type::kUser>("CreateLoginProfile"),
      IamBind<&GetLoginProfile, Type::kUser>("GetLoginProfile"),
      IamBind<&UpdateLoginProfile, Type::kUser>("UpdateLoginProfile"),
      IamBind<&DeleteLoginProfile, Type::kUser>("DeleteLoginProfile"),
      IamBind<&ChangePassword, Type::kNone>("ChangePassword"),
      IamBind<&GetAccountPasswordPolicy, Type::kNone>("GetAccountPasswordPolicy"),
      IamBind<&UpdateAccountPasswordPolicy, Type::kNone>("UpdateAccountPasswordPolicy"),
      IamBind<&DeleteAccountPasswordPolicy, Type::kNone>("DeleteAccountPasswordPolicy"),
  };
}

}  // namespace tarn::api::iam
