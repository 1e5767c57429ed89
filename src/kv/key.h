// Keys: tuples of text and numbers whose byte order is the order of the tuples.
//
//   Key("c").Text(account).Text(region).Text(database).Take()
// Text is escaped (0x00 → 0x00 0xff) and closed by 0x00 0x01, so "a" orders before "ab" and no component runs into the
// next. Numbers are eight big-endian bytes; Descending stores the complement (newest first). Frozen: see
// docs/format/kv.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tarn::kv {

class Key {
 public:
  explicit Key(std::string_view space) { Text(space); }
  Key& Text(std::string_view component);
  Key& Number(uint64_t value);
  Key& Descending(uint64_t value) { return Number(~value); }
  // Appends a text's escaped bytes without closing it: keys that start with that text (a prefix scan).
  Key& Prefix(std::string_view begin_of_component);

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }
  // The first key after all keys that start with these bytes: the `end` of a scan over them.
  std::string End() const;

 private:
  std::string bytes_;
};

// Reads the components of a key back in order; nothing when the bytes are not of that form.
class KeyReader {
 public:
  explicit KeyReader(std::string_view key) : rest_(key) {}
  std::optional<std::string> Text();
  std::optional<uint64_t> Number();
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace tarn::kv
