#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace tarn::metrics {
namespace {

template <typename M>
using Family = std::map<std::pair<std::string, std::string>, std::unique_ptr<M>>;

struct Registry {
  std::mutex mutex;
  Family<Counter> counters;
  Family<Gauge> gauges;
  Family<Histogram> histograms;
};
Registry& TheRegistry() {
  static auto* registry = new Registry;  // never destroyed: threads may count until the very end
  return *registry;
}

template <typename M>
M& Find(Family<M> Registry::* family, std::string_view name, std::string_view labels) {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  auto& metric = (registry.*family)[{std::string(name), std::string(labels)}];
  if (!metric) metric = std::make_unique<M>();
  return *metric;
}

std::string Braced(std::string_view labels, std::string_view more = "") {
  if (labels.empty() && more.empty()) return "";
  return fmt::format("{{{}{}{}}}", labels, labels.empty() || more.empty() ? "" : ",", more);
}

template <typename M, typename Line>
void RenderFamily(std::string& out, const Family<M>& family, std::string_view type, Line line) {
  std::string_view last;
  for (const auto& [id, metric] : family) {
    if (id.first != last) fmt::format_to(std::back_inserter(out), "# TYPE {} {}\n", id.first, type);
    last = id.first;
    line(id.first, id.second, *metric);
  }
}

}  // namespace

double Histogram::UpperBoundSeconds(size_t bucket) { return 0.0001 * static_cast<double>(uint64_t{1} << bucket); }

void Histogram::Observe(double seconds) {
  size_t bucket = 0;
  while (bucket < kBuckets && seconds > UpperBoundSeconds(bucket)) ++bucket;
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_micros_.fetch_add(static_cast<uint64_t>(std::max(0.0, seconds) * 1e6), std::memory_order_relaxed);
}

Counter& GetCounter(std::string_view name, std::string_view labels) { return Find(&Registry::counters, name, labels); }
Gauge& GetGauge(std::string_view name, std::string_view labels) { return Find(&Registry::gauges, name, labels); }
Histogram& GetHistogram(std::string_view name, std::string_view labels) {
  return Find(&Registry::histograms, name, labels);
}

std::string RenderPrometheus() {
  Registry& registry = TheRegistry();
  std::lock_guard lock(registry.mutex);
  std::string out;
  auto to = std::back_inserter(out);
  RenderFamily(out, registry.counters, "counter", [&](auto& name, auto& labels, const Counter& counter) {
    fmt::format_to(to, "{}{} {}\n", name, Braced(labels), counter.value());
  });
  RenderFamily(out, registry.gauges, "gauge", [&](auto& name, auto& labels, const Gauge& gauge) {
    fmt::format_to(to, "{}{} {}\n", name, Braced(labels), gauge.value());
  });
  RenderFamily(out, registry.histograms, "histogram", [&](auto& name, auto& labels, const Histogram& histogram) {
    uint64_t total = 0;
    for (size_t i = 0; i <= Histogram::kBuckets; ++i) {
      total += histogram.count(i);
      const std::string bound = i < Histogram::kBuckets ? fmt::format("{:g}", Histogram::UpperBoundSeconds(i)) : "+Inf";
      fmt::format_to(to, "{}_bucket{} {}\n", name, Braced(labels, fmt::format("le=\"{}\"", bound)), total);
    }
    fmt::format_to(to, "{}_sum{} {}\n{}_count{} {}\n", name, Braced(labels), histogram.sum_seconds(), name,
                   Braced(labels), total);
  });
  return out;
}

}  // namespace tarn::metrics
