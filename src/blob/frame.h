// The stored form of one blob: a header and sealed frames. Pure: no I/O. Frozen: docs/format/blob.md.
//
//   header   64 bytes: "TBLB", version 1, blob id, plaintext size, zeros, CRC32C of the 60 bytes before
//   frame n  ≤ 64 KiB of AES-256-GCM ciphertext, 16 bytes of tag, CRC32C of both (big-endian)
// Every frame but the last holds 64 KiB exactly. Nonce: four zero bytes and n; associated data: blob id, n, 1 if last.
// Errors: kDamaged. Threads: a FrameCipher one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "blob/blob.h"

namespace tarn::blob {

inline constexpr uint64_t kFrameBytes = 64 << 10;
inline constexpr uint64_t kFrameOverhead = 16 + 4;
inline constexpr uint64_t kFrameStride = kFrameBytes + kFrameOverhead;
inline constexpr uint64_t kHeaderBytes = 64;
inline constexpr size_t kBlobKeyBytes = 32;

inline constexpr uint64_t FrameCount(uint64_t size) { return (size + kFrameBytes - 1) / kFrameBytes; }
inline constexpr uint64_t StoredBytes(uint64_t size) { return kHeaderBytes + size + FrameCount(size) * kFrameOverhead; }
// Of frame `frame` in a blob of `size` bytes, without overhead.
inline constexpr uint64_t FramePlainBytes(uint64_t size, uint64_t frame) {
  const uint64_t begin = frame * kFrameBytes;
  return size - begin < kFrameBytes ? size - begin : kFrameBytes;
}

using Header = std::array<std::byte, kHeaderBytes>;
Header EncodeHeader(const BlobId& id, uint64_t size);
struct HeaderFields {
  BlobId id;
  uint64_t size;
};
std::optional<HeaderFields> DecodeHeader(std::span<const std::byte> bytes);

// Checks only the CRC of one stored frame (ciphertext, tag, CRC).
bool FrameCrcHolds(std::span<const std::byte> stored);

class FrameCipher {
 public:
  FrameCipher(const BlobId& id, std::string_view key);
  ~FrameCipher();
  FrameCipher(const FrameCipher&) = delete;
  FrameCipher& operator=(const FrameCipher&) = delete;

  // `stored` has plain.size() + kFrameOverhead bytes.
  void Seal(uint64_t frame, bool last, std::span<const std::byte> plain, std::span<std::byte> stored);
  // `plain` has stored.size() - kFrameOverhead bytes.
  Status Open(uint64_t frame, bool last, std::span<const std::byte> stored, std::span<std::byte> plain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::blob
