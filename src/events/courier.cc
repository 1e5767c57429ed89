#include "events/courier.h"

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/metrics.h"

namespace tarn::events {
namespace {

constexpr size_t kBatch = 200;
constexpr int64_t kPollMillis = 100;
constexpr int64_t kRetryMillisMin = 1'000;
constexpr int64_t kRetryMillisMax = 60'000;

std::string StreamOf(const std::string& target) { return "to:" + target; }

}  // namespace

Courier::Courier(kv::Store& store, std::string in, Spread spread, std::vector<Target> targets)
    : store_(store), in_(std::move(in)), spread_(std::move(spread)), targets_(std::move(targets)) {}

void Courier::Start() {
  threads_.emplace_back([this] { RunSpread(); });
  for (Target& target : targets_) threads_.emplace_back([this, &target] { RunTarget(target); });
}

void Courier::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

bool Courier::Pause(int64_t milliseconds) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, std::chrono::milliseconds(milliseconds), [this] { return stopping_; });
}

Result<bool> Courier::SpreadSome() {
  bool any = false;
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(const auto entries, Oldest(txn, in_, kBatch));
    any = !entries.empty();
    for (const Entry& entry : entries) {
      TARN_TRY(const auto names, spread_(entry.body));
      std::vector<std::string> streams;
      for (const Target& target : targets_) {
        if (std::ranges::find(names, target.name) != names.end()) streams.push_back(StreamOf(target.name));
      }
      Move(txn, entry, streams);
    }
    return Ok();
  }));
  return any;
}

Result<bool> Courier::SendSome(Target& target) {
  std::vector<Entry> entries;
  TARN_CHECK(kv::Read(store_, [&](kv::Txn& txn) -> Status {
    TARN_TRY(entries, Oldest(txn, StreamOf(target.name), kBatch));
    return Ok();
  }));
  size_t done = 0;
  Status failed = Ok();
  while (done < entries.size()) {
    failed = target.send(entries[done].body);
    if (!failed.ok()) break;
    ++done;
    if (!Pause(0)) break;
  }
  TARN_CHECK(kv::Transact(store_, [&](kv::Txn& txn) -> Status {
    for (size_t i = 0; i < done; ++i) Remove(txn, entries[i]);
    return Ok();
  }));
  TARN_CHECK(failed);
  return done > 0;
}

void Courier::RunSpread() {
  while (Pause(0)) {
    auto any = SpreadSome();
    if (!any.ok()) log::Warn("events", "spreading " + in_ + ": " + any.error().message);
    if ((!any.ok() || !*any) && !Pause(any.ok() ? kPollMillis : kRetryMillisMin)) return;
  }
}

void Courier::RunTarget(Target& target) {
  metrics::Counter& dropped = metrics::GetCounter("tarn_events_dropped_total", "target=\"" + target.name + "\"");
  int64_t retry = kRetryMillisMin;
  while (Pause(0)) {
    auto any = SendSome(target);
    if (any.ok()) {
      retry = kRetryMillisMin;
      if (!*any && !Pause(kPollMillis)) return;
      continue;
    }
    log::Warn("events", target.name + ": " + any.error().message);
    if (auto trimmed = Trim(store_, StreamOf(target.name), kTargetEntriesMax); trimmed.ok() && *trimmed > 0) {
      dropped.Add(*trimmed);
      log::Fault("events", target.name + ": " + std::to_string(*trimmed) + " undeliverable events dropped");
    }
    if (!Pause(retry)) return;
    retry = std::min(retry * 2, kRetryMillisMax);
  }
}

}  // namespace tarn::events
