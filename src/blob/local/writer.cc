#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <future>
#include <mutex>
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

// Collects plaintext; a blob that ends within the threshold goes to the appenders, a longer one streams to its files.
class LocalWriter : public Writer {
 public:
  LocalWriter(Parts& parts, WriteOptions options)
      : parts_(parts),
        options_(std::move(options)),
        key_(parts.options.encryption || options_.wrapper != nullptr ? RandomBytes(kBlobKeyBytes) : ""),
        id_{static_cast<uint64_t>(std::max<int64_t>(1, parts.clock.Now().micros)), RandomU64()},
        target_(parts.volumes->Choose(options_.placement, id_)),
        form_{.compressed = target_.archive, .unsealed = key_.empty()},
        cipher_(id_, key_) {
    is_large_ = options_.size_hint && *options_.size_hint > parts_.options.pack_threshold_bytes;
    if (options_.size_hint) plain_.reserve(std::min(*options_.size_hint, BufferMax()));
  }

  ~LocalWriter() override {
    OPENSSL_cleanse(key_.data(), key_.size());
    // The reclaimer finds abandoned files unowned.
    for (const Copy& copy : copies_) parts_.pending->Settle(copy.container, id_);
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
    if (!form_.unsealed) {
      const KeyWrapper& wrapper = options_.wrapper != nullptr ? *options_.wrapper : parts_.wrapper;
      TARN_CO_TRY(ref.wrapped_key, wrapper.Wrap(key_));
    }
    ref.form = form_;
    ref.pending = std::make_shared<Pending>(parts_.pending, id_);
    std::vector<Placement> places;
    if (failed_ || !copies_.empty() || size_ > parts_.options.pack_threshold_bytes) {
      TARN_CO_CHECK(co_await InPool([this] { return FinishFiles(); }));
      for (const Copy& copy : copies_) {
        ref.pending->Add(copy.container);
        places.push_back({copy.container, 0});
      }
      copies_.clear();
      if (form_.compressed) ref.stored_bytes = stored_end_;
    } else {
      std::string entry;
      if (size_ <= kSealInlineMax && !form_.compressed) {
        entry = SealWhole();
      } else {
        TARN_CO_TRY(entry, co_await InPool([this] { return Result<std::string>(SealWhole()); }));
      }
      if (form_.compressed) ref.stored_bytes = entry.size();
      TARN_CO_TRY(places, co_await AppendEntry(std::move(entry), ref.pending));
    }
    ref.container = places[0].container;
    ref.offset = places[0].offset;
    if (places.size() > 1) {
      ref.second_container = places[1].container;
      ref.second_offset = places[1].offset;
    }
    co_return ref;
  }

 private:
  struct Copy {
    Volume* volume;
    uint64_t container;
    std::unique_ptr<File> file;
  };

  uint64_t BufferMax() const { return is_large_ ? kFlushBytes : parts_.options.pack_threshold_bytes; }

  // Blocking work: in the pool for callers on an I/O thread, right here for others.
  template <typename F>
  Task<std::invoke_result_t<F>> InPool(F work) {
    if (Executor::Current() == nullptr) co_return work();
    co_return co_await Offload(parts_.data_pool, std::move(work));
  }

  // One append in each volume, all at the same time.
  Task<Result<std::vector<Placement>>> AppendEntry(std::string entry, std::shared_ptr<Pending> pending) {
    struct Gathering {
      std::mutex mutex;
      std::vector<Result<Placement>> answers;
      size_t missing = 0;
    };
    using Answer = Result<std::vector<Placement>>;
    auto append = [&](auto done) {
      const auto all = std::make_shared<Gathering>();
      all->missing = target_.volumes.size();
      all->answers.resize(all->missing, Result<Placement>(Placement{}));
      const auto finish = std::make_shared<decltype(done)>(std::move(done));
      // The last answer may end this writer: nothing of it is used after the last append.
      const std::vector<Volume*> volumes = target_.volumes;
      Volumes& where = *parts_.volumes;
      for (size_t i = 0; i < volumes.size(); ++i) {
        std::string bytes = i + 1 < volumes.size() ? entry : std::move(entry);
        where.AppenderOf(*volumes[i]).Append(std::move(bytes), [all, finish, pending, i](Result<Placement> placed) {
          // The blob becomes pending on the appender's thread, before its pack can end.
          if (placed.ok()) pending->Add(placed->container);
          {
            std::lock_guard lock(all->mutex);
            all->answers[i] = std::move(placed);
            if (--all->missing > 0) return;
          }
          std::vector<Placement> places;
          for (const auto& answer : all->answers) {
            if (!answer.ok()) return (*finish)(Answer(answer.error()));
            places.push_back(*answer);
          }
          (*finish)(Answer(std::move(places)));
        });
      }
    };
    for (Volume* volume : target_.volumes) TARN_CO_CHECK(volume->CheckRoom(entry.size()));
    if (Executor::Current() != nullptr) co_return co_await AwaitCallback<Answer>(append);
    const auto promise = std::make_shared<std::promise<Answer>>();
    append([promise](Answer placed) { promise->set_value(std::move(placed)); });
    co_return promise->get_future().get();
  }

