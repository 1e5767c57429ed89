// Keys: KMS keys and what they encrypt. docs/format/keys.md tells the records and the form of ciphertexts.
//
// A key is named by its id, its ARN, "alias/name" or an alias's ARN; names without an account and region are looked up
// in the user's. Invariants: every change is durable before it is acknowledged; key material is sealed under the lake's
// master key; a ciphertext names its key and the version of its material, so it decrypts after rotations; every use is
// allowed by the key's policy or a grant. Reads and the data path (GenerateDataKey, Encrypt, Decrypt, Describe) run at
// memory speed and may run on I/O threads; what changes keys, or makes a managed one, blocks. Caches are checked
// against the stored record on every use. Errors: keys/errors.h. Threads: any.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "identity/caller.h"
#include "identity/policy_authorizer.h"
#include "identity/secret_box.h"
#include "keys/errors.h"
#include "keys/key.h"
#include "kv/kv.h"

namespace tarn::keys {

// Who uses a key, and where: the key's policy or a grant must allow it. Views and references live as long as the call.
struct Use {
  const Scope& scope;
  const identity::Caller& caller;
  std::string_view via_service = {};  // "s3.us-east-1.amazonaws.com" when a service acts for the caller
  bool dry_run = false;               // kDryRun where it would have succeeded
};

struct DataKey {
  std::string plaintext;
  std::string ciphertext;  // opaque; Decrypt gives the plaintext back
  std::string key_arn;
  std::string material_id;  // 64 hex digits
};
struct Encrypted {
  std::string ciphertext;
  std::string key_arn;
  std::string material_id;
};
struct Decrypted {
  std::string plaintext;
  std::string key_arn;
  std::string material_id;
};
struct DataKeyPair {
  std::string public_key;   // SubjectPublicKeyInfo
  std::string private_key;  // PKCS #8
  Encrypted encrypted;      // the private key
};

// Which symmetric or RSA algorithm, and under which operation's name the use is authorised.
struct CipherOptions {
  std::string_view algorithm = "SYMMETRIC_DEFAULT";
  std::string_view operation = {};  // empty: "Encrypt", "Decrypt"
};

struct NewKey {
  std::string description;
  Spec spec = Spec::kSymmetricDefault;
  Usage usage = Usage::kEncryptDecrypt;
  Origin origin = Origin::kAwsKms;
  bool multi_region = false;
  std::string policy;  // empty: the default one
  bool skip_lockout_check = false;
  Tags tags;
};

// A page of a listing in order of names; `next` is what the following page begins after, empty at the end.
template <typename T>
struct Page {
  std::vector<T> items;
  std::string next;
};

struct ImportParameters {
  std::string key_arn;
  std::string token;
  std::string public_key;  // SubjectPublicKeyInfo
  Timestamp valid_to;
};
struct ImportRequest {
  std::string token;
  std::string wrapped;  // the material under the public key
  std::optional<Timestamp> expiry;
  std::optional<bool> is_new;  // absent: new where the key has none
  std::string description;
  std::string material_id;  // expected; may be empty
};
struct Imported {
  Key key;
  std::string material_id;
};

class Cache;

class Keys {
 public:
  // `master_key` has 32 bytes. `authorizer` outlives it; null: roots alone have rights beside keys' policies and
  // grants.
  Keys(kv::Store& store, const Clock& clock, std::string master_key, const identity::Authorizer* authorizer = nullptr);
  ~Keys();

  // Errors: kNotFound, kInvalidArn, kAccessDenied. `operation` names what the policy must allow.
  Result<Key> Describe(const Use& use, std::string_view key, std::string_view operation = "DescribeKey");
  // The AWS managed key of that service ("s3": alias/aws/s3), made when it is first asked for.
  Result<Key> ManagedKey(const Scope& scope, std::string_view service);

  // A fresh key and its ciphertext. Naming "alias/aws/s3" makes the managed key when there is none yet.
  // Errors: those of Describe, kDisabled, kInvalidState, kInvalidKeyUsage.
  Result<DataKey> GenerateDataKey(const Use& use, std::string_view key, const EncryptionContext& context,
                                  size_t bytes = 32, std::string_view operation = "GenerateDataKey");
  Result<DataKeyPair> GenerateDataKeyPair(const Use& use, std::string_view key, const EncryptionContext& context,
                                          Spec pair, std::string_view operation = "GenerateDataKeyPair");
  Result<Encrypted> Encrypt(const Use& use, std::string_view key, const EncryptionContext& context,
                            std::string_view plaintext, const CipherOptions& options = {});
  // `expected_key` may be empty for symmetric keys. Errors: those of GenerateDataKey, kInvalidCiphertext,
  // kIncorrectKey.
  Result<Decrypted> Decrypt(const Use& use, std::string_view ciphertext, const EncryptionContext& context,
                            std::string_view expected_key = {}, const CipherOptions& options = {});

