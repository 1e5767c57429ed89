// Why the schema registry refuses. Messages are the sentences that Glue's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::registry {

inline constexpr Reason kNoSuchEntity{"registry.NoSuchEntity", Code::kNotFound};
inline constexpr Reason kAlreadyExists{"registry.AlreadyExists", Code::kAlreadyExists};
inline constexpr Reason kInvalidInput{"registry.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kLimitExceeded{"registry.LimitExceeded", Code::kResourceExhausted};
// The schema is in a state that forbids the change: the version is its checkpoint.
inline constexpr Reason kInUse{"registry.InUse", Code::kConflict};
inline constexpr Reason kDamaged{"registry.Damaged", Code::kDataLoss};

}  // namespace tarn::registry
