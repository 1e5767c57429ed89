// AWS CloudTrail's wire face: the events of the audit log, the trails that deliver them, and what they select.
//
// Threads: any; handlers block.
#pragma once

#include <span>

#include "api/cloudtrail/gen/shapes.h"
#include "api/protocol/service.h"
#include "audit/delivery/destination.h"
#include "audit/delivery/signing_keys.h"
#include "audit/log.h"
#include "audit/trails.h"
#include "base/time.h"
#include "organizations/organizations.h"

namespace tarn::api::cloudtrail {

#define TARN_CLOUDTRAIL_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

// All outlive the service.
struct Parts {
  audit::Log& log;
  audit::Trails& trails;
  audit::Destination& destination;
  audit::SigningKeys& keys;
  const Clock& clock;
  ::tarn::organizations::Organizations& organizations;
};

class CloudTrailService : public protocol::Service {
 public:
  explicit CloudTrailService(Parts parts) : parts_(parts) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_CLOUDTRAIL_HANDLER(LookupEvents);

  TARN_CLOUDTRAIL_HANDLER(CreateTrail);
  TARN_CLOUDTRAIL_HANDLER(DeleteTrail);
  TARN_CLOUDTRAIL_HANDLER(DescribeTrails);
  TARN_CLOUDTRAIL_HANDLER(GetTrail);
  TARN_CLOUDTRAIL_HANDLER(GetTrailStatus);
  TARN_CLOUDTRAIL_HANDLER(ListTrails);
  TARN_CLOUDTRAIL_HANDLER(StartLogging);
  TARN_CLOUDTRAIL_HANDLER(StopLogging);
  TARN_CLOUDTRAIL_HANDLER(UpdateTrail);

  TARN_CLOUDTRAIL_HANDLER(GetEventSelectors);
  TARN_CLOUDTRAIL_HANDLER(GetInsightSelectors);
  TARN_CLOUDTRAIL_HANDLER(PutEventSelectors);
  TARN_CLOUDTRAIL_HANDLER(PutInsightSelectors);

  TARN_CLOUDTRAIL_HANDLER(AddTags);
  TARN_CLOUDTRAIL_HANDLER(ListTags);
  TARN_CLOUDTRAIL_HANDLER(RemoveTags);

  TARN_CLOUDTRAIL_HANDLER(ListPublicKeys);

  TARN_CLOUDTRAIL_HANDLER(DeregisterOrganizationDelegatedAdmin);
  TARN_CLOUDTRAIL_HANDLER(GetEventDataStore);
  TARN_CLOUDTRAIL_HANDLER(ListEventDataStores);
  TARN_CLOUDTRAIL_HANDLER(RegisterOrganizationDelegatedAdmin);

 private:
  // Why there can be no trail of the caller's whole organization.
  Status CheckOrganizationTrail(const protocol::Call& call);

  Parts parts_;
};

#undef TARN_CLOUDTRAIL_HANDLER

}  // namespace tarn::api::cloudtrail
