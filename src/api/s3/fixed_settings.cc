// Settings that cannot be changed yet: the true answer is known without storing anything.
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {
namespace {

// Ownership is BucketOwnerEnforced: the owner has full control and nobody else has a grant.
std::vector<gen::Grant> OwnersGrant(const object::Bucket& bucket) {
  gen::Grant grant;
  grant.grantee.emplace();
  grant.grantee->id = CanonicalId(bucket.owner.account);
  grant.grantee->type = "CanonicalUser";
  grant.permission = "FULL_CONTROL";
  return {std::move(grant)};
}

}  // namespace

Result<gen::GetBucketAclOutput> S3Service::GetBucketAcl(const Call& call, const gen::GetBucketAclRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  return gen::GetBucketAclOutput{.owner = OwnerOf(bucket.owner.account), .grants = OwnersGrant(bucket)};
}

Result<gen::GetObjectAclOutput> S3Service::GetObjectAcl(const Call& call, const gen::GetObjectAclRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CHECK(FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""), false));
  gen::GetObjectAclOutput out;
  out.owner = OwnerOf(bucket.owner.account);
  out.grants = OwnersGrant(bucket);
  return out;
}

Result<gen::GetBucketOwnershipControlsOutput> S3Service::GetBucketOwnershipControls(
    const Call& call, const gen::GetBucketOwnershipControlsRequest& in) {
  TARN_CHECK(BucketOf(call, in));
  gen::GetBucketOwnershipControlsOutput out;
  out.ownership_controls.emplace().rules.emplace().push_back({.object_ownership = "BucketOwnerEnforced"});
  return out;
}

Result<gen::GetPublicAccessBlockOutput> S3Service::GetPublicAccessBlock(const Call& call,
                                                                        const gen::GetPublicAccessBlockRequest& in) {
  TARN_CHECK(BucketOf(call, in));
  gen::GetPublicAccessBlockOutput out;
  out.public_access_block_configuration = gen::PublicAccessBlockConfiguration{.block_public_acls = true,
                                                                              .ignore_public_acls = true,
                                                                              .block_public_policy = true,
                                                                              .restrict_public_buckets = true};
  return out;
}

namespace {
// A configuration that no bucket can have yet.
Error None(const Call& call, const object::Bucket& bucket, const Reason& reason) {
  call.AddErrorField("BucketName", bucket.name);
  return Fail(reason, "the bucket has no such configuration");
}
}  // namespace

Result<gen::GetBucketPolicyOutput> S3Service::GetBucketPolicy(const Call& call, const gen::GetBucketPolicyRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  return None(call, bucket, kNoSuchBucketPolicy);
}

Result<gen::GetBucketPolicyStatusOutput> S3Service::GetBucketPolicyStatus(const Call& call,
                                                                          const gen::GetBucketPolicyStatusRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  return None(call, bucket, kNoSuchBucketPolicy);
}

Result<gen::GetBucketReplicationOutput> S3Service::GetBucketReplication(const Call& call,
                                                                        const gen::GetBucketReplicationRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  return None(call, bucket, kNoSuchReplication);
}

Result<gen::GetBucketLoggingOutput> S3Service::GetBucketLogging(const Call& call,
                                                                const gen::GetBucketLoggingRequest& in) {
  TARN_CHECK(BucketOf(call, in));
  return gen::GetBucketLoggingOutput{};
}

Result<gen::GetBucketRequestPaymentOutput> S3Service::GetBucketRequestPayment(
    const Call& call, const gen::GetBucketRequestPaymentRequest& in) {
  TARN_CHECK(BucketOf(call, in));
  return gen::GetBucketRequestPaymentOutput{.payer = "BucketOwner"};
}

}  // namespace tarn::api::s3
