// Ciphertext blobs come from clients: no bytes may break their parser or open without the key.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "keys/ciphertext.h"
#include "keys/crypto/secret_key.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = tarn::keys::ParseCiphertext(bytes);
  if (!parsed) return 0;
  if (tarn::keys::EncodeHead(parsed->head) != parsed->head_bytes) abort();
  const std::string key(32, 'k');
  const auto opened =
      tarn::keys::Unseal(key, tarn::keys::AssociatedData(parsed->head_bytes, {{"a", "b"}}), parsed->sealed);
  if (opened.ok() && opened.value() != "seeded") abort();
  return 0;
}
