// Whatever the bytes: an archive whose entries are what their CRCs say, or an error.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sheets/zip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kMax = 1 << 20;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto zip = tarn::sheets::Zip::Open(bytes);
  if (!zip.ok()) return 0;
  for (const char* name : {"content.xml", "xl/workbook.xml", "a"}) {
    const auto read = zip->Read(name, kMax);
    if (read.ok() && (read->size() > kMax || !zip->Has(name))) std::abort();
  }
  return 0;
}
