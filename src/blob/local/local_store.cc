#include "blob/local/local_store.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "blob/file_system.h"
#include "blob/frame.h"
#include "blob/key_wrapper.h"

namespace tarn::blob {
namespace {
constexpr size_t kPacksFirstSeenPerRound = 1;
constexpr size_t kPlacesPage = 1000;
constexpr std::chrono::microseconds kScrubIdle = std::chrono::seconds(5);

// The calling thread takes processor and disk only when nobody else wants them.
void YieldToOthers() {
  constexpr int kIoprioWhoProcess = 1;
  constexpr int kIoprioIdle = 3 << 13;
  const auto self = static_cast<id_t>(::syscall(SYS_gettid));
  (void)::setpriority(PRIO_PROCESS, self, 19);
  (void)::syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kIoprioIdle);
}
}  // namespace

Result<std::unique_ptr<Store>> OpenLocal(Options options, kv::Store& kv, WorkerPool& data_pool,
                                         const KeyWrapper& wrapper, const Clock& clock) {
  // Whole frames, so that a writer that outgrows the threshold has only full frames behind it.
  options.pack_threshold_bytes = std::max<uint64_t>(1, options.pack_threshold_bytes / kFrameBytes) * kFrameBytes;
  FileSystem& files = options.file_system != nullptr ? *options.file_system : PosixFileSystem();
  std::unique_ptr<Parts> parts(new Parts{std::move(options), kv, data_pool, wrapper, clock, files});
  TARN_TRY(parts->volumes, Volumes::Open(parts->options, files, kv, clock));
  return std::unique_ptr<Store>(std::make_unique<LocalStore>(std::move(parts)));
}

Result<std::shared_ptr<File>> OpenCopy(Parts& parts, uint64_t container, const BlobId& id) {
  Volume* volume = parts.volumes->Find(container);
  if (volume == nullptr) return Fail(kDamaged, fmt::format("blob {} lies in an unknown volume", id.Hex()));
  if (IsPack(container)) return volume->OpenPack(container);
  TARN_TRY(auto file, volume->OpenLarge(container, id));
  return std::shared_ptr<File>(std::move(file));
}

Location FirstLocation(const BlobRef& ref) {
  Location location{.at = {ref.container, ref.offset}, .stored_bytes = StoredBytesOf(ref), .owners = 0, .second = {}};
  if (ref.second_container != 0) location.second = {ref.second_container, ref.second_offset};
  return location;
}

LocalStore::LocalStore(std::unique_ptr<Parts> parts)
    : parts_(std::move(parts)), reclaimer_(*parts_), scrubber_(*parts_) {
  if (parts_->options.reclaim_period_micros > 0) background_ = std::thread([this] { RunBackground(); });
  if (parts_->options.scrub_period_micros > 0) scrub_ = std::thread([this] { RunScrub(); });
}