  // Seals everything in plain_ (when `end`, the last frame is among it) behind what `stored` holds.
  void SealInto(std::string& stored, bool end) {
    const size_t frames = FrameCount(plain_.size());
    size_t at = stored.size();
    const size_t end_max = at + plain_.size() + frames * kFrameOverhead;
    stored.resize_and_overwrite(end_max, [end_max](char*, size_t) { return end_max; });
    const auto out = std::as_writable_bytes(std::span(stored));
    const auto plain = std::span<const std::byte>(plain_);
    for (size_t i = 0; i < frames; ++i) {
      auto body = plain.subspan(i * kFrameBytes, FramePlainBytes(plain.size(), i));
      if (form_.compressed) {
        body = compressor_.Compress(body);
        lengths_.push_back(static_cast<uint32_t>(body.size()));
      }
      cipher_.Seal(next_frame_++, end && i + 1 == frames, body, out.subspan(at, body.size() + kFrameOverhead));
      at += body.size() + kFrameOverhead;
    }
    stored.resize(at);
    if (end && form_.compressed) stored += EncodeIndex(lengths_);
    plain_.clear();
  }

  std::string SealWhole() {
    std::string stored;
    stored.reserve(StoredBytes(size_));
    stored.resize(kHeaderBytes);
    SealInto(stored, true);
    const Header header = EncodeHeader({id_, size_, form_, stored.size()});
    std::memcpy(stored.data(), header.data(), header.size());
    return stored;
  }

  // What a failure leaves goes at once: it may be what fills the disk.
  Status Abandon(const Status& why) {
    std::erase_if(copies_, [this](Copy& copy) {
      copy.file = nullptr;
      return copy.volume->RemoveLarge(copy.container, id_).ok();
    });
    failed_ = true;
    return why.error();
  }

  Status Flush(bool end) {
    if (failed_) return Fail(kDisk, "the blob failed before");
    const Status done = WriteOut(end);
    return done.ok() ? done : Abandon(done);
  }

  Status CreateFiles() {
    for (Volume* volume : target_.volumes) {
      TARN_CHECK(volume->CheckRoom(options_.size_hint ? StoredBytes(*options_.size_hint) : 0));
      TARN_TRY(auto large, volume->CreateLarge(id_));
      copies_.push_back({volume, large.container, std::move(large.file)});
      if (options_.size_hint && !form_.compressed) copies_.back().file->Reserve(StoredBytes(*options_.size_hint));
    }
    return Ok();
  }

  // plain_ holds whole frames unless `end`.
  Status WriteOut(bool end) {
    if (copies_.empty()) TARN_CHECK(CreateFiles());
    sealed_.clear();
    SealInto(sealed_, end);
    const auto bytes = AsBytes(sealed_);
    for (Copy& copy : copies_) {
      TARN_CHECK(copy.volume->CheckRoom(bytes.size()));
      TARN_CHECK(copy.file->WriteAt(stored_end_, {&bytes, 1}));
    }
    stored_end_ += bytes.size();
    if (stored_end_ - writeback_begun_ >= kWritebackBytes) {
      for (Copy& copy : copies_) copy.file->StartWriteback(writeback_begun_, stored_end_ - writeback_begun_);
      writeback_begun_ = stored_end_;
    }
    return Ok();
  }

  Status FinishFiles() {
    TARN_CHECK(Flush(true));
    const Status done = WriteHeaders();
    return done.ok() ? done : Abandon(done);
  }

  Status WriteHeaders() {
    const Header header = EncodeHeader({id_, size_, form_, stored_end_});
    const std::span<const std::byte> bytes(header);
    for (Copy& copy : copies_) {
      TARN_CHECK(copy.file->WriteAt(0, {&bytes, 1}));
      // A part that the client announced and did not send.
      if (options_.size_hint && *options_.size_hint > size_) TARN_CHECK(copy.file->Truncate(stored_end_));
      TARN_CHECK(copy.file->Sync());
      TARN_CHECK(copy.volume->SyncLargeName(copy.container));
    }
    return Ok();
  }

  Parts& parts_;
  const WriteOptions options_;
  std::string key_;
  const BlobId id_;
  const Volumes::Target target_;
  const Form form_;
  FrameCipher cipher_;
  Compressor compressor_;
  bool is_large_ = false;
  bool failed_ = false;
  std::vector<std::byte> plain_;
  std::string sealed_;
  uint64_t size_ = 0;
  uint64_t next_frame_ = 0;
  std::vector<uint32_t> lengths_;  // of compressed bodies
  std::vector<Copy> copies_;       // of a large blob
  uint64_t stored_end_ = kHeaderBytes;
  uint64_t writeback_begun_ = 0;
};

}  // namespace

std::unique_ptr<Writer> MakeWriter(Parts& parts, WriteOptions options) {
  return std::make_unique<LocalWriter>(parts, std::move(options));
}

}  // namespace tarn::blob
