#include <openssl/crypto.h>

#include <algorithm>
#include <future>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "blob/file_system.h"
#include "blob/frame.h"
#include "blob/local/local_store.h"

namespace tarn::blob {
namespace {

constexpr uint64_t kFlushBytes = 4 * kFrameBytes;
constexpr uint64_t kWritebackBytes = 8 << 20;
// Sealing up to this much costs less than a hop to the pool.
constexpr uint64_t kSealInlineMax = 2 * kFrameBytes;

// Collects plaintext; a blob that ends within the threshold goes to the appender, a longer one streams to its file.
class LocalWriter : public Writer {
 public:
  LocalWriter(Parts& parts, WriteOptions options)
      : parts_(parts),
        options_(options),
        key_(RandomBytes(kBlobKeyBytes)),
        id_{static_cast<uint64_t>(std::max<int64_t>(1, parts.clock.Now().micros)), RandomU64()},
        cipher_(id_, key_) {
    is_large_ = options_.size_hint && *options_.size_hint > parts_.options.pack_threshold_bytes;
    if (options_.size_hint) plain_.reserve(std::min(*options_.size_hint, BufferMax()));
  }

  ~LocalWriter() override {
    OPENSSL_cleanse(key_.data(), key_.size());
    if (file_ == nullptr) return;
    file_ = nullptr;
    parts_.pending->Settle(container_, id_);  // the reclaimer finds it unowned
  }
  LocalWriter(const LocalWriter&) = delete;
  LocalWriter& operator=(const LocalWriter&) = delete;

  Task<Status> Append(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      if (plain_.size() == BufferMax()) {
        is_large_ = true;
        TARN_CO_CHECK(co_await InPool([this] { return Flush(false); }));
      }
      const auto now = bytes.first(std::min<size_t>(bytes.size(), BufferMax() - plain_.size()));
      plain_.insert(plain_.end(), now.begin(), now.end());
      size_ += now.size();
      bytes = bytes.subspan(now.size());
    }
    co_return Ok();
  }

  Task<Result<BlobRef>> Finish() override {
    BlobRef ref{.id = id_, .size = size_};
    if (size_ == 0) co_return ref;
    const KeyWrapper& wrapper = options_.wrapper != nullptr ? *options_.wrapper : parts_.wrapper;
    TARN_CO_TRY(ref.wrapped_key, wrapper.Wrap(key_));
    if (file_ != nullptr || size_ > parts_.options.pack_threshold_bytes) {
      TARN_CO_CHECK(co_await InPool([this] { return FinishFile(); }));
      ref.container = container_;
      ref.pending = std::make_shared<Pending>(parts_.pending, container_, id_);
      file_ = nullptr;
      co_return ref;
    }
    std::string entry;
    if (size_ <= kSealInlineMax) {
      entry = SealWhole();
    } else {
      TARN_CO_TRY(entry, co_await InPool([this] { return Result<std::string>(SealWhole()); }));
    }
    TARN_CO_TRY(auto stored, co_await AppendEntry(std::move(entry)));
    ref.container = stored.at.container;
    ref.offset = stored.at.offset;
    ref.pending = std::move(stored.pending);
    co_return ref;
  }

 private:
  struct Stored {
    Placement at;
    std::shared_ptr<Pending> pending;
  };

  uint64_t BufferMax() const { return is_large_ ? kFlushBytes : parts_.options.pack_threshold_bytes; }

  // Blocking work: in the pool for callers on an I/O thread, right here for others.
  template <typename F>
  Task<std::invoke_result_t<F>> InPool(F work) {
    if (Executor::Current() == nullptr) co_return work();
    co_return co_await Offload(parts_.data_pool, std::move(work));
  }

  Task<Result<Stored>> AppendEntry(std::string entry) {
    // The blob becomes pending on the appender's thread, before its pack can end.
    auto append = [&](auto done) {
      parts_.appender->Append(std::move(entry), [this, finish = std::move(done)](Result<Placement> placed) mutable {
        if (!placed.ok()) return finish(Result<Stored>(placed.error()));
        finish(Result<Stored>(Stored{*placed, std::make_shared<Pending>(parts_.pending, placed->container, id_)}));
      });
    };
    if (Executor::Current() != nullptr) co_return co_await AwaitCallback<Result<Stored>>(append);
    const auto promise = std::make_shared<std::promise<Result<Stored>>>();
    append([promise](Result<Stored> stored) { promise->set_value(std::move(stored)); });
    co_return promise->get_future().get();
  }

  // Seals everything in plain_ (when `end`, the last frame is among it) behind what `stored` holds.
  void SealInto(std::string& stored, bool end) {
    const size_t frames = FrameCount(plain_.size());
    size_t at = stored.size();
    const size_t end_size = at + plain_.size() + frames * kFrameOverhead;
    stored.resize_and_overwrite(end_size, [end_size](char*, size_t) { return end_size; });
    const auto out = std::as_writable_bytes(std::span(stored));
    const auto plain = std::span<const std::byte>(plain_);
    for (size_t i = 0; i < frames; ++i) {
      const auto part = plain.subspan(i * kFrameBytes, FramePlainBytes(plain.size(), i));
      cipher_.Seal(next_frame_++, end && i + 1 == frames, part, out.subspan(at, part.size() + kFrameOverhead));
      at += part.size() + kFrameOverhead;
    }
    plain_.clear();
  }

  std::string SealWhole() {
    const Header header = EncodeHeader(id_, size_);
    std::string stored;
    stored.reserve(StoredBytes(size_));
    stored.assign(reinterpret_cast<const char*>(header.data()), header.size());
    SealInto(stored, true);
    return stored;
  }

  // plain_ holds whole frames unless `end`.
  Status Flush(bool end) {
    if (file_ == nullptr) {
      TARN_TRY(auto large, parts_.volume->CreateLarge(id_));
      container_ = large.container;
      file_ = std::move(large.file);
      if (options_.size_hint) file_->Reserve(StoredBytes(*options_.size_hint));
    }
    sealed_.clear();
    SealInto(sealed_, end);
    const auto bytes = AsBytes(sealed_);
    TARN_CHECK(file_->WriteAt(stored_end_, {&bytes, 1}));
    stored_end_ += bytes.size();
    if (stored_end_ - writeback_begun_ >= kWritebackBytes) {
      file_->StartWriteback(writeback_begun_, stored_end_ - writeback_begun_);
      writeback_begun_ = stored_end_;
    }
    return Ok();
  }

  Status FinishFile() {
    TARN_CHECK(Flush(true));
    const Header header = EncodeHeader(id_, size_);
    const std::span<const std::byte> bytes(header);
    TARN_CHECK(file_->WriteAt(0, {&bytes, 1}));
    TARN_CHECK(file_->Sync());
    return parts_.volume->SyncLargeName(container_);
  }

  Parts& parts_;
  const WriteOptions options_;
  std::string key_;
  const BlobId id_;
  FrameCipher cipher_;
  bool is_large_ = false;
  std::vector<std::byte> plain_;
  std::string sealed_;
  uint64_t size_ = 0;
  uint64_t next_frame_ = 0;
  std::unique_ptr<File> file_;
  uint64_t container_ = 0;
  uint64_t stored_end_ = kHeaderBytes;
  uint64_t writeback_begun_ = 0;
};

}  // namespace

std::unique_ptr<Writer> MakeWriter(Parts& parts, WriteOptions options) {
  return std::make_unique<LocalWriter>(parts, options);
}

}  // namespace tarn::blob
