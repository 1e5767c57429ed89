#include "api/protocol/auth/authenticate.h"

#include <algorithm>

#include "api/protocol/auth/sigv2.h"
#include "api/protocol/body/checked_body.h"
#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"
#include "identity/errors.h"
#include "identity/sessions.h"

namespace tarn::api::protocol {
namespace {

constexpr std::string_view kContentSha256 = "x-amz-content-sha256";

const std::string* FindHeader(const SignedHead& head, std::string_view name) {
  for (const Field& field : *head.headers) {
    if (EqualsIgnoreCase(field.name, name)) return &field.value;
  }
  return nullptr;
}

// The payload hash as the signer put it into the canonical request; `body_hash` is set where it is the body's own.
Result<std::string> SignedPayloadHash(const Claim& claim, const SignedHead& head, const std::string* body, bool s3,
                                      std::string& body_hash) {
  const auto hash = [&] {
    std::string of_body = Hex(Sha256(body != nullptr ? *body : std::string_view()));
    if (body != nullptr) body_hash = of_body;
    return of_body;
  };
  const std::string* header = FindHeader(head, kContentSha256);
  if (claim.presigned) {
    bool is_signed = std::ranges::find(claim.signed_headers, kContentSha256) != claim.signed_headers.end();
    if (header != nullptr && is_signed) return *header;
    if (!claim.payload_hash.empty()) return claim.payload_hash;
    if (s3) return std::string(kUnsignedPayload);
    return hash();
  }
  // Services other than S3 hash the body themselves: Iceberg's Java client writes its hash there as Base64.
  const bool says_how = header != nullptr && (*header == kUnsignedPayload || header->starts_with("STREAMING-"));
  if (header != nullptr && (s3 || body == nullptr || says_how)) return *header;
  if (s3) return Fail(kMissingSecurityHeader, "Missing required header for this request: x-amz-content-sha256");
  return hash();
}

}  // namespace

Result<std::shared_ptr<const identity::Credential>> FindCredential(identity::CredentialSource& credentials,
                                                                   const std::string& key, const std::string& token,
                                                                   ErrorFields& fields) {
  auto credential = credentials.FindKey(key, token);
  if (credential.Is(identity::kUnknownKey)) {
    fields.emplace_back("AWSAccessKeyId", key);
    return Fail(kUnknownAccessKey, "The AWS Access Key Id you provided does not exist in our records.");
  }
  if (credential.Is(identity::kBadToken)) {
    fields.emplace_back("Token-0", token);
    return Fail(kInvalidToken, "The provided token is malformed or otherwise invalid.");
  }
  if (credential.Is(identity::kExpiredToken)) {
    fields.emplace_back("Token-0", token);
    return Fail(identity::kExpiredToken, "The provided token has expired.");
  }
  return credential;
}

namespace {

// A session of CreateSession signs with its own header, and nothing else does.
Status CheckSessionKind(const Claim& claim, const identity::Caller& caller, ErrorFields& fields) {
  static const std::string kOfBucket(identity::kDirectorySession);
  const bool of_bucket = caller.facts && caller.facts->conditions.contains(kOfBucket);
  if (of_bucket == claim.s3_session) return Ok();
  fields.emplace_back("Token-0", claim.token);
  return Fail(kInvalidToken, "The provided token is malformed or otherwise invalid.");
}

}  // namespace

Result<Authenticated> Authenticate(const SignedHead& head, const std::string* body, bool s3,
                                   identity::CredentialSource& credentials, Timestamp now, ErrorFields& fields) {
  Authenticated result;
  if (const std::string* header = FindHeader(head, kContentSha256)) result.payload_hash = *header;
  if (s3) {
    TARN_TRY(auto older, ReadClaimV2(head, fields));
    if (older) {
      TARN_TRY(auto credential, FindCredential(credentials, older->access_key_id, older->token, fields));
      TARN_CHECK(VerifyV2(*older, head, credential->secret, now, fields));
      result.caller = credential->caller;
      return result;
    }
  }
  TARN_TRY(auto claim, ReadClaim(head, s3, fields));
  if (!claim) return result;
  TARN_TRY(auto credential, FindCredential(credentials, claim->access_key_id, claim->token, fields));
  TARN_CHECK(CheckSessionKind(*claim, credential->caller, fields));
  TARN_CHECK(CheckTime(*claim, now, s3, fields));
  if (s3 && !claim->presigned) {
    TARN_CHECK(CheckPayloadHash(result.payload_hash, fields));
  }
  TARN_TRY(std::string payload_hash, SignedPayloadHash(*claim, head, body, s3, result.body_hash));
  TARN_TRY(result.verified, VerifySignature(*claim, head, payload_hash, credential->secret, s3, fields));
  // A presigned URL may bind the body without a header; a header that nobody signed still frames it.
  if (result.payload_hash.empty()) result.payload_hash = payload_hash;
  result.caller = credential->caller;
  result.region = claim->region;
  return result;
}

}  // namespace tarn::api::protocol
