// How a store encrypts new versions and opens present ones.
#include <fmt/format.h>

#include <utility>

#include "object/content.h"
#include "object/directory/checks.h"
#include "object/directory/names.h"
#include "object/store/key_versions.h"
#include "object/store/keys.h"
#include "object/store/store.h"

namespace tarn::object {
namespace {

constexpr std::string_view kManagedKey = "alias/aws/s3";
constexpr std::string_view kArnContext = "aws:s3:arn";

Error NoKeySource() { return Fail(kKeyNotFound, "this lake has no key management"); }

}  // namespace

Result<DefaultEncryption> Store::GetDefaultEncryption(const Bucket& bucket) {
  if (!bucket.Has(DefaultEncryption::kDocument)) return DefaultEncryption{};
  TARN_TRY(const std::string document, GetDocument(bucket, DefaultEncryption::kDocument));
  return DefaultEncryption::Decode(document);
}

Status Store::CheckCustomerKeysAllowed(const Bucket& bucket, std::string_view key, const KeyUser& user) {
  TARN_TRY(const DefaultEncryption rule, GetDefaultEncryption(bucket));
  if (rule.blocked != BlockedEncryption::kCustomer) return Ok();
  return Fail(kEncryptionBlocked,
              fmt::format("User: {} is not authorized to perform: s3:PutObject on resource: \"arn:aws:s3:::{}/{}\" "
                          "because this bucket has blocked upload requests that specify Server Side Encryption with "
                          "Customer provided keys (SSE-C). Please specify a different server-side encryption type",
                          user.caller.arn, bucket.name, key));
}

Result<Sealing> Store::Seal(const Bucket& bucket, std::string_view key, const EncryptionChoice& choice,
                            const KeyUser& user) {
  if (choice.customer) {
    TARN_CHECK(CheckCustomerKeysAllowed(bucket, key, user));
    return SealForCustomer(*choice.customer);
  }
  if (choice.kind == EncryptionKind::kS3) return Sealing{};
  TARN_TRY(const DefaultEncryption rule, GetDefaultEncryption(bucket));
  Sealing sealing;
  Encryption& encryption = sealing.encryption;
  encryption.kind = choice.kind.value_or(rule.kind);
  if (encryption.kind == EncryptionKind::kS3) return sealing;
  if (keys_ == nullptr) return NoKeySource();
  encryption.bucket_key = encryption.kind == EncryptionKind::kKms && choice.bucket_key.value_or(rule.bucket_key);
  std::string_view name = choice.kind ? choice.key : rule.key;
  if (name.empty()) name = kManagedKey;
  EncryptionContext context = choice.context;
  const bool of_bucket = encryption.bucket_key || IsDirectoryBucket(bucket.name);
  context.emplace(kArnContext, of_bucket ? BucketArn(bucket) : fmt::format("arn:aws:s3:::{}/{}", bucket.name, key));
  encryption.context = EncodeContext(context);
  const std::string use = fmt::format("{:x} {} {} {}", bucket.id, user.caller.arn, name, encryption.context);
  if (encryption.bucket_key) {
    // The present bucket key, as long as this caller may still use it.
    if (auto kept = bucket_keys_.Find(use, clock_.Now())) {
      if (auto plaintext = keys_->Open(user, kept->sealed, context); plaintext.ok()) {
        encryption.key = std::move(kept->key_arn);
        encryption.sealed_key = std::move(kept->sealed);
        sealing.wrapper = blob::MakeKeyWrapper(*plaintext);
        return sealing;
      }
    }
  }
  TARN_TRY(DataKey fresh, keys_->Generate(user, name, context));
  if (encryption.bucket_key) bucket_keys_.Keep(use, {.sealed = fresh.sealed, .key_arn = fresh.key_arn}, clock_.Now());
  encryption.key = std::move(fresh.key_arn);
  encryption.sealed_key = std::move(fresh.sealed);
  sealing.wrapper = blob::MakeKeyWrapper(fresh.plaintext);
  return sealing;
}

Result<Wrapper> Store::OpenKey(const Encryption& encryption, const KeyUser& user,
                               const std::optional<CustomerKey>& customer) {
  TARN_CHECK(CheckCustomerKey(encryption, customer));
  switch (encryption.kind) {
    case EncryptionKind::kS3:
      return Wrapper();
    case EncryptionKind::kCustomer:
      return CustomerWrapper(encryption, *customer);
    case EncryptionKind::kKms:
    case EncryptionKind::kDsse:
      break;
  }
  if (keys_ == nullptr) return NoKeySource();
  TARN_TRY(const EncryptionContext context, DecodeContext(encryption.context));
  TARN_TRY(const std::string plaintext, keys_->Open(user, encryption.sealed_key, context));
  return Wrapper(blob::MakeKeyWrapper(plaintext));
}

Status Store::Rewrap(const Bucket& bucket, std::string_view key, std::string_view version_id,
                     const Rewrapping& change) {
  const blob::KeyWrapper& from = change.from != nullptr ? *change.from : blobs_.wrapper();
  const blob::KeyWrapper& to = change.to.wrapper != nullptr ? *change.to.wrapper : blobs_.wrapper();
  const auto rewrap = [&](Extent& extent) -> Status {
    if (extent.blob.size == 0) return Ok();
    if (extent.blob.wrapped_key.empty()) {
      return Fail(kInvalidRequest,
                  "The UpdateObjectEncryption operation doesn't supported unencrypted source objects. Only source "
                  "objects encrypted with SSE-S3 or SSE-KMS are supported.");
    }
    TARN_TRY(const std::string plain, from.Unwrap(extent.blob.wrapped_key));
    TARN_TRY(extent.blob.wrapped_key, to.Wrap(plain));
    return Ok();
  };
  TARN_CHECK(Edit(bucket, key, version_id, [&](kv::Txn& txn, const Version&, VersionRecord& record) -> Status {
    if (record.attributes.encryption != change.present) {
      return Fail(kConflict, "the version was encrypted otherwise meanwhile");
    }
    TARN_CHECK(ChangeExtents(txn, record, rewrap));
    record.attributes.encryption = change.to.encryption;
    TARN_TRY(auto copy, LoadRestored(txn, bucket.id, key, record.seq));
    if (copy) {
      TARN_CHECK(ChangeExtents(txn, *copy, rewrap));
      copy->attributes.encryption = change.to.encryption;
      txn.Put(RestoredKey(bucket.id, key, record.seq).bytes(), Encode(*copy));
    }
    return Ok();
  }));
  return Ok();
}

Status Store::Unlock(const Version& version, const KeyUser& user, const std::optional<CustomerKey>& customer) {
  TARN_TRY(Wrapper wrapper, OpenKey(version.attributes.encryption, user, customer));
  if (wrapper != nullptr && version.layout) version.layout->latch->Provide(std::move(wrapper));
  return Ok();
}

void Store::UnlockLater(const Version& version, const KeyUser& user) {
  if (!version.layout || !version.layout->latch) return;
  version.layout->latch->ProvideLater(
      [this, encryption = version.attributes.encryption, user] { return OpenKey(encryption, user, {}); });
}

}  // namespace tarn::object
