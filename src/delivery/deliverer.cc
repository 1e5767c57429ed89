#include "delivery/deliverer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "delivery/errors.h"
#include "delivery/keys.h"
#include "delivery/positions.h"
#include "delivery/records/unpacked.h"

namespace tarn::delivery {
namespace {

constexpr int64_t kHour = 3600 * kMicrosPerSecond;
constexpr int64_t kGivenUpAfter = kMicrosPerDay;
constexpr int64_t kPauseMin = kMicrosPerSecond;
constexpr int64_t kPauseMax = 60 * kMicrosPerSecond;
// Deliveries of an hour that may follow each other as the hints say, and how far apart the others are.
constexpr size_t kQuickDeliveries = 60;
constexpr int64_t kSlowGap = 5 * kMicrosPerSecond;
// How often a stream that reads another one looks there while records come.
constexpr int64_t kFollowGap = kMicrosPerSecond;

}  // namespace

Result<DeliveryStream> Deliverer::Put(const Scope& scope, const std::string& name, std::vector<std::string> records,
                                      PutKind kind) {
  TARN_TRY(DeliveryStream stream, parts_.streams.Find(scope, name));
  if (stream.type != kDirectPut) {
    return Fail(kWrongSource, "This operation is not permitted on KinesisStreamAsSource delivery stream type.");
  }
  uint64_t bytes = 0;
  for (const std::string& record : records) bytes += record.size();
  const size_t count = records.size();
  TARN_CHECK(parts_.intake.Put(stream.log, std::move(records)));
  measures_.CountPut(scope, name, kind, count, bytes);
  const Timestamp now = parts_.clock.Now();
  std::lock_guard lock(mutex_);
  const auto found = works_.find(stream.log);
  if (found == works_.end()) {
    Adopt(scope, stream);
    return stream;
  }
  Work& work = *found->second;
  if (!work.waiting) work.oldest = now;
  work.waiting = true;
  work.bytes += bytes;
  Queue(work);
  return stream;
}

void Deliverer::Adopt(const Scope& scope, const DeliveryStream& stream) {
  auto work = std::make_shared<Work>();
  work->scope = scope;
  work->name = stream.name;
  work->log = stream.log;
  work->follows = stream.type == kFromKinesis;
  if (const auto plan = ReadPlan(stream.destination, scope); plan.ok()) work->hints = plan->hints;
  // What is there already is found by the first look.
  work->waiting = true;
  work->woken = work->follows;
  work->oldest = parts_.clock.Now();
  Queue(*(works_[stream.log] = std::move(work)));
}

void Deliverer::Woken(uint64_t log) {
  const std::lock_guard lock(mutex_);
  const auto found = works_.find(log);
  if (found == works_.end() || found->second->woken) return;
  found->second->woken = true;
  Queue(*found->second);
}

void Deliverer::Changed(const Scope& scope, const DeliveryStream& stream) {
  std::lock_guard lock(mutex_);
  const auto found = works_.find(stream.log);
  if (found == works_.end()) return Adopt(scope, stream);
  if (const auto plan = ReadPlan(stream.destination, scope); plan.ok()) found->second->hints = plan->hints;
  found->second->not_before = {};
  Queue(*found->second);
}

void Deliverer::Deleted(const DeliveryStream& stream) {
  std::lock_guard lock(mutex_);
  const auto found = works_.find(stream.log);
  if (found == works_.end()) return;
  found->second->gone = true;
  found->second->not_before = {};
  Queue(*found->second);
}

Status Deliverer::Start() {
  TARN_TRY(const auto all, parts_.streams.All());
  std::lock_guard lock(mutex_);
  for (const auto& [scope, stream] : all) Adopt(scope, stream);
  for (size_t i = 0; i < parts_.threads; ++i) threads_.emplace_back([this] { RunThread(); });
  return Ok();
}

void Deliverer::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  for (const auto& [log, work] : works_) {
    if (work->watch) parts_.source->Unwatch(*work->watch);
    work->watch.reset();
  }
}

