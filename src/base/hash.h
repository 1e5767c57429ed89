// Digests, checksums and the text forms of bytes: what SigV4, ETags, S3's checksums and our formats need.
//
// Every digest is returned as raw bytes; write it with Hex or Base64. Not thread-safe per object; free functions are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tarn {

inline std::span<const std::byte> AsBytes(std::string_view text) { return std::as_bytes(std::span(text)); }

enum class Digest : uint8_t { kMd5, kSha1, kSha256, kSha512 };

// An incremental digest. Reusable after Finish.
class Hasher {
 public:
  explicit Hasher(Digest digest);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void Update(std::span<const std::byte> bytes);
  void Update(std::string_view text) { Update(AsBytes(text)); }
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Md5(std::string_view bytes);
std::string Sha1(std::string_view bytes);
std::string Sha256(std::string_view bytes);
std::string HmacSha256(std::string_view key, std::string_view bytes);
// Takes the same time wherever the two differ; lengths are not secret.
bool ConstantTimeEqual(std::string_view a, std::string_view b);

// Each continues from `crc`, the value of the bytes before (0 at the start).
uint32_t Crc32(std::span<const std::byte> bytes, uint32_t crc = 0);      // zlib's
uint32_t Crc32c(std::span<const std::byte> bytes, uint32_t crc = 0);     // Castagnoli
uint64_t Crc64Nvme(std::span<const std::byte> bytes, uint64_t crc = 0);  // AWS's default object checksum

// The CRC of A followed by B, from both CRCs and B's length (multipart full-object checksums).
uint32_t Crc32Combine(uint32_t a, uint32_t b, uint64_t b_bytes);
uint32_t Crc32cCombine(uint32_t a, uint32_t b, uint64_t b_bytes);
uint64_t Crc64NvmeCombine(uint64_t a, uint64_t b, uint64_t b_bytes);

std::string BigEndian32(uint32_t value);
std::string BigEndian64(uint64_t value);

std::string Hex(std::string_view bytes);  // lower case
std::optional<std::string> Unhex(std::string_view text);
std::string Base64(std::string_view bytes);                  // padded, standard alphabet
std::optional<std::string> Unbase64(std::string_view text);  // strict: padding required, no spaces

}  // namespace tarn
