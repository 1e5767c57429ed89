// STS: who am I. Everything else in its model answers that it is not served yet.
#pragma once

#include "api/protocol/service.h"
#include "api/sts/gen/shapes.h"

namespace tarn::api::sts {

class StsService : public protocol::Service {
 public:
  Result<gen::GetCallerIdentityResponse> GetCallerIdentity(const protocol::Call& call,
                                                           const gen::GetCallerIdentityRequest& in);

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;
};

}  // namespace tarn::api::sts
