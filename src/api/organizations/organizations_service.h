// AWS Organizations' wire face. Each handler reads or changes one organization's Book between two conversions.
//
// Threads: any; handlers block.
#pragma once

#include "api/organizations/gen/shapes.h"
#include "api/protocol/service.h"
#include "organizations/organizations.h"

namespace tarn::api::organizations {

namespace domain = ::tarn::organizations;

#define TARN_ORGANIZATIONS_HANDLER(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Request& in)

class OrganizationsService : public protocol::Service {
 public:
  // Outlives the service.
  explicit OrganizationsService(domain::Organizations& organizations) : organizations_(organizations) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;

  TARN_ORGANIZATIONS_HANDLER(AcceptHandshake);
  TARN_ORGANIZATIONS_HANDLER(AttachPolicy);
  TARN_ORGANIZATIONS_HANDLER(CancelHandshake);
  TARN_ORGANIZATIONS_HANDLER(CloseAccount);
  TARN_ORGANIZATIONS_HANDLER(CreateAccount);
  TARN_ORGANIZATIONS_HANDLER(CreateOrganization);
  TARN_ORGANIZATIONS_HANDLER(CreateOrganizationalUnit);
  TARN_ORGANIZATIONS_HANDLER(CreatePolicy);
  TARN_ORGANIZATIONS_HANDLER(DeclineHandshake);
  TARN_ORGANIZATIONS_HANDLER(DeleteOrganization);
  TARN_ORGANIZATIONS_HANDLER(DeleteOrganizationalUnit);
  TARN_ORGANIZATIONS_HANDLER(DeletePolicy);
  TARN_ORGANIZATIONS_HANDLER(DeleteResourcePolicy);
  TARN_ORGANIZATIONS_HANDLER(DeregisterDelegatedAdministrator);
  TARN_ORGANIZATIONS_HANDLER(DescribeAccount);
  TARN_ORGANIZATIONS_HANDLER(DescribeCreateAccountStatus);
  TARN_ORGANIZATIONS_HANDLER(DescribeEffectivePolicy);
  TARN_ORGANIZATIONS_HANDLER(DescribeHandshake);
  TARN_ORGANIZATIONS_HANDLER(DescribeOrganization);
  TARN_ORGANIZATIONS_HANDLER(DescribeOrganizationalUnit);
  TARN_ORGANIZATIONS_HANDLER(DescribePolicy);
  TARN_ORGANIZATIONS_HANDLER(DescribeResourcePolicy);
  TARN_ORGANIZATIONS_HANDLER(DetachPolicy);
  TARN_ORGANIZATIONS_HANDLER(DisableAWSServiceAccess);
  TARN_ORGANIZATIONS_HANDLER(DisablePolicyType);
  TARN_ORGANIZATIONS_HANDLER(EnableAWSServiceAccess);
  TARN_ORGANIZATIONS_HANDLER(EnableAllFeatures);
  TARN_ORGANIZATIONS_HANDLER(EnablePolicyType);
  TARN_ORGANIZATIONS_HANDLER(InviteAccountToOrganization);
  TARN_ORGANIZATIONS_HANDLER(LeaveOrganization);
  TARN_ORGANIZATIONS_HANDLER(ListAWSServiceAccessForOrganization);
  TARN_ORGANIZATIONS_HANDLER(ListAccounts);
  TARN_ORGANIZATIONS_HANDLER(ListAccountsForParent);
  TARN_ORGANIZATIONS_HANDLER(ListChildren);
  TARN_ORGANIZATIONS_HANDLER(ListCreateAccountStatus);
  TARN_ORGANIZATIONS_HANDLER(ListDelegatedAdministrators);
  TARN_ORGANIZATIONS_HANDLER(ListDelegatedServicesForAccount);
  TARN_ORGANIZATIONS_HANDLER(ListHandshakesForAccount);
  TARN_ORGANIZATIONS_HANDLER(ListHandshakesForOrganization);
  TARN_ORGANIZATIONS_HANDLER(ListOrganizationalUnitsForParent);
  TARN_ORGANIZATIONS_HANDLER(ListParents);
  TARN_ORGANIZATIONS_HANDLER(ListPolicies);
  TARN_ORGANIZATIONS_HANDLER(ListPoliciesForTarget);
  TARN_ORGANIZATIONS_HANDLER(ListRoots);
  TARN_ORGANIZATIONS_HANDLER(ListTagsForResource);
  TARN_ORGANIZATIONS_HANDLER(ListTargetsForPolicy);
  TARN_ORGANIZATIONS_HANDLER(MoveAccount);
  TARN_ORGANIZATIONS_HANDLER(PutResourcePolicy);
  TARN_ORGANIZATIONS_HANDLER(RegisterDelegatedAdministrator);
  TARN_ORGANIZATIONS_HANDLER(RemoveAccountFromOrganization);
  TARN_ORGANIZATIONS_HANDLER(TagResource);
  TARN_ORGANIZATIONS_HANDLER(UntagResource);
  TARN_ORGANIZATIONS_HANDLER(UpdateOrganizationalUnit);
  TARN_ORGANIZATIONS_HANDLER(UpdatePolicy);

 private:
  domain::Organizations& organizations_;
};

#undef TARN_ORGANIZATIONS_HANDLER

}  // namespace tarn::api::organizations
