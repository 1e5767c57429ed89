// Signs JSON web tokens, for a lake that vouches for its callers elsewhere. Pure but for the random keys.
//
// Algorithms: "RS256" (RSA of 2048 bits) and "ES384" (P-384). Errors: kBadKey. Threads: any. RFC 7515, 7517, 7518,
// 7638.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::federation {

inline constexpr Reason kBadKey{"federation.BadKey", Code::kInternal};

// A new private key for an algorithm, in PEM.
Result<std::string> MakeSigningKey(std::string_view algorithm);

// The public half as a JSON web key for verifiers; its kid is its thumbprint.
Result<std::string> PublicJwk(std::string_view algorithm, const std::string& pem);

// `claims` (a JSON object) as a compact token signed with the key.
Result<std::string> SignJwt(std::string_view algorithm, const std::string& pem, std::string_view claims);

}  // namespace tarn::federation
