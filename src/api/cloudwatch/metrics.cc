#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "api/cloudwatch/cloudwatch_service.h"
#include "api/cloudwatch/convert.h"
#include "api/cloudwatch/errors.h"
#include "base/strings.h"

namespace tarn::api::cloudwatch {
namespace {

constexpr std::string_view kNamespace = "AWS/S3";
constexpr int64_t kDatapointsMax = 1440;
constexpr size_t kMetricsPage = 500;
constexpr int64_t kRecentMicros = 3 * 3600 * kMicrosPerSecond;

constexpr std::string_view kBytes = "BucketSizeBytes";
constexpr std::string_view kObjects = "NumberOfObjects";
constexpr std::string_view kAllTypes = "AllStorageTypes";
constexpr std::string_view kStandardType = "StandardStorage";

// The dimensions that S3's metrics have; absent ones are empty.
struct Dimensions {
  std::string bucket;
  std::string type;
  std::string filter;
};
// Nothing when there are others.
std::optional<Dimensions> Read(const std::optional<std::vector<gen::Dimension>>& dimensions) {
  Dimensions read;
  for (const gen::Dimension& dimension : dimensions.value_or(std::vector<gen::Dimension>())) {
    const std::string value = dimension.value.value_or("");
    if (dimension.name == "BucketName") {
      read.bucket = value;
    } else if (dimension.name == "StorageType") {
      read.type = value;
    } else if (dimension.name == "FilterId") {
      read.filter = value;
    } else {
      return std::nullopt;
    }
  }
  return read;
}

// The bytes of one storage type; of all with "".
uint64_t BytesOf(const observe::StorageSample& sample, std::string_view type) {
  // Samples of earlier lakes tell one number.
  if (type.empty() || (sample.by_type.empty() && type == kStandardType)) return sample.bytes;
  const auto found = std::ranges::find(sample.by_type, type, [](const auto& each) { return each.first; });
  return found == sample.by_type.end() ? 0 : found->second;
}

double ValueOf(const observe::Statistic& values, std::string_view statistic) {
  if (statistic == "Average") return values.sum / values.count;
  if (statistic == "Sum") return values.sum;
  if (statistic == "Minimum") return values.min;
  return statistic == "Maximum" ? values.max : values.count;
}

bool IsStatistic(std::string_view name) {
  constexpr std::string_view kNames[] = {"Average", "Sum", "Minimum", "Maximum", "SampleCount"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

Status CheckPeriod(int64_t period) {
  const bool high_resolution = period == 1 || period == 5 || period == 10 || period == 20 || period == 30;
  if (high_resolution || (period >= 60 && period % 60 == 0)) return Ok();
  return Fail(kInvalidParameterValue, "The parameter Period must be a multiple of 60, or one of 1, 5, 10, 20, 30.");
}

Status CheckStatisticsInput(const gen::GetMetricStatisticsInput& in) {
  if (*in.start_time >= *in.end_time) {
    return Fail(kInvalidParameterCombination, "The parameter StartTime must be less than the parameter EndTime.");
  }
  const int64_t period = *in.period;
  TARN_CHECK(CheckPeriod(period));
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

gen::Datapoint ToDatapoint(int64_t start_micros, const observe::Statistic& values, std::string_view unit,
                           const std::vector<std::string>& statistics) {
  gen::Datapoint point;
  point.timestamp = Timestamp{start_micros};
  point.unit = std::string(unit);
  for (const std::string& statistic : statistics) {
    if (statistic == "Average") point.average = ValueOf(values, statistic);
    if (statistic == "Sum") point.sum = values.sum;
    if (statistic == "Minimum") point.minimum = values.min;
    if (statistic == "Maximum") point.maximum = values.max;
    if (statistic == "SampleCount") point.sample_count = values.count;
  }
  return point;
}

// A metric of a bucket with one more dimension.
gen::Metric ToMetric(std::string_view name, std::string_view dimension, std::string_view value,
                     const std::string& bucket) {
  gen::Metric out;
  out.namespace_ = std::string(kNamespace);
  out.metric_name = std::string(name);
  std::vector<gen::Dimension> dimensions(2);
  dimensions[0].name = std::string(dimension);
  dimensions[0].value = std::string(value);
  dimensions[1].name = "BucketName";
  dimensions[1].value = bucket;
  out.dimensions = std::move(dimensions);
  return out;
}

gen::Metric ToMetric(const observe::MetricOwner& owner, const std::string& name) {
  gen::Metric out;
  out.namespace_ = owner.space;
  out.metric_name = name;
  auto& dimensions = out.dimensions.emplace();
  dimensions.reserve(owner.dimensions.size());
  for (const auto& [key, value] : owner.dimensions) {
    gen::Dimension& dimension = dimensions.emplace_back();
    dimension.name = key;
    dimension.value = value;
  }
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

void AddSample(std::map<int64_t, observe::Statistic>& periods, int64_t period, Timestamp at, Timestamp end,
               const observe::Statistic& values) {
  const int64_t start = at.micros / period * period;
  if (values.count > 0 && start < end.micros) periods[start].Merge(values);
}

Status CheckQueries(const gen::GetMetricDataInput& in) {
  if (*in.start_time >= *in.end_time) {
    return Fail(kInvalidParameterCombination, "The parameter StartTime must be less than the parameter EndTime.");
  }
  std::set<std::string> ids;
  for (const gen::MetricDataQuery& query : *in.metric_data_queries) {
    const std::string id = query.id.value_or("");
    if (id.empty() || id[0] < 'a' || id[0] > 'z') {
      return Fail(kInvalidParameterValue, fmt::format("The value {} for parameter Id is not a valid id.", id));
    }
    if (!ids.insert(id).second) {
      return Fail(kInvalidParameterValue, fmt::format("The value {} for parameter Id is used twice.", id));
    }
    if (query.expression) {
      return Fail(kInvalidParameterValue, "Metric math (the parameter Expression) is not served.");
    }
    if (!query.metric_stat) return Fail(kMissingParameter, "The request must contain the parameter MetricStat.");
    TARN_CHECK(CheckPeriod(query.metric_stat->period.value_or(0)));
    if (!IsStatistic(query.metric_stat->stat.value_or(""))) {
      return Fail(kInvalidParameterValue,
                  fmt::format("The value {} for parameter Stat is not served.", query.metric_stat->stat.value_or("")));
    }
  }
  return Ok();
}

}  // namespace

Result<std::vector<CloudWatchService::Series>> CloudWatchService::Measure(const protocol::Call& call,
                                                                          const Asked& asked) {
  if (asked.space != kNamespace) return MeasureKept(call, asked);
  TARN_TRY(auto series, MeasureBucket(call, asked));
  std::vector<Series> all;
  if (series) all.push_back(std::move(*series));
  return all;
}

Result<std::vector<CloudWatchService::Series>> CloudWatchService::MeasureKept(const protocol::Call& call,
                                                                              const Asked& asked) {
  const int64_t period = asked.period_seconds * kMicrosPerSecond;
  const Timestamp from{asked.from.micros / period * period};
  const observe::MetricOwner owner{call.scope, std::string(asked.space), DimensionsOf(asked.dimensions)};
  TARN_TRY(const auto points, metrics_->Get(owner, std::string(asked.name), from, asked.to));
  std::map<std::string, Series> by_unit;
  for (const observe::MetricPoint& point : points) {
    Series& series = by_unit[point.unit];
    series.unit = point.unit;
    AddSample(series.periods, period, point.at, asked.to, point.values);
  }
  std::vector<Series> all;
  all.reserve(by_unit.size());
  for (auto& [unit, series] : by_unit) all.push_back(std::move(series));
  return all;
}

Result<std::optional<CloudWatchService::Series>> CloudWatchService::MeasureBucket(const protocol::Call& call,
                                                                                  const Asked& asked) {
  const auto dimensions = Read(asked.dimensions);
  if (!dimensions || dimensions->bucket.empty()) return std::optional<Series>();
  // CloudWatch's points begin at whole periods; one that begins before StartTime but reaches into it counts.
  const int64_t period = asked.period_seconds * kMicrosPerSecond;
  const Timestamp from{asked.from.micros / period * period};
  Series series;
  if (const auto metric = observe::FindRequestMetric(asked.name)) {
    if (dimensions->filter.empty() || !dimensions->type.empty()) return std::optional<Series>();
    series.unit = observe::NameOf(*metric).unit;
    TARN_TRY(const auto minutes,
             requests_->Get(call.scope.account, dimensions->bucket, dimensions->filter, from, asked.to));
    for (const observe::RequestMinute& minute : minutes) {
      AddSample(series.periods, period, minute.at, asked.to, minute.metrics[static_cast<size_t>(*metric)]);
    }
    return std::optional(std::move(series));
  }
  const bool bytes = asked.name == kBytes;
  if ((!bytes && asked.name != kObjects) || !dimensions->filter.empty()) return std::optional<Series>();
  if (!bytes && !dimensions->type.empty() && dimensions->type != kAllTypes) return std::optional<Series>();
  series.unit = bytes ? "Bytes" : "Count";
  TARN_TRY(const auto samples, storage_->Get(call.scope.account, dimensions->bucket, from, asked.to.Plus(period)));
  for (const observe::StorageSample& sample : samples) {
    observe::Statistic value;
    value.Add(static_cast<double>(bytes ? BytesOf(sample, dimensions->type) : sample.objects));
    AddSample(series.periods, period, sample.at, asked.to, value);
  }
  return std::optional(std::move(series));
}

Result<gen::GetMetricStatisticsOutput> CloudWatchService::GetMetricStatistics(const protocol::Call& call,
                                                                              const gen::GetMetricStatisticsInput& in) {
  TARN_CHECK(CheckStatisticsInput(in));
  gen::GetMetricStatisticsOutput out;
  out.label = *in.metric_name;
  out.datapoints.emplace();
  TARN_TRY(const auto all, Measure(call, {.space = *in.namespace_,
                                          .name = *in.metric_name,
                                          .dimensions = in.dimensions,
                                          .from = *in.start_time,
                                          .to = *in.end_time,
                                          .period_seconds = *in.period}));
  if (!in.statistics) return out;
  for (const Series& series : all) {
    if (in.unit && *in.unit != series.unit) continue;
    for (const auto& [start, values] : series.periods) {
      out.datapoints->push_back(ToDatapoint(start, values, series.unit, *in.statistics));
    }
  }
  return out;
}

Result<gen::GetMetricDataOutput> CloudWatchService::GetMetricData(const protocol::Call& call,
                                                                  const gen::GetMetricDataInput& in) {
  TARN_CHECK(CheckQueries(in));
  gen::GetMetricDataOutput out;
  out.metric_data_results.emplace();
  for (const gen::MetricDataQuery& query : *in.metric_data_queries) {
    if (query.return_data && !*query.return_data) continue;
    const gen::MetricStat& wanted = *query.metric_stat;
    const gen::Metric metric = wanted.metric.value_or(gen::Metric());
    const std::string space = metric.namespace_.value_or("");
    const std::string name = metric.metric_name.value_or("");
    TARN_TRY(const auto all, Measure(call, {.space = space,
                                            .name = name,
                                            .dimensions = metric.dimensions,
                                            .from = *in.start_time,
                                            .to = *in.end_time,
                                            .period_seconds = *wanted.period}));
    std::map<int64_t, observe::Statistic> periods;
    for (const Series& series : all) {
      if (wanted.unit && *wanted.unit != series.unit) continue;
      for (const auto& [start, statistic] : series.periods) periods[start].Merge(statistic);
    }
    gen::MetricDataResult result;
    result.id = query.id;
    result.label = query.label.value_or(name);
    result.status_code = "Complete";
    auto& timestamps = result.timestamps.emplace();
    auto& values = result.values.emplace();
    for (const auto& [start, statistic] : periods) {
      timestamps.push_back(Timestamp{start});
      values.push_back(ValueOf(statistic, *wanted.stat));
    }
    if (in.scan_by.value_or("TimestampDescending") == "TimestampDescending") {
      std::ranges::reverse(timestamps);
      std::ranges::reverse(values);
    }
    out.metric_data_results->push_back(std::move(result));
  }
  return out;
}

Result<gen::ListMetricsOutput> CloudWatchService::ListMetrics(const protocol::Call& call,
                                                              const gen::ListMetricsInput& in) {
  std::vector<gen::Metric> all;
  const auto add = [&](gen::Metric metric) {
    if (Matches(metric, in)) all.push_back(std::move(metric));
  };
  TARN_TRY(auto buckets, storage_->source().ListOf(call.scope.account));
  std::ranges::sort(buckets, {}, &observe::BucketUsage::bucket);
  for (const observe::BucketUsage& usage : buckets) {
    if (usage.region != call.scope.region) continue;
    if (usage.by_type.empty()) add(ToMetric(kBytes, "StorageType", kStandardType, usage.bucket));
    for (const auto& [type, bytes] : usage.by_type) add(ToMetric(kBytes, "StorageType", type, usage.bucket));
    add(ToMetric(kObjects, "StorageType", kAllTypes, usage.bucket));
  }
  TARN_TRY(const auto series, requests_->List(call.scope.account));
  for (const observe::RequestSeries& each : series) {
    if (each.region != call.scope.region) continue;
    for (size_t i = 0; i < observe::kRequestMetrics; ++i) {
      const auto metric = static_cast<observe::RequestMetric>(i);
      add(ToMetric(observe::NameOf(metric).name, "FilterId", each.filter, each.bucket));
    }
  }
  const bool recent = in.recently_active.has_value();
  TARN_TRY(const auto owners, metrics_->List(call.scope, in.namespace_.value_or("")));
  for (const observe::ListedOwner& each : owners) {
    if (recent && each.last < call.now.Plus(-kRecentMicros)) continue;
    for (const std::string& name : each.names) add(ToMetric(each.owner, name));
  }
  // The token is how many were told.
  const size_t told = std::min<size_t>(ParseU64(in.next_token.value_or("0")).value_or(0), all.size());
  const size_t end = std::min(all.size(), told + kMetricsPage);
  gen::ListMetricsOutput out;
  out.metrics.emplace(std::make_move_iterator(all.begin() + static_cast<ptrdiff_t>(told)),
                      std::make_move_iterator(all.begin() + static_cast<ptrdiff_t>(end)));
  if (end < all.size()) out.next_token = std::to_string(end);
  return out;
}

}  // namespace tarn::api::cloudwatch
