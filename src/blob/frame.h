// The stored form of one blob: a header, frames and, when they are compressed, an index. Pure: no I/O. Frozen:
// docs/format/blob.md.
//
//   header   64 bytes: "TBLB", version, form, blob id, plaintext size, stored size, zeros, CRC32C of the 60 before
//   frame n  a body that stands for ≤ 64 KiB, its seal of 16 bytes, CRC32C of both
//   index    compressed form only: the length of each body, CRC32C of the lengths
// Every frame but the last stands for 64 KiB exactly. A body is plaintext, compressed where the form says so and it got
// shorter, then encrypted with AES-256-GCM (nonce: four zero bytes and n; associated data: blob id, n, 1 if last; the
// seal is the tag). Where the form says unsealed, it is not encrypted and the seal tells the blob and n.
// Numbers are big-endian. Errors: kDamaged. Threads: a FrameCipher or Compressor one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "blob/blob.h"

namespace tarn::blob {

inline constexpr uint64_t kFrameBytes = 64 << 10;
inline constexpr uint64_t kSealBytes = 16;
inline constexpr uint64_t kFrameOverhead = kSealBytes + 4;
inline constexpr uint64_t kFrameStride = kFrameBytes + kFrameOverhead;
inline constexpr uint64_t kHeaderBytes = 64;
inline constexpr size_t kBlobKeyBytes = 32;

inline constexpr uint64_t FrameCount(uint64_t size) { return (size + kFrameBytes - 1) / kFrameBytes; }
// Of a blob whose form is not compressed.
inline constexpr uint64_t StoredBytes(uint64_t size) { return kHeaderBytes + size + FrameCount(size) * kFrameOverhead; }
// What frame `frame` of a blob of `size` bytes stands for.
inline constexpr uint64_t FramePlainBytes(uint64_t size, uint64_t frame) {
  const uint64_t begin = frame * kFrameBytes;
  return size - begin < kFrameBytes ? size - begin : kFrameBytes;
}
inline constexpr uint64_t IndexBytes(uint64_t size) { return FrameCount(size) * 4 + 4; }
// The stored bytes of a ref's blob.
inline uint64_t StoredBytesOf(const BlobRef& ref) {
  return ref.stored_bytes != 0 ? ref.stored_bytes : StoredBytes(ref.size);
}

struct HeaderFields {
  BlobId id;
  uint64_t size = 0;
  Form form;
  uint64_t stored_bytes = 0;  // all of it, header included
};
using Header = std::array<std::byte, kHeaderBytes>;
Header EncodeHeader(const HeaderFields& fields);
std::optional<HeaderFields> DecodeHeader(std::span<const std::byte> bytes);

// Checks only the CRC of one stored frame (body, seal, CRC).
bool FrameCrcHolds(std::span<const std::byte> stored);

// The lengths of a compressed blob's bodies, as they are stored behind its frames.
std::string EncodeIndex(std::span<const uint32_t> lengths);
// Nothing when the bytes are no index of a blob of `size` bytes. Each length fits its frame.
std::optional<std::vector<uint32_t>> DecodeIndex(std::span<const std::byte> bytes, uint64_t size);

class FrameCipher {
 public:
  // `key` has kBlobKeyBytes, or none for the unsealed form.
  FrameCipher(const BlobId& id, std::string_view key);
  ~FrameCipher();
  FrameCipher(const FrameCipher&) = delete;
  FrameCipher& operator=(const FrameCipher&) = delete;

  // `stored` has body.size() + kFrameOverhead bytes.
  void Seal(uint64_t frame, bool last, std::span<const std::byte> body, std::span<std::byte> stored);
  // Verifies and opens a frame: `trailer` are the kFrameOverhead bytes behind its body. `plain` has the body's size and
  // may be the body itself.
  Status Open(uint64_t frame, bool last, std::span<const std::byte> body, std::span<const std::byte> trailer,
              std::span<std::byte> plain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Makes the bodies of compressed frames (zstd), and plaintext of them.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // The shorter body, or `plain` itself when there is none.
  std::span<const std::byte> Compress(std::span<const std::byte> plain);
  // `plain` has the frame's size; the body is shorter. kDamaged when it does not make exactly that.
  Status Expand(std::span<const std::byte> body, std::span<std::byte> plain);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn::blob
