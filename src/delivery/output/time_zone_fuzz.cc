// Zone files are foreign bytes: any of them is a zone or nothing.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "delivery/output/time_zone.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto rules = tarn::delivery::ZoneRules::Parse({reinterpret_cast<const char*>(data), size});
  if (rules) (void)rules->At(tarn::Timestamp{1'800'000'000'000'000});
  return 0;
}
