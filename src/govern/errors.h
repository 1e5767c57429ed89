// Why the governance domain refuses. Their AWS names stand in api/lakeformation/errors.cc.
#pragma once

#include "base/result.h"

namespace tarn::govern {

inline constexpr Reason kNotFound{"govern.NotFound", Code::kNotFound};
inline constexpr Reason kAlreadyExists{"govern.AlreadyExists", Code::kAlreadyExists};
inline constexpr Reason kInvalidInput{"govern.InvalidInput", Code::kInvalidArgument};
// The caller may not hand out, or look at, what was asked for.
inline constexpr Reason kAccessDenied{"govern.AccessDenied", Code::kPermissionDenied};
inline constexpr Reason kConcurrentModification{"govern.ConcurrentModification", Code::kConflict};
inline constexpr Reason kLimitExceeded{"govern.LimitExceeded", Code::kResourceExhausted};
inline constexpr Reason kDamaged{"govern.Damaged", Code::kDataLoss};

}  // namespace tarn::govern
