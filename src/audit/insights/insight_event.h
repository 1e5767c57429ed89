// The events that tell of an insight: when it began, and when it ended. Values; no I/O.
#pragma once

#include <string_view>

#include "audit/insights/counts.h"

namespace tarn::audit {

// Calls over a time.
struct InsightFacts {
  Calls calls;
  uint64_t minutes = 0;

  double PerMinute(uint64_t count) const {
    return minutes == 0 ? 0 : static_cast<double>(count) / static_cast<double>(minutes);
  }
};

// `state` is "Start" or "End"; `minute` is when.
Event InsightEvent(const Counted& counted, std::string_view state, const Watch& watch, uint64_t minute,
                   const InsightFacts& usual, const InsightFacts& unusual);

}  // namespace tarn::audit
