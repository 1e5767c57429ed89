#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "iceberg/puffin/positions.h"
#include "iceberg/puffin/puffin.h"

// Bytes are refused, or what they hold is written as bytes that hold the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn::iceberg;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto footer = ReadPuffinFooter(bytes, static_cast<int64_t>(size)); footer.ok()) {
    for (const PuffinBlob& blob : footer->blobs) {
      const auto stored = bytes.substr(static_cast<size_t>(blob.offset), static_cast<size_t>(blob.length));
      if (const auto content = ReadPuffinBlob(blob, stored); content.ok()) (void)ParseDeletionVector(*content);
    }
  }
  const auto positions = Positions::Parse(bytes);
  if (!positions.ok()) return 0;
  const auto again = Positions::Parse(positions->Serialize());
  if (!again.ok() || again->size() != positions->size() || !(*again == *positions)) std::abort();
  return 0;
}
