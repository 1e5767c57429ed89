// Why KMS's wire face itself refuses; what the domain refuses is in keys/errors.h.
#pragma once

#include "base/result.h"

namespace tarn::api::kms {

inline constexpr Reason kInvalidInput{"kms.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kNoSuchPolicy{"kms.NoSuchPolicy", Code::kNotFound};
inline constexpr Reason kInvalidMarker{"kms.InvalidMarker", Code::kInvalidArgument};
// No custom key store exists, nor can one be made.
inline constexpr Reason kNoSuchKeyStore{"kms.NoSuchKeyStore", Code::kNotFound};
// A served operation with a member whose meaning is not served; the message names the member.
inline constexpr Reason kNotSupported{"kms.NotSupported", Code::kUnimplemented};

}  // namespace tarn::api::kms
