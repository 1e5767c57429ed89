#include "api/cloudwatch/gen/operations.h"

#include "api/cloudwatch/cloudwatch_service.h"
#include "api/cloudwatch/errors.h"

namespace tarn::api::cloudwatch {

const protocol::ServiceDesc& CloudWatchService::model() const { return gen::kService; }

std::span<const protocol::Operation> CloudWatchService::operations() const {
  using protocol::AnyResource;
  using protocol::Bind;
  static const protocol::Operation kOperations[] = {
      Bind<&CloudWatchService::GetMetricData>("GetMetricData", "cloudwatch:GetMetricData", AnyResource),
      Bind<&CloudWatchService::GetMetricStatistics>("GetMetricStatistics", "cloudwatch:GetMetricStatistics",
                                                    AnyResource),
      Bind<&CloudWatchService::ListMetrics>("ListMetrics", "cloudwatch:ListMetrics", AnyResource),
  };
  return kOperations;
}

std::span<const protocol::ErrorRow> CloudWatchService::errors() const {
  static constexpr protocol::ErrorRow kErrors[] = {
      {&kInvalidParameterValue, "InvalidParameterValue", 400},
      {&kInvalidParameterCombination, "InvalidParameterCombination", 400},
      {&kMissingParameter, "MissingParameter", 400},
  };
  return kErrors;
}

}  // namespace tarn::api::cloudwatch
