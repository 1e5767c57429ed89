#include "keys/crypto/key_pair.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "keys/errors.h"
#include "keys/key_specs.h"

namespace tarn::keys {
namespace {

using PKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using PKeyContext = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

const unsigned char* In(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// What libcrypto leaves in its queue of errors would be taken for a failure of TLS on the same thread.
struct CleanErrors {
  CleanErrors() = default;
  CleanErrors(const CleanErrors&) = delete;
  CleanErrors& operator=(const CleanErrors&) = delete;
  ~CleanErrors() { ERR_clear_error(); }
};

// libcrypto fails on sound input only for want of memory.
Error Broken(const char* what) { return Fail(kInternalError, std::string("libcrypto cannot ") + what); }

int CurveOf(Spec spec) {
  switch (spec) {
    case Spec::kEccNistP256:
      return NID_X9_62_prime256v1;
    case Spec::kEccNistP384:
      return NID_secp384r1;
    case Spec::kEccNistP521:
      return NID_secp521r1;
    case Spec::kEccSecgP256k1:
      return NID_secp256k1;
    default:
      return NID_undef;
  }
}

const EVP_MD* DigestOf(std::string_view algorithm) {
  if (algorithm.ends_with("SHA_256")) return EVP_sha256();
  if (algorithm.ends_with("SHA_384")) return EVP_sha384();
  if (algorithm.ends_with("SHA_512")) return EVP_sha512();
  if (algorithm.ends_with("SHA_1")) return EVP_sha1();
  return nullptr;
}

bool IsOfSpec(const EVP_PKEY* key, Spec spec) {
  if (IsRsa(spec)) {
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && static_cast<size_t>(EVP_PKEY_get_bits(key)) == RsaBits(spec);
  }
  if (spec == Spec::kEccNistEdwards25519) return EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) return false;
  char group[64] = {};
  size_t bytes = 0;
  if (EVP_PKEY_get_group_name(key, group, sizeof(group), &bytes) != 1) return false;
  return OBJ_txt2nid(group) == CurveOf(spec);
}

Result<std::string> Der(int bytes, unsigned char* der, const char* what) {
  if (bytes <= 0) return Broken(what);
  std::string out(reinterpret_cast<char*>(der), static_cast<size_t>(bytes));
  OPENSSL_cleanse(der, static_cast<size_t>(bytes));
  OPENSSL_free(der);
  return out;
}

class OpenSslKeyPair : public KeyPair {
 public:
  OpenSslKeyPair(Spec spec, PKey key) : spec_(spec), key_(std::move(key)) {}

  Result<std::string> Pkcs8() const override {
    const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(EVP_PKEY2PKCS8(key_.get()),
                                                                                         PKCS8_PRIV_KEY_INFO_free);
    if (!info) return Broken("write a private key");
    unsigned char* der = nullptr;
    const int bytes = i2d_PKCS8_PRIV_KEY_INFO(info.get(), &der);
    return Der(bytes, der, "write a private key");
  }

  Result<std::string> PublicKey() const override {
    unsigned char* der = nullptr;
    const int bytes = i2d_PUBKEY(key_.get(), &der);
    return Der(bytes, der, "write a public key");
  }

  Result<std::string> Sign(std::string_view algorithm, std::string_view message, bool is_digest) const override {
    if (spec_ == Spec::kEccNistEdwards25519) return SignEdwards(algorithm, message);
    TARN_TRY(const std::string digest, DigestFor(algorithm, message, is_digest));
    const PKeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
    if (!context || EVP_PKEY_sign_init(context.get()) != 1 || !SetScheme(context.get(), algorithm)) {
      return Broken("sign");
    }
    size_t bytes = 0;
    if (EVP_PKEY_sign(context.get(), nullptr, &bytes, In(digest), digest.size()) != 1) return Broken("sign");
    std::string signature(bytes, '\0');
    if (EVP_PKEY_sign(context.get(), Out(signature), &bytes, In(digest), digest.size()) != 1) return Broken("sign");
    signature.resize(bytes);
    return signature;
  }

  Result<bool> Verify(std::string_view algorithm, std::string_view message, bool is_digest,
                      std::string_view signature) const override {
    const CleanErrors clean;
    if (spec_ == Spec::kEccNistEdwards25519) return VerifyEdwards(algorithm, message, signature);
    TARN_TRY(const std::string digest, DigestFor(algorithm, message, is_digest));
    const PKeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
    if (!context || EVP_PKEY_verify_init(context.get()) != 1 || !SetScheme(context.get(), algorithm)) {
      return Broken("verify");
    }
    return EVP_PKEY_verify(context.get(), In(signature), signature.size(), In(digest), digest.size()) == 1;
  }

