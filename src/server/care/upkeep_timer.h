// When upkeep of Iceberg tables makes its rounds.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"
#include "jobs/maintain/maintainer.h"
#include "kv/kv.h"
#include "schedule/timers.h"

namespace tarn::server {

// Every `seconds`, rounded down to whole minutes; never for 0.
inline Status SetUpkeepTimer(kv::Txn& txn, uint32_t seconds, Timestamp now) {
  constexpr auto kKind = jobs::maintain::kTimerKind;
  if (seconds == 0) return schedule::Timers::Clear(txn, kKind, "all");
  const uint32_t minutes = std::max<uint32_t>(1, seconds / 60);
  TARN_TRY(const schedule::Schedule rounds,
           schedule::Schedule::Parse(fmt::format("rate({} minute{})", minutes, minutes == 1 ? "" : "s")));
  TARN_TRY(const auto present, schedule::Timers::Find(txn, kKind, "all"));
  if (present && present->expression == rounds.expression()) return Ok();
  return schedule::Timers::Set(txn, kKind, "all", rounds, now);
}

}  // namespace tarn::server
