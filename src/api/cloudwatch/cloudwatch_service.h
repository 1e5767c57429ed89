// CloudWatch's face of observe/: metrics that clients put, and those that the lake keeps of itself.
//
// Namespace AWS/S3: BucketSizeBytes by StorageType, NumberOfObjects (AllStorageTypes) and the request metrics of
// metrics configurations (BucketName and FilterId); unlike AWS, StorageType may be left out of the dimensions: the sum.
// All other namespaces: what PutMetricData put and the lake's services counted (observe::MetricStore).
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "api/cloudwatch/gen/shapes.h"
#include "api/protocol/service.h"
#include "observe/metric_store.h"
#include "observe/request_metrics.h"
#include "observe/storage_metrics.h"

namespace tarn::api::cloudwatch {

class CloudWatchService : public protocol::Service {
 public:
  // All outlive it.
  CloudWatchService(observe::StorageMetrics& storage, observe::RequestMetrics& requests, observe::MetricStore& metrics)
      : storage_(&storage), requests_(&requests), metrics_(&metrics) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  Result<gen::GetMetricStatisticsOutput> GetMetricStatistics(const protocol::Call& call,
                                                             const gen::GetMetricStatisticsInput& in);
  Result<gen::GetMetricDataOutput> GetMetricData(const protocol::Call& call, const gen::GetMetricDataInput& in);
  Result<gen::ListMetricsOutput> ListMetrics(const protocol::Call& call, const gen::ListMetricsInput& in);
  Result<gen::PutMetricDataResponse> PutMetricData(const protocol::Call& call, const gen::PutMetricDataInput& in);

 private:
  // What one metric measured, by the start of each period (microseconds); nothing for a metric that is not kept.
  struct Series {
    std::string unit;
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
  // By unit.
  Result<std::vector<Series>> Measure(const protocol::Call& call, const Asked& asked);
  Result<std::vector<Series>> MeasureKept(const protocol::Call& call, const Asked& asked);
  Result<std::optional<Series>> MeasureBucket(const protocol::Call& call, const Asked& asked);

  observe::StorageMetrics* storage_;
  observe::RequestMetrics* requests_;
  observe::MetricStore* metrics_;
};

}  // namespace tarn::api::cloudwatch
