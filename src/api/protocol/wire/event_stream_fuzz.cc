#include <cstdint>
#include <cstdlib>
#include <string>

#include "api/protocol/wire/event_stream.h"
#include "base/hash.h"

// Reads the input as a stream, then as the headers and payload of a message whose checksums hold.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tarn;
  using namespace tarn::api::protocol;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  EventReader raw;
  raw.Feed(input);
  EventMessage message;
  while (true) {
    const auto whole = raw.Next(message);
    if (!whole.ok() || !*whole) break;
  }
  if (input.empty()) return 0;
  const std::string_view content = input.substr(1);
  std::string frame = BigEndian32(static_cast<uint32_t>(content.size() + 16));
  frame += BigEndian32(static_cast<uint32_t>(content.size() * data[0] / 255));
  frame += BigEndian32(Crc32(AsBytes(frame)));
  frame += content;
  frame += BigEndian32(Crc32(AsBytes(frame)));
  EventReader reader;
  reader.Feed(frame);
  const auto whole = reader.Next(message);
  if (whole.ok() && *whole && FrameEvent(message) != frame) std::abort();
  return 0;
}
