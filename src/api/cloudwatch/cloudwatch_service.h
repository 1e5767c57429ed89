// CloudWatch's face of observe/: statistics and names of the metrics that the lake keeps of itself.
//
// Served so far: namespace AWS/S3, BucketSizeBytes by StorageType, NumberOfObjects (AllStorageTypes) and the request
// metrics of metrics configurations (BucketName and FilterId). Unlike AWS, StorageType may be left out of the
// dimensions: the sum. Every other metric has no datapoints, because nothing can publish one yet.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/cloudwatch/gen/shapes.h"
#include "api/protocol/service.h"
#include "observe/request_metrics.h"
#include "observe/storage_metrics.h"

namespace tarn::api::cloudwatch {

class CloudWatchService : public protocol::Service {
 public:
  CloudWatchService(observe::StorageMetrics& storage, observe::RequestMetrics& requests)
      : storage_(&storage), requests_(&requests) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  Result<gen::GetMetricStatisticsOutput> GetMetricStatistics(const protocol::Call& call,
                                                             const gen::GetMetricStatisticsInput& in);
  Result<gen::GetMetricDataOutput> GetMetricData(const protocol::Call& call, const gen::GetMetricDataInput& in);
  Result<gen::ListMetricsOutput> ListMetrics(const protocol::Call& call, const gen::ListMetricsInput& in);

 private:
  // What one metric measured, by the start of each period (microseconds); nothing for a metric that is not kept.
  struct Series {
    std::string_view unit;
    std::map<int64_t, observe::Statistic> periods;
  };
  struct Asked {
    std::string_view space;
    std::string_view name;
    const std::optional<std::vector<gen::Dimension>>& dimensions;
    Timestamp from;
    Timestamp to;
    int64_t period_seconds = 60;
  };
  Result<std::optional<Series>> Measure(const protocol::Call& call, const Asked& asked);

  observe::StorageMetrics* storage_;
  observe::RequestMetrics* requests_;
};

}  // namespace tarn::api::cloudwatch
