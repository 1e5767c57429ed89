#include <cstdlib>

#include "base/record.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  tarn::RecordReader reader(input);
  size_t bytes = 0;
  while (reader.Next()) bytes += reader.bytes().size();
  if (bytes > size) std::abort();
  return 0;
}