int64_t Deliverer::MicrosOf(const Hints& hints) const {
  const uint32_t seconds = parts_.seconds_max > 0 ? std::min(hints.seconds, parts_.seconds_max) : hints.seconds;
  return seconds * kMicrosPerSecond;
}

// When the work wants a thread; never: INT64_MAX.
Timestamp Deliverer::DueAt(const Work& work) const {
  if (work.running) return {INT64_MAX};
  if (work.gone) return {0};
  if (work.woken) return work.not_before;
  if (!work.waiting) return {INT64_MAX};
  const Timestamp due = work.bytes >= work.hints.bytes ? work.oldest : work.oldest.Plus(MicrosOf(work.hints));
  return std::max(due, work.not_before);
}

void Deliverer::RunThread() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const Timestamp now = parts_.clock.Now();
    if (due_.empty()) {
      wake_.wait(lock);
    } else if (const Timestamp due = due_.begin()->first; due > now) {
      wake_.wait_for(lock, std::chrono::microseconds(due.micros - now.micros));
    } else {
      RunFirst(lock);
    }
  }
}

void Deliverer::RunFirst(std::unique_lock<std::mutex>& lock) {
  const WorkPtr next = works_.at(due_.begin()->second);
  next->running = true;
  Queue(*next);
  if (!due_.empty()) wake_.notify_one();
  lock.unlock();
  RunOne(next);
  lock.lock();
  next->running = false;
  if (works_.contains(next->log)) Queue(*next);
}

void Deliverer::RunDue() {
  std::unique_lock lock(mutex_);
  while (!due_.empty() && due_.begin()->first <= parts_.clock.Now()) RunFirst(lock);
}

void Deliverer::Queue(Work& work) {
  const Timestamp at = DueAt(work);
  due_.erase({work.queued_at, work.log});
  work.queued_at = at;
  if (at.micros == INT64_MAX) return;
  const auto place = due_.emplace(at, work.log).first;
  if (place == due_.begin()) wake_.notify_one();
}

void Deliverer::RunOne(const WorkPtr& work) {
  bool gone = false;
  {
    std::lock_guard lock(mutex_);
    gone = work->gone;
    // Puts from here on are counted for the next one.
    work->bytes = 0;
    work->waiting = false;
    work->woken = false;
  }
  if (gone) {
    if (const Status forgotten = Forget(*work); !forgotten.ok()) log::Warn("delivery", forgotten.error().message);
    std::lock_guard lock(mutex_);
    works_.erase(work->log);
    return;
  }
  Settle(*work, Deliver(*work));
}

// Chooses when the next delivery may be.
void Deliverer::Settle(Work& work, const Result<bool>& more) {
  const Timestamp now = parts_.clock.Now();
  if (!more.ok()) log::Warn("delivery", fmt::format("{}: {}", ArnOf(work.scope, work.name), more.error().message));
  std::lock_guard lock(mutex_);
  if (!more.ok()) {
    if (work.failures++ == 0) work.failing_since = now;
    const int64_t pause = std::min(kPauseMax, kPauseMin << std::min(work.failures - 1, 6U));
    work.not_before = now.Plus(pause);
    work.waiting = true;
    work.oldest = now;
    work.bytes = work.hints.bytes;
    return;
  }
  work.failures = 0;
  if (work.follows) work.not_before = now.Plus(kFollowGap);
  if (*more) {
    work.waiting = true;
    work.oldest = now;
    work.bytes = std::max(work.bytes, work.hints.bytes);
  }
  std::erase_if(work.delivered, [&](Timestamp at) { return at.Plus(kHour) < now; });
  if (work.delivered.size() >= kQuickDeliveries && !work.full) work.not_before = now.Plus(kSlowGap);
}

Result<Intake::Buffer> Deliverer::ReadBuffer(const DeliveryStream& stream, const Scope& scope, uint64_t bytes_max,
                                             Positions& positions) {
  if (stream.type != kFromKinesis) return parts_.intake.Read(stream.log, positions, kDeliveryRecordsMax, bytes_max);
  if (parts_.source == nullptr) return Fail(kRefused, "streams are not read by this lake");
  Intake::Buffer buffer;
  TARN_TRY(buffer.records, parts_.source->Read(scope, stream, positions, bytes_max));
  return buffer;
}

