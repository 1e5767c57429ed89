// Tokens and key sets come from anybody: no bytes may break their readers, and nothing verifies without a key.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "federation/jwt.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto keys = tarn::federation::KeySet::Parse(bytes);
  const auto token = tarn::federation::ParseJwt(bytes);
  if (!token.ok()) return 0;
  if (!token->claims.is_object()) abort();
  if (keys.ok() && keys->Verify(*token).ok()) abort();
  return 0;
}
