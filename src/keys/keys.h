// Keys: KMS keys and what they encrypt. docs/format/keys.md tells the records and the form of ciphertexts.
//
// A key is named by its id, its ARN, "alias/name" or an alias's ARN; names without an account and region are looked up
// in the user's. Invariants: every change is durable before it is acknowledged; key material is sealed under the lake's
// master key; a ciphertext names its key and the version of its material, so it decrypts after rotations. Reads and the
// data path (GenerateDataKey, Encrypt, Decrypt, Describe) run at memory speed and may run on I/O threads; what changes
// keys blocks. Caches are checked against the stored record on every use. Errors: keys/errors.h. Threads: any.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "identity/caller.h"
#include "keys/errors.h"
#include "keys/key.h"
#include "kv/kv.h"

namespace tarn::keys {

// Who uses a key, and where: the key's policy or a grant must allow it.
struct Use {
  const Scope& scope;
  const identity::Caller& caller;
  std::string_view via_service = {};  // "s3.us-east-1.amazonaws.com" when a service acts for the caller
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
};
struct Decrypted {
  std::string plaintext;
  std::string key_arn;
  std::string material_id;
};

class Keys {
 public:
  // `master_key` has 32 bytes.
  Keys(kv::Store& store, const Clock& clock, std::string master_key);
  ~Keys();

  // Errors: kNotFound, kInvalidArn, kAccessDenied.
  Result<Key> Describe(const Use& use, std::string_view key);
  // The AWS managed key of that service ("s3": alias/aws/s3), made when it is first asked for.
  Result<Key> ManagedKey(const Scope& scope, std::string_view service);

  // A fresh key and its ciphertext. Naming "alias/aws/s3" makes the managed key when there is none yet.
  // Errors: those of Describe, kDisabled, kInvalidState, kInvalidKeyUsage.
  Result<DataKey> GenerateDataKey(const Use& use, std::string_view key, const EncryptionContext& context,
                                  size_t bytes = 32);
  Result<Encrypted> Encrypt(const Use& use, std::string_view key, const EncryptionContext& context,
                            std::string_view plaintext);
  // `expected_key` may be empty. Errors: those of GenerateDataKey, kInvalidCiphertext, kIncorrectKey.
  Result<Decrypted> Decrypt(const Use& use, std::string_view ciphertext, const EncryptionContext& context,
                            std::string_view expected_key = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tarn::keys
