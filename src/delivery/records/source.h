// SourceReader: the streams that delivery streams read. Implemented over Kinesis by server/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "delivery/records/processors.h"
#include "delivery/stream.h"

namespace tarn::delivery {

// The next position of each lane: a shard's, or those of what was put directly (intake.h).
using Positions = std::map<std::string, uint64_t>;

class SourceReader {
 public:
  virtual ~SourceReader() = default;
  // Records of the stream's source from `positions` on, those of a shard before those of its children, up to the limit;
  // moves `positions` behind them. Shards without a position begin where they do (those that were there before the
  // delivery stream, at its time).
  virtual Result<std::vector<Arrived>> Read(const Scope& scope, const DeliveryStream& stream, Positions& positions,
                                            uint64_t bytes_max) = 0;
  // Calls `wake` after records have come into the stream's source: quick, on any thread. Unwatch returns when it is
  // not running and will not again.
  virtual uint64_t Watch(const DeliveryStream& stream, std::function<void()> wake) = 0;
  virtual void Unwatch(uint64_t watch) = 0;
};

}  // namespace tarn::delivery
