// What can be set on a bucket: versioning, tags.
#include <utility>

#include "api/s3/rules/request_rules.h"
#include "api/s3/rules/tag_faults.h"
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
  // The lake's accounts have no MFA devices, so none can confirm it.
  if (wanted.mfa_delete && *wanted.mfa_delete == "Enabled") {
    return Fail(object::kAccessDenied, "Mfa Authentication must be used for this request");
  }
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
  if (!in.tagging) return Fail(kMalformedXml, "no Tagging");
  call.extras.success_status = 204;
  // A Tagging that holds nothing takes the tags away.
  if (!in.tagging->tag_set) {
    TARN_CHECK(store_.SetBucketTags(bucket.name, std::nullopt));
    return gen::PutBucketTaggingResponse{};
  }
  object::Tags tags = ToTags(*in.tagging->tag_set);
  TARN_CHECK(CheckTagSet(call, tags, kBucketTagsMax, /*of_object=*/false));
  TARN_CHECK(store_.SetBucketTags(bucket.name, std::move(tags)));
  return gen::PutBucketTaggingResponse{};
}

Result<gen::DeleteBucketTaggingResponse> S3Service::DeleteBucketTagging(const Call& call,
                                                                        const gen::DeleteBucketTaggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CHECK(store_.SetBucketTags(bucket.name, std::nullopt));
  return gen::DeleteBucketTaggingResponse{};
}

}  // namespace tarn::api::s3
