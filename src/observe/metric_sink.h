// MetricSink: where the lake's services count what CloudWatch shows of them (AWS/Kinesis, AWS/Firehose).
//
//   const Measured samples[] = {{"IncomingRecords", "Count", 3}, {"IncomingBytes", "Bytes", 96}};
//   sink.Count({scope, "AWS/Kinesis", {{"StreamName", "clicks"}}}, samples);
//
// One call is one sample of each metric, of the minute of the call. Sums are CloudWatch's Sum, calls its SampleCount.
// Memory only: quick, from any thread. What was counted is written down once a minute; a crash loses the running one.
#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/scope.h"

namespace tarn::observe {

// Names and values, by name.
using MetricDimensions = std::vector<std::pair<std::string, std::string>>;

// What is measured: its metrics are kept together.
struct MetricOwner {
  Scope scope;
  std::string space;  // "AWS/Kinesis"
  MetricDimensions dimensions;
  auto operator<=>(const MetricOwner&) const = default;
};

struct Measured {
  std::string_view name;
  std::string_view unit;  // "Count", "Bytes", "Milliseconds", "Seconds", "None" … as CloudWatch names them
  double value = 0;
};

class MetricSink {
 public:
  virtual ~MetricSink() = default;
  virtual void Count(const MetricOwner& owner, std::span<const Measured> samples) = 0;
};

}  // namespace tarn::observe
