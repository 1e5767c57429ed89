#include "identity/secret_box.h"

#include <openssl/evp.h>

#include <cassert>
#include <memory>

#include "base/random.h"
#include "identity/errors.h"

namespace tarn::identity {
namespace {

constexpr size_t kNonceBytes = 12;
constexpr size_t kTagBytes = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* In(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Out(std::string& text, size_t offset = 0) {
  return reinterpret_cast<unsigned char*>(text.data() + offset);
}

}  // namespace

SecretBox::SecretBox(std::string key) : key_(std::move(key)) { assert(key_.size() == 32); }

std::string SecretBox::Seal(std::string_view name, std::string_view secret) const {
  std::string sealed = RandomBytes(kNonceBytes);
  sealed.resize(kNonceBytes + secret.size() + kTagBytes);
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int bytes = 0;
  bool ok = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key_), In(sealed)) == 1 &&
            EVP_EncryptUpdate(context.get(), nullptr, &bytes, In(name), static_cast<int>(name.size())) == 1 &&
            EVP_EncryptUpdate(context.get(), Out(sealed, kNonceBytes), &bytes, In(secret),
                              static_cast<int>(secret.size())) == 1 &&
            EVP_EncryptFinal_ex(context.get(), Out(sealed, kNonceBytes + secret.size()), &bytes) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                                Out(sealed, kNonceBytes + secret.size())) == 1;
  if (!ok) abort();  // only for want of memory or a broken libcrypto
  return sealed;
}

Result<std::string> SecretBox::Open(std::string_view name, std::string_view sealed) const {
  if (sealed.size() < kNonceBytes + kTagBytes) return Fail(kDamaged, "a sealed secret is too short");
  std::string_view cipher = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string secret(cipher.size(), '\0');
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int bytes = 0;
  bool ok = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key_), In(sealed)) == 1 &&
            EVP_DecryptUpdate(context.get(), nullptr, &bytes, In(name), static_cast<int>(name.size())) == 1 &&
            EVP_DecryptUpdate(context.get(), Out(secret), &bytes, In(cipher), static_cast<int>(cipher.size())) == 1 &&
            EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, Out(tag)) == 1 &&
            EVP_DecryptFinal_ex(context.get(), Out(secret), &bytes) == 1;
  if (!ok) return Fail(kDamaged, "a sealed secret does not open with this lake's master key");
  return secret;
}

}  // namespace tarn::identity
