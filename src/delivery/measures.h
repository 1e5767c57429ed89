// What CloudWatch shows of delivery streams: AWS/Firehose, by DeliveryStreamName.
//
// Threads: any. https://docs.aws.amazon.com/firehose/latest/dev/cloudwatch-metrics.html
#pragma once

#include <cstdint>
#include <string>

#include "base/scope.h"
#include "delivery/sinks.h"
#include "observe/metric_sink.h"

namespace tarn::delivery {

enum class PutKind : uint8_t { kRecord, kBatch };

class Measures {
 public:
  // `sink` outlives it; null: nothing is counted.
  explicit Measures(observe::MetricSink* sink) : sink_(sink) {}

  void CountPut(const Scope& scope, const std::string& stream, PutKind kind, uint64_t records, uint64_t bytes) const;
  // What was read of a Kinesis stream.
  void CountRead(const Scope& scope, const std::string& stream, uint64_t records, uint64_t bytes) const;
  void CountDelivered(const Delivery& delivery, const Outcome& outcome) const;
  // An attempt that was refused.
  void CountRefused(const Delivery& delivery) const;

 private:
  observe::MetricSink* const sink_;
};

}  // namespace tarn::delivery
