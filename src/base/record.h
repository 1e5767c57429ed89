// Tagged binary records: the encoding of values in kv. A reader skips tags that it does not know, so records grow.
//
// Form: repeated (varint tag·2 + kind, payload); kind 0 is a varint, kind 1 a varint length and that many bytes.
// Tags are frozen once written to disk: never reuse one for another meaning. See docs/format/record.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tarn {

class RecordWriter {
 public:
  RecordWriter& U64(uint32_t tag, uint64_t value);
  RecordWriter& I64(uint32_t tag, int64_t value);  // zigzag
  RecordWriter& Bool(uint32_t tag, bool value) { return U64(tag, value ? 1 : 0); }
  RecordWriter& Str(uint32_t tag, std::string_view bytes);
  std::string Take() { return std::move(out_); }

 private:
  void Varint(uint64_t value);
  std::string out_;
};

// Walks one record: while (reader.Next()) switch (reader.tag()) …; then check corrupt().
class RecordReader {
 public:
  explicit RecordReader(std::string_view record) : rest_(record) {}
  bool Next();
  uint32_t tag() const { return tag_; }
  uint64_t u64() const { return number_; }
  int64_t i64() const { return static_cast<int64_t>(number_ >> 1) ^ -static_cast<int64_t>(number_ & 1); }
  bool boolean() const { return number_ != 0; }
  std::string_view bytes() const { return bytes_; }
  std::string str() const { return std::string(bytes_); }
  // True when the bytes ended inside a field: the record is damaged.
  bool corrupt() const { return corrupt_; }

 private:
  std::optional<uint64_t> Varint();
  std::string_view rest_;
  std::string_view bytes_;
  uint64_t number_ = 0;
  uint32_t tag_ = 0;
  bool corrupt_ = false;
};

}  // namespace tarn
