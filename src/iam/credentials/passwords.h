// Passwords of users for the console, and what an account demands of them.
//
// Each works within the transaction of `rows`, but for hashing, which takes tens of milliseconds and comes before.
// Errors: iam/errors.h, in IAM's words.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"

namespace tarn::iam {

// A password as it is kept. Slow on purpose: call it outside of transactions.
struct HashedPassword {
  std::string text;  // as given, for the checks of the account's policy
  std::string salt;
  std::string hash;
};
HashedPassword HashPassword(const std::string& password);
// Constant in time; as slow as HashPassword.
bool IsPassword(const LoginProfile& profile, const std::string& password);

Result<LoginProfile> CreateLoginProfile(Rows& rows, const std::string& user, const HashedPassword& password,
                                        bool reset_required);
Result<LoginProfile> GetLoginProfile(Rows& rows, const std::string& user);
Status UpdateLoginProfile(Rows& rows, const std::string& user, const std::optional<HashedPassword>& password,
                          const std::optional<bool>& reset_required);
Status DeleteLoginProfile(Rows& rows, const std::string& user);
// By the user. Errors: kAccessDenied for a wrong old password.
Status ChangePassword(Rows& rows, const std::string& user, const std::string& old, const HashedPassword& password);

}  // namespace tarn::iam
