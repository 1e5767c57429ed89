#include "base/random.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <array>
#include <cstdlib>
#include <cstring>

#include "base/hash.h"

namespace tarn {

namespace {

// Going on without randomness would make guessable keys.
void Draw(void* to, size_t count) {
  if (RAND_bytes(static_cast<unsigned char*>(to), static_cast<int>(count)) != 1) std::abort();
}

// The generator costs as much for eight bytes as for some hundred: each thread draws ahead. What was handed out is
// wiped here.
class Ahead {
 public:
  static constexpr size_t kBytes = 512;
  ~Ahead() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  void Take(void* to, size_t count) {
    if (count > bytes_.size() - used_) {
      Draw(bytes_.data(), bytes_.size());
      used_ = 0;
    }
    std::memcpy(to, &bytes_[used_], count);
    std::memset(&bytes_[used_], 0, count);
    used_ += count;
  }

 private:
  std::array<unsigned char, kBytes> bytes_{};
  size_t used_ = kBytes;
};

void Fill(void* to, size_t count) {
  thread_local Ahead ahead;
  if (count > Ahead::kBytes / 4) return Draw(to, count);
  ahead.Take(to, count);
}

}  // namespace

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  Fill(bytes.data(), count);
  return bytes;
}

uint64_t RandomU64() {
  uint64_t value = 0;
  Fill(&value, sizeof value);
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
