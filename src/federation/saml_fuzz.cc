// Metadata and responses come from anybody: no bytes may break their reader, and nothing holds without a key.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "federation/saml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto metadata = tarn::federation::SamlMetadata::Parse(bytes);
  const tarn::federation::SamlMetadata none{.issuer = "https://id.example.org/", .certificates = {}, .valid_until = {}};
  if (tarn::federation::VerifySaml(bytes, metadata.ok() ? *metadata : none, {}).ok()) abort();
  return 0;
}