LocalStore::~LocalStore() {
  {
    std::lock_guard lock(stop_mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (background_.joinable()) background_.join();
  if (scrub_.joinable()) scrub_.join();
}

std::unique_ptr<Writer> LocalStore::NewWriter(WriteOptions options) { return MakeWriter(*parts_, options); }

std::unique_ptr<Reader> LocalStore::NewReader(const BlobRef& ref, const KeyWrapper* wrapper) {
  return MakeReader(*parts_, ref, wrapper);
}

Status LocalStore::Reference(kv::Txn& txn, const BlobRef& ref) {
  if (ref.size == 0) return Ok();
  TARN_TRY(auto location, FindLocation(txn, ref.id, Depend::kYes));
  if (!location) {
    if (ref.pending == nullptr) return Fail(kGone, fmt::format("blob {} was released meanwhile", ref.id.Hex()));
    location = FirstLocation(ref);
    for (const Placement& place : location->Places()) {
      txn.Put(PlaceKey(place, ref.id), PlaceValue(location->stored_bytes));
    }
  }
  ++location->owners;
  txn.Put(LocationKey(ref.id), location->Encode());
  return Ok();
}

Status LocalStore::Release(kv::Txn& txn, const BlobRef& ref) {
  if (ref.size == 0) return Ok();
  TARN_TRY(auto location, FindLocation(txn, ref.id, Depend::kYes));
  if (!location) return Fail(kGone, fmt::format("blob {} was released meanwhile", ref.id.Hex()));
  if (--location->owners > 0) {
    txn.Put(LocationKey(ref.id), location->Encode());
    return Ok();
  }
  txn.Delete(LocationKey(ref.id));
  const Timestamp now = parts_->clock.Now();
  for (const Placement& place : location->Places()) {
    txn.Delete(PlaceKey(place, ref.id));
    if (IsPack(place.container)) {
      parts_->releases.Note(place.container, now);  // a hint: right even if the commit fails
    } else {
      txn.Put(DeadKey(place.container, ref.id), DeadValue(now));
    }
  }
  return Ok();
}

Status LocalStore::Reclaim() {
  std::lock_guard lock(mutex_);
  return reclaimer_.Run(SIZE_MAX);
}

void LocalStore::RunBackground() {
  pthread_setname_np(pthread_self(), "blob-reclaim");
  const auto period = std::chrono::microseconds(parts_->options.reclaim_period_micros);
  std::unique_lock lock(stop_mutex_);
  while (!wake_.wait_for(lock, period, [this] { return stopping_; })) {
    lock.unlock();
    {
      std::lock_guard running(mutex_);
      const Status outcome = reclaimer_.Run(kPacksFirstSeenPerRound);
      if (!outcome.ok()) log::Warn("blob", fmt::format("reclaim: {}", outcome.error().message));
    }
    lock.lock();
  }
}

void LocalStore::RunScrub() {
  pthread_setname_np(pthread_self(), "blob-scrub");
  YieldToOthers();
  std::chrono::microseconds pause{0};
  std::unique_lock lock(stop_mutex_);
  while (!wake_.wait_for(lock, pause, [this] { return stopping_; })) {
    lock.unlock();
    const Status healed = scrubber_.HealSuspects();
    const auto read = scrubber_.RunSome();
    if (!healed.ok()) log::Warn("blob", fmt::format("heal: {}", healed.error().message));
    if (!read.ok()) log::Warn("blob", fmt::format("scrub: {}", read.error().message));
    pause = kScrubIdle;
    if (read.ok() && *read) {
      pause = std::chrono::microseconds(**read * kMicrosPerSecond / parts_->options.scrub_bytes_per_second + 1);
    }
    lock.lock();
  }
}

Result<ScrubReport> LocalStore::Scrub() {
  TARN_CHECK(scrubber_.HealSuspects());
  return scrubber_.RunWhole();
}

Result<ScrubProgress> LocalStore::GetScrubProgress() { return scrubber_.Progress(); }

Result<Usage> LocalStore::MeasureUsage() {
  Usage usage;
  uint64_t packed = 0;
  for (Volume* volume : parts_->volumes->all()) {
    for (const uint64_t container : volume->packs()) {
      auto file = volume->OpenPack(container);
      if (file.Is(kNoFile)) continue;
      if (!file.ok()) return file.error();
      TARN_TRY(const uint64_t size, (*file)->Size());
      ++usage.containers;
      packed += size - std::min(size, kHeaderBytes);
    }
  }
  uint64_t live_packed = 0;
  std::string after;
  while (true) {
    TARN_TRY(auto page, ListAllPlaces(parts_->kv, after, kPlacesPage));
    for (const auto& place : page.places) {
      (IsPack(place.at.container) ? live_packed : usage.stored_bytes) += place.stored_bytes;
    }
    if (page.places.size() < kPlacesPage) break;
    after = page.last_key;
  }
  usage.dead_bytes = packed - std::min(packed, live_packed);
  usage.stored_bytes += packed;
  return usage;
}

}  // namespace tarn::blob
