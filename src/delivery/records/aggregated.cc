#include "delivery/records/aggregated.h"

#include <cstdint>
#include <optional>

#include "base/hash.h"

namespace tarn::delivery {
namespace {

constexpr std::string_view kAggregated = "\xf3\x89\x9a\xc2";
constexpr size_t kMd5Bytes = 16;
constexpr uint32_t kRecordsField = 3;
constexpr uint32_t kDataField = 3;  // of a record

// A reader of protobuf's wire form; fields of other kinds than bytes and varints are not expected.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  // False at the end or when the bytes are broken.
  bool Next() {
    if (rest_.empty()) return false;
    const auto tag = Varint();
    if (!tag) return Broken();
    number = static_cast<uint32_t>(*tag >> 3);
    const auto value = Varint();
    if (!value) return Broken();
    bytes = {};
    if ((*tag & 7) == 0) return true;
    if ((*tag & 7) != 2 || *value > rest_.size()) return Broken();
    bytes = rest_.substr(0, *value);
    rest_.remove_prefix(*value);
    return true;
  }
  bool sound() const { return sound_; }
  uint32_t number = 0;
  std::string_view bytes;

 private:
  std::optional<uint64_t> Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }
  bool Broken() {
    sound_ = false;
    return false;
  }

  std::string_view rest_;
  bool sound_ = true;
};

}  // namespace

std::vector<std::string> Deaggregated(std::string_view record) {
  std::vector<std::string> whole = {std::string(record)};
  if (!record.starts_with(kAggregated) || record.size() < kAggregated.size() + kMd5Bytes) return whole;
  const std::string_view body = record.substr(kAggregated.size(), record.size() - kAggregated.size() - kMd5Bytes);
  if (Md5(body) != record.substr(record.size() - kMd5Bytes)) return whole;
  std::vector<std::string> records;
  Fields fields(body);
  while (fields.Next()) {
    if (fields.number != kRecordsField) continue;
    Fields inner(fields.bytes);
    while (inner.Next()) {
      if (inner.number == kDataField) records.emplace_back(inner.bytes);
    }
    if (!inner.sound()) return whole;
  }
  return fields.sound() ? records : whole;
}

}  // namespace tarn::delivery
