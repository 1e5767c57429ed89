#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "blob/file_system.h"
#include "blob/frame.h"
#include "blob/local/local_store.h"

namespace tarn::blob {
namespace {

constexpr uint64_t kFramesAtOnce = 4;

class LocalReader : public Reader {
 public:
  LocalReader(Parts& parts, const BlobRef& ref, const KeyWrapper* wrapper)
      : parts_(parts), ref_(ref), wrapper_(wrapper != nullptr ? *wrapper : parts.wrapper) {
    at_ = {ref.container, ref.offset};
    parts_.pins.Add(ref_.id);
  }
  ~LocalReader() override { parts_.pins.Remove(ref_.id); }
  LocalReader(const LocalReader&) = delete;
  LocalReader& operator=(const LocalReader&) = delete;

  uint64_t size() const override { return ref_.size; }

  Task<Result<size_t>> ReadAt(uint64_t offset, std::span<std::byte> into) override {
    if (Executor::Current() == nullptr) co_return ReadAtSync(offset, into);
    into = Clamp(offset, into);
    size_t filled = 0;
    while (filled < into.size()) {
      const auto rest = into.subspan(filled);
      TARN_CO_TRY(auto count, ReadSome(offset + filled, rest, Wait::kNever));
      if (count) {
        filled += *count;
        continue;
      }
      TARN_CO_TRY(const size_t got, co_await Offload(parts_.data_pool, [this, offset, filled, rest] {
                    return ReadAtSync(offset + filled, rest);
                  }));
      filled += got;
      break;
    }
    co_return filled;
  }

  Result<size_t> ReadAtSync(uint64_t offset, std::span<std::byte> into) override {
    into = Clamp(offset, into);
    size_t filled = 0;
    while (filled < into.size()) {
      TARN_TRY(auto count, ReadSome(offset + filled, into.subspan(filled), Wait::kAllowed));
      filled += *count;
    }
    return filled;
  }

 private:
  enum class Wait : uint8_t { kNever, kAllowed };

  std::span<std::byte> Clamp(uint64_t offset, std::span<std::byte> into) const {
    if (offset >= ref_.size) return {};
    return into.first(std::min<uint64_t>(into.size(), ref_.size - offset));
  }

  // Reads at least one byte of the non-empty `into`; nothing when that would have to wait for the disk.
  Result<std::optional<size_t>> ReadSome(uint64_t offset, std::span<std::byte> into, Wait wait) {
    if (offset / kFrameBytes == kept_frame_) return std::optional(CopyKept(offset, into));
    TARN_CHECK(EnsureCipher());
    bool moved = false;
    while (true) {
      auto count = ReadHere(offset, into, wait);
      if (count.ok() || !(count.Is(kNoFile) || count.Is(kDamaged))) return count;
      // Not where it was put first: moved by a compaction, gone, or really damaged.
      const Error& why = count.error();
      TARN_TRY(auto now, FindNow());
      if (!now && ref_.pending == nullptr) {
        return Fail(kGone, fmt::format("blob {} was released meanwhile", ref_.id.Hex()));
      }
      if (!now || now->at == at_ || moved)
        return Fail(kDamaged, fmt::format("blob {}: {}", ref_.id.Hex(), why.message));
      at_ = now->at;
      file_ = nullptr;
      moved = !IsPack(at_.container);
    }
  }

  Result<std::optional<Location>> FindNow() {
    std::optional<Location> location;
    TARN_CHECK(kv::Read(parts_.kv, [&](kv::Txn& txn) -> Status {
      TARN_TRY(location, FindLocation(txn, ref_.id, Depend::kNo));
      return Ok();
    }));
    return location;
  }

