// Requests counted and timed by service and operation, for /metrics. Threads: any.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/metrics.h"

namespace tarn::api::protocol {

// The counters of one operation, found once.
class OperationMeter {
 public:
  OperationMeter(std::string_view service, std::string_view operation);
  void Count(int status, uint64_t bytes_in, uint64_t bytes_out, double seconds);

 private:
  static constexpr std::array<int, 15> kStatuses{200, 201, 202, 204, 206, 304, 400, 403,
                                                 404, 409, 412, 413, 416, 500, 503};
  std::string labels_;
  metrics::Histogram& latency_;
  metrics::Counter& bytes_in_;
  metrics::Counter& bytes_out_;
  std::array<std::atomic<metrics::Counter*>, kStatuses.size()> by_status_{};
};

}  // namespace tarn::api::protocol
