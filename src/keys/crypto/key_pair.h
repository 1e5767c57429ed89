// Asymmetric keys: made, imported, and what they sign, encrypt and agree on. OpenSSL inside.
//
// A private key travels as PKCS #8 DER, a public one as SubjectPublicKeyInfo DER. Algorithms are named as in KMS
// ("RSASSA_PSS_SHA_256"). Errors: kInvalidInput, kInvalidCiphertext, kUnsupported. Threads: any; a KeyPair never
// changes.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "keys/key.h"

namespace tarn::keys {

class KeyPair {
 public:
  // RSA keys take up to seconds.
  static Result<std::unique_ptr<KeyPair>> Generate(Spec spec);
  // Errors: kInvalidInput for what is no private key of that spec.
  static Result<std::unique_ptr<KeyPair>> FromPkcs8(Spec spec, std::string_view der);
  virtual ~KeyPair() = default;

  virtual Result<std::string> Pkcs8() const = 0;
  virtual Result<std::string> PublicKey() const = 0;

  // `message` is the digest when `is_digest`; of the right length for the algorithm. ECDSA signatures are DER.
  virtual Result<std::string> Sign(std::string_view algorithm, std::string_view message, bool is_digest) const = 0;
  virtual Result<bool> Verify(std::string_view algorithm, std::string_view message, bool is_digest,
                              std::string_view signature) const = 0;

  // RSAES_OAEP_SHA_1 and RSAES_OAEP_SHA_256.
  virtual Result<std::string> Encrypt(std::string_view algorithm, std::string_view plaintext) const = 0;
  // Errors: kInvalidCiphertext.
  virtual Result<std::string> Decrypt(std::string_view algorithm, std::string_view ciphertext) const = 0;

  // ECDH's shared x coordinate with a public key of the same curve. Errors: kInvalidInput.
  virtual Result<std::string> Agree(std::string_view peer_public_key) const = 0;
};

// Bytes of the digest that the signing algorithm hashes to; 0 for an unknown one.
size_t DigestBytes(std::string_view signing_algorithm);
// The most that an RSA key encrypts by that algorithm.
size_t OaepBytesMax(Spec spec, std::string_view algorithm);

}  // namespace tarn::keys
