// CBOR (RFC 8949): items read one by one from bytes, and written.
//
// The reader takes definite and indefinite lengths, every number width and any tag; it copies texts out and never reads
// past the end. Errors: kMalformedRequest. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tarn::api::protocol {

enum class CborType : uint8_t { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kBool, kNull, kFloat, kBreak };

// The head of one item. A container's or text's content follows it.
struct CborHead {
  CborType type = CborType::kNull;
  uint64_t number = 0;      // the argument: value, length, count, tag; kNegative means -1 - number; kBool 0 or 1
  bool indefinite = false;  // length or count: until a break
  double real = 0;          // of kFloat
};

class CborReader {
 public:
  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  Result<CborHead> Next();
  // The whole text or byte string that `head` began, chunks joined. Texts must be UTF-8.
  Result<std::string> String(const CborHead& head);
  // Whether the container that `head` began goes on after `read` items (pairs of a map); eats the break.
  Result<bool> More(const CborHead& head, uint64_t read);
  // Leaves out the rest of an item whose head was read.
  Status Skip(const CborHead& head, int depth_left);

  bool at_end() const { return rest_.empty(); }

 private:
  Result<uint64_t> Argument(unsigned info);
  Result<std::string_view> Take(uint64_t count);

  std::string_view rest_;
};

class CborWriter {
 public:
  void Int(int64_t value);
  void Bytes(std::string_view bytes) { Head(2, bytes.size()), out_ += bytes; }
  void Text(std::string_view text) { Head(3, text.size()), out_ += text; }
  void Array(uint64_t count) { Head(4, count); }
  void Map(uint64_t pairs) { Head(5, pairs); }
  void Tag(uint64_t tag) { Head(6, tag); }
  void Bool(bool value) { out_ += value ? '\xf5' : '\xf4'; }
  void Null() { out_ += '\xf6'; }
  void Double(double value);
  std::string Take() { return std::move(out_); }

 private:
  void Head(unsigned major, uint64_t argument);
  std::string out_;
};

}  // namespace tarn::api::protocol
