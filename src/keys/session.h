// Session: one transaction's work on keys for one user. Internal to keys; not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "keys/cache.h"
#include "keys/keys.h"
#include "keys/records.h"
#include "kv/kv.h"
#include "policy/policy.h"

namespace tarn::keys {

// What is asked of a key.
struct Operation {
  std::string_view name;       // "Encrypt"; the policy must allow "kms:Encrypt"
  bool takes_alias = true;     // whether the key may be named by an alias
  bool other_accounts = true;  // whether other accounts may be allowed to
};
// Operations of a key's owner.
inline Operation Owners(std::string_view name) { return {name, false, false}; }

struct KeyName {
  Scope scope;
  std::string id;
  std::string alias;  // by which it was named; may be empty
};

class Session {
 public:
  // `writes`: what is read belongs to what the transaction depends on.
  Session(Keys& keys, kv::Txn& txn, const Use& use, bool writes)
      : keys_(keys), txn_(txn), use_(use), writes_(writes), now_(keys.clock_.Now()) {}

  // Which key is meant, whether it exists or not. Errors: kNotFound (aliases, malformed ids), kInvalidArn.
  Result<KeyName> Resolve(std::string_view name, const Operation& operation);
  // Errors: kNotFound.
  Result<std::shared_ptr<const Entry>> Load(const Scope& scope, const std::string& id);
  // Resolves, loads and authorises.
  Result<std::shared_ptr<const Entry>> Open(std::string_view name, const Operation& operation,
                                            const EncryptionContext& context = {});
  Status Authorize(const Entry& entry, const Operation& operation, const EncryptionContext& context,
                   std::string_view alias = {});
  // Errors: kInvalidState when that version's bytes are gone.
  Result<std::shared_ptr<const Secret>> Open(const Entry& entry, int64_t version);
  Result<std::optional<StoredMaterial>> Material(const Key& key, int64_t version);
  Result<std::vector<StoredMaterial>> Materials(const Key& key);

  // The state that holds now: imported material may have expired since the record was written.
  State StateOf(const Key& key) const;
  // Fails with the error for a key that is not in a state to be used.
  Status CheckUsable(const Key& key) const;
  // Fails while the key is pending deletion.
  Status CheckNotPendingDeletion(const Key& key) const;
  // kDryRun when that was asked for; call it when nothing can fail any more.
  Status CheckDryRun() const;

  // Writes the key, keeps its due times; counts the change.
  void Save(const Key& before, Key after);
  void SaveNew(const Key& key);
  // Seals and writes a version of the material and tells its id.
  std::string SaveMaterial(const Key& key, MaterialInfo info, std::string_view secret);
  void SaveMaterialInfo(const Key& key, const StoredMaterial& material);
  // Removes everything of the key; its material too when no related key is left.
  Status Erase(const Key& key);
  // Runs `change` on every related key that exists, this one included, and saves those.
  Status ChangeRelated(const Key& key, const std::function<void(Key&)>& change);

  Result<std::optional<std::string>> Get(std::string_view row) { return writes_ ? txn_.Get(row) : txn_.PeekGet(row); }
  Result<std::vector<kv::KeyValue>> Scan(const kv::Key& prefix, size_t limit, const std::string& after = {});

  kv::Txn& txn() { return txn_; }
  const Use& use() const { return use_; }
  Timestamp now() const { return now_; }
  Keys& keys() { return keys_; }

 private:
  Result<KeyName> ResolveArn(std::string_view arn, const Operation& operation);
  Result<KeyName> ResolveAlias(const Scope& scope, std::string_view alias);
  // How a grant of the operation names the user; kNone when none does.
  Result<policy::Match> Granted(const Key& key, const Operation& operation, const EncryptionContext& context);

  Keys& keys_;
  kv::Txn& txn_;
  const Use use_;
  const bool writes_;
  const Timestamp now_;
};

Error KeyNotFound(const Scope& scope, std::string_view id);
Error AliasNotFound(const Scope& scope, std::string_view alias);
// kInvalidKeyUsage: "<arn> key usage is SIGN_VERIFY which is not valid for Encrypt."
Error WrongUsage(const Key& key, std::string_view operation);
// kUnsupported: "<arn> origin is AWS_KMS which is not valid for this operation."
Error WrongOrigin(const Key& key);

// The policy of a key that was made without one.
std::string DefaultPolicy(const std::string& account);
// Checks a policy that `use` wants to give to the key. Errors: kMalformedPolicy, kLimitExceeded.
Status CheckPolicy(const identity::Authorizer& authorizer, const Use& use, const Key& key, const std::string& policy,
                   bool skip_lockout_check);
Result<std::shared_ptr<const policy::Document>> ParsePolicy(const std::string& text);
// Tells the same material of a key again without telling anything of it: 64 hex digits.
std::string MaterialId(std::string_view key_id, std::string_view secret);
// Material for a key of that spec: bytes, or a private key. RSA takes up to seconds.
Result<std::string> NewSecret(Spec spec);

}  // namespace tarn::keys
