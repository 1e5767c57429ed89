#include "base/hash.h"

#include <isa-l.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cassert>
#include <cstring>

namespace tarn {
namespace {

// Reflected polynomials.
constexpr uint64_t kCrc64NvmePoly = 0x9a6c9329ac4bc9b5ULL;
constexpr uint32_t kCrc32Poly = 0xedb88320U;
constexpr uint32_t kCrc32cPoly = 0x82f63b78U;

using Crc64Tables = std::array<std::array<uint64_t, 256>, 8>;
constexpr Crc64Tables MakeCrc64Tables() {
  Crc64Tables tables{};
  for (uint64_t i = 0; i < 256; ++i) {
    uint64_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kCrc64NvmePoly : 0);
    tables[0][i] = crc;
  }
  for (size_t i = 0; i < 256; ++i) {
    for (size_t k = 1; k < 8; ++k) tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xff];
  }
  return tables;
}
constexpr Crc64Tables kCrc64Tables = MakeCrc64Tables();

// Multiplies a and b in GF(2)[x] modulo the reflected polynomial `poly`.
template <typename Word>
Word MultiplyMod(Word a, Word b, Word poly) {
  constexpr Word kTop = Word{1} << (sizeof(Word) * 8 - 1);
  Word product = 0;
  for (Word bit = kTop; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = static_cast<Word>((b >> 1) ^ ((b & 1) != 0 ? poly : 0));
  }
  return product;
}

// x^(8·bytes) modulo the polynomial, then times `a`: what appending that many zero bytes does to a CRC.
template <typename Word>
Word Shift(Word a, uint64_t bytes, Word poly) {
  constexpr Word kOne = Word{1} << (sizeof(Word) * 8 - 1);
  Word power = kOne >> 8;  // x^8
  Word result = kOne;
  for (; bytes != 0; bytes >>= 1) {
    if ((bytes & 1) != 0) result = MultiplyMod(result, power, poly);
    power = MultiplyMod(power, power, poly);
  }
  return MultiplyMod(a, result, poly);
}

const EVP_MD* Algorithm(Digest digest) {
  switch (digest) {
    case Digest::kMd5:
      return EVP_md5();
    case Digest::kSha1:
      return EVP_sha1();
    case Digest::kSha256:
      return EVP_sha256();
    case Digest::kSha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

std::string OneShot(Digest digest, std::string_view bytes) {
  Hasher hasher(digest);
  hasher.Update(bytes);
  return hasher.Finish();
}

template <typename Word>
std::string BigEndianBytes(Word value) {
  std::string bytes(sizeof(Word), '\0');
  for (size_t i = 0; i < sizeof(Word); ++i) bytes[i] = static_cast<char>(value >> (8 * (sizeof(Word) - 1 - i)));
  return bytes;
}

}  // namespace

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const EVP_MD* algorithm = nullptr;
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(Digest digest) : state_(std::make_unique<State>()) {
  state_->algorithm = Algorithm(digest);
  EVP_DigestInit_ex(state_->context, state_->algorithm, nullptr);
}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::Update(std::span<const std::byte> bytes) { EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()); }

std::string Hasher::Finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context, out, &size);
  EVP_DigestInit_ex(state_->context, state_->algorithm, nullptr);
  return {reinterpret_cast<const char*>(out), size};
}

std::string Md5(std::string_view bytes) { return OneShot(Digest::kMd5, bytes); }
std::string Sha1(std::string_view bytes) { return OneShot(Digest::kSha1, bytes); }
std::string Sha256(std::string_view bytes) { return OneShot(Digest::kSha256, bytes); }

std::string HmacSha256(std::string_view key, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

uint32_t Crc32(std::span<const std::byte> bytes, uint32_t crc) {
  return crc32_gzip_refl(crc, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

uint32_t Crc32c(std::span<const std::byte> bytes, uint32_t crc) {
  // ISA-L takes and returns the register itself, without the usual inversions, and an int length.
  uint32_t state = ~crc;
  constexpr size_t kStep = size_t{1} << 30;
  for (size_t at = 0; at < bytes.size(); at += kStep) {
    auto* data = const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data() + at));
    state = crc32_iscsi(data, static_cast<int>(std::min(kStep, bytes.size() - at)), state);
  }
  return ~state;
}

uint64_t Crc64Nvme(std::span<const std::byte> bytes, uint64_t crc) {
  uint64_t state = ~crc;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  size_t left = bytes.size();
  for (; left >= 8; left -= 8, data += 8) {
    uint64_t word = 0;
    std::memcpy(&word, data, 8);
    state ^= word;
    state = kCrc64Tables[7][state & 0xff] ^ kCrc64Tables[6][(state >> 8) & 0xff] ^
            kCrc64Tables[5][(state >> 16) & 0xff] ^ kCrc64Tables[4][(state >> 24) & 0xff] ^
            kCrc64Tables[3][(state >> 32) & 0xff] ^ kCrc64Tables[2][(state >> 40) & 0xff] ^
            kCrc64Tables[1][(state >> 48) & 0xff] ^ kCrc64Tables[0][state >> 56];
  }
  for (; left > 0; --left, ++data) state = (state >> 8) ^ kCrc64Tables[0][(state ^ *data) & 0xff];
  return ~state;
}

uint32_t Crc32Combine(uint32_t a, uint32_t b, uint64_t b_bytes) { return Shift(a, b_bytes, kCrc32Poly) ^ b; }
uint32_t Crc32cCombine(uint32_t a, uint32_t b, uint64_t b_bytes) { return Shift(a, b_bytes, kCrc32cPoly) ^ b; }
uint64_t Crc64NvmeCombine(uint64_t a, uint64_t b, uint64_t b_bytes) { return Shift(a, b_bytes, kCrc64NvmePoly) ^ b; }

std::string BigEndian32(uint32_t value) { return BigEndianBytes(value); }
std::string BigEndian64(uint64_t value) { return BigEndianBytes(value); }

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char c : bytes) {
    text += kDigits[c >> 4];
    text += kDigits[c & 15];
  }
  return text;
}

std::optional<std::string> Unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string Base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  return text;
}

std::optional<std::string> Unbase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return std::string();
  size_t padding = 0;
  if (text.back() == '=') padding = text[text.size() - 2] == '=' ? 2 : 1;
  for (const char c : text.substr(0, text.size() - padding)) {
    const bool valid =
        (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (!valid) return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(size) - padding);
  return bytes;
}

}  // namespace tarn
