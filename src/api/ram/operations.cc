#include "api/ram/gen/operations.h"

#include "api/ram/ram_service.h"
#include "ram/errors.h"

namespace tarn::api::ram {

using protocol::AnyResource;
using protocol::Bind;

const protocol::ServiceDesc& RamService::model() const { return gen::kService; }

std::span<const protocol::Operation> RamService::operations() const {
  using Self = RamService;
  static const protocol::Operation kOperations[] = {
      Bind<&Self::AcceptResourceShareInvitation>("AcceptResourceShareInvitation", "ram:AcceptResourceShareInvitation",
                                                 AnyResource),
      Bind<&Self::AssociateResourceShare>("AssociateResourceShare", "ram:AssociateResourceShare", AnyResource),
      Bind<&Self::AssociateResourceSharePermission>("AssociateResourceSharePermission",
                                                    "ram:AssociateResourceSharePermission", AnyResource),
      Bind<&Self::CreatePermission>("CreatePermission", "ram:CreatePermission", AnyResource),
      Bind<&Self::CreatePermissionVersion>("CreatePermissionVersion", "ram:CreatePermissionVersion", AnyResource),
      Bind<&Self::CreateResourceShare>("CreateResourceShare", "ram:CreateResourceShare", AnyResource),
      Bind<&Self::DeletePermission>("DeletePermission", "ram:DeletePermission", AnyResource),
      Bind<&Self::DeletePermissionVersion>("DeletePermissionVersion", "ram:DeletePermissionVersion", AnyResource),
      Bind<&Self::DeleteResourceShare>("DeleteResourceShare", "ram:DeleteResourceShare", AnyResource),
      Bind<&Self::DisassociateResourceShare>("DisassociateResourceShare", "ram:DisassociateResourceShare", AnyResource),
      Bind<&Self::DisassociateResourceSharePermission>("DisassociateResourceSharePermission",
                                                       "ram:DisassociateResourceSharePermission", AnyResource),
      Bind<&Self::EnableSharingWithAwsOrganization>("EnableSharingWithAwsOrganization",
                                                    "ram:EnableSharingWithAwsOrganization", AnyResource),
      Bind<&Self::GetPermission>("GetPermission", "ram:GetPermission", AnyResource),
      Bind<&Self::GetResourcePolicies>("GetResourcePolicies", "ram:GetResourcePolicies", AnyResource),
      Bind<&Self::GetResourceShareAssociations>("GetResourceShareAssociations", "ram:GetResourceShareAssociations",
                                                AnyResource),
      Bind<&Self::GetResourceShareInvitations>("GetResourceShareInvitations", "ram:GetResourceShareInvitations",
                                               AnyResource),
      Bind<&Self::GetResourceShares>("GetResourceShares", "ram:GetResourceShares", AnyResource),
      Bind<&Self::ListPendingInvitationResources>("ListPendingInvitationResources",
                                                  "ram:ListPendingInvitationResources", AnyResource),
      Bind<&Self::ListPermissionAssociations>("ListPermissionAssociations", "ram:ListPermissionAssociations",
                                              AnyResource),
      Bind<&Self::ListPermissionVersions>("ListPermissionVersions", "ram:ListPermissionVersions", AnyResource),
      Bind<&Self::ListPermissions>("ListPermissions", "ram:ListPermissions", AnyResource),
      Bind<&Self::ListPrincipals>("ListPrincipals", "ram:ListPrincipals", AnyResource),
      Bind<&Self::ListReplacePermissionAssociationsWork>("ListReplacePermissionAssociationsWork",
                                                         "ram:ListReplacePermissionAssociationsWork", AnyResource),
      Bind<&Self::ListResourceSharePermissions>("ListResourceSharePermissions", "ram:ListResourceSharePermissions",
                                                AnyResource),
      Bind<&Self::ListResourceTypes>("ListResourceTypes", "ram:ListResourceTypes", AnyResource),
      Bind<&Self::ListResources>("ListResources", "ram:ListResources", AnyResource),
      Bind<&Self::PromotePermissionCreatedFromPolicy>("PromotePermissionCreatedFromPolicy",
                                                      "ram:PromotePermissionCreatedFromPolicy", AnyResource),
      Bind<&Self::PromoteResourceShareCreatedFromPolicy>("PromoteResourceShareCreatedFromPolicy",
                                                         "ram:PromoteResourceShareCreatedFromPolicy", AnyResource),
      Bind<&Self::RejectResourceShareInvitation>("RejectResourceShareInvitation", "ram:RejectResourceShareInvitation",
                                                 AnyResource),
      Bind<&Self::ReplacePermissionAssociations>("ReplacePermissionAssociations", "ram:ReplacePermissionAssociations",
                                                 AnyResource),
      Bind<&Self::SetDefaultPermissionVersion>("SetDefaultPermissionVersion", "ram:SetDefaultPermissionVersion",
                                               AnyResource),
      Bind<&Self::TagResource>("TagResource", "ram:TagResource", AnyResource),
      Bind<&Self::UntagResource>("UntagResource", "ram:UntagResource", AnyResource),
      Bind<&Self::UpdatePermission>("UpdatePermission", "ram:UpdatePermission", AnyResource),
      Bind<&Self::UpdateResourceShare>("UpdateResourceShare", "ram:UpdateResourceShare", AnyResource),
  };
  return kOperations;
}

std::span<const protocol::ErrorRow> RamService::errors() const {
  static const protocol::ErrorRow kRows[] = {
      {&domain::kUnknownResource, "UnknownResourceException", 400},
      {&domain::kMalformedArn, "MalformedArnException", 400},
      {&domain::kInvalidParameter, "InvalidParameterException", 400},
      {&domain::kInvalidResourceType, "InvalidResourceTypeException", 400},
      {&domain::kMissingParameter, "MissingRequiredParameterException", 400},
      {&domain::kNotPermitted, "OperationNotPermittedException", 400},
      {&domain::kInvalidState, "InvalidStateTransitionException", 400},
      {&domain::kInvalidNextToken, "InvalidNextTokenException", 400},
      {&domain::kNoSuchInvitation, "ResourceShareInvitationArnNotFoundException", 400},
      {&domain::kAlreadyAccepted, "ResourceShareInvitationAlreadyAcceptedException", 400},
      {&domain::kAlreadyRejected, "ResourceShareInvitationAlreadyRejectedException", 400},
      {&domain::kInvitationExpired, "ResourceShareInvitationExpiredException", 400},
      {&domain::kTooManyTags, "TagLimitExceededException", 400},
      {&domain::kPermissionExists, "PermissionAlreadyExistsException", 409},
      {&domain::kMalformedTemplate, "MalformedPolicyTemplateException", 400},
      {&domain::kTooManyPermissions, "PermissionLimitExceededException", 400},
      {&domain::kTooManyVersions, "PermissionVersionsLimitExceededException", 400},
      {&domain::kDamaged, "ServerInternalException", 500},
  };
  return kRows;
}

}  // namespace tarn::api::ram
