// What S3 Control itself refuses; the domain's failures are in object/errors.h.
#pragma once

#include "base/result.h"

namespace tarn::api::s3control {

inline constexpr Reason kNoPublicAccessBlock{"s3control.NoPublicAccessBlock", Code::kNotFound};
inline constexpr Reason kNoSuchPolicy{"s3control.NoSuchPolicy", Code::kNotFound};
inline constexpr Reason kNoSuchMultiRegionPolicy{"s3control.NoSuchMultiRegionPolicy", Code::kNotFound};
inline constexpr Reason kPublicPolicyBlocked{"s3control.PublicPolicyBlocked", Code::kPermissionDenied};
inline constexpr Reason kNoSuchResource{"s3control.NoSuchResource", Code::kNotFound};
inline constexpr Reason kMalformedXml{"s3control.MalformedXml", Code::kInvalidArgument};
inline constexpr Reason kNotImplemented{"s3control.NotImplemented", Code::kUnimplemented};

}  // namespace tarn::api::s3control
