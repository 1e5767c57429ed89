// Every operation of operations.txt with its IAM action. Who in an organization may do it is the domain's to say: the
// management account, its delegated administrators or every member.
#include "api/organizations/gen/operations.h"

#include "api/organizations/organizations_service.h"

namespace tarn::api::organizations {

using protocol::AnyResource;
using protocol::Bind;

const protocol::ServiceDesc& OrganizationsService::model() const { return gen::kService; }

std::span<const protocol::Operation> OrganizationsService::operations() const {
  using Self = OrganizationsService;
  static const protocol::Operation kOperations[] = {
      Bind<&Self::AcceptHandshake>("AcceptHandshake", "organizations:AcceptHandshake", AnyResource),
      Bind<&Self::AttachPolicy>("AttachPolicy", "organizations:AttachPolicy", AnyResource),
      Bind<&Self::CancelHandshake>("CancelHandshake", "organizations:CancelHandshake", AnyResource),
      Bind<&Self::CloseAccount>("CloseAccount", "organizations:CloseAccount", AnyResource),
      Bind<&Self::CreateAccount>("CreateAccount", "organizations:CreateAccount", AnyResource),
      Bind<&Self::CreateOrganization>("CreateOrganization", "organizations:CreateOrganization", AnyResource),
      Bind<&Self::CreateOrganizationalUnit>("CreateOrganizationalUnit", "organizations:CreateOrganizationalUnit",
                                            AnyResource),
      Bind<&Self::CreatePolicy>("CreatePolicy", "organizations:CreatePolicy", AnyResource),
      Bind<&Self::DeclineHandshake>("DeclineHandshake", "organizations:DeclineHandshake", AnyResource),
      Bind<&Self::DeleteOrganization>("DeleteOrganization", "organizations:DeleteOrganization", AnyResource),
      Bind<&Self::DeleteOrganizationalUnit>("DeleteOrganizationalUnit", "organizations:DeleteOrganizationalUnit",
                                            AnyResource),
      Bind<&Self::DeletePolicy>("DeletePolicy", "organizations:DeletePolicy", AnyResource),
      Bind<&Self::DeleteResourcePolicy>("DeleteResourcePolicy", "organizations:DeleteResourcePolicy", AnyResource),
      Bind<&Self::DeregisterDelegatedAdministrator>("DeregisterDelegatedAdministrator",
                                                    "organizations:DeregisterDelegatedAdministrator", AnyResource),
      Bind<&Self::DescribeAccount>("DescribeAccount", "organizations:DescribeAccount", AnyResource),
      Bind<&Self::DescribeCreateAccountStatus>("DescribeCreateAccountStatus",
                                               "organizations:DescribeCreateAccountStatus", AnyResource),
      Bind<&Self::DescribeEffectivePolicy>("DescribeEffectivePolicy", "organizations:DescribeEffectivePolicy",
                                           AnyResource),
      Bind<&Self::DescribeHandshake>("DescribeHandshake", "organizations:DescribeHandshake", AnyResource),
      Bind<&Self::DescribeOrganization>("DescribeOrganization", "organizations:DescribeOrganization", AnyResource),
      Bind<&Self::DescribeOrganizationalUnit>("DescribeOrganizationalUnit", "organizations:DescribeOrganizationalUnit",
                                              AnyResource),
      Bind<&Self::DescribePolicy>("DescribePolicy", "organizations:DescribePolicy", AnyResource),
      Bind<&Self::DescribeResourcePolicy>("DescribeResourcePolicy", "organizations:DescribeResourcePolicy",
                                          AnyResource),
      Bind<&Self::DetachPolicy>("DetachPolicy", "organizations:DetachPolicy", AnyResource),
      Bind<&Self::DisableAWSServiceAccess>("DisableAWSServiceAccess", "organizations:DisableAWSServiceAccess",
                                           AnyResource),
      Bind<&Self::DisablePolicyType>("DisablePolicyType", "organizations:DisablePolicyType", AnyResource),
      Bind<&Self::EnableAWSServiceAccess>("EnableAWSServiceAccess", "organizations:EnableAWSServiceAccess",
                                          AnyResource),
      Bind<&Self::EnableAllFeatures>("EnableAllFeatures", "organizations:EnableAllFeatures", AnyResource),
      Bind<&Self::EnablePolicyType>("EnablePolicyType", "organizations:EnablePolicyType", AnyResource),
      Bind<&Self::InviteAccountToOrganization>("InviteAccountToOrganization",
                                               "organizations:InviteAccountToOrganization", AnyResource),
      Bind<&Self::LeaveOrganization>("LeaveOrganization", "organizations:LeaveOrganization", AnyResource),
      Bind<&Self::ListAWSServiceAccessForOrganization>(
          "ListAWSServiceAccessForOrganization", "organizations:ListAWSServiceAccessForOrganization", AnyResource),
      Bind<&Self::ListAccounts>("ListAccounts", "organizations:ListAccounts", AnyResource),
      Bind<&Self::ListAccountsForParent>("ListAccountsForParent", "organizations:ListAccountsForParent", AnyResource),
      Bind<&Self::ListChildren>("ListChildren", "organizations:ListChildren", AnyResource),
      Bind<&Self::ListCreateAccountStatus>("ListCreateAccountStatus", "organizations:ListCreateAccountStatus",
                                           AnyResource),
      Bind<&Self::ListDelegatedAdministrators>("ListDelegatedAdministrators",
                                               "organizations:ListDelegatedAdministrators", AnyResource),
      Bind<&Self::ListDelegatedServicesForAccount>("ListDelegatedServicesForAccount",
                                                   "organizations:ListDelegatedServicesForAccount", AnyResource),
      Bind<&Self::ListHandshakesForAccount>("ListHandshakesForAccount", "organizations:ListHandshakesForAccount",
                                            AnyResource),
      Bind<&Self::ListHandshakesForOrganization>("ListHandshakesForOrganization",
                                                 "organizations:ListHandshakesForOrganization", AnyResource),
      Bind<&Self::ListOrganizationalUnitsForParent>("ListOrganizationalUnitsForParent",
                                                    "organizations:ListOrganizationalUnitsForParent", AnyResource),
      Bind<&Self::ListParents>("ListParents", "organizations:ListParents", AnyResource),
      Bind<&Self::ListPolicies>("ListPolicies", "organizations:ListPolicies", AnyResource),
      Bind<&Self::ListPoliciesForTarget>("ListPoliciesForTarget", "organizations:ListPoliciesForTarget", AnyResource),
      Bind<&Self::ListRoots>("ListRoots", "organizations:ListRoots", AnyResource),
      Bind<&Self::ListTagsForResource>("ListTagsForResource", "organizations:ListTagsForResource", AnyResource),
      Bind<&Self::ListTargetsForPolicy>("ListTargetsForPolicy", "organizations:ListTargetsForPolicy", AnyResource),
      Bind<&Self::MoveAccount>("MoveAccount", "organizations:MoveAccount", AnyResource),
      Bind<&Self::PutResourcePolicy>("PutResourcePolicy", "organizations:PutResourcePolicy", AnyResource),
      Bind<&Self::RegisterDelegatedAdministrator>("RegisterDelegatedAdministrator",
                                                  "organizations:RegisterDelegatedAdministrator", AnyResource),
      Bind<&Self::RemoveAccountFromOrganization>("RemoveAccountFromOrganization",
                                                 "organizations:RemoveAccountFromOrganization", AnyResource),
      Bind<&Self::TagResource>("TagResource", "organizations:TagResource", AnyResource),
      Bind<&Self::UntagResource>("UntagResource", "organizations:UntagResource", AnyResource),
      Bind<&Self::UpdateOrganizationalUnit>("UpdateOrganizationalUnit", "organizations:UpdateOrganizationalUnit",
                                            AnyResource),
      Bind<&Self::UpdatePolicy>("UpdatePolicy", "organizations:UpdatePolicy", AnyResource),
  };
  return kOperations;
}

}  // namespace tarn::api::organizations
