#include "ingest/rates.h"

#include <algorithm>
#include <cmath>

namespace tarn::ingest {
namespace {

constexpr size_t kKeysBeforeSweep = 1024;

// Whole seconds until a level is above nothing, and has one request where that is asked.
double SecondsUntil(double missing, uint64_t per_second) {
  return missing <= 0 ? 0 : std::max(1.0, std::ceil(missing / static_cast<double>(per_second)));
}

}  // namespace

void KeyRates::Level::Fill(uint64_t per_second, Timestamp now) {
  const auto full = static_cast<double>(per_second);
  if (is_new) {
    left = full;
    is_new = false;
  } else if (now > at) {
    left += full * static_cast<double>(now.micros - at.micros) / kMicrosPerSecond;
  }
  left = std::min(left, full);
  at = std::max(at, now);
}

KeyRates::Levels& KeyRates::Of(const IngestKey& key, Timestamp now) {
  // What has long been at rest is full again, and a new one would do as well.
  constexpr int64_t kSweepMicros = 60 * kMicrosPerSecond;
  if (levels_.size() >= kKeysBeforeSweep && now.micros - swept_.micros >= kSweepMicros) {
    swept_ = now;
    std::erase_if(levels_, [&](const auto& each) {
      const Levels& levels = each.second;
      return levels.requests.left >= 0 && levels.bytes.left >= 0 &&
             now.micros - std::max(levels.requests.at, levels.bytes.at).micros >= kSweepMicros;
    });
  }
  Levels& levels = levels_[key.id];
  if (key.limits.requests) levels.requests.Fill(*key.limits.requests, now);
  if (key.limits.bytes) levels.bytes.Fill(*key.limits.bytes, now);
  return levels;
}

uint64_t KeyRates::TakeRequest(const IngestKey& key, Timestamp now) {
  if (!key.limits.has_any()) return 0;
  const std::lock_guard lock(mutex_);
  Levels& levels = Of(key, now);
  double wait = 0;
  if (key.limits.requests) wait = SecondsUntil(1 - levels.requests.left, *key.limits.requests);
  // A level of exactly nothing waits too.
  if (key.limits.bytes) wait = std::max(wait, SecondsUntil(1 - levels.bytes.left, *key.limits.bytes));
  if (wait > 0) return static_cast<uint64_t>(wait);
  if (key.limits.requests) levels.requests.left -= 1;
  return 0;
}

void KeyRates::TakeBytes(const IngestKey& key, uint64_t bytes, Timestamp now) {
  if (!key.limits.bytes) return;
  const std::lock_guard lock(mutex_);
  Of(key, now).bytes.left -= static_cast<double>(bytes);
}

size_t KeyRates::size() const {
  const std::lock_guard lock(mutex_);
  return levels_.size();
}

}  // namespace tarn::ingest
