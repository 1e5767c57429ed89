// Any text is a type or refused; what is a type numbers its fields from the given id on.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "catalog/iceberg/hive_type.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  int32_t next_id = 7;
  const auto type = tarn::catalog::TypeOfHive(std::string_view(reinterpret_cast<const char*>(data), size), next_id);
  if (next_id < 7) std::abort();
  if (type.ok() && type->is_nested() == (next_id == 7) && !type->is_struct()) std::abort();
  return 0;
}
