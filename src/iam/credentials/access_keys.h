// Access keys of users. Each works within the transaction of `rows`. Errors: iam/errors.h, in IAM's words.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "iam/model.h"
#include "iam/rows.h"
#include "identity/directory.h"

namespace tarn::iam {

struct NewAccessKey {
  identity::UserKey key;
  std::string secret;  // told once
};
Result<NewAccessKey> CreateAccessKey(Rows& rows, const std::string& user);
Status SetAccessKeyActive(Rows& rows, const std::string& user, const std::string& id, bool active);
Status DeleteAccessKey(Rows& rows, const std::string& user, const std::string& id);
Result<std::vector<identity::UserKey>> ListAccessKeys(Rows& rows, const std::string& user);

struct AccessKeyUse {
  std::string user;  // empty: the account's root
  std::optional<LastUse> last;
};
// Errors: kNoSuchEntity, also for keys of other accounts.
Result<AccessKeyUse> FindAccessKeyUse(Rows& rows, const std::string& id);

}  // namespace tarn::iam
