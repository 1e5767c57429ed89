// Tag sets of requests, refused with the tag that is at fault.
#pragma once

#include <cstddef>

#include "api/protocol/service.h"
#include "base/result.h"
#include "object/bucket.h"

namespace tarn::api::s3 {

inline constexpr size_t kBucketTagsMax = 50;
inline constexpr size_t kObjectTagsMax = 10;

// object::CheckTags, naming the tag in the error's body as S3 does. Tags of objects have words of their own for system
// tags.
Status CheckTagSet(const protocol::Call& call, const object::Tags& tags, size_t max, bool of_object);

}  // namespace tarn::api::s3
