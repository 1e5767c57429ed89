#include "object/lifecycle/restorer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/log.h"
#include "base/metrics.h"

namespace tarn::object {
namespace {

constexpr size_t kBatch = 100;
constexpr int64_t kLookMicros = kMicrosPerSecond;
constexpr int64_t kTrialLookMicros = kMicrosPerSecond / 10;
constexpr int64_t kFlushMicros = 60 * kMicrosPerSecond;
constexpr int64_t kRetryMicros = 60 * kMicrosPerSecond;

}  // namespace

Status Restorer::RunOnce() {
  while (!stopping_) {
    TARN_TRY(const auto list, store_.ListRestoresDue(kBatch));
    for (const Store::RestoreDue& due : list) {
      if (stopping_ || clock_.Now() < due.at) return Ok();
      const Status settled = store_.SettleRestore(due, times_);
      if (settled.ok()) {
        metrics::GetCounter("tarn_restores_settled_total").Add();
        continue;
      }
      log::Fault("restore", fmt::format("{}/{}: {}", due.bucket, due.key, settled.error().message));
      TARN_CHECK(store_.PostponeRestore(due, {clock_.Now().micros + kRetryMicros}));
    }
    if (list.size() < kBatch) return Ok();
  }
  return Ok();
}

void Restorer::Start() {
  thread_ = std::thread([this] { RunThread(); });
}

void Restorer::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    if (tiering_ != nullptr) tiering_->Stop();
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Restorer::RunThread() {
  const bool is_trial = times_.day_micros < kMicrosPerDay;
  const auto look = std::chrono::microseconds(is_trial ? kTrialLookMicros : kLookMicros);
  const int64_t flush = std::clamp<int64_t>(times_.day_micros / 4, kTrialLookMicros, kFlushMicros);
  int64_t flushed = clock_.Now().micros;
  while (!stopping_) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, look, [this] { return stopping_.load(); });
    }
    if (stopping_) return;
    const Status outcome = RunOnce();
    if (!outcome.ok()) log::Fault("restore", outcome.error().message);
    const int64_t now = clock_.Now().micros;
    if (tiering_ == nullptr || (now >= flushed && now - flushed < flush)) continue;
    flushed = now;
    const Status noted = tiering_->FlushReads();
    if (!noted.ok()) log::Fault("tiering", noted.error().message);
  }
}

}  // namespace tarn::object
