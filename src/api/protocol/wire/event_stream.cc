#include "api/protocol/wire/event_stream.h"

#include <cassert>

#include "api/protocol/errors.h"
#include "base/hash.h"
#include "base/strings.h"

namespace tarn::api::protocol {
namespace {

constexpr size_t kPreludeBytes = 12;
constexpr size_t kFrameBytes = 16;

enum HeaderType : uint8_t { kTrue, kFalse, kByte, kShort, kInt, kLong, kBytes, kText, kTime, kUuid };

Error Broken(const char* what) { return Fail(kMalformedRequest, std::string("The event stream is broken: ") + what); }

uint64_t BigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

void AppendBig(std::string& out, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

struct HeaderWriter {
  std::string& out;

  void Sized(HeaderType type, std::string_view bytes) const {
    assert(bytes.size() <= 32767);
    out += static_cast<char>(type);
    AppendBig(out, bytes.size(), 2);
    out += bytes;
  }
  void Number(HeaderType type, int64_t value, int bytes) const {
    out += static_cast<char>(type);
    AppendBig(out, static_cast<uint64_t>(value), bytes);
  }
  void operator()(bool value) const { out += static_cast<char>(value ? kTrue : kFalse); }
  void operator()(int8_t value) const { Number(kByte, value, 1); }
  void operator()(int16_t value) const { Number(kShort, value, 2); }
  void operator()(int32_t value) const { Number(kInt, value, 4); }
  void operator()(int64_t value) const { Number(HeaderType::kLong, value, 8); }
  void operator()(const EventBytes& value) const { Sized(kBytes, value.bytes); }
  void operator()(const std::string& value) const { Sized(kText, value); }
  void operator()(Timestamp value) const { Number(kTime, value.millis(), 8); }
  void operator()(const EventUuid& value) const {
    assert(value.bytes.size() == 16);
    out += static_cast<char>(kUuid);
    out += value.bytes;
  }
};

class HeaderReader {
 public:
  explicit HeaderReader(std::string_view bytes) : rest_(bytes) {}

  Status ReadAll(EventMessage& out) {
    while (!rest_.empty()) {
      TARN_TRY(const std::string_view length, Take(1));
      TARN_TRY(const std::string_view name, Take(static_cast<unsigned char>(length[0])));
      if (name.empty() || !IsValidUtf8(name)) return Broken("a header's name");
      TARN_TRY(EventHeader value, Value());
      out.headers.emplace_back(name, std::move(value));
    }
    return Ok();
  }

 private:
  Result<std::string_view> Take(size_t count) {
    if (count > rest_.size()) return Broken("its headers end early");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  Result<int64_t> Number(size_t bytes) {
    TARN_TRY(const std::string_view taken, Take(bytes));
    return static_cast<int64_t>(BigEndian(taken));
  }
  Result<EventHeader> Value() {
    TARN_TRY(const std::string_view type, Take(1));
    switch (static_cast<unsigned char>(type[0])) {
      case kTrue:
        return EventHeader(true);
      case kFalse:
        return EventHeader(false);
      case kByte: {
        TARN_TRY(const int64_t value, Number(1));
        return EventHeader(static_cast<int8_t>(value));
      }
      case kShort: {
        TARN_TRY(const int64_t value, Number(2));
        return EventHeader(static_cast<int16_t>(value));
      }
      case kInt: {
        TARN_TRY(const int64_t value, Number(4));
        return EventHeader(static_cast<int32_t>(value));
      }
      case HeaderType::kLong: {
        TARN_TRY(const int64_t value, Number(8));
        return EventHeader(value);
      }
      case kTime: {
        TARN_TRY(const int64_t value, Number(8));
        if (value > INT64_MAX / 1000 || value < INT64_MIN / 1000) return Broken("a time is out of range");
        return EventHeader(Timestamp::FromMillis(value));
      }
      case kUuid: {
        TARN_TRY(const std::string_view bytes, Take(16));
        return EventHeader(EventUuid{std::string(bytes)});
      }
      case kBytes:
      case kText: {
        TARN_TRY(const int64_t length, Number(2));
        TARN_TRY(const std::string_view bytes, Take(static_cast<size_t>(length)));
        if (static_cast<unsigned char>(type[0]) == kBytes) return EventHeader(EventBytes{std::string(bytes)});
        if (!IsValidUtf8(bytes)) return Broken("a header's text is no UTF-8");
        return EventHeader(std::string(bytes));
      }
      default:
        return Broken("a header of an unknown type");
    }
  }

  std::string_view rest_;
};

}  // namespace

std::string FrameEvent(const EventMessage& message) {
  std::string headers;
  for (const auto& [name, value] : message.headers) {
    assert(!name.empty() && name.size() <= 255);
    headers += static_cast<char>(name.size());
    headers += name;
    std::visit(HeaderWriter{headers}, value);
  }
  std::string out;
  AppendBig(out, kFrameBytes + headers.size() + message.payload.size(), 4);
  AppendBig(out, headers.size(), 4);
  AppendBig(out, Crc32(AsBytes(out)), 4);
  out += headers;
  out += message.payload;
  AppendBig(out, Crc32(AsBytes(out)), 4);
  return out;
}

Result<bool> EventReader::Next(EventMessage& out) {
  if (buffer_.size() < kPreludeBytes) return false;
  const std::string_view bytes = buffer_;
  if (BigEndian(bytes.substr(8, 4)) != Crc32(AsBytes(bytes.substr(0, 8)))) return Broken("the prelude's checksum");
  const size_t total = BigEndian(bytes.substr(0, 4));
  const size_t header_bytes = BigEndian(bytes.substr(4, 4));
  if (total > kEventBytesMax) return Fail(kRequestTooLarge, "an event is too long");
  if (total < kFrameBytes || header_bytes > total - kFrameBytes) return Broken("its lengths");
  if (bytes.size() < total) return false;
  if (BigEndian(bytes.substr(total - 4, 4)) != Crc32(AsBytes(bytes.substr(0, total - 4)))) {
    return Broken("a message's checksum");
  }
  out = {};
  TARN_CHECK(HeaderReader(bytes.substr(kPreludeBytes, header_bytes)).ReadAll(out));
  out.payload = bytes.substr(kPreludeBytes + header_bytes, total - kFrameBytes - header_bytes);
  buffer_.erase(0, total);
  return true;
}

}  // namespace tarn::api::protocol
