#include "iam/credentials/access_keys.h"

#include <algorithm>

#include "base/hash.h"
#include "base/random.h"
#include "iam/quotas.h"

namespace tarn::iam {
namespace {

constexpr size_t kIdChars = 16;      // behind "AKIA"
constexpr size_t kSecretBytes = 30;  // 40 characters

Error NoKey(const std::string& id) { return Fail(kNoSuchEntity, "The Access Key with id " + id + " cannot be found."); }

// The user, and that the key is theirs.
Result<Entity> OwnerOf(Rows& rows, const std::string& user, const std::string& id) {
  TARN_TRY(Entity entity, rows.Get(Kind::kUser, user));
  if (std::ranges::find(entity.access_keys, id) == entity.access_keys.end()) return NoKey(id);
  return entity;
}

}  // namespace

Result<NewAccessKey> CreateAccessKey(Rows& rows, const std::string& user) {
  TARN_TRY(const Entity before, rows.Get(Kind::kUser, user));
  if (before.access_keys.size() >= quota::kAccessKeysPerUser) {
    return Fail(kLimitExceeded,
                "Cannot exceed quota for AccessKeysPerUser: " + std::to_string(quota::kAccessKeysPerUser));
  }
  NewAccessKey made;
  made.key.id = "AKIA" + RandomText(kIdChars, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  made.key.account = rows.account();
  made.key.user_name = before.name;
  made.key.user_id = before.id;
  made.key.user_arn = before.Arn();
  made.key.created = rows.now();
  made.secret = Base64(RandomBytes(kSecretBytes));
  TARN_CHECK(rows.iam().directory().AddUserKey(rows.txn(), made.key, made.secret));
  Entity entity = before;
  entity.access_keys.push_back(made.key.id);
  rows.PutEntity(entity, &before);
  return made;
}

Status SetAccessKeyActive(Rows& rows, const std::string& user, const std::string& id, bool active) {
  TARN_TRY(const Entity entity, OwnerOf(rows, user, id));
  TARN_TRY(auto key, rows.iam().directory().FindUserKey(rows.txn(), id));
  if (!key) return NoKey(id);
  key->active = active;
  rows.iam().directory().PutUserKey(rows.txn(), *key);
  return Ok();
}

Status DeleteAccessKey(Rows& rows, const std::string& user, const std::string& id) {
  TARN_TRY(const Entity before, OwnerOf(rows, user, id));
  Entity entity = before;
  std::erase(entity.access_keys, id);
  rows.PutEntity(entity, &before);
  rows.iam().directory().RemoveKey(rows.txn(), id);
  rows.iam().last_used().Forget(rows.txn(), id);
  return Ok();
}

Result<std::vector<identity::UserKey>> ListAccessKeys(Rows& rows, const std::string& user) {
  TARN_TRY(const Entity entity, rows.Get(Kind::kUser, user));
  std::vector<identity::UserKey> keys;
  for (const std::string& id : entity.access_keys) {
    TARN_TRY(auto key, rows.iam().directory().FindUserKey(rows.txn(), id));
    if (key) keys.push_back(*std::move(key));
  }
  return keys;
}

Result<AccessKeyUse> FindAccessKeyUse(Rows& rows, const std::string& id) {
  TARN_TRY(const auto account, rows.iam().directory().AccountOfKey(rows.txn(), id));
  if (!account || *account != rows.account()) return NoKey(id);
  TARN_TRY(const auto key, rows.iam().directory().FindUserKey(rows.txn(), id));
  AccessKeyUse use;
  if (key) use.user = key->user_name;
  TARN_TRY(use.last, rows.iam().last_used().Find(rows.txn(), id));
  return use;
}

}  // namespace tarn::iam
