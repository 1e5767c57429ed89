// S3's older signature: of URLs (AWSAccessKeyId, Expires, Signature in the query), which SDKs still make by default
// when they presign in us-east-1, and of headers ("Authorization: AWS key:signature"). It does not cover the body.
// Pure.
#pragma once

#include <string>
#include <string_view>

#include "api/protocol/auth/sigv4.h"
#include "base/result.h"

namespace tarn::api::protocol {

struct ClaimV2 {
  std::string access_key_id;
  std::string signature;  // base64
  bool presigned = false;
  std::string expires;  // of a presigned URL: seconds since 1970
  std::string token;
};

// Nothing when neither the query nor the Authorization header has such a signature. Errors: kMalformedPresignV2,
// kUnsupportedAuthorization.
Result<std::optional<ClaimV2>> ReadClaimV2(const SignedHead& head, ErrorFields& fields);

// Errors: kMissingDate, kRequestSkewed, kPresignExpired, kSignatureMismatch. `head.resource` is the path with the
// bucket in front.
Status VerifyV2(const ClaimV2& claim, const SignedHead& head, std::string_view secret, Timestamp now,
                ErrorFields& fields);

// Raw bytes.
std::string HmacSha1(std::string_view key, std::string_view text);

}  // namespace tarn::api::protocol
