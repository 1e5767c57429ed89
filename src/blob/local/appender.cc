#include "blob/local/appender.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/hash.h"
#include "base/log.h"
#include "blob/frame.h"

namespace tarn::blob {
namespace {
constexpr uint64_t kReserveBytes = 16 << 20;
}  // namespace

Appender::Appender(Volume& volume, uint64_t pack_bytes_max)
    : volume_(volume), pack_bytes_max_(pack_bytes_max), thread_([this] { Run(); }) {}

Appender::~Appender() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  EndPack();
}

void Appender::Append(std::string entry, Answer answer) {
  bool was_empty;
  {
    std::lock_guard lock(mutex_);
    was_empty = queue_.empty();
    queue_.push_back({std::move(entry), std::move(answer)});
  }
  if (was_empty) wake_.notify_one();
}

void Appender::SealActive() {
  std::unique_lock lock(mutex_);
  seal_ = true;
  wake_.notify_one();
  sealed_.wait(lock, [this] { return !seal_; });
}

void Appender::Run() {
  pthread_setname_np(pthread_self(), "blob-append");
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || seal_ || !queue_.empty(); });
    if (seal_) {
      EndPack();
      seal_ = false;
      sealed_.notify_all();
    }
    if (queue_.empty()) {
      if (stopping_) return;
      continue;
    }
    std::vector<Entry> batch = std::exchange(queue_, {});
    lock.unlock();
    for (size_t done = 0; done < batch.size();) done += WriteSome(batch, done);
    batch.clear();
    lock.lock();
  }
}

void Appender::EndPack() {
  if (pack_ != nullptr && reserved_ > end_) (void)pack_->Truncate(end_);
  pack_ = nullptr;
  volume_.EndPack();
}

Status Appender::EnsurePack(size_t entry_bytes) {
  if (pack_ != nullptr && end_ + entry_bytes <= pack_bytes_max_) return Ok();
  EndPack();
  TARN_TRY(auto created, volume_.CreatePack());
  container_ = created.first;
  pack_ = std::move(created.second);
  end_ = kHeaderBytes;
  reserved_ = 0;
  return Ok();
}

// Growing by large steps keeps a pack in few pieces.
void Appender::ReserveAhead(uint64_t end) {
  if (end <= reserved_) return;
  reserved_ = std::min(pack_bytes_max_, (end / kReserveBytes + 1) * kReserveBytes);
  pack_->Reserve(reserved_);
}

void Appender::Recover(const Status& outcome) {
  log::Fault("blob", fmt::format("append to a pack of volume {}: {}", volume_.name(), outcome.error().message));
  if (pack_ == nullptr) return;
  reserved_ = end_;
  if (!outcome.Is(kDiskFull) || !pack_->Truncate(end_).ok()) EndPack();
}

size_t Appender::WriteSome(std::vector<Entry>& batch, size_t first) {
  Status outcome = EnsurePack(batch[first].bytes.size());
  size_t count = 0;
  uint64_t bytes = 0;
  std::vector<std::span<const std::byte>> parts;
  while (first + count < batch.size() &&
         (count == 0 || end_ + bytes + batch[first + count].bytes.size() <= pack_bytes_max_)) {
    parts.push_back(AsBytes(batch[first + count].bytes));
    bytes += parts.back().size();
    ++count;
  }
  if (outcome.ok()) {
    ReserveAhead(end_ + bytes);
    outcome = pack_->WriteAt(end_, parts);
  }
  if (outcome.ok()) {
    outcome = pack_->Sync();
    // What a failed sync leaves on the disk is unknown, whatever its cause.
    if (!outcome.ok()) EndPack();
  }
  if (!outcome.ok()) Recover(outcome);
  syncs_.Add();
  entries_.Add(count);
  for (size_t i = first; i < first + count; ++i) {
    if (outcome.ok()) {
      batch[i].answer(Placement{container_, end_});
      end_ += batch[i].bytes.size();
    } else {
      batch[i].answer(outcome.error());
    }
  }
  return count;
}

}  // namespace tarn::blob
