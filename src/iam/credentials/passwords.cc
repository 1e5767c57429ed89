#include "iam/credentials/passwords.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"

namespace tarn::iam {
namespace {

constexpr int kRounds = 100'000;  // of PBKDF2; frozen
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;
constexpr size_t kEarlierMax = 24;  // the most that a policy can look back

std::string Derive(const std::string& password, const std::string& salt) {
  std::string hash(kHashBytes, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()),
                    reinterpret_cast<const unsigned char*>(salt.data()), static_cast<int>(salt.size()), kRounds,
                    EVP_sha256(), static_cast<int>(hash.size()), reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

Error Violates(const std::string& what) { return Fail(kPasswordPolicyViolation, "Password should have " + what); }

bool HasAny(const std::string& text, bool (*is)(char)) { return std::ranges::any_of(text, is); }

Status CheckPolicy(const PasswordPolicy& policy, const std::string& password) {
  if (password.size() < static_cast<size_t>(policy.minimum_length)) {
    return Violates("a minimum length of " + std::to_string(policy.minimum_length));
  }
  if (policy.upper && !HasAny(password, [](char c) { return c >= 'A' && c <= 'Z'; })) {
    return Violates("at least one uppercase letter");
  }
  if (policy.lower && !HasAny(password, [](char c) { return c >= 'a' && c <= 'z'; })) {
    return Violates("at least one lowercase letter");
  }
  if (policy.numbers && !HasAny(password, [](char c) { return c >= '0' && c <= '9'; })) {
    return Violates("at least one number");
  }
  const auto symbol = [](char c) { return std::string_view("!@#$%^&*()_+-=[]{}|'").find(c) != std::string_view::npos; };
  if (policy.symbols && !HasAny(password, symbol)) return Violates("at least one symbol");
  return Ok();
}

Error NoProfile(const std::string& user) {
  return Fail(kNoSuchEntity, "Login Profile for User " + user + " cannot be found.");
}

// Sets the password if the account's policy admits it.
Status SetPassword(Rows& rows, LoginProfile& profile, const HashedPassword& password) {
  TARN_TRY(const AccountSettings settings, rows.Settings());
  if (settings.password_policy) {
    TARN_CHECK(CheckPolicy(*settings.password_policy, password.text));
    const auto reuse = static_cast<size_t>(settings.password_policy->reuse_prevention);
    LoginProfile earlier;
    for (size_t i = 0; i < std::min(reuse, profile.earlier.size()); ++i) {
      earlier.salt = profile.earlier[i].substr(0, kSaltBytes);
      earlier.hash = profile.earlier[i].substr(kSaltBytes);
      if (IsPassword(earlier, password.text)) {
        return Fail(kPasswordPolicyViolation, "Password cannot be one of the last " + std::to_string(reuse) + " used");
      }
    }
  }
  profile.salt = password.salt;
  profile.hash = password.hash;
  profile.changed = rows.now();
  profile.earlier.insert(profile.earlier.begin(), password.salt + password.hash);
  if (profile.earlier.size() > kEarlierMax) profile.earlier.resize(kEarlierMax);
  return Ok();
}

}  // namespace

HashedPassword HashPassword(const std::string& password) {
  HashedPassword hashed;
  hashed.text = password;
  hashed.salt = RandomBytes(kSaltBytes);
  hashed.hash = Derive(password, hashed.salt);
  return hashed;
}

bool IsPassword(const LoginProfile& profile, const std::string& password) {
  return ConstantTimeEqual(Derive(password, profile.salt), profile.hash);
}

Result<LoginProfile> CreateLoginProfile(Rows& rows, const std::string& user, const HashedPassword& password,
                                        bool reset_required) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  if (before.login) return Fail(kAlreadyExists, "Login Profile for user " + user + " already exists.");
  Entity entity = before;
  LoginProfile& profile = entity.login.emplace();
  profile.created = rows.now();
  profile.reset_required = reset_required;
  TARN_CHECK(SetPassword(rows, profile, password));
  rows.PutEntity(entity, &before);
  return profile;
}

Result<LoginProfile> GetLoginProfile(Rows& rows, const std::string& user) {
  TARN_TRY(const Entity entity, rows.Get(Kind::kUser, user));
  if (!entity.login) return NoProfile(user);
  return *entity.login;
}

Status UpdateLoginProfile(Rows& rows, const std::string& user, const std::optional<HashedPassword>& password,
                          const std::optional<bool>& reset_required) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  if (!before.login) return NoProfile(user);
  Entity entity = before;
  if (password) TARN_CHECK(SetPassword(rows, *entity.login, *password));
  if (reset_required) entity.login->reset_required = *reset_required;
  rows.PutEntity(entity, &before);
  return Ok();
}

Status DeleteLoginProfile(Rows& rows, const std::string& user) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  if (!before.login) return NoProfile(user);
  Entity entity = before;
  entity.login.reset();
  rows.PutEntity(entity, &before);
  return Ok();
}

Status ChangePassword(Rows& rows, const std::string& user, const std::string& old, const HashedPassword& password) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  if (!before.login) return NoProfile(user);
  if (!IsPassword(*before.login, old)) return Fail(kAccessDenied, "The old password was incorrect.");
  Entity entity = before;
  TARN_CHECK(SetPassword(rows, *entity.login, password));
  entity.login->reset_required = false;
  rows.PutEntity(entity, &before);
  return Ok();
}

}  // namespace tarn::iam
