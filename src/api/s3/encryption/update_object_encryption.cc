// UpdateObjectEncryption: another KMS key for a version that is there, without moving a byte.
#include "api/s3/encryption/update_object_encryption.h"

#include <fmt/format.h>

#include "api/s3/encryption/encryption.h"
#include "api/s3/errors.h"
#include "base/strings.h"

namespace tarn::api::s3 {
namespace {

using object::EncryptionKind;

Error BadArn(std::string_view what) {
  return Fail(object::kInvalidRequest,
              fmt::format("Requests that modify an object's encryption type to SSE-KMS require {}", what));
}

// The account of "arn:aws:kms:<region>:<account>:key/<id>".
Result<std::string> AccountOfKey(const std::optional<std::string>& arn) {
  if (!arn || arn->empty()) {
    return BadArn(
        "an Amazon Web Services KMS key Amazon Resource Name (ARN). Modify the request to specify a KMS key ARN, and "
        "then try again.");
  }
  const std::vector<std::string_view> parts = Split(*arn, ':');
  if (parts.size() != 6 || parts[0] != "arn" || parts[2] != "kms" || !parts[5].starts_with("key/")) {
    return BadArn(
        "a valid Amazon Web Services KMS key Amazon Resource Name (ARN). Confirm that you have a correctly formatted "
        "KMS key ARN in your request, and then try again.");
  }
  return std::string(parts[4]);
}

Status CheckSource(const Call& call, const object::Version& version) {
  const object::Attributes& attributes = version.attributes;
  if (attributes.encryption.kind == EncryptionKind::kDsse || attributes.encryption.kind == EncryptionKind::kCustomer) {
    return Fail(object::kInvalidRequest,
                "The UpdateObjectEncryption operation doesn't support source objects with the encryption type DSSE-KMS "
                "or SSE-C. Only source objects encrypted with SSE-S3 or SSE-KMS are supported.");
  }
  const bool retained = attributes.lock.mode != object::LockMode::kNone && attributes.lock.retain_until > call.now;
  if (retained || attributes.lock.legal_hold) {
    return Fail(object::kEncryptionBlocked,
                "The encryption type for the specified object can't be updated because that object is protected by S3 "
                "Object Lock.");
  }
  return Ok();
}

}  // namespace

Result<gen::UpdateObjectEncryptionResponse> UpdateObjectEncryption(S3Service& service, const Call& call,
                                                                   const gen::UpdateObjectEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.object_encryption || !in.object_encryption->ssekms) {
    return Fail(object::kInvalidRequest,
                "Requests that modify an object encryption configuration require a valid new encryption type. Valid "
                "values are SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type, and then "
                "try again.");
  }
  const gen::SSEKMSEncryption& wanted = *in.object_encryption->ssekms;
  TARN_TRY(const std::string account, AccountOfKey(wanted.kms_key_arn));
  if (account != bucket.owner.account) {
    return Fail(object::kEncryptionBlocked,
                "The Amazon Web Services KMS key in the request must be owned by the same account as the bucket. "
                "Modify the request to specify a KMS key from the same account, and then try again.");
  }
  const std::string key = in.key.value_or("");
  const std::string version_id = in.version_id.value_or("");
  TARN_TRY(const object::Version version, service.FindVersion(call, bucket, key, version_id, false));
  TARN_CHECK(CheckSource(call, version));
  object::EncryptionChoice choice;
  choice.kind = EncryptionKind::kKms;
  choice.key = *wanted.kms_key_arn;
  choice.bucket_key = wanted.bucket_key_enabled.value_or(false);
  const object::KeyUser user = KeyUserOf(call, bucket);
  object::Store::Rewrapping change{.present = version.attributes.encryption, .from = nullptr, .to = {}};
  TARN_TRY(change.from, service.store().OpenKey(change.present, user, {}));
  TARN_TRY(change.to, service.store().Seal(bucket, key, choice, user));
  TARN_CHECK(service.store().Rewrap(bucket, key, version_id.empty() ? version.version_id : version_id, change));
  return gen::UpdateObjectEncryptionResponse{};
}

}  // namespace tarn::api::s3
