// CloudWatch's face of observe/: statistics and names of the metrics that the lake keeps of itself.
//
// Served so far: namespace AWS/S3, BucketSizeBytes (StorageType StandardStorage) and NumberOfObjects (AllStorageTypes).
// Unlike AWS, StorageType may be left out of the dimensions: each bucket has one value. Every other metric has no
// datapoints, because nothing can publish one yet.
#pragma once

#include <span>

#include "api/cloudwatch/gen/shapes.h"
#include "api/protocol/service.h"
#include "observe/storage_metrics.h"

namespace tarn::api::cloudwatch {

class CloudWatchService : public protocol::Service {
 public:
  explicit CloudWatchService(observe::StorageMetrics& storage) : storage_(&storage) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  Result<gen::GetMetricStatisticsOutput> GetMetricStatistics(const protocol::Call& call,
                                                             const gen::GetMetricStatisticsInput& in);
  Result<gen::ListMetricsOutput> ListMetrics(const protocol::Call& call, const gen::ListMetricsInput& in);

 private:
  observe::StorageMetrics* storage_;
};

}  // namespace tarn::api::cloudwatch
