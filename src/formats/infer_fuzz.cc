#include <cstdlib>

#include "formats/infer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::formats;  // NOLINT(google-build-using-namespace)
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const Magic magic = DetectMagic(input);
  const auto text = InflatePrefix(magic.compression, input, 1 << 16);
  if (!text.ok()) return 0;
  for (const bool whole : {true, false}) {
    const auto schema = InferText(*text, whole);
    if (schema.ok() && schema->columns.empty()) std::abort();
  }
  return 0;
}
