#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "json/json.h"

// What is accepted is written as text that is accepted again and means the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto value = tarn::json::Parse({reinterpret_cast<const char*>(data), size});
  if (!value.ok()) return 0;
  const auto again = tarn::json::Parse(tarn::json::Write(*value));
  if (!again.ok() || !(*again == *value)) std::abort();
  return 0;
}
