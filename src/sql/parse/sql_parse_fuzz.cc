#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sql/statement.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto statement = tarn::sql::Parse(text);
  if (!statement.ok() && statement.error().message.empty()) __builtin_trap();
  (void)tarn::sql::ParseHiveType(text).ok();
  (void)tarn::sql::ParseTrinoType(text).ok();
  (void)tarn::sql::ParseDuckDbType(text).ok();
  return 0;
}
