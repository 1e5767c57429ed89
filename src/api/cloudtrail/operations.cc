// Every operation of operations.txt with its IAM action and its resource.
#include "api/cloudtrail/gen/operations.h"

#include "api/cloudtrail/cloudtrail_service.h"
#include "api/cloudtrail/error_rows.h"

namespace tarn::api::cloudtrail {

using protocol::AnyResource;
using protocol::Bind;

const protocol::ServiceDesc& CloudTrailService::model() const { return gen::kService; }

std::span<const protocol::ErrorRow> CloudTrailService::errors() const { return ErrorRows(); }

std::span<const protocol::Operation> CloudTrailService::operations() const {
  static const protocol::Operation kOperations[] = {
      Bind<&CloudTrailService::LookupEvents>("LookupEvents", "cloudtrail:LookupEvents", AnyResource),
  };
  return kOperations;
}

}  // namespace tarn::api::cloudtrail
