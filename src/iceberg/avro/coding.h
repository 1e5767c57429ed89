// Avro's binary encoding: a bounded cursor for reading, appends for writing.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "iceberg/avro/schema.h"

namespace tarn::iceberg::avro {

// Never reads past its end: a read that would gives 0 or nothing and sets `failed` for good. Check it once a record and
// in each loop.
class Input {
 public:
  Input() = default;
  explicit Input(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool failed() const { return failed_; }
  void Fail() {
    failed_ = true;
    at_ = end_;
  }
  size_t left() const { return static_cast<size_t>(end_ - at_); }
  bool done() const { return at_ == end_; }

  int64_t ReadLong() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
      const auto byte = static_cast<uint8_t>(*at_++);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
    }
    Fail();
    return 0;
  }
  int32_t ReadInt() {
    const int64_t value = ReadLong();
    if (value > INT32_MAX || value < INT32_MIN) Fail();
    return static_cast<int32_t>(value);
  }
  bool ReadBool() { return ReadRaw(1) == std::string_view("\x01", 1); }
  // A view into the input.
  std::string_view ReadBytes() {
    const int64_t size = ReadLong();
    if (size < 0) Fail();
    return ReadRaw(size < 0 ? 0 : static_cast<size_t>(size));
  }
  std::string_view ReadRaw(size_t size) {
    if (size > left()) {
      Fail();
      return {};
    }
    const std::string_view bytes(at_, size);
    at_ += size;
    return bytes;
  }
  template <typename T>
  T ReadFixed() {
    T value{};
    const std::string_view bytes = ReadRaw(sizeof(T));
    if (bytes.size() == sizeof(T)) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  // Starts the next run of an array's or map's items: their number, 0 at the end. Items that take no bytes are refused
  // in great numbers.
  int64_t ReadItemCount() {
    int64_t count = ReadLong();
    if (count < 0) {
      ReadLong();  // the run's bytes
      count = count == INT64_MIN ? INT64_MAX : -count;
    }
    if (static_cast<uint64_t>(count) > left()) Fail();
    return failed_ ? 0 : count;
  }
  // Enters a union: the branch, or null (and failed) when there is none of that number.
  const Node* ReadBranch(const Node& node) {
    const int64_t branch = ReadLong();
    if (branch < 0 || static_cast<size_t>(branch) >= node.parts.size()) {
      Fail();
      return nullptr;
    }
    return node.parts[static_cast<size_t>(branch)];
  }

 private:
  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool failed_ = false;
};

// Steps over one value.
void Skip(const Node& node, Input& input, int depth = 0);

inline void PutLong(std::string& out, int64_t value) {
  uint64_t rest = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) out += static_cast<char>(rest | 0x80);
  out += static_cast<char>(rest);
}
inline void PutBool(std::string& out, bool value) { out += value ? '\x01' : '\x00'; }
inline void PutBytes(std::string& out, std::string_view bytes) {
  PutLong(out, static_cast<int64_t>(bytes.size()));
  out += bytes;
}

}  // namespace tarn::iceberg::avro
