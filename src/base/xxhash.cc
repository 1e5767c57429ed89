#include "base/xxhash.h"

#define XXH_INLINE_ALL  // the header alone, no library
#include <xxhash.h>

namespace tarn {

// One of the two is in use.
struct XxHasher::State {
  XxDigest digest;
  XXH64_state_t narrow;
  XXH3_state_t wide;

  void Reset() {
    if (digest == XxDigest::kXxh64) {
      XXH64_reset(&narrow, 0);
    } else if (digest == XxDigest::kXxh3) {
      XXH3_64bits_reset(&wide);
    } else {
      XXH3_128bits_reset(&wide);
    }
  }
};

namespace {

template <typename Canonical>
std::string Bytes(const Canonical& canonical) {
  return {reinterpret_cast<const char*>(canonical.digest), sizeof(canonical.digest)};
}

}  // namespace

XxHasher::XxHasher(XxDigest digest) : state_(std::make_unique<State>()) {
  state_->digest = digest;
  state_->Reset();
}
XxHasher::~XxHasher() = default;
XxHasher::XxHasher(XxHasher&&) noexcept = default;
XxHasher& XxHasher::operator=(XxHasher&&) noexcept = default;

void XxHasher::Update(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  if (state_->digest == XxDigest::kXxh64) {
    XXH64_update(&state_->narrow, bytes.data(), bytes.size());
  } else if (state_->digest == XxDigest::kXxh3) {
    XXH3_64bits_update(&state_->wide, bytes.data(), bytes.size());
  } else {
    XXH3_128bits_update(&state_->wide, bytes.data(), bytes.size());
  }
}

std::string XxHasher::Finish() {
  std::string raw;
  if (state_->digest == XxDigest::kXxh128) {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->wide));
    raw = Bytes(canonical);
  } else {
    XXH64_canonical_t canonical;
    const bool narrow = state_->digest == XxDigest::kXxh64;
    XXH64_canonicalFromHash(&canonical, narrow ? XXH64_digest(&state_->narrow) : XXH3_64bits_digest(&state_->wide));
    raw = Bytes(canonical);
  }
  state_->Reset();
  return raw;
}

}  // namespace tarn
