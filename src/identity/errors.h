// What identity refuses.
#pragma once

#include "base/result.h"

namespace tarn::identity {

inline constexpr Reason kBadAccount{"identity.BadAccount", Code::kInvalidArgument};
inline constexpr Reason kKeyTaken{"identity.KeyTaken", Code::kAlreadyExists};
inline constexpr Reason kUnknownKey{"identity.UnknownKey", Code::kNotFound};
// Temporary credentials whose token is unknown or not of that key.
inline constexpr Reason kBadToken{"identity.BadToken", Code::kPermissionDenied};
// The session's time is over.
inline constexpr Reason kExpiredToken{"identity.ExpiredToken", Code::kPermissionDenied};
// A session policy that is no policy, or a session that may not be so.
inline constexpr Reason kBadSession{"identity.BadSession", Code::kInvalidArgument};
inline constexpr Reason kDamaged{"identity.Damaged", Code::kDataLoss};

}  // namespace tarn::identity
