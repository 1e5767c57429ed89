// Whatever the bytes: either all lines are JSON, in their order, or nothing is answered.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "ingest/lines.h"
#include "json/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  tarn::ingest::LineOptions options;
  options.partition_key = size % 2 == 0 ? "k" : "a.b";
  options.record_bytes_max = 4096;
  size_t bad = 0;
  const auto lines = tarn::ingest::ReadLines(body, options, bad);
  if (!lines.ok()) return 0;
  size_t last = 0;
  for (const tarn::ingest::Line& line : *lines) {
    if (line.number <= last || line.partition_key.empty()) std::abort();
    if (line.data.size() + line.partition_key.size() > options.record_bytes_max) std::abort();
    if (!tarn::json::Parse(line.data).ok()) std::abort();
    last = line.number;
  }
  return 0;
}
