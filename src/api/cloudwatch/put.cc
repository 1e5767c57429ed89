// PutMetricData: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/cloudwatch/cloudwatch_service.h"
#include "api/cloudwatch/convert.h"
#include "api/cloudwatch/errors.h"

namespace tarn::api::cloudwatch {
namespace {

constexpr size_t kDataMax = 1000;                   // in one request
constexpr size_t kValuesMax = 150;                  // in one datum
constexpr double kLargest = 2.348542582773833e108;  // 2^360
constexpr int64_t kPastMicros = 14 * kMicrosPerDay;
constexpr int64_t kFutureMicros = 2 * 3600 * kMicrosPerSecond;

Error Exclusive(const std::string& at, std::string_view first, std::string_view second) {
  return Fail(kInvalidParameterCombination,
              fmt::format("The parameters {0}{1} and {0}{2} are mutually exclusive and you have specified both.", at,
                          first, second));
}

Status CheckNumber(double value, const std::string& parameter) {
  if (std::isfinite(value) && std::abs(value) <= kLargest) return Ok();
  const std::string text = std::isnan(value) ? "NaN" : fmt::format("{}", value);
  return Fail(kInvalidParameterValue, fmt::format("The value {} for parameter {} is invalid.", text, parameter));
}

Result<observe::Statistic> ReadSet(const gen::StatisticSet& set, const std::string& at) {
  const std::pair<std::string_view, double> parts[] = {{"SampleCount", set.sample_count.value_or(0)},
                                                       {"Sum", set.sum.value_or(0)},
                                                       {"Minimum", set.minimum.value_or(0)},
                                                       {"Maximum", set.maximum.value_or(0)}};
  for (const auto& [name, value] : parts) TARN_CHECK(CheckNumber(value, fmt::format("{}{}", at, name)));
  const observe::Statistic values{
      .count = parts[0].second, .sum = parts[1].second, .min = parts[2].second, .max = parts[3].second};
  if (values.max < values.min) {
    return Fail(kInvalidParameterValue, fmt::format("The parameter {0}Maximum must be greater than {0}Minimum.", at));
  }
  if (values.count <= 0) {
    return Fail(kInvalidParameterValue, fmt::format("The parameter {}SampleCount must be greater than 0.", at));
  }
  return values;
}

Result<observe::Statistic> ReadList(const gen::MetricDatum& datum, const std::string& at) {
  const std::vector<double>& numbers = *datum.values;
  if (numbers.size() > kValuesMax) {
    return Fail(kInvalidParameterValue,
                fmt::format("The collection {}Values must not have a size greater than {}.", at, kValuesMax));
  }
  if (datum.counts && datum.counts->size() != numbers.size()) {
    return Fail(kInvalidParameterValue,
                fmt::format("The parameters {0}Values and {0}Counts must be of the same size.", at));
  }
  observe::Statistic all;
  for (size_t i = 0; i < numbers.size(); ++i) {
    const double count = datum.counts ? (*datum.counts)[i] : 1;
    TARN_CHECK(CheckNumber(numbers[i], at + "Values"));
    TARN_CHECK(CheckNumber(count, at + "Counts"));
    if (count < 0)
      return Fail(kInvalidParameterValue, fmt::format("The value {} for parameter {}Counts is invalid.", count, at));
    all.Merge({.count = count, .sum = numbers[i] * count, .min = numbers[i], .max = numbers[i]});
  }
  return all;
}

Result<observe::Statistic> ReadValues(const gen::MetricDatum& datum, const std::string& at) {
  const bool list = datum.values && !datum.values->empty();
  if (datum.value && list) return Exclusive(at, "Value", "Values");
  if (datum.value && datum.statistic_values) return Exclusive(at, "Value", "StatisticValues");
  if (list && datum.statistic_values) return Exclusive(at, "StatisticValues", "Values");
  if (list) return ReadList(datum, at);
  if (datum.statistic_values) return ReadSet(*datum.statistic_values, at + "StatisticValues.");
  if (!datum.value) {
    return Fail(kMissingParameter,
                fmt::format("At least one of the parameters {0}Value, {0}Values or {0}StatisticValues must be "
                            "specified.",
                            at));
  }
  TARN_CHECK(CheckNumber(*datum.value, at + "Value"));
  observe::Statistic one;
  one.Add(*datum.value);
  return one;
}

Status CheckTime(Timestamp time, Timestamp now, const std::string& at) {
  if (time < now.Plus(-kPastMicros)) {
    return Fail(kInvalidParameterValue,
                fmt::format("The parameter {}Timestamp must specify a time within the past two weeks.", at));
  }
  if (time > now.Plus(kFutureMicros)) {
    return Fail(kInvalidParameterValue,
                fmt::format("The parameter {}Timestamp must specify a time no more than two hours in the future.", at));
  }
  return Ok();
}

Result<observe::NewPoint> ReadDatum(const protocol::Call& call, const std::string& space, const gen::MetricDatum& datum,
                                    const std::string& at) {
  observe::NewPoint point;
  point.owner = {call.scope, space, DimensionsOf(datum.dimensions)};
  for (size_t i = 1; i < point.owner.dimensions.size(); ++i) {
    if (point.owner.dimensions[i].first != point.owner.dimensions[i - 1].first) continue;
    return Fail(kInvalidParameterValue,
                fmt::format("The parameter {}Dimensions names {} twice.", at, point.owner.dimensions[i].first));
  }
  point.name = datum.metric_name.value_or("");
  point.unit = datum.unit.value_or("None");
  point.at = datum.timestamp.value_or(call.now);
  TARN_CHECK(CheckTime(point.at, call.now, at));
  const int32_t resolution = datum.storage_resolution.value_or(60);
  if (resolution != 1 && resolution != 60) {
    return Fail(kInvalidParameterValue,
                fmt::format("The value {} for parameter {}StorageResolution is invalid.", resolution, at));
  }
  point.by_second = resolution == 1;
  TARN_TRY(point.values, ReadValues(datum, at));
  return point;
}

}  // namespace

Result<gen::PutMetricDataResponse> CloudWatchService::PutMetricData(const protocol::Call& call,
                                                                    const gen::PutMetricDataInput& in) {
  const std::string space = in.namespace_.value_or("");
  if (space.starts_with("AWS/")) {
    return Fail(kInvalidParameterValue, fmt::format("The value {} for parameter Namespace is invalid.", space));
  }
  std::vector<observe::NewPoint> points;
  const auto read = [&](const std::optional<std::vector<gen::MetricDatum>>& data, const std::string& at) -> Status {
    for (size_t i = 0; data && i < data->size(); ++i) {
      if (points.size() == kDataMax) {
        return Fail(kInvalidParameterValue,
                    fmt::format("The collection MetricData must not have a size greater than {}.", kDataMax));
      }
      TARN_TRY(observe::NewPoint point, ReadDatum(call, space, (*data)[i], fmt::format("{}.member.{}.", at, i + 1)));
      if (point.values.count > 0) points.push_back(std::move(point));
    }
    return Ok();
  };
  if (!in.metric_data && !in.entity_metric_data) {
    return Fail(kMissingParameter, "The parameter MetricData is required.");
  }
  TARN_CHECK(read(in.metric_data, "MetricData"));
  if (in.entity_metric_data) {
    for (size_t i = 0; i < in.entity_metric_data->size(); ++i) {
      TARN_CHECK(
          read((*in.entity_metric_data)[i].metric_data, fmt::format("EntityMetricData.member.{}.MetricData", i + 1)));
    }
  }
  TARN_CHECK(metrics_->Put(points));
  return gen::PutMetricDataResponse();
}

}  // namespace tarn::api::cloudwatch
