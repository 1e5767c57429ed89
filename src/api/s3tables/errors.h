// Why S3 Tables' wire face itself refuses; what the domain refuses is in catalog/errors.h.
#pragma once

#include "base/result.h"

namespace tarn::api::s3tables {

inline constexpr Reason kBadRequest{"s3tables.BadRequest", Code::kInvalidArgument};
inline constexpr Reason kNotFound{"s3tables.NotFound", Code::kNotFound};
inline constexpr Reason kConflict{"s3tables.Conflict", Code::kConflict};
// A served operation with a member whose meaning is not served; the message names it.
inline constexpr Reason kNotSupported{"s3tables.NotSupported", Code::kUnimplemented};

}  // namespace tarn::api::s3tables