  Result<std::optional<size_t>> ReadHere(uint64_t offset, std::span<std::byte> into, Wait wait) {
    TARN_TRY(const bool open, OpenFile(wait));
    if (!open) return std::optional<size_t>();
    const uint64_t first = offset / kFrameBytes;
    const uint64_t last = (offset + into.size() - 1) / kFrameBytes;
    const uint64_t frames = std::min(last - first + 1, kFramesAtOnce);
    uint64_t stored_bytes = 0;
    for (uint64_t i = 0; i < frames; ++i) stored_bytes += FramePlainBytes(ref_.size, first + i) + kFrameOverhead;
    stored_.resize_and_overwrite(stored_bytes, [stored_bytes](char*, size_t) { return stored_bytes; });
    const auto stored = std::as_writable_bytes(std::span(stored_));
    const uint64_t position = at_.offset + kHeaderBytes + first * kFrameStride;
    if (wait == Wait::kNever) {
      if (!file_->TryReadAt(position, stored)) return std::optional<size_t>();
    } else {
      TARN_TRY(const size_t got, file_->ReadAt(position, stored));
      if (got < stored.size()) return Fail(kDamaged, "the file ends inside the blob");
    }
    size_t filled = 0;
    for (uint64_t i = 0; i < frames; ++i) {
      TARN_TRY(const size_t count,
               TakeFrame(first + i, stored.subspan(i * kFrameStride), offset + filled, into.subspan(filled)));
      filled += count;
    }
    return std::optional(filled);
  }

  // Decrypts one frame straight into `into` when it fits whole, else by way of the kept frame.
  Result<size_t> TakeFrame(uint64_t frame, std::span<const std::byte> stored, uint64_t offset,
                           std::span<std::byte> into) {
    const uint64_t bytes = FramePlainBytes(ref_.size, frame);
    stored = stored.first(bytes + kFrameOverhead);
    const bool is_last = frame + 1 == FrameCount(ref_.size);
    if (offset == frame * kFrameBytes && into.size() >= bytes) {
      TARN_CHECK(cipher_->Open(frame, is_last, stored, into.first(bytes)));
      return bytes;
    }
    kept_frame_ = kNone;
    kept_.resize(bytes);
    TARN_CHECK(cipher_->Open(frame, is_last, stored, std::as_writable_bytes(std::span(kept_))));
    kept_frame_ = frame;
    return CopyKept(offset, into);
  }

  size_t CopyKept(uint64_t offset, std::span<std::byte> into) const {
    const uint64_t skip = offset - kept_frame_ * kFrameBytes;
    const size_t count = std::min<uint64_t>(into.size(), kept_.size() - skip);
    std::memcpy(into.data(), kept_.data() + skip, count);
    return count;
  }

  Result<bool> OpenFile(Wait wait) {
    if (file_ != nullptr) return true;
    if (IsPack(at_.container)) file_ = parts_.volume->OpenPackIfCached(at_.container);
    if (file_ != nullptr) return true;
    if (wait == Wait::kNever) return false;
    if (IsPack(at_.container)) {
      TARN_TRY(file_, parts_.volume->OpenPack(at_.container));
    } else {
      TARN_TRY(file_, parts_.volume->OpenLarge(at_.container, ref_.id));
    }
    return true;
  }

  Status EnsureCipher() {
    if (cipher_ != nullptr) return Ok();
    TARN_TRY(const std::string key, wrapper_.Unwrap(ref_.wrapped_key));
    cipher_ = std::make_unique<FrameCipher>(ref_.id, key);
    return Ok();
  }

  static constexpr uint64_t kNone = ~uint64_t{0};

  Parts& parts_;
  const BlobRef ref_;
  const KeyWrapper& wrapper_;
  Placement at_;
  std::shared_ptr<File> file_;
  std::unique_ptr<FrameCipher> cipher_;
  std::string stored_;
  uint64_t kept_frame_ = kNone;
  std::string kept_;
};

}  // namespace

std::unique_ptr<Reader> MakeReader(Parts& parts, const BlobRef& ref, const KeyWrapper* wrapper) {
  return std::make_unique<LocalReader>(parts, ref, wrapper);
}

}  // namespace tarn::blob
