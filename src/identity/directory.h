// Directory: accounts and access keys, in kv. docs/format/identity.md tells the records.
//
// Invariants: an access key belongs to one principal of one account; an account has one root key, the one last given to
// EnsureAccount; inactive keys sign nothing; secrets are sealed on disk. What FindKey answers holds for the present
// state: its cache is dropped when the directory's version key differs. Threads: any.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/per_thread.h"
#include "base/result.h"
#include "base/time.h"
#include "identity/caller.h"
#include "identity/secret_box.h"
#include "kv/kv.h"

namespace tarn::identity {

// An access key that may sign.
struct Credential {
  Caller caller;
  std::string secret;
};

// Where authentication finds keys.
class CredentialSource {
 public:
  virtual ~CredentialSource() = default;
  // `token` is the session token, "" without one. Memory-speed; runs on I/O threads.
  // Errors: kUnknownKey, kBadToken, kDamaged.
  virtual Result<std::shared_ptr<const Credential>> FindKey(std::string_view access_key_id, std::string_view token) = 0;
};

struct AccountSpec {
  std::string id;  // 12 digits
  std::string name;
  std::string access_key_id;  // 3 to 128 of [A-Za-z0-9_-]
  std::string secret_access_key;
};

struct AccountInfo {
  std::string id;
  std::string name;
  std::string root_access_key_id;
  Timestamp created;
};

// An access key of a user; root keys are made by EnsureAccount alone.
struct UserKey {
  std::string id;  // "AKIA…"
  std::string account;
  std::string user_name;
  std::string user_id;   // "AIDA…"
  std::string user_arn;  // as it is now: renaming a user puts its keys again
  bool active = true;
  Timestamp created;
  std::string sealed;  // the secret; PutUserKey sets it for a new key
};

class Directory : public CredentialSource {
 public:
  // `master_key` has 32 bytes.
  Directory(kv::Store& store, const Clock& clock, std::string master_key);

  // Makes the account or brings its name and root key to what is given. Errors: kBadAccount, kKeyTaken, kv's. Blocks.
  Status EnsureAccount(const AccountSpec& spec);
  Result<std::vector<AccountInfo>> ListAccounts();
  Result<std::optional<AccountInfo>> FindAccount(const std::string& id);
  // An account without a root key, in the caller's transaction. Errors: kBadAccount, also for one that is there.
  Status AddAccount(kv::Txn& txn, const std::string& id, const std::string& name) const;

  // Keys of users, in the caller's transaction. Errors: kKeyTaken.
  Status AddUserKey(kv::Txn& txn, UserKey key, const std::string& secret) const;
  void PutUserKey(kv::Txn& txn, const UserKey& key) const;
  void RemoveKey(kv::Txn& txn, const std::string& access_key_id) const;
  // Nothing for a root's key and one that there is not.
  Result<std::optional<UserKey>> FindUserKey(kv::Txn& txn, const std::string& access_key_id) const;
  // The account that the key belongs to, a root's too; nothing for a key that there is not.
  Result<std::optional<std::string>> AccountOfKey(kv::Txn& txn, const std::string& access_key_id) const;

  Result<std::shared_ptr<const Credential>> FindKey(std::string_view access_key_id, std::string_view token) override;

 private:
  // From the cache of all threads.
  Result<std::shared_ptr<const Credential>> FindShared(std::string_view access_key_id);
  Result<std::shared_ptr<const Credential>> LoadKey(kv::Txn& txn, const std::string& access_key_id) const;
  Status Write(kv::Txn& txn, const AccountSpec& spec) const;

  kv::Store& store_;
  const Clock& clock_;
  SecretBox box_;

  std::shared_mutex cache_mutex_;
  std::string cache_version_;
  std::unordered_map<std::string, std::shared_ptr<const Credential>> cache_;
  PerThread<std::string, std::shared_ptr<const Credential>> lately_;  // by the store's HotCommits
};

}  // namespace tarn::identity
