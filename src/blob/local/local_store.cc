#include "blob/local/local_store.h"

#include <fmt/format.h>
#include <pthread.h>

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
constexpr size_t kScrubPage = 1000;

// Checks the header and every frame's CRC of one stored blob; says what is wrong, or nothing.
Result<std::optional<std::string>> CheckStored(File& file, const Place& place, std::string& buffer) {
  buffer.resize(kFrameStride);
  const auto bytes = std::as_writable_bytes(std::span(buffer));
  TARN_TRY(size_t count, file.ReadAt(place.at.offset, bytes.first(kHeaderBytes)));
  const auto header = DecodeHeader(bytes.first(count));
  if (!header || header->id != place.id) return std::optional<std::string>("its header is not there");
  uint64_t at = place.at.offset + kHeaderBytes;
  for (uint64_t frame = 0; frame < FrameCount(header->size); ++frame) {
    const auto stored = bytes.first(FramePlainBytes(header->size, frame) + kFrameOverhead);
    TARN_TRY(count, file.ReadAt(at, stored));
    if (count != stored.size() || !FrameCrcHolds(stored)) {
      return std::optional<std::string>(fmt::format("frame {} of {} differs", frame, FrameCount(header->size)));
    }
    at += count;
  }
  return std::optional<std::string>();
}
}  // namespace

Result<std::unique_ptr<Store>> OpenLocal(Options options, kv::Store& kv, WorkerPool& data_pool,
                                         const KeyWrapper& wrapper, const Clock& clock) {
  // Whole frames, so that a writer that outgrows the threshold has only full frames behind it.
  options.pack_threshold_bytes = std::max<uint64_t>(1, options.pack_threshold_bytes / kFrameBytes) * kFrameBytes;
  FileSystem& files = options.file_system != nullptr ? *options.file_system : PosixFileSystem();
  std::unique_ptr<Parts> parts(new Parts{std::move(options), kv, data_pool, wrapper, clock});
  TARN_TRY(parts->volume, Volume::Open(files, parts->options.directory, clock));
  parts->appender = std::make_unique<Appender>(*parts->volume, parts->options.pack_bytes_max);
  return std::unique_ptr<Store>(std::make_unique<LocalStore>(std::move(parts)));
}

LocalStore::LocalStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)), reclaimer_(*parts_) {
  if (parts_->options.reclaim_period_micros > 0) background_ = std::thread([this] { RunBackground(); });
}

LocalStore::~LocalStore() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (background_.joinable()) background_.join();
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
    location = Location{{ref.container, ref.offset}, StoredBytes(ref.size), 0};
    txn.Put(PlaceKey(location->at, ref.id), PlaceValue(location->stored_bytes));
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
  txn.Delete(PlaceKey(location->at, ref.id));
  const Timestamp now = parts_->clock.Now();
  if (IsPack(location->at.container)) {
    parts_->releases.Note(location->at.container, now);  // a hint: right even if the commit fails
  } else {
    txn.Put(DeadKey(location->at.container, ref.id), DeadValue(now));
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
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, period, [this] { return stopping_; })) {
    const Status outcome = reclaimer_.Run(kPacksFirstSeenPerRound);
    if (!outcome.ok()) log::Warn("blob", fmt::format("reclaim: {}", outcome.error().message));
  }
}

Result<ScrubReport> LocalStore::Scrub() {
  ScrubReport report;
  std::string buffer;
  std::string after;
  while (true) {
    TARN_TRY(auto page, ListAllPlaces(parts_->kv, after, kScrubPage));
    for (const auto& place : page.places) {
      std::shared_ptr<File> file;
      if (IsPack(place.at.container)) {
        if (auto opened = parts_->volume->OpenPack(place.at.container); opened.ok()) file = std::move(opened).value();
      } else if (auto opened = parts_->volume->OpenLarge(place.at.container, place.id); opened.ok()) {
        file = std::move(opened).value();
      }
      std::optional<std::string> fault = "its file is missing";
      if (file != nullptr) {
        TARN_TRY(fault, CheckStored(*file, place, buffer));
      }
      ++report.blobs;
      report.bytes += place.stored_bytes;
      if (!fault) continue;
      // Moved or released since the page was read?
      std::optional<Location> now;
      TARN_CHECK(kv::Read(parts_->kv, [&](kv::Txn& txn) -> Status {
        TARN_TRY(now, FindLocation(txn, place.id, Depend::kNo));
        return Ok();
      }));
      if (now && now->at == place.at) report.damaged.push_back(fmt::format("blob {}: {}", place.id.Hex(), *fault));
    }
    if (page.places.size() < kScrubPage) return report;
    after = page.last_key;
  }
}

Result<Usage> LocalStore::MeasureUsage() {
  Usage usage;
  uint64_t packed = 0;
  for (const uint64_t container : parts_->volume->packs()) {
    auto file = parts_->volume->OpenPack(container);
    if (file.Is(kNoFile)) continue;
    if (!file.ok()) return file.error();
    TARN_TRY(const uint64_t size, (*file)->Size());
    ++usage.containers;
    packed += size - std::min(size, kHeaderBytes);
  }
  uint64_t live_packed = 0;
  std::string after;
  while (true) {
    TARN_TRY(auto page, ListAllPlaces(parts_->kv, after, kScrubPage));
    for (const auto& place : page.places) {
      (IsPack(place.at.container) ? live_packed : usage.stored_bytes) += place.stored_bytes;
    }
    if (page.places.size() < kScrubPage) break;
    after = page.last_key;
  }
  usage.dead_bytes = packed - std::min(packed, live_packed);
  usage.stored_bytes += packed;
  return usage;
}

}  // namespace tarn::blob
