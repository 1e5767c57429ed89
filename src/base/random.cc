#include "base/random.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>

#include "base/hash.h"

namespace tarn {

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  // Going on without randomness would make guessable keys.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

uint64_t RandomU64() {
  uint64_t value = 0;
  std::memcpy(&value, RandomBytes(sizeof value).data(), sizeof value);
  return value;
}

std::string RandomUuid() {
  std::string bytes = RandomBytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = Hex(bytes);
  for (const size_t at : {20, 16, 12, 8}) text.insert(at, "-");
  return text;
}

std::string RandomText(size_t count, std::string_view alphabet) {
  const size_t limit = 256 / alphabet.size() * alphabet.size();  // above it, a remainder would be biased
  std::string text;
  while (text.size() < count) {
    for (const unsigned char byte : RandomBytes(count - text.size() + 8)) {
      if (byte < limit && text.size() < count) text += alphabet[byte % alphabet.size()];
    }
  }
  return text;
}

}  // namespace tarn
