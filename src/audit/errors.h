// What the audit trail can refuse.
#pragma once

#include "base/result.h"

namespace tarn::audit {

// A record could not be made durable: the call that it is of must fail.
inline constexpr Reason kNotRecorded{"audit.NotRecorded", Code::kUnavailable};
inline constexpr Reason kDamaged{"audit.Damaged", Code::kDataLoss};
inline constexpr Reason kNoSuchTrail{"audit.NoSuchTrail", Code::kNotFound};
inline constexpr Reason kTrailExists{"audit.TrailExists", Code::kAlreadyExists};
inline constexpr Reason kTooManyTrails{"audit.TooManyTrails", Code::kResourceExhausted};
inline constexpr Reason kNoSuchBucket{"audit.NoSuchBucket", Code::kNotFound};
// The bucket's policy does not let CloudTrail write.
inline constexpr Reason kForbidden{"audit.Forbidden", Code::kPermissionDenied};
// Of the KMS key of a trail.
inline constexpr Reason kNoSuchKmsKey{"audit.NoSuchKmsKey", Code::kNotFound};
inline constexpr Reason kKmsKeyDisabled{"audit.KmsKeyDisabled", Code::kPreconditionFailed};
inline constexpr Reason kKmsKeyUnusable{"audit.KmsKeyUnusable", Code::kPreconditionFailed};
inline constexpr Reason kKmsKeyForbidden{"audit.KmsKeyForbidden", Code::kPermissionDenied};
inline constexpr Reason kBadToken{"audit.BadToken", Code::kInvalidArgument};

}  // namespace tarn::audit
