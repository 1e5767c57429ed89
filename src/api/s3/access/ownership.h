// Object Ownership: its names, and the access that a new bucket begins with.
//
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
#pragma once

#include <optional>
#include <string_view>

#include "api/s3/access/access.h"

namespace tarn::api::s3 {

std::string_view OwnershipName(object::Ownership ownership);  // empty for kNotSet
std::optional<object::Ownership> ParseOwnership(std::string_view name);

// What a new bucket is told of ownership and access, by its request and the lake's defaults. Errors:
// kBucketAclWithOwnership, kBucketAclWithBlock, kInvalidArgument, those of ReadAcl.
Status SetBucketAccess(const S3Service& service, const Call& call, const gen::CreateBucketRequest& in,
                       object::NewBucket& options);

// Whether a request that makes a bucket again asks for the access that it has: making it again never changes that.
Result<bool> AsksForSameAccess(const S3Service& service, const Call& call, const gen::CreateBucketRequest& in,
                               const object::Bucket& present);

}  // namespace tarn::api::s3
