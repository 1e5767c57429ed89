// What STS's operations can answer besides success.
#pragma once

#include "base/result.h"

namespace tarn::api::sts {

inline constexpr Reason kAccessDenied{"sts.AccessDenied", Code::kPermissionDenied};
inline constexpr Reason kValidation{"sts.Validation", Code::kInvalidArgument};
inline constexpr Reason kInvalidParameterValue{"sts.InvalidParameterValue", Code::kInvalidArgument};
inline constexpr Reason kMalformedPolicy{"sts.MalformedPolicy", Code::kInvalidArgument};
inline constexpr Reason kPackedPolicyTooLarge{"sts.PackedPolicyTooLarge", Code::kInvalidArgument};
inline constexpr Reason kInvalidIdentityToken{"sts.InvalidIdentityToken", Code::kInvalidArgument};
inline constexpr Reason kOutboundDisabled{"sts.OutboundDisabled", Code::kPermissionDenied};
inline constexpr Reason kPayloadTooLarge{"sts.PayloadTooLarge", Code::kInvalidArgument};
inline constexpr Reason kSessionEscalation{"sts.SessionEscalation", Code::kPermissionDenied};
inline constexpr Reason kInvalidAuthorizationMessage{"sts.InvalidAuthorizationMessage", Code::kInvalidArgument};

}  // namespace tarn::api::sts
