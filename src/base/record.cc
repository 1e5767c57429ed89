#include "base/record.h"

namespace tarn {

void RecordWriter::Varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
  out_ += static_cast<char>(value);
}

RecordWriter& RecordWriter::U64(uint32_t tag, uint64_t value) {
  Varint(uint64_t{tag} * 2);
  Varint(value);
  return *this;
}

RecordWriter& RecordWriter::I64(uint32_t tag, int64_t value) {
  return U64(tag, (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
}

RecordWriter& RecordWriter::Str(uint32_t tag, std::string_view bytes) {
  Varint(uint64_t{tag} * 2 + 1);
  Varint(bytes.size());
  out_ += bytes;
  return *this;
}

std::optional<uint64_t> RecordReader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= uint64_t{byte & 0x7fU} << shift;
    if ((byte & 0x80) == 0) return value;
  }
  corrupt_ = true;
  return std::nullopt;
}

bool RecordReader::Next() {
  if (rest_.empty() || corrupt_) return false;
  auto head = Varint();
  auto number = head ? Varint() : std::nullopt;
  if (!number) return false;
  tag_ = static_cast<uint32_t>(*head >> 1);
  number_ = *number;
  bytes_ = {};
  if ((*head & 1) == 0) return true;
  if (*number > rest_.size()) {
    corrupt_ = true;
    return false;
  }
  bytes_ = rest_.substr(0, *number);
  rest_.remove_prefix(*number);
  return true;
}

}  // namespace tarn
