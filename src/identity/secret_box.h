// Seals small secrets for storage: AES-256-GCM under the lake's master key.
//
// A sealed text is nonce (12 bytes), ciphertext, tag (16 bytes); `name` is authenticated with it, so a sealed secret
// cannot be moved to another record. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::identity {

class SecretBox {
 public:
  // `key` has 32 bytes.
  explicit SecretBox(std::string key);
  std::string Seal(std::string_view name, std::string_view secret) const;
  // Errors: kDamaged (another key, another name, changed bytes).
  Result<std::string> Open(std::string_view name, std::string_view sealed) const;

 private:
  std::string key_;
};

}  // namespace tarn::identity
