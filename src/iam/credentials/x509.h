// X.509 certificates in PEM, as far as IAM looks at them. Pure. Errors: iam/errors.h.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"

namespace tarn::iam {

// When the first certificate of the text ends. Errors: kMalformedCertificate.
Result<Timestamp> ExpiryOf(const std::string& pem);
// Whether the private key is the certificate's. Errors: kMalformedCertificate, kKeyPairMismatch.
Status CheckKeyPair(const std::string& certificate, const std::string& private_key);
// Whether the text is an RSA private key in PEM without a pass phrase. Errors: kInvalidInput.
Status CheckRsaPrivateKey(const std::string& pem);
// Errors: kMalformedCertificate.
Status CheckChain(const std::string& pem);

// "ssh-rsa AAAA… comment" or PEM → a key that OpenSSH would take: its bytes. Errors: kInvalidPublicKey.
Result<std::string> SshKeyBytes(const std::string& body);
// Errors: kUnrecognizedKeyEncoding.
Result<std::string> RsaPem(const std::string& ssh_key_bytes);

}  // namespace tarn::iam
