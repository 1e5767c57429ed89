// AWS CloudTrail's wire face: the events of the audit log, the trails that deliver them, and what they select.
//
// Threads: any; handlers block.
#pragma once

#include <span>

#include "api/cloudtrail/gen/shapes.h"
#include "api/protocol/service.h"
#include "audit/log.h"
#include "base/time.h"

namespace tarn::api::cloudtrail {

#define TARN_CLOUDTRAIL_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

// All outlive the service.
struct Parts {
  audit::Log& log;
  const Clock& clock;
};

class CloudTrailService : public protocol::Service {
 public:
  explicit CloudTrailService(Parts parts) : parts_(parts) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_CLOUDTRAIL_HANDLER(LookupEvents);

 private:
  Parts parts_;
};

#undef TARN_CLOUDTRAIL_HANDLER

}  // namespace tarn::api::cloudtrail