  // `is_digest`: the message was hashed already. Return the key's ARN beside; VerifyMac and Verify succeed or fail with
  // kInvalidMac and kInvalidSignature.
  struct Signed {
    std::string key_arn;
    std::string bytes;
  };
  Result<Signed> Sign(const Use& use, std::string_view key, std::string_view algorithm, std::string_view message,
                      bool is_digest);
  Result<std::string> Verify(const Use& use, std::string_view key, std::string_view algorithm, std::string_view message,
                             bool is_digest, std::string_view signature);
  Result<Signed> GenerateMac(const Use& use, std::string_view key, std::string_view algorithm,
                             std::string_view message);
  Result<std::string> VerifyMac(const Use& use, std::string_view key, std::string_view algorithm,
                                std::string_view message, std::string_view mac);
  struct PublicKey {
    Key key;
    std::string der;
  };
  Result<PublicKey> GetPublicKey(const Use& use, std::string_view key);
  struct SharedSecret {
    Key key;
    std::string secret;
  };
  Result<SharedSecret> DeriveSharedSecret(const Use& use, std::string_view key, std::string_view public_key);

  Result<Key> Create(const Use& use, const NewKey& key);
  // Ids after `after`.
  Result<Page<std::string>> List(const Scope& scope, const std::string& after, size_t limit);
  Status Enable(const Use& use, std::string_view key);
  Status Disable(const Use& use, std::string_view key);
  Result<Key> ScheduleDeletion(const Use& use, std::string_view key, int64_t days);
  Result<Key> CancelDeletion(const Use& use, std::string_view key);
  Status UpdateDescription(const Use& use, std::string_view key, std::string description);
  Result<std::string> GetPolicy(const Use& use, std::string_view key);
  Status PutPolicy(const Use& use, std::string_view key, const std::string& policy, bool skip_lockout_check);
  Status Tag(const Use& use, std::string_view key, const Tags& tags);
  Status Untag(const Use& use, std::string_view key, const std::vector<std::string>& names);
  Result<Tags> ListTags(const Use& use, std::string_view key);
  // Of the key with this id, for conditions on them: nobody is asked whether he may see them.
  Result<Tags> TagsOf(const Scope& scope, std::string_view id) const;

  Status CreateAlias(const Use& use, const std::string& alias, std::string_view key);
  Status UpdateAlias(const Use& use, const std::string& alias, std::string_view key);
  Status DeleteAlias(const Use& use, const std::string& alias);
  // Of one key, or of all when `key` is empty.
  Result<Page<Alias>> ListAliases(const Use& use, std::string_view key, const std::string& after, size_t limit);

  struct Granted {
    std::string id;
    std::string token;
  };
  Result<Granted> CreateGrant(const Use& use, std::string_view key, Grant grant);
  struct KeyGrant {
    Key key;
    Grant grant;
  };
  Result<Page<KeyGrant>> ListGrants(const Use& use, std::string_view key, const std::string& id,
                                    const std::string& grantee, const std::string& after, size_t limit);
  Result<Page<KeyGrant>> ListRetirableGrants(const Use& use, const std::string& principal, const std::string& after,
                                             size_t limit);
  Status RevokeGrant(const Use& use, std::string_view key, const std::string& id);
  Status RetireGrant(const Use& use, std::string_view key, const std::string& id);
  Status RetireGrantByToken(const Use& use, const std::string& token);
  // Errors: kInvalidGrantToken. A token of a grant adds nothing to it: grants hold at once.
  Status CheckGrantToken(const std::string& token) const;

  Status EnableRotation(const Use& use, std::string_view key, int64_t days);
  Status DisableRotation(const Use& use, std::string_view key);
  Result<Key> RotationStatus(const Use& use, std::string_view key);
  Result<Key> Rotate(const Use& use, std::string_view key);
  // Versions of the material, oldest first.
  struct Materials {
    Key key;
    std::vector<MaterialInfo> versions;
  };
  Result<Materials> ListMaterials(const Use& use, std::string_view key);

  Result<ImportParameters> GetImportParameters(const Use& use, std::string_view key, std::string_view algorithm,
                                               Spec wrapping_key);
  Result<Imported> Import(const Use& use, std::string_view key, const ImportRequest& request);
  // `material_id` may be empty: the one that encrypts.
  Result<Imported> DeleteImported(const Use& use, std::string_view key, const std::string& material_id);

  struct Replica {
    Key key;
    std::string policy;
  };
  Result<Replica> Replicate(const Use& use, std::string_view key, const std::string& region, const NewKey& settings);
  Status UpdatePrimaryRegion(const Use& use, std::string_view key, const std::string& region);

  // Does what is due: deletes keys and material whose time has come, rotates. Until then each use sees that it is due.
  Status Sweep();

 private:
  friend class Session;
  kv::Store& store_;
  const Clock& clock_;
  const identity::SecretBox box_;
  const std::string token_key_;  // seals grant and import tokens
  std::unique_ptr<Cache> cache_;
  const identity::PolicyAuthorizer roots_;
  const identity::Authorizer* const authorizer_;
};

}  // namespace tarn::keys
