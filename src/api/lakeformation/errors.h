// Why Lake Formation's wire face itself refuses; what the domain refuses is in govern/errors.h.
#pragma once

#include <span>

#include "api/protocol/service.h"
#include "base/result.h"

namespace tarn::api::lakeformation {

// A served operation with a member whose meaning is not served; the message names the member.
inline constexpr Reason kNotSupported{"lakeformation.NotSupported", Code::kUnimplemented};
inline constexpr Reason kInvalidInput{"lakeformation.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kNotFound{"lakeformation.NotFound", Code::kNotFound};
inline constexpr Reason kAccessDenied{"lakeformation.AccessDenied", Code::kPermissionDenied};
inline constexpr Reason kPermissionTypeMismatch{"lakeformation.PermissionTypeMismatch", Code::kInvalidArgument};

std::span<const protocol::ErrorRow> ErrorRows();

}  // namespace tarn::api::lakeformation
