// xxHash as S3 checksums objects with it: XXH64 and both widths of XXH3, with seed 0. Not cryptographic.
//
// Digests are raw bytes in xxHash's canonical (big-endian) form. Not thread-safe per object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace tarn {

enum class XxDigest : uint8_t { kXxh64, kXxh3, kXxh128 };

// An incremental digest. Reusable after Finish.
class XxHasher {
 public:
  explicit XxHasher(XxDigest digest);
  ~XxHasher();
  XxHasher(XxHasher&&) noexcept;
  XxHasher& operator=(XxHasher&&) noexcept;

  void Update(std::span<const std::byte> bytes);
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tarn
