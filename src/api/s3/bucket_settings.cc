// What can be set on a bucket: versioning, tags, default encryption.
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {

Result<gen::GetBucketVersioningOutput> S3Service::GetBucketVersioning(const Call& call,
                                                                      const gen::GetBucketVersioningRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  gen::GetBucketVersioningOutput out;
  if (bucket.versioning == object::Versioning::kEnabled) out.status = "Enabled";
  if (bucket.versioning == object::Versioning::kSuspended) out.status = "Suspended";
  return out;
}

Result<gen::PutBucketVersioningResponse> S3Service::PutBucketVersioning(const Call& call,
                                                                        const gen::PutBucketVersioningRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!in.versioning_configuration || !in.versioning_configuration->status) {
    return Fail(kIllegalVersioning, "The Versioning element must be specified");
  }
  const gen::VersioningConfiguration& wanted = *in.versioning_configuration;
  if (wanted.mfa_delete && *wanted.mfa_delete == "Enabled")
    return Fail(kNotImplemented, "MFA delete is not implemented");
  if (*wanted.status != "Enabled" && *wanted.status != "Suspended") return Fail(kMalformedXml, "unknown Status");
  TARN_CHECK(store_.SetVersioning(
      bucket.name, *wanted.status == "Enabled" ? object::Versioning::kEnabled : object::Versioning::kSuspended));
  return gen::PutBucketVersioningResponse{};
}

Result<gen::GetBucketTaggingOutput> S3Service::GetBucketTagging(const Call& call,
                                                                const gen::GetBucketTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!bucket.tags || bucket.tags->empty()) {
    call.AddErrorField("BucketName", bucket.name);
    return Fail(kNoSuchTagSet, "The TagSet does not exist");
  }
  return gen::GetBucketTaggingOutput{.tag_set = FromTags(*bucket.tags)};
}

Result<gen::PutBucketTaggingResponse> S3Service::PutBucketTagging(const Call& call,
                                                                  const gen::PutBucketTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!in.tagging || !in.tagging->tag_set) return Fail(kMalformedXml, "no TagSet");
  call.extras.success_status = 204;
  TARN_CHECK(store_.SetBucketTags(bucket.name, ToTags(*in.tagging->tag_set)));
  return gen::PutBucketTaggingResponse{};
}

Result<gen::DeleteBucketTaggingResponse> S3Service::DeleteBucketTagging(const Call& call,
                                                                        const gen::DeleteBucketTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CHECK(store_.SetBucketTags(bucket.name, std::nullopt));
  return gen::DeleteBucketTaggingResponse{};
}

namespace {
// Default encryption is AES256 with the lake's key, always; what is kept is whether bucket keys were asked for.
constexpr std::string_view kEncryption = "encryption";
constexpr std::string_view kWithBucketKey = "AES256+BucketKey";
}  // namespace

Result<gen::GetBucketEncryptionOutput> S3Service::GetBucketEncryption(const Call& call,
                                                                      const gen::GetBucketEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const auto kept = store_.GetDocument(bucket, kEncryption);
  if (!kept.ok() && !kept.Is(object::kNoSuchConfiguration)) return kept.error();
  gen::ServerSideEncryptionRule rule;
  rule.apply_server_side_encryption_by_default.emplace();
  rule.apply_server_side_encryption_by_default->sse_algorithm = "AES256";
  rule.bucket_key_enabled = kept.ok() && *kept == kWithBucketKey;
  gen::GetBucketEncryptionOutput out;
  out.server_side_encryption_configuration.emplace();
  out.server_side_encryption_configuration->rules.emplace().push_back(std::move(rule));
  return out;
}

Result<gen::PutBucketEncryptionResponse> S3Service::PutBucketEncryption(const Call& call,
                                                                        const gen::PutBucketEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!in.server_side_encryption_configuration || !in.server_side_encryption_configuration->rules ||
      in.server_side_encryption_configuration->rules->size() != 1) {
    return Fail(kMalformedXml, "exactly one rule is expected");
  }
  const gen::ServerSideEncryptionRule& rule = (*in.server_side_encryption_configuration->rules)[0];
  if (rule.blocked_encryption_types) return Fail(kNotImplemented, "Blocked encryption types are not implemented");
  if (!rule.apply_server_side_encryption_by_default || !rule.apply_server_side_encryption_by_default->sse_algorithm) {
    return Fail(kMalformedXml, "no SSEAlgorithm");
  }
  const gen::ServerSideEncryptionByDefault& by_default = *rule.apply_server_side_encryption_by_default;
  if (*by_default.sse_algorithm != "AES256" && !by_default.sse_algorithm->starts_with("aws:kms")) {
    return Fail(kMalformedXml, "unknown SSEAlgorithm");
  }
  TARN_CHECK(CheckEncryption(by_default.sse_algorithm, /*customer_key=*/false));
  if (by_default.kms_master_key_id) {
    return Fail(object::kInvalidArgument,
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse");
  }
  TARN_CHECK(store_.SetDocument(bucket.name, kEncryption,
                                std::string(rule.bucket_key_enabled.value_or(false) ? kWithBucketKey : "AES256")));
  return gen::PutBucketEncryptionResponse{};
}

Result<gen::DeleteBucketEncryptionResponse> S3Service::DeleteBucketEncryption(
    const Call& call, const gen::DeleteBucketEncryptionRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CHECK(store_.SetDocument(bucket.name, kEncryption, std::nullopt));
  return gen::DeleteBucketEncryptionResponse{};
}

}  // namespace tarn::api::s3
