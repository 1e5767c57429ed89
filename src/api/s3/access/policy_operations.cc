// Bucket policies.
#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/operations.h"
#include "object/directory/checks.h"

namespace tarn::api::s3 {
namespace {

Error NoPolicy(const Call& call, const object::Bucket& bucket) {
  call.AddErrorField("BucketName", bucket.name);
  return Fail(kNoSuchBucketPolicy, "the bucket has no policy");
}

// A policy belongs to the owner's account alone: S3 tells others so even when a policy allows them.
Result<object::Bucket> OwnBucket(const S3Service& service, const Call& call, const std::optional<std::string>& name,
                                 const std::optional<std::string>& expected_owner) {
  TARN_TRY(object::Bucket bucket, service.FindBucket(call, name, expected_owner));
  if (call.caller.anonymous() || call.caller.account != bucket.owner.account) {
    call.AddErrorField("Method", std::string(call.method()));
    call.AddErrorField("ResourceType", "BUCKETPOLICY");
    return Fail(kMethodNotAllowed, "the bucket belongs to another account");
  }
  return bucket;
}

Result<gen::PutBucketPolicyResponse> PutBucketPolicy(S3Service& service, const Call& call,
                                                     const gen::PutBucketPolicyRequest& in) {
  TARN_TRY(const object::Bucket bucket, OwnBucket(service, call, in.bucket, in.expected_bucket_owner));
  const std::string policy = in.policy.value_or("");
  TARN_TRY(const auto parsed, policy::ParseBucketPolicy(policy, object::BucketArn(bucket)));
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  TARN_TRY(const PublicAccessBlock block, EffectiveBlock(service, bucket, *access));
  if (block.block_policy && parsed->IsPublic()) {
    return Blocked(call, bucket, "s3:PutBucketPolicy", kPublicPoliciesBlocked);
  }
  call.extras.success_status = 204;
  TARN_CHECK(service.store().SetDocument(bucket.name, kPolicyDocument, policy));
  return gen::PutBucketPolicyResponse{};
}

Result<gen::GetBucketPolicyOutput> GetBucketPolicy(S3Service& service, const Call& call,
                                                   const gen::GetBucketPolicyRequest& in) {
  TARN_TRY(const object::Bucket bucket, OwnBucket(service, call, in.bucket, in.expected_bucket_owner));
  auto policy = service.store().GetDocument(bucket, kPolicyDocument);
  if (policy.Is(object::kNoSuchConfiguration)) return NoPolicy(call, bucket);
  if (!policy.ok()) return policy.error();
  return gen::GetBucketPolicyOutput{.policy = std::move(policy).value()};
}

Result<gen::DeleteBucketPolicyResponse> DeleteBucketPolicy(S3Service& service, const Call& call,
                                                           const gen::DeleteBucketPolicyRequest& in) {
  TARN_TRY(const object::Bucket bucket, OwnBucket(service, call, in.bucket, in.expected_bucket_owner));
  if (bucket.Has(kPolicyDocument)) TARN_CHECK(service.store().SetDocument(bucket.name, kPolicyDocument, std::nullopt));
  return gen::DeleteBucketPolicyResponse{};
}

// A bucket with access lists can be public without a policy, and this is the operation that tells of it.
Result<gen::GetBucketPolicyStatusOutput> GetBucketPolicyStatus(S3Service& service, const Call& call,
                                                               const gen::GetBucketPolicyStatusRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  if (!access->policy && !TakesAcls(bucket)) return NoPolicy(call, bucket);
  const bool by_policy = access->policy && access->policy->IsPublic();
  const bool by_acl = TakesAcls(bucket) && IsPublic(access->acl);
  gen::GetBucketPolicyStatusOutput out;
  out.policy_status = gen::PolicyStatus{.is_public = by_policy || by_acl};
  return out;
}

}  // namespace

Rows PolicyRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&PutBucketPolicy>("PutBucketPolicy", "s3:PutBucketPolicy", rules.Bucket("s3:PutBucketPolicy")),
      Bind<&GetBucketPolicy>("GetBucketPolicy", "s3:GetBucketPolicy", rules.Bucket("s3:GetBucketPolicy")),
      Bind<&DeleteBucketPolicy>("DeleteBucketPolicy", "s3:DeleteBucketPolicy", rules.Bucket("s3:DeleteBucketPolicy")),
      Bind<&GetBucketPolicyStatus>("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus",
                                   rules.Bucket("s3:GetBucketPolicyStatus")),
  };
}

}  // namespace tarn::api::s3
