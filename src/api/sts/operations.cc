#include "api/sts/gen/operations.h"

#include "api/sts/sts_service.h"

namespace tarn::api::sts {

using protocol::Bind;
using protocol::WorkClass;

Result<gen::GetCallerIdentityResponse> StsService::GetCallerIdentity(const protocol::Call& call,
                                                                     const gen::GetCallerIdentityRequest&) {
  gen::GetCallerIdentityResponse out;
  out.user_id = call.caller.user_id;
  out.account = call.caller.account;
  out.arn = call.caller.arn;
  return out;
}

const protocol::ServiceDesc& StsService::model() const { return gen::kService; }

std::span<const protocol::Operation> StsService::operations() const {
  static const protocol::Operation kOperations[] = {
      Bind<&StsService::GetCallerIdentity>("GetCallerIdentity", "sts:GetCallerIdentity", protocol::AnyResource,
                                           {.work = WorkClass::kInline}),
  };
  return kOperations;
}

std::span<const protocol::ErrorRow> StsService::errors() const { return {}; }

}  // namespace tarn::api::sts
