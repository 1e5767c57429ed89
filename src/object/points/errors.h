// What Multi-Region Access Points refuse; the domain's other failures are in object/errors.h.
#pragma once

#include "base/result.h"

namespace tarn::object {

inline constexpr Reason kNoSuchMultiRegionPoint{"object.NoSuchMultiRegionPoint", Code::kNotFound};
inline constexpr Reason kNoSuchAsyncRequest{"object.NoSuchAsyncRequest", Code::kNotFound};
inline constexpr Reason kIdempotency{"object.Idempotency", Code::kInvalidArgument};

}  // namespace tarn::object
