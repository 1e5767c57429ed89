// Settings that cannot be changed yet: the true answer is known without storing anything.
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {
namespace {
// A configuration that no bucket can have yet.
Error None(const Call& call, const object::Bucket& bucket, const Reason& reason) {
  call.AddErrorField("BucketName", bucket.name);
  return Fail(reason, "the bucket has no such configuration");
}
}  // namespace

Result<gen::GetBucketReplicationOutput> S3Service::GetBucketReplication(const Call& call,
                                                                        const gen::GetBucketReplicationRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  return None(call, bucket, kNoSuchReplication);
}

}  // namespace tarn::api::s3
