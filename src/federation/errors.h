// What federation refuses. Messages are the sentences that STS's clients know.
#pragma once

#include "base/result.h"

namespace tarn::federation {

// No JSON web token or SAML response, or one that its issuer did not sign.
inline constexpr Reason kInvalidToken{"federation.InvalidToken", Code::kInvalidArgument};
inline constexpr Reason kBadMetadata{"federation.BadMetadata", Code::kInvalidArgument};
inline constexpr Reason kExpiredToken{"federation.ExpiredToken", Code::kInvalidArgument};
// The issuer cannot be asked for its keys now.
inline constexpr Reason kUnreachable{"federation.Unreachable", Code::kUnavailable};

}  // namespace tarn::federation
