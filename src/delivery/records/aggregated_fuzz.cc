// Aggregated records are foreign bytes: what is broken stays one record.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "delivery/records/aggregated.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (tarn::delivery::Deaggregated(bytes).empty()) return 0;
  // Behind a sum that fits, so that the message itself is read.
  (void)tarn::delivery::Deaggregated("\xf3\x89\x9a\xc2" + std::string(bytes) + tarn::Md5(bytes));
  return 0;
}
