// Metrics of CloudWatch: those that clients put (PutMetricData), kept when they are answered, and those that the lake's
// services count, gathered in memory and written down once a minute, some owners a transaction (a crash loses the
// running one).
//
// Points that were put with a storage resolution of 1 are kept by second, all others by minute. All are kept for 15
// days. Bounded: an account has at most `owners_max` sets of dimensions in a region and each at most `names_max`
// metrics; more are refused (kTooManyMetrics) or, of counted ones, left out. Memory: some 700 bytes for each set of
// dimensions of which something was counted in the running minute. docs/format/observe.md has the keys.
// Errors: kTooManyMetrics, kv's. Threads: any; Count never blocks on the store.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"
#include "observe/metric_sink.h"
#include "observe/statistic.h"

namespace tarn::observe {

inline constexpr Reason kTooManyMetrics{"observe.TooManyMetrics", Code::kResourceExhausted};

struct NewPoint {
  MetricOwner owner;
  std::string name;
  std::string unit;
  Timestamp at;
  bool by_second = false;
  Statistic values;
};

struct MetricPoint {
  Timestamp at;
  std::string unit;
  Statistic values;
};

struct ListedOwner {
  MetricOwner owner;
  Timestamp last;  // within the hour, when something was measured
  std::set<std::string> names;
};

class MetricStore : public MetricSink {
 public:
  struct Limits {
    size_t owners_max = 20'000;
    size_t names_max = 1'000;
  };
  // One that writes down by itself, once a minute.
  static std::unique_ptr<MetricStore> Open(kv::Store& store, const Clock& clock);
  MetricStore(kv::Store& store, const Clock& clock, Limits limits) : store_(store), clock_(clock), limits_(limits) {}
  ~MetricStore() override { Stop(); }
  MetricStore(const MetricStore&) = delete;
  MetricStore& operator=(const MetricStore&) = delete;

  // All of them or none; durable when it returns.
  Status Put(const std::vector<NewPoint>& points);
  void Count(const MetricOwner& owner, std::span<const Measured> samples) override;

  // Points of [from, to), ascending; of one minute or second at most one for each unit.
  Result<std::vector<MetricPoint>> Get(const MetricOwner& owner, const std::string& name, Timestamp from, Timestamp to);
  // What was measured in the last 15 days, by namespace and dimensions. All namespaces with "".
  Result<std::vector<ListedOwner>> List(const Scope& scope, const std::string& space);

  // Writes down what has gathered, and forgets some of what is past its time.
  Status Flush();
  void Stop();  // writes down the rest; idempotent

 private:
  // Name and unit.
  using Samples = std::map<std::pair<std::string, std::string>, Statistic>;
  using Points = std::map<MetricOwner, std::map<int64_t, Samples>>;  // by second since 1970
  // The same of what is counted, packed: the services' names are few and kept once (`metrics_`).
  struct Packed {
    uint32_t metric = 0;
    Statistic values;
  };
  struct Minute {
    int64_t second = 0;  // since 1970
    std::vector<Packed> samples;
  };
  using Gathered = std::map<MetricOwner, std::vector<Minute>>;

  // Under the mutex.
  uint32_t MetricOf(std::string_view name, std::string_view unit);
  static Statistic& SlotOf(std::vector<Packed>& samples, uint32_t metric);
  std::map<int64_t, Samples> Unpack(const std::vector<Minute>& minutes) const;
  void TakeBack(Gathered moving);

  Status FlushSome(Gathered& moving);
  Status Write(const Points& points, bool may_leave_out);
  Status Note(kv::Txn& txn, const MetricOwner& owner, const std::map<int64_t, Samples>& points, bool& left_out);
  Status Forget();
  void RunThread();

  kv::Store& store_;
  const Clock& clock_;
  const Limits limits_;
  std::mutex mutex_;
  Gathered gathered_;
  std::deque<std::pair<std::string, std::string>> metrics_;                      // names and units; they stay
  std::map<std::pair<std::string_view, std::string_view>, uint32_t> metric_of_;  // places in `metrics_`
  std::mutex flush_mutex_;
  std::string forgotten_;  // the key of the owner that was looked at last
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::observe
