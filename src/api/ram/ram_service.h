// AWS RAM's wire face: each handler reads or changes shares between two conversions.
//
// Threads: any; handlers block.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "api/protocol/service.h"
#include "api/ram/gen/shapes.h"
#include "ram/ram.h"

namespace tarn::api::ram {

namespace domain = ::tarn::ram;

#define TARN_RAM_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

class RamService : public protocol::Service {
 public:
  // Makes the role of an account's that RAM works by, unless it is there.
  using MakeRole = std::function<Status(const std::string& account)>;

  // `ram` outlives the service.
  RamService(domain::Ram& ram, MakeRole make_role) : ram_(ram), make_role_(std::move(make_role)) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_RAM_HANDLER(AcceptResourceShareInvitation);
  TARN_RAM_HANDLER(AssociateResourceShare);
  TARN_RAM_HANDLER(AssociateResourceSharePermission);
  TARN_RAM_HANDLER(CreatePermission);
  TARN_RAM_HANDLER(CreatePermissionVersion);
  TARN_RAM_HANDLER(CreateResourceShare);
  TARN_RAM_HANDLER(DeletePermission);
  TARN_RAM_HANDLER(DeletePermissionVersion);
  TARN_RAM_HANDLER(DeleteResourceShare);
  TARN_RAM_HANDLER(DisassociateResourceShare);
  TARN_RAM_HANDLER(DisassociateResourceSharePermission);
  TARN_RAM_HANDLER(EnableSharingWithAwsOrganization);
  TARN_RAM_HANDLER(GetPermission);
  TARN_RAM_HANDLER(GetResourcePolicies);
  TARN_RAM_HANDLER(GetResourceShareAssociations);
  TARN_RAM_HANDLER(GetResourceShareInvitations);
  TARN_RAM_HANDLER(GetResourceShares);
  TARN_RAM_HANDLER(ListPendingInvitationResources);
  TARN_RAM_HANDLER(ListPermissionAssociations);
  TARN_RAM_HANDLER(ListPermissionVersions);
  TARN_RAM_HANDLER(ListPermissions);
  TARN_RAM_HANDLER(ListPrincipals);
  TARN_RAM_HANDLER(ListReplacePermissionAssociationsWork);
  TARN_RAM_HANDLER(ListResourceSharePermissions);
  TARN_RAM_HANDLER(ListResourceTypes);
  TARN_RAM_HANDLER(ListResources);
  TARN_RAM_HANDLER(PromotePermissionCreatedFromPolicy);
  TARN_RAM_HANDLER(PromoteResourceShareCreatedFromPolicy);
  TARN_RAM_HANDLER(RejectResourceShareInvitation);
  TARN_RAM_HANDLER(ReplacePermissionAssociations);
  TARN_RAM_HANDLER(SetDefaultPermissionVersion);
  TARN_RAM_HANDLER(TagResource);
  TARN_RAM_HANDLER(UntagResource);
  TARN_RAM_HANDLER(UpdatePermission);
  TARN_RAM_HANDLER(UpdateResourceShare);

 private:
  domain::Ram& ram_;
  const MakeRole make_role_;
};

#undef TARN_RAM_HANDLER

}  // namespace tarn::api::ram
