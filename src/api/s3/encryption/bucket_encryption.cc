// How a bucket encrypts what comes without a choice: Put-, Get- and DeleteBucketEncryption.
#include "api/s3/directory/directory.h"
#include "api/s3/directory/settings.h"
#include "api/s3/encryption/encryption.h"
#include "api/s3/encryption/update_object_encryption.h"
#include "api/s3/errors.h"
#include "api/s3/operations.h"

namespace tarn::api::s3 {
namespace {

using object::BlockedEncryption;
using object::DefaultEncryption;
using object::EncryptionKind;

Result<BlockedEncryption> BlockedOf(const gen::BlockedEncryptionTypes& types) {
  const auto& listed = types.encryption_type;
  if (!listed || listed->size() != 1) return Fail(kMalformedXml, "one EncryptionType is expected");
  if ((*listed)[0] == "NONE") return BlockedEncryption::kNone;
  if ((*listed)[0] == "SSE-C") return BlockedEncryption::kCustomer;
  return Fail(kMalformedXml, "unknown EncryptionType");
}

Result<DefaultEncryption> RuleOf(const Call& call, const gen::ServerSideEncryptionRule& in) {
  DefaultEncryption rule;
  rule.bucket_key = in.bucket_key_enabled.value_or(false);
  if (in.blocked_encryption_types) {
    TARN_TRY(rule.blocked, BlockedOf(*in.blocked_encryption_types));
  }
  if (!in.apply_server_side_encryption_by_default) {
    if (in.blocked_encryption_types || in.bucket_key_enabled) return rule;
    return Fail(kMalformedXml, "an empty rule");
  }
  const gen::ServerSideEncryptionByDefault& by_default = *in.apply_server_side_encryption_by_default;
  const auto kind = ParseAlgorithmText(by_default.sse_algorithm.value_or(""));
  if (!kind) return Fail(kMalformedXml, "unknown SSEAlgorithm");
  rule.kind = *kind;
  if (by_default.kms_master_key_id && rule.kind == EncryptionKind::kS3) {
    call.AddErrorField("ArgumentName", "ApplyServerSideEncryptionByDefault");
    return Fail(object::kInvalidArgument,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse");
  }
  // Not looked up here: AWS finds out at the first object, too.
  rule.key = by_default.kms_master_key_id.value_or("");
  return rule;
}

Result<gen::GetBucketEncryptionOutput> GetBucketEncryption(S3Service& service, const Call& call,
                                                           const gen::GetBucketEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  // Since 2023 every bucket of AWS tells AES256; before, those did that had been told to.
  if (service.parts().legacy_bucket_defaults && !bucket.Has(DefaultEncryption::kDocument)) {
    call.AddErrorField("BucketName", bucket.name);
    return Fail(kNoSuchEncryption, "no default encryption was set");
  }
  TARN_TRY(const DefaultEncryption kept, service.store().GetDefaultEncryption(bucket));
  gen::ServerSideEncryptionRule rule;
  auto& by_default = rule.apply_server_side_encryption_by_default.emplace();
  by_default.sse_algorithm = AlgorithmText(kept.kind);
  if (kept.kind != EncryptionKind::kS3 && !kept.key.empty()) by_default.kms_master_key_id = kept.key;
  rule.bucket_key_enabled = kept.bucket_key;
  if (kept.blocked != BlockedEncryption::kUnset) {
    rule.blocked_encryption_types.emplace().encryption_type = {kept.blocked == BlockedEncryption::kNone ? "NONE"
                                                                                                        : "SSE-C"};
  }
  gen::GetBucketEncryptionOutput out;
  out.server_side_encryption_configuration.emplace().rules.emplace().push_back(std::move(rule));
  return out;
}

Result<gen::PutBucketEncryptionResponse> PutBucketEncryption(S3Service& service, const Call& call,
                                                             const gen::PutBucketEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const auto& configuration = in.server_side_encryption_configuration;
  if (!configuration || !configuration->rules || configuration->rules->size() != 1) {
    return Fail(kMalformedXml, "exactly one rule is expected");
  }
  TARN_TRY(DefaultEncryption rule, RuleOf(call, (*configuration->rules)[0]));
  TARN_TRY(const DefaultEncryption present, service.store().GetDefaultEncryption(bucket));
  // A rule that says nothing of it leaves the block as it is.
  if (rule.blocked == BlockedEncryption::kUnset) rule.blocked = present.blocked;
  TARN_CHECK(FitRule(service.store(), call, bucket, present, rule));
  TARN_CHECK(service.store().SetDocument(bucket.name, DefaultEncryption::kDocument, rule.Encode()));
  return gen::PutBucketEncryptionResponse{};
}

Result<gen::DeleteBucketEncryptionResponse> DeleteBucketEncryption(S3Service& service, const Call& call,
                                                                   const gen::DeleteBucketEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  std::optional<std::string> left;
  if (IsDirectory(bucket)) {
    TARN_TRY(const DefaultEncryption present, service.store().GetDefaultEncryption(bucket));
    left = RuleAfterDeletion(present);
  }
  TARN_CHECK(service.store().SetDocument(bucket.name, DefaultEncryption::kDocument, left));
  return gen::DeleteBucketEncryptionResponse{};
}

}  // namespace

Rows EncryptionRows(const Rules& rules) {
  using protocol::Bind;
  // One action, whether a version is named or not.
  const auto update = [checks = rules.checks](const Call& call, const gen::UpdateObjectEncryptionRequest& in) {
    return checks(call, "s3:UpdateObjectEncryption", in.bucket, in.key);
  };
  return {
      Bind<&GetBucketEncryption>("GetBucketEncryption", "s3:GetEncryptionConfiguration",
                                 rules.Bucket("s3:GetEncryptionConfiguration")),
      Bind<&PutBucketEncryption>("PutBucketEncryption", "s3:PutEncryptionConfiguration",
                                 rules.Bucket("s3:PutEncryptionConfiguration")),
      Bind<&DeleteBucketEncryption>("DeleteBucketEncryption", "s3:PutEncryptionConfiguration",
                                    rules.Bucket("s3:PutEncryptionConfiguration")),
      Bind<&UpdateObjectEncryption>("UpdateObjectEncryption", "s3:UpdateObjectEncryption", update, kData),
  };
}

}  // namespace tarn::api::s3
