#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "api/cloudwatch/cloudwatch_service.h"
#include "api/cloudwatch/errors.h"

namespace tarn::api::cloudwatch {
namespace {

constexpr std::string_view kNamespace = "AWS/S3";
constexpr int64_t kDatapointsMax = 1440;
constexpr size_t kMetricsPage = 500;

// One of the two metrics that every bucket has.
struct StorageMetric {
  std::string_view name;
  std::string_view storage_type;
  std::string_view unit;
  uint64_t observe::StorageSample::* value;
};
constexpr StorageMetric kStorageMetrics[] = {
    {"BucketSizeBytes", "StandardStorage", "Bytes", &observe::StorageSample::bytes},
    {"NumberOfObjects", "AllStorageTypes", "Count", &observe::StorageSample::objects},
};

const StorageMetric* FindMetric(std::string_view space, std::string_view name) {
  if (space != kNamespace) return nullptr;
  const auto* found = std::ranges::find(kStorageMetrics, name, &StorageMetric::name);
  return found == std::end(kStorageMetrics) ? nullptr : found;
}

// The bucket that the dimensions name; nothing when they name no series of this metric.
std::optional<std::string> BucketOf(const StorageMetric& metric,
                                    const std::optional<std::vector<gen::Dimension>>& dimensions) {
  std::optional<std::string> bucket;
  for (const gen::Dimension& dimension : dimensions.value_or(std::vector<gen::Dimension>())) {
    if (dimension.name == "BucketName") {
      bucket = dimension.value;
    } else if (dimension.name != "StorageType" || dimension.value != metric.storage_type) {
      return std::nullopt;
    }
  }
  return bucket;
}

struct Aggregate {
  double count = 0;
  double sum = 0;
  double min = 0;
  double max = 0;
  void Add(double value) {
    min = count == 0 ? value : std::min(min, value);
    max = count == 0 ? value : std::max(max, value);
    sum += value;
    ++count;
  }
};

Status CheckStatisticsInput(const gen::GetMetricStatisticsInput& in) {
  if (*in.start_time >= *in.end_time) {
    return Fail(kInvalidParameterCombination, "The parameter StartTime must be less than the parameter EndTime.");
  }
  const int64_t period = *in.period;
  const bool high_resolution = period == 1 || period == 5 || period == 10 || period == 20 || period == 30;
  if (!high_resolution && (period < 60 || period % 60 != 0)) {
    return Fail(kInvalidParameterValue, "The parameter Period must be a multiple of 60, or one of 1, 5, 10, 20, 30.");
  }
  const bool statistics = in.statistics && !in.statistics->empty();
  const bool extended = in.extended_statistics && !in.extended_statistics->empty();
  if (!statistics && !extended) {
    return Fail(kMissingParameter, "The request must contain the parameter Statistics or ExtendedStatistics.");
  }
  if (statistics && extended) {
    return Fail(kInvalidParameterCombination, "Statistics and ExtendedStatistics must not both be given.");
  }
  const int64_t points = (in.end_time->micros - in.start_time->micros) / (period * kMicrosPerSecond);
  if (points > kDatapointsMax) {
    return Fail(kInvalidParameterCombination,
                fmt::format("You have requested up to {} datapoints, which exceeds the limit of {}. You may reduce the "
                            "datapoints requested by increasing Period, or decreasing the time range.",
                            points, kDatapointsMax));
  }
  return Ok();
}

gen::Datapoint ToDatapoint(int64_t start_micros, const Aggregate& values, std::string_view unit,
                           const std::vector<std::string>& statistics) {
  gen::Datapoint point;
  point.timestamp = Timestamp{start_micros};
  point.unit = std::string(unit);
  for (const std::string& statistic : statistics) {
    if (statistic == "Average") point.average = values.sum / values.count;
    if (statistic == "Sum") point.sum = values.sum;
    if (statistic == "Minimum") point.minimum = values.min;
    if (statistic == "Maximum") point.maximum = values.max;
    if (statistic == "SampleCount") point.sample_count = values.count;
  }
  return point;
}

gen::Metric ToMetric(const StorageMetric& metric, const std::string& bucket) {
  gen::Metric out;
  out.namespace_ = std::string(kNamespace);
  out.metric_name = std::string(metric.name);
  std::vector<gen::Dimension> dimensions(2);
  dimensions[0].name = "StorageType";
  dimensions[0].value = std::string(metric.storage_type);
  dimensions[1].name = "BucketName";
  dimensions[1].value = bucket;
  out.dimensions = std::move(dimensions);
  return out;
}

bool Matches(const gen::Metric& metric, const gen::ListMetricsInput& in) {
  if (in.namespace_ && in.namespace_ != metric.namespace_) return false;
  if (in.metric_name && in.metric_name != metric.metric_name) return false;
  for (const gen::DimensionFilter& filter : in.dimensions.value_or(std::vector<gen::DimensionFilter>())) {
    const bool found = std::ranges::any_of(*metric.dimensions, [&](const gen::Dimension& dimension) {
      return dimension.name == filter.name && (!filter.value || filter.value == dimension.value);
    });
    if (!found) return false;
  }
  return true;
}

}  // namespace

Result<gen::GetMetricStatisticsOutput> CloudWatchService::GetMetricStatistics(const protocol::Call& call,
                                                                              const gen::GetMetricStatisticsInput& in) {
  TARN_CHECK(CheckStatisticsInput(in));
  gen::GetMetricStatisticsOutput out;
  out.label = *in.metric_name;
  out.datapoints.emplace();
  const StorageMetric* metric = FindMetric(*in.namespace_, *in.metric_name);
  const auto bucket = metric != nullptr ? BucketOf(*metric, in.dimensions) : std::nullopt;
  if (!bucket || !in.statistics || (in.unit && *in.unit != metric->unit)) return out;

  // CloudWatch's points begin at whole periods; one that begins before StartTime but reaches into it counts.
  const int64_t period = *in.period * kMicrosPerSecond;
  const Timestamp from{in.start_time->micros / period * period};
  TARN_TRY(const auto samples, storage_->Get(call.scope.account, *bucket, from, in.end_time->Plus(period)));
  std::map<int64_t, Aggregate> periods;
  for (const observe::StorageSample& sample : samples) {
    const int64_t start = sample.at.micros / period * period;
    if (start < in.end_time->micros) periods[start].Add(static_cast<double>(sample.*(metric->value)));
  }
  for (const auto& [start, values] : periods) {
    out.datapoints->push_back(ToDatapoint(start, values, metric->unit, *in.statistics));
  }
  return out;
}

Result<gen::ListMetricsOutput> CloudWatchService::ListMetrics(const protocol::Call& call,
                                                              const gen::ListMetricsInput& in) {
  TARN_TRY(auto buckets, storage_->source().ListOf(call.scope.account));
  std::ranges::sort(buckets, {}, &observe::BucketUsage::bucket);
  gen::ListMetricsOutput out;
  out.metrics.emplace();
  for (const observe::BucketUsage& usage : buckets) {
    if (usage.region != call.scope.region || (in.next_token && usage.bucket <= *in.next_token)) continue;
    if (out.metrics->size() + std::size(kStorageMetrics) > kMetricsPage) {
      out.next_token = out.metrics->back().dimensions->back().value;
      break;
    }
    for (const StorageMetric& metric : kStorageMetrics) {
      gen::Metric listed = ToMetric(metric, usage.bucket);
      if (Matches(listed, in)) out.metrics->push_back(std::move(listed));
    }
  }
  return out;
}

}  // namespace tarn::api::cloudwatch
