#include "base/hash.h"

#include <isa-l.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cassert>
#include <cstring>
#include <memory>
#include <utility>

namespace tarn {
namespace {

// Reflected polynomials.
constexpr uint64_t kCrc64NvmePoly = 0x9a6c9329ac4bc9b5ULL;
constexpr uint32_t kCrc32Poly = 0xedb88320U;
constexpr uint32_t kCrc32cPoly = 0x82f63b78U;

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

// Fetched once: EVP_sha256() and its like are looked up again at every use.
const EVP_MD* Algorithm(Digest digest) {
  static const std::array<EVP_MD*, 4> kFetched{
      EVP_MD_fetch(nullptr, "MD5", nullptr), EVP_MD_fetch(nullptr, "SHA1", nullptr),
      EVP_MD_fetch(nullptr, "SHA256", nullptr), EVP_MD_fetch(nullptr, "SHA512", nullptr)};
  return kFetched[static_cast<size_t>(digest)];
}

// The thread's own, for digests of one piece.
EVP_MD_CTX* SpareContext() {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return context.get();
}

std::string OneShot(Digest digest, std::string_view bytes) {
  EVP_MD_CTX* const context = SpareContext();
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestInit_ex(context, Algorithm(digest), nullptr);
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context, out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

template <typename Word>
std::string BigEndianBytes(Word value) {
  std::string bytes(sizeof(Word), '\0');
  for (size_t i = 0; i < sizeof(Word); ++i) bytes[i] = static_cast<char>(value >> (8 * (sizeof(Word) - 1 - i)));
  return bytes;
}

}  // namespace

struct Hasher::State {
  EVP_MD_CTX* context = nullptr;  // made when there is something to digest
  const EVP_MD* algorithm = nullptr;
  bool begun = false;
  ~State() { EVP_MD_CTX_free(context); }
  void Begin() {
    if (std::exchange(begun, true)) return;
    if (context == nullptr) context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, algorithm, nullptr);
  }
};

Hasher::Hasher(Digest digest) : state_(std::make_unique<State>()) { state_->algorithm = Algorithm(digest); }
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::Update(std::span<const std::byte> bytes) {
  state_->Begin();
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string Hasher::Finish() {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  state_->Begin();
  EVP_DigestFinal_ex(state_->context, out, &size);
  state_->begun = false;
  return {reinterpret_cast<const char*>(out), size};
}

std::string Md5(std::string_view bytes) { return OneShot(Digest::kMd5, bytes); }
std::string Sha1(std::string_view bytes) { return OneShot(Digest::kSha1, bytes); }
std::string Sha256(std::string_view bytes) { return OneShot(Digest::kSha256, bytes); }

// RFC 2104. OpenSSL's HMAC() looks the algorithms up at every call, which costs more than the digests.
std::string HmacSha256(std::string_view key, std::string_view bytes) {
  constexpr size_t kBlockBytes = 64;
  constexpr size_t kDigestBytes = 32;
  const EVP_MD* const algorithm = Algorithm(Digest::kSha256);
  EVP_MD_CTX* const context = SpareContext();
  std::array<unsigned char, kBlockBytes> pad{};
  std::array<unsigned char, kDigestBytes> digest;
  const std::string hashed = key.size() > kBlockBytes ? Sha256(key) : std::string();
  const std::string_view used = hashed.empty() ? key : std::string_view(hashed);
  std::memcpy(pad.data(), used.data(), used.size());
  for (unsigned char& byte : pad) byte ^= 0x36;
  EVP_DigestInit_ex(context, algorithm, nullptr);
  EVP_DigestUpdate(context, pad.data(), pad.size());
  EVP_DigestUpdate(context, bytes.data(), bytes.size());
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  for (unsigned char& byte : pad) byte ^= 0x36 ^ 0x5c;
  EVP_DigestInit_ex(context, algorithm, nullptr);
  EVP_DigestUpdate(context, pad.data(), pad.size());
  EVP_DigestUpdate(context, digest.data(), digest.size());
  EVP_DigestFinal_ex(context, digest.data(), nullptr);
  OPENSSL_cleanse(pad.data(), pad.size());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool ConstantTimeEqual(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Eight bytes at a time: session tokens are long. What differs is only gathered, and looked at in the end.
  uint64_t differing = 0;
  size_t at = 0;
  for (; at + sizeof(uint64_t) <= a.size(); at += sizeof(uint64_t)) {
    uint64_t left = 0, right = 0;
    std::memcpy(&left, a.data() + at, sizeof(left));
    std::memcpy(&right, b.data() + at, sizeof(right));
    differing |= left ^ right;
    asm volatile("" : "+r"(differing));  // no compiler makes an early exit of it
  }
  return (differing | static_cast<uint64_t>(CRYPTO_memcmp(a.data() + at, b.data() + at, a.size() - at))) == 0;
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

uint32_t Crc32Combine(uint32_t a, uint32_t b, uint64_t b_bytes) { return Shift(a, b_bytes, kCrc32Poly) ^ b; }
uint32_t Crc32cCombine(uint32_t a, uint32_t b, uint64_t b_bytes) { return Shift(a, b_bytes, kCrc32cPoly) ^ b; }
uint64_t Crc64NvmeCombine(uint64_t a, uint64_t b, uint64_t b_bytes) { return Shift(a, b_bytes, kCrc64NvmePoly) ^ b; }

std::string BigEndian32(uint32_t value) { return BigEndianBytes(value); }
std::string BigEndian64(uint64_t value) { return BigEndianBytes(value); }

std::string Hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '\0');
  char* to = text.data();
  for (const unsigned char c : bytes) {
    *to++ = kDigits[c >> 4];
    *to++ = kDigits[c & 15];
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

}  // namespace tarn
