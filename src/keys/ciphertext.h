// Ciphertexts of symmetric keys: which key and material made them, and the canonical form of an encryption context.
// docs/format/keys.md has the bytes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "keys/key.h"

namespace tarn::keys {

// What a ciphertext tells about itself in clear; authenticated with the rest.
struct CiphertextHead {
  std::string account;  // 12 digits
  std::string key_id;   // a UUID, or "mrk-" and 32 hex digits
  uint32_t material = 0;
  bool operator==(const CiphertextHead&) const = default;
};

struct Ciphertext {
  CiphertextHead head;
  std::string_view head_bytes;  // views into what was parsed
  std::string_view sealed;      // crypto/secret_key.h
};

std::string EncodeHead(const CiphertextHead& head);
// Nothing for bytes that are no ciphertext of ours.
std::optional<Ciphertext> ParseCiphertext(std::string_view bytes);

// What is authenticated with a ciphertext: its head, then the pairs of the context in order of their keys, each text
// preceded by its length, so that no two contexts look the same.
std::string AssociatedData(std::string_view head_bytes, const EncryptionContext& context);

// "1234abcd-12ab-34cd-56ef-1234567890ab" in lower-case hex.
bool IsUuid(std::string_view text);
// "mrk-1234abcd12ab34cd56ef1234567890ab".
bool IsMultiRegionId(std::string_view text);

}  // namespace tarn::keys
