// How requests to buckets went: the request metrics of CloudWatch's namespace AWS/S3, by minute.
//
// Real counts of what a bucket's metrics configurations ask for. They gather in memory and are written down once a
// minute, so kill -9 loses at most the last minute's; readers see both. Minutes are kept for 15 days, as CloudWatch
// keeps them. Units: bytes; milliseconds for latencies; times are the start of a minute. Errors: kv's. Threads: any;
// Add never blocks on the store.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"
#include "observe/statistic.h"

namespace tarn::observe {

// Frozen: stored.
enum class RequestMetric : uint8_t {
  kAllRequests = 0,
  kGetRequests = 1,
  kPutRequests = 2,
  kDeleteRequests = 3,
  kHeadRequests = 4,
  kPostRequests = 5,
  kListRequests = 6,
  kBytesDownloaded = 7,
  kBytesUploaded = 8,
  k4xxErrors = 9,
  k5xxErrors = 10,
  kFirstByteLatency = 11,
  kTotalRequestLatency = 12
};
inline constexpr size_t kRequestMetrics = 13;
// CloudWatch's name and unit of it.
struct RequestMetricName {
  std::string_view name;
  std::string_view unit;
};
RequestMetricName NameOf(RequestMetric metric);
std::optional<RequestMetric> FindRequestMetric(std::string_view name);

// One request's contribution; what is absent does not count.
using RequestValues = std::array<std::optional<double>, kRequestMetrics>;

// A bucket's metrics configuration.
struct RequestSeries {
  std::string account;
  std::string bucket;
  std::string region;
  std::string filter;  // the configuration's id
  auto operator<=>(const RequestSeries&) const = default;
};

struct RequestMinute {
  Timestamp at;
  std::array<Statistic, kRequestMetrics> metrics;
};

class RequestMetrics {
 public:
  RequestMetrics(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  ~RequestMetrics() { Stop(); }
  RequestMetrics(const RequestMetrics&) = delete;
  RequestMetrics& operator=(const RequestMetrics&) = delete;

  void Add(const RequestSeries& series, const RequestValues& values);
  // Minutes of [from, to), ascending.
  Result<std::vector<RequestMinute>> Get(const std::string& account, const std::string& bucket,
                                         const std::string& filter, Timestamp from, Timestamp to);
  // The account's series that have a kept minute.
  Result<std::vector<RequestSeries>> List(const std::string& account);
  // Writes down what has gathered and forgets what is past its time.
  Status Flush();
  void Start();
  void Stop();  // writes down the rest; idempotent

 private:
  using Minutes = std::map<int64_t, std::array<Statistic, kRequestMetrics>>;  // by minute since 1970
  void RunThread();

  kv::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<RequestSeries, Minutes> gathered_;
  std::mutex flush_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::observe
