#include "api/cloudwatch/gen/operations.h"

#include "api/cloudwatch/cloudwatch_service.h"
#include "api/cloudwatch/errors.h"

namespace tarn::api::cloudwatch {

namespace {

// Policies limit what may be put by the namespace.
Result<std::vector<identity::Check>> NamespaceOf(const protocol::Call&, const gen::PutMetricDataInput& in) {
  std::vector<identity::Check> checks(1);
  checks[0].action = "cloudwatch:PutMetricData";
  checks[0].resource = "*";
  checks[0].context["cloudwatch:namespace"] = in.namespace_.value_or("");
  return checks;
}

}  // namespace

const protocol::ServiceDesc& CloudWatchService::model() const { return gen::kService; }

std::span<const protocol::Operation> CloudWatchService::operations() const {
  using protocol::AnyResource;
  using protocol::Bind;
  static const protocol::Operation kOperations[] = {
      Bind<&CloudWatchService::GetMetricData>("GetMetricData", "cloudwatch:GetMetricData", AnyResource),
      Bind<&CloudWatchService::GetMetricStatistics>("GetMetricStatistics", "cloudwatch:GetMetricStatistics",
                                                    AnyResource),
      Bind<&CloudWatchService::ListMetrics>("ListMetrics", "cloudwatch:ListMetrics", AnyResource),
      Bind<&CloudWatchService::PutMetricData>("PutMetricData", "cloudwatch:PutMetricData", NamespaceOf),
  };
  return kOperations;
}

std::span<const protocol::ErrorRow> CloudWatchService::errors() const {
  static constexpr protocol::ErrorRow kErrors[] = {
      {&kInvalidParameterValue, "InvalidParameterValue", 400},
      {&kInvalidParameterCombination, "InvalidParameterCombination", 400},
      {&kMissingParameter, "MissingParameter", 400},
      {&observe::kTooManyMetrics, "LimitExceededException", 400},
  };
  return kErrors;
}

}  // namespace tarn::api::cloudwatch
