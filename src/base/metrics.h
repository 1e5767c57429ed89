// Counters and histograms of this process, rendered in Prometheus' text format for /metrics.
//
// A metric is found once by name and labels and then kept by reference: lookups lock, updates do not.
// Names and labels are code, never input from a peer. Thread-safe; metrics live as long as the process.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace tarn::metrics {

class Counter {
 public:
  void Add(uint64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_ = 0;
};

class Gauge {
 public:
  void Set(int64_t value) { value_.store(value, std::memory_order_relaxed); }
  void Add(int64_t by) { value_.fetch_add(by, std::memory_order_relaxed); }
  int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> value_ = 0;
};

// Latencies in seconds, in buckets that double from 100 µs to 102 s.
class Histogram {
 public:
  static constexpr size_t kBuckets = 21;
  static double UpperBoundSeconds(size_t bucket);
  void Observe(double seconds);
  uint64_t count(size_t bucket) const { return buckets_[bucket].load(std::memory_order_relaxed); }
  double sum_seconds() const { return static_cast<double>(sum_micros_.load(std::memory_order_relaxed)) / 1e6; }

 private:
  std::array<std::atomic<uint64_t>, kBuckets + 1> buckets_{};
  std::atomic<uint64_t> sum_micros_ = 0;
};

// `labels` is Prometheus' own form without braces: `service="s3",operation="PutObject"`.
Counter& GetCounter(std::string_view name, std::string_view labels = "");
Gauge& GetGauge(std::string_view name, std::string_view labels = "");
Histogram& GetHistogram(std::string_view name, std::string_view labels = "");

std::string RenderPrometheus();

}  // namespace tarn::metrics
