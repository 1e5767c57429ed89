// Whatever the bytes: a table whose lines fit its columns, or an error.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sheets/sheet.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::sheets;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const Format format : {Format::kXlsx, Format::kOds}) {
    const auto sheet = ReadSheet(bytes, format, "");
    if (!sheet.ok()) continue;
    for (const Column& column : sheet->columns) {
      if (column.name.empty() || column.type.empty()) std::abort();
    }
  }
  return 0;
}