  Result<std::string> Encrypt(std::string_view algorithm, std::string_view plaintext) const override {
    const PKeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
    if (!context || EVP_PKEY_encrypt_init(context.get()) != 1 || !SetOaep(context.get(), algorithm)) {
      return Broken("encrypt");
    }
    std::string out(static_cast<size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    size_t bytes = out.size();
    if (EVP_PKEY_encrypt(context.get(), Out(out), &bytes, In(plaintext), plaintext.size()) != 1) {
      return Broken("encrypt");
    }
    out.resize(bytes);
    return out;
  }

  Result<std::string> Decrypt(std::string_view algorithm, std::string_view ciphertext) const override {
    const CleanErrors clean;
    const PKeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
    if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 || !SetOaep(context.get(), algorithm)) {
      return Broken("decrypt");
    }
    std::string out(static_cast<size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    size_t bytes = out.size();
    if (EVP_PKEY_decrypt(context.get(), Out(out), &bytes, In(ciphertext), ciphertext.size()) != 1) {
      return Fail(kInvalidCiphertext, "");
    }
    out.resize(bytes);
    return out;
  }

  Result<std::string> Agree(std::string_view peer_public_key) const override {
    const CleanErrors clean;
    const unsigned char* cursor = In(peer_public_key);
    const PKey peer(d2i_PUBKEY(nullptr, &cursor, static_cast<long>(peer_public_key.size())), EVP_PKEY_free);
    if (!peer || cursor != In(peer_public_key) + peer_public_key.size() || !IsOfSpec(peer.get(), spec_)) {
      return Fail(kInvalidInput, "");
    }
    const PKeyContext context(EVP_PKEY_CTX_new(key_.get(), nullptr), EVP_PKEY_CTX_free);
    size_t bytes = 0;
    if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
        EVP_PKEY_derive_set_peer(context.get(), peer.get()) != 1 ||
        EVP_PKEY_derive(context.get(), nullptr, &bytes) != 1) {
      return Fail(kInvalidInput, "");
    }
    std::string secret(bytes, '\0');
    if (EVP_PKEY_derive(context.get(), Out(secret), &bytes) != 1) return Fail(kInvalidInput, "");
    secret.resize(bytes);
    return secret;
  }

 private:
  static Result<std::string> DigestFor(std::string_view algorithm, std::string_view message, bool is_digest) {
    const EVP_MD* md = DigestOf(algorithm);
    if (md == nullptr) return Fail(kUnsupported, std::string(algorithm));
    if (is_digest) {
      if (message.size() != static_cast<size_t>(EVP_MD_get_size(md))) {
        return Fail(kInvalidInput, "Digest is invalid length for algorithm " + std::string(algorithm) + ".");
      }
      return std::string(message);
    }
    std::string digest(static_cast<size_t>(EVP_MD_get_size(md)), '\0');
    if (EVP_Digest(message.data(), message.size(), Out(digest), nullptr, md, nullptr) != 1) return Broken("hash");
    return digest;
  }

  bool SetScheme(EVP_PKEY_CTX* context, std::string_view algorithm) const {
    const EVP_MD* md = DigestOf(algorithm);
    if (EVP_PKEY_CTX_set_signature_md(context, md) != 1) return false;
    if (!IsRsa(spec_)) return true;
    if (algorithm.starts_with("RSASSA_PKCS1")) return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
  }

  static bool SetOaep(EVP_PKEY_CTX* context, std::string_view algorithm) {
    const EVP_MD* md = DigestOf(algorithm);
    return md != nullptr && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, md) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(context, md) == 1;
  }

  Result<std::string> SignEdwards(std::string_view algorithm, std::string_view message) const {
    TARN_CHECK(PureEdwards(algorithm));
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(64, '\0');
    size_t bytes = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), Out(signature), &bytes, In(message), message.size()) != 1) {
      return Broken("sign");
    }
    return signature;
  }

  Result<bool> VerifyEdwards(std::string_view algorithm, std::string_view message, std::string_view signature) const {
    const CleanErrors clean;
    TARN_CHECK(PureEdwards(algorithm));
    const DigestContext context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1) {
      return Broken("verify");
    }
    return EVP_DigestVerify(context.get(), In(signature), signature.size(), In(message), message.size()) == 1;
  }

  // Ed25519ph came to OpenSSL with 3.2.
  static Status PureEdwards(std::string_view algorithm) {
    if (algorithm == "ED25519_SHA_512") return Ok();
    return Fail(kUnsupported, std::string(algorithm) + " is not supported.");
  }

  const Spec spec_;
  const PKey key_;
};

}  // namespace

Result<std::unique_ptr<KeyPair>> KeyPair::Generate(Spec spec) {
  PKey key(nullptr, EVP_PKEY_free);
  if (IsRsa(spec)) {
    key.reset(EVP_RSA_gen(RsaBits(spec)));
  } else if (spec == Spec::kEccNistEdwards25519) {
    key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  } else if (CurveOf(spec) != NID_undef) {
    key.reset(EVP_EC_gen(OBJ_nid2sn(CurveOf(spec))));
  } else {
    return Fail(kUnsupported, std::string(NameOf(spec)) + " has no key pair");
  }
  if (!key) return Broken("make a key pair");
  return std::unique_ptr<KeyPair>(std::make_unique<OpenSslKeyPair>(spec, std::move(key)));
}

Result<std::unique_ptr<KeyPair>> KeyPair::FromPkcs8(Spec spec, std::string_view der) {
  const CleanErrors clean;
  const unsigned char* cursor = In(der);
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, decltype(&PKCS8_PRIV_KEY_INFO_free)> info(
      d2i_PKCS8_PRIV_KEY_INFO(nullptr, &cursor, static_cast<long>(der.size())), PKCS8_PRIV_KEY_INFO_free);
  if (!info || cursor != In(der) + der.size()) return Fail(kInvalidInput, "not a PKCS #8 private key");
  PKey key(EVP_PKCS82PKEY(info.get()), EVP_PKEY_free);
  if (!key || !IsOfSpec(key.get(), spec)) {
    return Fail(kInvalidInput, "not a private key of spec " + std::string(NameOf(spec)));
  }
  return std::unique_ptr<KeyPair>(std::make_unique<OpenSslKeyPair>(spec, std::move(key)));
}

size_t DigestBytes(std::string_view signing_algorithm) {
  const EVP_MD* md = DigestOf(signing_algorithm);
  return md == nullptr ? 0 : static_cast<size_t>(EVP_MD_get_size(md));
}

size_t OaepBytesMax(Spec spec, std::string_view algorithm) {
  return RsaBits(spec) / 8 - 2 * DigestBytes(algorithm) - 2;
}

}  // namespace tarn::keys