// True when more is there at once.
Result<bool> Deliverer::Deliver(Work& work) {
  work.full = false;
  auto found = parts_.streams.Find(work.scope, work.name);
  if (found.Is(kNotFound) || (found.ok() && found->log != work.log)) {
    std::lock_guard lock(mutex_);
    work.gone = true;
    return false;
  }
  if (!found.ok()) return found.error();
  const DeliveryStream& stream = *found;
  TARN_TRY(const Plan plan, ReadPlan(stream.destination, work.scope));
  TARN_TRY(Positions positions, LoadPositions(parts_.store, work.log));
  // Late deliveries take more at once, so that there are fewer.
  const uint64_t bytes_max = work.delivered.size() < kQuickDeliveries ? plan.hints.bytes : kWholeFileBytesMax;
  if (work.follows && parts_.source != nullptr && !work.watch) {
    work.watch = parts_.source->Watch(stream, [this, log = work.log] { Woken(log); });
  }
  TARN_TRY(Intake::Buffer buffer, ReadBuffer(stream, work.scope, bytes_max, positions));
  if (plan.processing.decompress && CutToUnpacked(buffer.records, positions)) buffer.is_full = true;
  const std::vector<Arrived>& records = buffer.records;
  if (records.empty()) return false;
  const Timestamp now = parts_.clock.Now();
  uint64_t bytes = 0;
  for (const Arrived& record : records) bytes += record.data.size();
  const Timestamp oldest = std::ranges::min_element(records, {}, &Arrived::at)->at;
  const bool is_full = buffer.is_full || bytes >= plan.hints.bytes;
  if (!is_full && oldest.Plus(MicrosOf(plan.hints)) > now && work.failures == 0) {
    // Found by a look: its time has not come yet.
    std::lock_guard lock(mutex_);
    work.waiting = true;
    work.oldest = oldest;
    work.bytes = std::max(work.bytes, bytes);
    return false;
  }
  const Delivery delivery{work.scope,
                          stream,
                          plan,
                          records,
                          positions,
                          now,
                          work.failures + 1,
                          work.failures == 0 ? 0 : now.micros - work.failing_since.micros};
  const auto outcome = parts_.sinks.Deliver(delivery);
  if (outcome.ok()) {
    measures_.CountDelivered(delivery, *outcome);
    if (work.follows) measures_.CountRead(work.scope, work.name, records.size(), bytes);
  } else {
    measures_.CountRefused(delivery);
    if (work.failures == 0 || work.failing_since.Plus(kGivenUpAfter) > now || oldest.Plus(kGivenUpAfter) > now) {
      return outcome.error();
    }
    log::Warn("delivery",
              fmt::format("{}: {} records are given up after 24 hours", ArnOf(work.scope, work.name), records.size()));
    TARN_CHECK(parts_.sinks.Skip(delivery));
  }
  parts_.intake.Delivered(work.log, records);
  if (parts_.delivered) parts_.delivered(work.log, &positions);
  work.full = records.size() >= kDeliveryRecordsMax || bytes >= kWholeFileBytesMax;
  work.delivered.push_back(now);
  if (work.delivered.size() > kQuickDeliveries) work.delivered.erase(work.delivered.begin());
  // What a source has more of it does not tell.
  return work.follows || buffer.is_full || bytes >= bytes_max || records.size() >= kDeliveryRecordsMax;
}

Status Deliverer::Forget(const Work& work) {
  if (work.watch) parts_.source->Unwatch(*work.watch);
  if (parts_.delivered) parts_.delivered(work.log, nullptr);
  TARN_CHECK(parts_.intake.Drop(work.log));
  return kv::Transact(parts_.store, [&](kv::Txn& txn) -> Status {
    for (const kv::Key& space : {PositionSpace(work.log), TablePositionSpace(work.log)}) {
      TARN_TRY(const auto rows, txn.PeekScan(space.bytes(), space.End(), 100'000));
      for (const kv::KeyValue& row : rows) txn.Delete(row.key);
    }
    return Ok();
  });
}

}  // namespace tarn::delivery
