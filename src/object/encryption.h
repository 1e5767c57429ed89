// Under which key the blobs of object versions are wrapped, and who supplies it.
//
// SSE-S3 (kS3): the lake's own wrapper. SSE-KMS (kKms, kDsse): a data key that a KMS key sealed; one for each object or
// multipart upload, or, with bucket keys, one for a bucket and some minutes. SSE-C (kCustomer): a key derived from the
// one that the customer sends with each request; of it only a salt and a verifier are kept.
// Invariant: no plaintext key but the lake's master key is ever stored; docs/format/object.md tells what is.
// Errors: kKeyNotFound, kKeyDisabled, kKeyInvalidState, kKeyInvalidUsage, kKeyDenied, kWrongCustomerKey,
// kInvalidRequest (a customer's key is missing, or given in vain). Threads: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "blob/key_wrapper.h"
#include "identity/caller.h"
#include "object/attributes.h"

namespace tarn::object {

using EncryptionContext = std::map<std::string, std::string>;
using Wrapper = std::shared_ptr<const blob::KeyWrapper>;  // null: the lake's

// On whose behalf a KMS key is used. Names without an account and region are looked up in `scope`.
struct KeyUser {
  Scope scope;
  identity::Caller caller;
};

struct DataKey {
  std::string plaintext;  // 32 bytes
  std::string sealed;     // Open gives the plaintext back
  std::string key_arn;
};

// KMS, as objects need it. Memory-speed, but the first use of an account's "alias/aws/s3" commits.
class KeySource {
 public:
  virtual ~KeySource() = default;
  virtual Result<DataKey> Generate(const KeyUser& user, std::string_view key, const EncryptionContext& context) = 0;
  virtual Result<std::string> Open(const KeyUser& user, std::string_view sealed, const EncryptionContext& context) = 0;
};

// A key that came with a request: 32 bytes.
struct CustomerKey {
  std::string bytes;
  std::string Md5Text() const;  // Base64
};

// What a writer asks for; nothing: the bucket's default.
struct EncryptionChoice {
  std::optional<EncryptionKind> kind;
  std::string key;                 // id, ARN or alias; empty: the bucket's, or alias/aws/s3 when `kind` is told
  EncryptionContext context;       // beside aws:s3:arn
  std::optional<bool> bucket_key;  // nothing: as the bucket says
  std::optional<CustomerKey> customer;
};

// How the bytes of a new version are to be encrypted.
struct Sealing {
  Encryption encryption;  // to be kept with it
  Wrapper wrapper;        // for its blobs
};

enum class BlockedEncryption : uint8_t { kUnset = 0, kNone = 1, kCustomer = 2 };  // frozen: stored

// A bucket's default encryption: the document of kind "encryption".
struct DefaultEncryption {
  static constexpr std::string_view kDocument = "encryption";
  EncryptionKind kind = EncryptionKind::kS3;
  std::string key;  // as it was given; empty: alias/aws/s3
  bool bucket_key = false;
  BlockedEncryption blocked = BlockedEncryption::kUnset;

  std::string Encode() const;
  static Result<DefaultEncryption> Decode(std::string_view document);
};

// Encryption::context, both ways.
std::string EncodeContext(const EncryptionContext& context);
Result<EncryptionContext> DecodeContext(std::string_view bytes);

// A new sealing under a customer's key.
Sealing SealForCustomer(const CustomerKey& key);
// Whether a version is encrypted with this very key.
bool IsCustomerKeyOf(const Encryption& encryption, const CustomerKey& key);
// Whether that key opens the version: kInvalidRequest, kWrongCustomerKey. Every kind but kCustomer wants none.
Status CheckCustomerKey(const Encryption& encryption, const std::optional<CustomerKey>& key);
// Of a version for which CheckCustomerKey holds.
Wrapper CustomerWrapper(const Encryption& encryption, const CustomerKey& key);

// Stands for a wrapper that becomes known after the readers which use it were made.
class KeyLatch : public blob::KeyWrapper {
 public:
  using Find = std::function<Result<Wrapper>()>;
  void Provide(Wrapper wrapper);
  // Found at the first use; its error is the reads' error, and the next read asks again.
  void ProvideLater(Find find);

  Result<std::string> Wrap(std::string_view key) const override;
  Result<std::string> Unwrap(std::string_view wrapped) const override;

 private:
  Result<Wrapper> Known() const;

  mutable std::mutex mutex_;
  mutable Wrapper wrapper_;
  Find find_;
};

// The data keys that buckets with bucket keys are using; sealed, never in the clear.
class BucketKeys {
 public:
  struct Sealed {
    std::string sealed;
    std::string key_arn;
  };
  std::optional<Sealed> Find(const std::string& use, Timestamp now);
  void Keep(const std::string& use, Sealed key, Timestamp now);

 private:
  struct Kept {
    Sealed key;
    Timestamp until;
  };
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

}  // namespace tarn::object
