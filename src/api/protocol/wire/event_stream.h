// application/vnd.amazon.eventstream: messages with typed headers, a payload and two checksums.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tarn::api::protocol {

struct EventBytes {
  std::string bytes;
  bool operator==(const EventBytes&) const = default;
};
struct EventUuid {
  std::string bytes;  // 16
  bool operator==(const EventUuid&) const = default;
};
using EventHeader =
    std::variant<bool, int8_t, int16_t, int32_t, int64_t, EventBytes, std::string, Timestamp, EventUuid>;

struct EventMessage {
  std::vector<std::pair<std::string, EventHeader>> headers;
  std::string payload;
};

inline constexpr size_t kEventBytesMax = 24 << 20;

// Header names have up to 255 bytes, values up to 32767 (asserted).
std::string FrameEvent(const EventMessage& message);

// Takes bytes as they come and gives whole messages. After an error it gives only that error. Errors:
// kMalformedRequest (checksum, lengths, header form), kRequestTooLarge.
class EventReader {
 public:
  void Feed(std::string_view bytes) { buffer_ += bytes; }
  // False: more bytes are needed.
  Result<bool> Next(EventMessage& out);

 private:
  std::string buffer_;
};

}  // namespace tarn::api::protocol
