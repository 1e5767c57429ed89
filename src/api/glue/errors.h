// Why Glue's wire face itself refuses; what the domain refuses is in catalog/errors.h and jobs/crawl/errors.h.
#pragma once

#include "base/result.h"

namespace tarn::api::glue {

inline constexpr Reason kInvalidInput{"glue.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kEntityNotFound{"glue.EntityNotFound", Code::kNotFound};
inline constexpr Reason kAlreadyExists{"glue.AlreadyExists", Code::kAlreadyExists};
// A served operation with a member whose meaning is not served; the message names the member.
inline constexpr Reason kConditionCheckFailure{"glue.ConditionCheckFailure", Code::kPreconditionFailed};
inline constexpr Reason kNotSupported{"glue.NotSupported", Code::kUnimplemented};
inline constexpr Reason kPermissionTypeMismatch{"glue.PermissionTypeMismatch", Code::kInvalidArgument};

}  // namespace tarn::api::glue
