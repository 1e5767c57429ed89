#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "blob/file_system.h"
#include "blob/frame.h"
#include "blob/local/local_store.h"

namespace tarn::blob {
namespace {

constexpr uint64_t kFramesAtOnce = 4;

// Reads go straight into the caller's memory, are verified and decrypted there; only frames of which a part is wanted,
// and compressed ones, take a detour.
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
      TARN_CO_TRY(const size_t count, ReadSome(offset + filled, rest, Wait::kNever));
      filled += count;
      if (count > 0) continue;
      TARN_CO_TRY(const size_t got,
                  co_await Offload(parts_.data_pool, [&] { return ReadAtSync(offset + filled, rest); }));
      filled += got;
      break;
    }
    co_return filled;
  }

  Result<size_t> ReadAtSync(uint64_t offset, std::span<std::byte> into) override {
    into = Clamp(offset, into);
    size_t filled = 0;
    while (filled < into.size()) {
      TARN_TRY(const size_t count, ReadSome(offset + filled, into.subspan(filled), Wait::kAllowed));
      filled += count;
    }
    return filled;
  }

 private:
  enum class Wait : uint8_t { kNever, kAllowed };

  std::span<std::byte> Clamp(uint64_t offset, std::span<std::byte> into) const {
    if (offset >= ref_.size) return {};
    return into.first(std::min<uint64_t>(into.size(), ref_.size - offset));
  }

  // Reads at least one byte of the non-empty `into`; 0 when that would have to wait for the disk.
  Result<size_t> ReadSome(uint64_t offset, std::span<std::byte> into, Wait wait) {
    if (offset / kFrameBytes == kept_frame_) return CopyKept(offset, into);
    TARN_CHECK(EnsureCipher());
    while (true) {
      auto count = ReadHere(offset, into, wait);
      if (count.ok() || !(count.Is(kNoFile) || count.Is(kDamaged) || count.Is(kDisk))) return count;
      // Not where it was put first: moved by a compaction, gone, or really damaged.
      TARN_CHECK(GoElsewhere(count.error()));
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

  // Turns to a copy that has not failed yet. Containers are never used again, so none is tried twice.
  Status GoElsewhere(const Error& why) {
    tried_.push_back(at_);
    TARN_TRY(auto now, FindNow());
    if (!now && ref_.pending == nullptr) {
      return Fail(kGone, fmt::format("blob {} was released meanwhile", ref_.id.Hex()));
    }
    const auto places = (now ? *now : FirstLocation(ref_)).Places();
    const auto tried = [&](const Placement& place) { return std::ranges::find(tried_, place) != tried_.end(); };
    const auto next = std::ranges::find_if_not(places, tried);
    if (std::ranges::any_of(places, tried) && now && now->second) parts_.suspects.Add(ref_.id);
    if (next == places.end()) return Fail(kDamaged, fmt::format("blob {}: {}", ref_.id.Hex(), why.message));
    at_ = *next;
    file_ = nullptr;
    ends_.clear();
    return Ok();
  }

  Result<size_t> ReadHere(uint64_t offset, std::span<std::byte> into, Wait wait) {
    TARN_TRY(const bool open, OpenFile(wait));
    if (!open) return size_t{0};
    if (ref_.form.compressed) return ReadCompressed(offset, into, wait);
    const uint64_t first = offset / kFrameBytes;
    const uint64_t last = (offset + into.size() - 1) / kFrameBytes;
    const uint64_t frames = std::min(last - first + 1, kFramesAtOnce);
    // A whole frame's body goes where it is wanted, a partly wanted one's to kept_; trailers go beside.
    std::array<std::span<std::byte>, 2 * kFramesAtOnce> parts;
    std::array<std::byte, kFramesAtOnce * kFrameOverhead> trailers;
    size_t wanted = 0;
    bool keeps = false;
    for (uint64_t i = 0, to = 0; i < frames; ++i) {
      const uint64_t bytes = FramePlainBytes(ref_.size, first + i);
      const uint64_t skip = i == 0 ? offset - first * kFrameBytes : 0;
      const bool whole = skip == 0 && into.size() - to >= bytes;
      if (!whole && keeps) break;  // one such frame at a time: this one comes with the next call
      if (!whole) {
        keeps = true;
        kept_frame_ = kNone;
        kept_.resize(bytes);
      }
      parts[2 * i] = whole ? into.subspan(to, bytes) : std::as_writable_bytes(std::span(kept_));
      parts[2 * i + 1] = std::span(trailers).subspan(i * kFrameOverhead, kFrameOverhead);
      to += std::min<uint64_t>(bytes - skip, into.size() - to);
      ++wanted;
    }
    const uint64_t position = at_.offset + kHeaderBytes + first * kFrameStride;
    TARN_TRY(const size_t got, ReadParts(position, std::span(parts).first(2 * wanted), wait));
    return OpenFrames(offset, into, std::span(parts).first(2 * wanted), got);
  }

  Result<size_t> ReadParts(uint64_t position, std::span<const std::span<std::byte>> parts, Wait wait) {
    if (wait == Wait::kNever) return file_->TryReadAt(position, parts);
    uint64_t wanted = 0;
    for (const auto& part : parts) wanted += part.size();
    TARN_TRY(const size_t got, file_->ReadAt(position, parts));
    if (got < wanted) return Fail(kDamaged, "the file ends inside the blob");
    return got;
  }

  // Opens in place the frames of which all bytes were got.
  Result<size_t> OpenFrames(uint64_t offset, std::span<std::byte> into, std::span<const std::span<std::byte>> parts,
                            size_t got) {
    size_t filled = 0;
    for (size_t i = 0; 2 * i < parts.size(); ++i) {
      const auto body = parts[2 * i];
      if (got < body.size() + kFrameOverhead) break;
      got -= body.size() + kFrameOverhead;
      const uint64_t frame = offset / kFrameBytes + i;
      TARN_CHECK(cipher_->Open(frame, IsLast(frame), body, parts[2 * i + 1], body));
      if (body.data() == into.data() + filled) {
        filled += body.size();
      } else {
        kept_frame_ = frame;
        filled += CopyKept(offset + filled, into.subspan(filled));
      }
    }
    return filled;
  }

  bool IsLast(uint64_t frame) const { return frame + 1 == FrameCount(ref_.size); }

  // One frame at a time.
  Result<size_t> ReadCompressed(uint64_t offset, std::span<std::byte> into, Wait wait) {
    if (wait == Wait::kNever) return size_t{0};
    if (ends_.empty()) TARN_CHECK(ReadIndex());
    const uint64_t frame = offset / kFrameBytes;
    const uint64_t begin = frame == 0 ? 0 : ends_[frame - 1];
    const uint64_t length = ends_[frame] - begin;
    stored_.resize(length + kFrameOverhead);
    const auto stored = std::as_writable_bytes(std::span(stored_));
    const uint64_t position = at_.offset + kHeaderBytes + begin + frame * kFrameOverhead;
    TARN_CHECK(ReadParts(position, std::array{stored}, Wait::kAllowed));
    const auto body = stored.first(length);
    TARN_CHECK(cipher_->Open(frame, IsLast(frame), body, stored.subspan(length), body));
    const uint64_t bytes = FramePlainBytes(ref_.size, frame);
    const bool whole = offset == frame * kFrameBytes && into.size() >= bytes;
    kept_frame_ = kNone;
    if (!whole) kept_.resize(bytes);
    const auto plain = whole ? into.first(bytes) : std::as_writable_bytes(std::span(kept_));
    if (length < bytes) {
      TARN_CHECK(compressor_.Expand(body, plain));
    } else {
      std::memcpy(plain.data(), body.data(), bytes);
    }
    if (whole) return bytes;
    kept_frame_ = frame;
    return CopyKept(offset, into);
  }

  Status ReadIndex() {
    const uint64_t bytes = IndexBytes(ref_.size);
    if (ref_.stored_bytes < kHeaderBytes + bytes) return Fail(kDamaged, "a compressed blob's size is wrong");
    stored_.resize(bytes);
    const auto stored = std::as_writable_bytes(std::span(stored_));
    TARN_CHECK(ReadParts(at_.offset + ref_.stored_bytes - bytes, std::array{stored}, Wait::kAllowed));
    const auto lengths = DecodeIndex(stored, ref_.size);
    if (!lengths) return Fail(kDamaged, "the index of a compressed blob differs");
    uint64_t end = 0;
    for (const uint32_t length : *lengths) ends_.push_back(end += length);
    return Ok();
  }

  size_t CopyKept(uint64_t offset, std::span<std::byte> into) const {
    const uint64_t skip = offset - kept_frame_ * kFrameBytes;
    const size_t count = std::min<uint64_t>(into.size(), kept_.size() - skip);
    std::memcpy(into.data(), kept_.data() + skip, count);
    return count;
  }

  Result<bool> OpenFile(Wait wait) {
    if (file_ != nullptr) return true;
    if (wait == Wait::kNever) {
      if (Volume* volume = parts_.volumes->Find(at_.container); volume != nullptr && IsPack(at_.container)) {
        file_ = volume->OpenPackIfCached(at_.container);
      }
      return file_ != nullptr;
    }
    TARN_TRY(file_, OpenCopy(parts_, at_.container, ref_.id));
    return true;
  }

  Status EnsureCipher() {
    if (cipher_ != nullptr) return Ok();
    std::string key;
    if (!ref_.form.unsealed) {
      TARN_TRY(key, wrapper_.Unwrap(ref_.wrapped_key));
    }
    cipher_ = std::make_unique<FrameCipher>(ref_.sealed_as.value_or(ref_.id), key);
    return Ok();
  }

  static constexpr uint64_t kNone = ~uint64_t{0};

  Parts& parts_;
  const BlobRef ref_;
  const KeyWrapper& wrapper_;
  Placement at_;
  std::vector<Placement> tried_;
  std::shared_ptr<File> file_;
  std::unique_ptr<FrameCipher> cipher_;
  Compressor compressor_;
  std::vector<uint64_t> ends_;  // of a compressed blob's bodies, one behind the other
  std::string stored_;          // of a compressed frame
  uint64_t kept_frame_ = kNone;
  std::string kept_;  // the plaintext of one frame that was wanted in part
};

}  // namespace

std::unique_ptr<Reader> MakeReader(Parts& parts, const BlobRef& ref, const KeyWrapper* wrapper) {
  return std::make_unique<LocalReader>(parts, ref, wrapper);
}

}  // namespace tarn::blob
