// Who makes a request: the claim read, its key found, time and signature checked.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/protocol/auth/sigv4.h"
#include "identity/directory.h"

namespace tarn::api::protocol {

struct Authenticated {
  identity::Caller caller;  // anonymous when the request is unsigned
  std::string region;       // of the signature; "" when unsigned
  std::optional<Verified> verified;
  std::string payload_hash;  // x-amz-content-sha256 as it governs the body; "" when there is none
  std::string body_hash;     // the body's SHA-256 in hex where the signature needed it; ""
};

// `body` is the whole body when it was read before (services other than S3), null when it is still to come (S3).
// Errors: those of sigv4.h, kUnknownAccessKey, kInvalidToken, kMissingSecurityHeader, kContentSha256Mismatch.
Result<Authenticated> Authenticate(const SignedHead& head, const std::string* body, bool s3,
                                   identity::CredentialSource& credentials, Timestamp now, ErrorFields& fields);

// The credential of a key. Errors: kUnknownAccessKey, kInvalidToken, identity::kExpiredToken.
Result<std::shared_ptr<const identity::Credential>> FindCredential(identity::CredentialSource& credentials,
                                                                   const std::string& key, const std::string& token,
                                                                   ErrorFields& fields);

}  // namespace tarn::api::protocol
