// Requests that come through access points: finding the point behind a bucket's name, and judging by its policy too.
//
// A point is named by its alias (of a directory bucket: its name), by its ARN (in x-amz-copy-source), or by the host
// that SDKs make of an ARN
// ("<name>-<account>.s3-accesspoint.<region>.<domain>", "<name>-<account>.<endpoint>"); a path never names one so.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points.html
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/s3/access/guard.h"
#include "api/s3/s3_service.h"
#include "object/points/access_points.h"
#include "policy/policy.h"

namespace tarn::api::s3 {

// The point that `name` leads to in this call; null when it is a bucket's name. kNoSuchAccessPoint; kMethodNotAllowed
// when the operation does not work through access points.
Result<std::shared_ptr<const object::AccessPoint>> FindPoint(const S3Service& service, const Call& call,
                                                             std::string_view name);
// Splits the copy source "arn:…:accesspoint/<name>/object/<key>"; false when it is none.
bool SplitPointSource(std::string_view source, std::string& point_arn, std::string& key);

// Parsed policies of points. Threads: any.
class PointPolicies {
 public:
  // Null when the point has none.
  Result<std::shared_ptr<const policy::Document>> Get(const object::AccessPoint& point);

 private:
  struct Kept {
    uint64_t revision = 0;
    std::shared_ptr<const policy::Document> policy;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Kept> kept_;  // by alias
};

// The guard of a bucket that is reached through a point: the point must allow, then the bucket.
class PointGuard : public BucketGuard {
 public:
  // `policy` is the point's, null when it has none; `block` counts the point's too. As BucketGuard's otherwise.
  PointGuard(const S3Service& service, const Call& call, const object::Bucket& bucket,
             std::shared_ptr<const BucketAccess> access, const PublicAccessBlock& block,
             std::shared_ptr<const policy::Document> policy, bool writes_object);

  Result<Ruling> Judge(const identity::Caller& caller, const identity::Check& check,
                       const policy::Context& context) const override;

 private:
  bool IsOutOfScope(const identity::Check& check) const;

  const std::shared_ptr<const object::AccessPoint> point_;
  const std::shared_ptr<const policy::Document> policy_;
};

}  // namespace tarn::api::s3
