// Symmetric primitives: authenticated encryption under a key used any number of times, message authentication codes,
// and the unwrapping of imported keys. OpenSSL inside. Threads: any.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::keys {

// Random bytes in front of a sealed text, from which its own key is derived; then the tag behind it.
inline constexpr size_t kSealSaltBytes = 16;
inline constexpr size_t kSealTagBytes = 16;

// AES-256-GCM under a key derived from `key` (32 bytes) and a fresh salt: salt, ciphertext, tag. No nonce can repeat
// under one derived key, so one key seals far more than GCM's 2^32 messages.
std::string Seal(std::string_view key, std::string_view associated, std::string_view plaintext);
// Errors: kInvalidCiphertext.
Result<std::string> Unseal(std::string_view key, std::string_view associated, std::string_view sealed);

// "HMAC_SHA_224" … "HMAC_SHA_512"; an empty text for an unknown algorithm.
std::string Mac(std::string_view algorithm, std::string_view key, std::string_view message);

// AES key wrap with padding (RFC 5649). Errors: kInvalidCiphertext.
Result<std::string> UnwrapKey(std::string_view wrapping_key, std::string_view wrapped);

// Overwrites the bytes before they are freed.
void Wipe(std::string& secret);

}  // namespace tarn::keys
