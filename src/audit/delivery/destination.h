// Where a trail's files go: objects in its bucket, written as cloudtrail.amazonaws.com, if the bucket lets it.
//
// A bucket's policy must allow cloudtrail.amazonaws.com s3:GetBucketAcl on the bucket and s3:PutObject below
// AWSLogs/<account>/. A bucket of the trail's own account that has no policy at all is taken too: the lake's internal
// actors work with their account's rights (unlike in AWS, where a policy must name CloudTrail). Files are encrypted
// under the trail's KMS key where it has one, with the rights of the bucket's account. Errors: kNoSuchBucket,
// kForbidden, those of object. Blocking. Threads: any.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "audit/trails.h"
#include "base/result.h"
#include "object/store/store.h"

namespace tarn::audit {

class Destination {
 public:
  explicit Destination(object::Store& objects) : objects_(objects) {}

  // Whether the trail could deliver.
  Status Check(const Trail& trail);
  // The ARN of the KMS key that the trail names by an id, an alias or an ARN. Errors: kNoSuchKmsKey,
  // kKmsKeyDisabled, kKmsKeyUnusable, kKmsKeyForbidden, those of Check.
  Result<std::string> FindKey(const Trail& trail);
  // Writes one object, durable on return. `metadata`: x-amz-meta-….
  Status Put(const Trail& trail, const std::string& key, std::string_view bytes,
             const std::map<std::string, std::string>& metadata);

 private:
  Result<object::Bucket> Open(const Trail& trail, const std::string& key);
  Result<object::Sealing> SealFor(const Trail& trail, const object::Bucket& bucket, const std::string& key);

  object::Store& objects_;
};

// "logs/AWSLogs/123456789012/CloudTrail/", the trail's prefix in front.
std::string LogFolder(const Trail& trail);
// The name that GetTrailStatus has for what a delivery failed of: "NoSuchBucket", "AccessDenied".
std::string DeliveryErrorOf(const Error& error);

// A gzip file of the bytes.
std::string Gzip(std::string_view bytes);

}  // namespace tarn::audit
