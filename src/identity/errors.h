// What identity refuses.
#pragma once

#include "base/result.h"

namespace tarn::identity {

inline constexpr Reason kBadAccount{"identity.BadAccount", Code::kInvalidArgument};
inline constexpr Reason kKeyTaken{"identity.KeyTaken", Code::kAlreadyExists};
inline constexpr Reason kUnknownKey{"identity.UnknownKey", Code::kNotFound};
// Temporary credentials whose token is unknown, expired or not of that key.
inline constexpr Reason kBadToken{"identity.BadToken", Code::kPermissionDenied};
inline constexpr Reason kDamaged{"identity.Damaged", Code::kDataLoss};

}  // namespace tarn::identity
