#include "organizations/errors.h"

#include "api/organizations/organizations_service.h"

namespace tarn::api::organizations {
namespace {

constexpr int kBad = 400;

const protocol::ErrorRow kRows[] = {
    {&domain::kNotInUse, "AWSOrganizationsNotInUseException", kBad},
    {&domain::kAccessDenied, "AccessDeniedException", kBad},
    {&domain::kAlreadyInOrganization, "AlreadyInOrganizationException", kBad},
    {&domain::kNotEmpty, "OrganizationNotEmptyException", kBad},
    {&domain::kInvalidInput, "InvalidInputException", kBad},
    {&domain::kConstraint, "ConstraintViolationException", kBad},

    {&domain::kNoSuchAccount, "AccountNotFoundException", kBad},
    {&domain::kAlreadyClosed, "AccountAlreadyClosedException", kBad},
    {&domain::kNoSuchRequest, "CreateAccountStatusNotFoundException", kBad},
    {&domain::kDuplicateAccount, "DuplicateAccountException", kBad},
    {&domain::kNoSuchSource, "SourceParentNotFoundException", kBad},
    {&domain::kNoSuchDestination, "DestinationParentNotFoundException", kBad},
    {&domain::kMasterCannotLeave, "MasterCannotLeaveOrganizationException", kBad},

    {&domain::kNoSuchRoot, "RootNotFoundException", kBad},
    {&domain::kNoSuchParent, "ParentNotFoundException", kBad},
    {&domain::kNoSuchChild, "ChildNotFoundException", kBad},
    {&domain::kNoSuchUnit, "OrganizationalUnitNotFoundException", kBad},
    {&domain::kDuplicateUnit, "DuplicateOrganizationalUnitException", kBad},
    {&domain::kUnitNotEmpty, "OrganizationalUnitNotEmptyException", kBad},

    {&domain::kNoSuchPolicy, "PolicyNotFoundException", kBad},
    {&domain::kNoSuchTarget, "TargetNotFoundException", kBad},
    {&domain::kDuplicatePolicy, "DuplicatePolicyException", kBad},
    {&domain::kPolicyInUse, "PolicyInUseException", kBad},
    {&domain::kMalformedPolicy, "MalformedPolicyDocumentException", kBad},
    {&domain::kDuplicateAttachment, "DuplicatePolicyAttachmentException", kBad},
    {&domain::kNotAttached, "PolicyNotAttachedException", kBad},
    {&domain::kTypeEnabled, "PolicyTypeAlreadyEnabledException", kBad},
    {&domain::kTypeNotEnabled, "PolicyTypeNotEnabledException", kBad},
    {&domain::kTypeNotAvailable, "PolicyTypeNotAvailableForOrganizationException", kBad},
    {&domain::kNoSuchResourcePolicy, "ResourcePolicyNotFoundException", kBad},
    {&domain::kNoEffectivePolicy, "EffectivePolicyNotFoundException", kBad},

    {&domain::kAlreadyRegistered, "AccountAlreadyRegisteredException", kBad},
    {&domain::kNotRegistered, "AccountNotRegisteredException", kBad},

    {&domain::kNoSuchHandshake, "HandshakeNotFoundException", kBad},
    {&domain::kDuplicateHandshake, "DuplicateHandshakeException", kBad},
    {&domain::kHandshakeInState, "HandshakeAlreadyInStateException", kBad},
    {&domain::kHandshakeTransition, "InvalidHandshakeTransitionException", kBad},
    {&domain::kHandshakeConstraint, "HandshakeConstraintViolationException", kBad},
    {&domain::kDamaged, "ServiceException", 500},
};

}  // namespace

std::span<const protocol::ErrorRow> OrganizationsService::errors() const { return kRows; }

}  // namespace tarn::api::organizations
