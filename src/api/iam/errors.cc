#include "iam/errors.h"

#include "api/iam/error_rows.h"
#include "api/iam/iam_service.h"
#include "api/protocol/errors.h"

namespace tarn::api::iam {
namespace {

const protocol::ErrorRow kRows[] = {
    {&domain::kNoSuchEntity, "NoSuchEntity", 404},
    {&domain::kAlreadyExists, "EntityAlreadyExists", 409},
    {&domain::kDeleteConflict, "DeleteConflict", 409},
    {&domain::kLimitExceeded, "LimitExceeded", 409},
    {&domain::kMalformedPolicy, "MalformedPolicyDocument", 400},
    {&domain::kInvalidInput, "InvalidInput", 400},
    {&domain::kValidation, "ValidationError", 400},
    {&domain::kInvalidParameter, "InvalidParameterValue", 400},
    {&domain::kUnmodifiable, "UnmodifiableEntity", 400},
    {&domain::kPolicyNotAttachable, "PolicyNotAttachable", 400},
    {&domain::kPasswordPolicyViolation, "PasswordPolicyViolation", 400},
    {&domain::kInvalidUserType, "InvalidUserType", 400},
    {&domain::kInvalidAuthenticationCode, "InvalidAuthenticationCode", 403},
    {&domain::kAccessDenied, "AccessDenied", 403},
    {&domain::kMalformedCertificate, "MalformedCertificate", 400},
    {&domain::kInvalidCertificate, "InvalidCertificate", 400},
    {&domain::kDuplicateCertificate, "DuplicateCertificate", 409},
    {&domain::kKeyPairMismatch, "KeyPairMismatch", 400},
    {&domain::kInvalidPublicKey, "InvalidPublicKey", 400},
    {&domain::kDuplicatePublicKey, "DuplicateSSHPublicKey", 400},
    {&domain::kUnrecognizedKeyEncoding, "UnrecognizedPublicKeyEncoding", 400},
    {&domain::kReportNotPresent, "ReportNotPresent", 410},
    {&domain::kFeatureEnabled, "FeatureEnabled", 409},
    {&domain::kFeatureDisabled, "FeatureDisabled", 404},
    {&domain::kNoOrganization, "OrganizationNotFoundException", 400},
    {&domain::kNotAllFeatures, "OrganizationNotInAllFeaturesModeException", 400},
    {&domain::kNotAdministrator, "AccountNotManagementOrDelegatedAdministratorException", 400},
    {&domain::kNotManagement, "CallerIsNotManagementAccountException", 400},
    {&domain::kNoServiceAccess, "ServiceAccessNotEnabledException", 400},
    {&domain::kDamaged, "ServiceFailure", 500},
};

}  // namespace

std::span<const protocol::ErrorRow> ErrorRows() { return kRows; }

std::span<const protocol::ErrorRow> IamService::errors() const { return kRows; }

}  // namespace tarn::api::iam
