#include "keys/crypto/secret_key.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "base/hash.h"
#include "base/random.h"
#include "keys/errors.h"

namespace tarn::keys {
namespace {

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

constexpr std::string_view kDerivation = "tarn kms seal v1";
// The derived key is used once, so that its nonce may be fixed.
constexpr unsigned char kNonce[12] = {};

const unsigned char* In(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Out(std::string& text, size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(text.data() + offset);
}
int Size(std::string_view text) { return static_cast<int>(text.size()); }

std::string Derive(std::string_view key, std::string_view salt) {
  return HmacSha256(key, std::string(kDerivation) + std::string(salt));
}

}  // namespace

std::string Seal(std::string_view key, std::string_view associated, std::string_view plaintext) {
  std::string sealed = RandomBytes(kSealSaltBytes);
  std::string derived = Derive(key, sealed);
  sealed.resize(kSealSaltBytes + plaintext.size() + kSealTagBytes);
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int bytes = 0;
  const size_t tag_at = kSealSaltBytes + plaintext.size();
  const bool ok =
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(derived), kNonce) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &bytes, In(associated), Size(associated)) == 1 &&
      EVP_EncryptUpdate(context.get(), Out(sealed, kSealSaltBytes), &bytes, In(plaintext), Size(plaintext)) == 1 &&
      EVP_EncryptFinal_ex(context.get(), Out(sealed, tag_at), &bytes) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kSealTagBytes, Out(sealed, tag_at)) == 1;
  if (!ok) abort();  // only for want of memory or a broken libcrypto
  Wipe(derived);
  return sealed;
}

Result<std::string> Unseal(std::string_view key, std::string_view associated, std::string_view sealed) {
  if (sealed.size() < kSealSaltBytes + kSealTagBytes) return Fail(kInvalidCiphertext, "");
  const std::string_view cipher = sealed.substr(kSealSaltBytes, sealed.size() - kSealSaltBytes - kSealTagBytes);
  std::string tag(sealed.substr(sealed.size() - kSealTagBytes));
  std::string derived = Derive(key, sealed.substr(0, kSealSaltBytes));
  std::string plaintext(cipher.size(), '\0');
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int bytes = 0;
  unsigned char rest[16];
  const bool ok = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(derived), kNonce) == 1 &&
                  EVP_DecryptUpdate(context.get(), nullptr, &bytes, In(associated), Size(associated)) == 1 &&
                  EVP_DecryptUpdate(context.get(), Out(plaintext), &bytes, In(cipher), Size(cipher)) == 1 &&
                  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kSealTagBytes, Out(tag)) == 1 &&
                  EVP_DecryptFinal_ex(context.get(), rest, &bytes) == 1;
  Wipe(derived);
  if (!ok) {
    ERR_clear_error();
    return Fail(kInvalidCiphertext, "");
  }
  return plaintext;
}

std::string Mac(std::string_view algorithm, std::string_view key, std::string_view message) {
  const EVP_MD* md = algorithm == "HMAC_SHA_224"   ? EVP_sha224()
                     : algorithm == "HMAC_SHA_256" ? EVP_sha256()
                     : algorithm == "HMAC_SHA_384" ? EVP_sha384()
                     : algorithm == "HMAC_SHA_512" ? EVP_sha512()
                                                   : nullptr;
  if (md == nullptr) return "";
  std::string mac(static_cast<size_t>(EVP_MD_get_size(md)), '\0');
  unsigned int bytes = 0;
  if (HMAC(md, key.data(), Size(key), In(message), message.size(), Out(mac), &bytes) == nullptr) abort();
  return mac;
}

Result<std::string> UnwrapKey(std::string_view wrapping_key, std::string_view wrapped) {
  const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  const EVP_CIPHER* cipher = wrapping_key.size() == 32   ? EVP_aes_256_wrap_pad()
                             : wrapping_key.size() == 24 ? EVP_aes_192_wrap_pad()
                             : wrapping_key.size() == 16 ? EVP_aes_128_wrap_pad()
                                                         : nullptr;
  std::string out(wrapped.size() + 8, '\0');
  int bytes = 0;
  int rest = 0;
  const bool ok = cipher != nullptr && wrapped.size() >= 16 && wrapped.size() % 8 == 0 &&
                  EVP_DecryptInit_ex(context.get(), cipher, nullptr, In(wrapping_key), nullptr) == 1 &&
                  EVP_DecryptUpdate(context.get(), Out(out), &bytes, In(wrapped), Size(wrapped)) == 1 &&
                  EVP_DecryptFinal_ex(context.get(), Out(out, static_cast<size_t>(bytes)), &rest) == 1;
  if (!ok) {
    ERR_clear_error();
    return Fail(kInvalidCiphertext, "");
  }
  out.resize(static_cast<size_t>(bytes) + static_cast<size_t>(rest));
  return out;
}

void Wipe(std::string& secret) {
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

}  // namespace tarn::keys
