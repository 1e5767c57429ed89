// AWS Signature Version 4 as a server sees it: what a request claims, and whether its signature holds. Pure.
//
// Both places of a signature are read: the Authorization header and the X-Amz-* query parameters of a presigned URL.
// SigV4A and bearer tokens are refused by name, SigV2 is in sigv2.h. Signatures are compared in constant time; signing
// keys are cached per thread. Threads: any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/protocol/codec.h"
#include "base/result.h"
#include "base/time.h"

namespace tarn::api::protocol {

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";
inline constexpr std::string_view kStreamingSigned = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
inline constexpr std::string_view kStreamingSignedTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
inline constexpr std::string_view kStreamingUnsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
inline constexpr int64_t kSkewMicrosMax = 15 * 60 * kMicrosPerSecond;
inline constexpr int64_t kPresignSecondsMax = 7 * 86'400;

// A request's head as it was signed: `path` and `query` as sent.
struct SignedHead {
  std::string_view method;
  std::string_view path;
  std::string_view query;
  const std::vector<Field>* headers = nullptr;
  std::string_view resource = {};  // for S3, `path` with a virtual host's bucket in front
};

// What the request says about its signer.
struct Claim {
  bool presigned = false;
  std::string access_key_id;
  std::string date;  // of the credential scope: "20261121"
  std::string region;
  std::string service;
  std::vector<std::string> signed_headers;  // lower case
  std::string signature;                    // hex
  std::string timestamp;                    // "20261121T053800Z"
  Timestamp time;
  int64_t expires_seconds = 0;  // of a presigned URL
  std::string token;            // session token; ""
  bool s3_session = false;      // the token came as one of CreateSession: x-amz-s3session-token
  std::string payload_hash;     // X-Amz-Content-Sha256 of a presigned URL's query; ""

  std::string Scope() const { return date + "/" + region + "/" + service + "/aws4_request"; }
};

// Fields that S3 adds to its error; messages hold them for the others.
using ErrorFields = std::vector<std::pair<std::string, std::string>>;

// Nothing for an unsigned request. `s3` chooses S3's words and rules. Errors: kMalformedAuthorization,
// kMalformedPresign, kUnsupportedSignature, kUnsupportedAuthorization, kScopeDate, kMissingDate.
Result<std::optional<Claim>> ReadClaim(const SignedHead& head, bool s3, ErrorFields& fields);

// The service of the credential scope, without judging the rest; "" when there is none.
std::string ClaimedService(const SignedHead& head);

// A verified signature: the seed of a chunked body's chain.
struct Verified {
  std::string signing_key;
  std::string signature;
  std::string timestamp;
  std::string scope;
};

// Whether the claim's time holds at `now`. Errors: kRequestSkewed, kPresignExpired, kMalformedPresign.
Status CheckTime(const Claim& claim, Timestamp now, bool s3, ErrorFields& fields);

// Whether `secret` made the signature over this head and `payload_hash` (the value that stands in the canonical
// request). `s3` chooses S3's path rules. Errors: kSignatureMismatch, kUnsignedHeaders.
Result<Verified> VerifySignature(const Claim& claim, const SignedHead& head, std::string_view payload_hash,
                                 std::string_view secret, bool s3, ErrorFields& fields);

// HMAC chain of secret, date, region, service; from the thread's cache when it can.
std::string SigningKey(std::string_view secret, const Claim& claim);

// "61 62", as errors show bytes.
std::string SpacedHex(std::string_view text);

// The two texts between a request and its signature.
std::string CanonicalRequest(const Claim& claim, const SignedHead& head, std::string_view payload_hash, bool s3,
                             bool reencode);
std::string StringToSign(const Claim& claim, std::string_view canonical_request);

// The canonical path of services other than S3 before its encoding: no empty, "." or ".." segments.
std::string NormalizePath(std::string_view path);
// Sorted "name=value" pairs. `reencode` decodes and encodes each part; else they stay as sent.
std::string CanonicalQuery(std::string_view query, bool leave_out_signature, bool reencode);

}  // namespace tarn::api::protocol
