// What iam refuses. Messages are the sentences that IAM's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::iam {

inline constexpr Reason kNoSuchEntity{"iam.NoSuchEntity", Code::kNotFound};
inline constexpr Reason kAlreadyExists{"iam.AlreadyExists", Code::kAlreadyExists};
inline constexpr Reason kDeleteConflict{"iam.DeleteConflict", Code::kPreconditionFailed};
inline constexpr Reason kLimitExceeded{"iam.LimitExceeded", Code::kResourceExhausted};
inline constexpr Reason kMalformedPolicy{"iam.MalformedPolicy", Code::kInvalidArgument};
inline constexpr Reason kInvalidInput{"iam.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kValidation{"iam.Validation", Code::kInvalidArgument};
inline constexpr Reason kInvalidParameter{"iam.InvalidParameter", Code::kInvalidArgument};
inline constexpr Reason kUnmodifiable{"iam.Unmodifiable", Code::kInvalidArgument};
inline constexpr Reason kPolicyNotAttachable{"iam.PolicyNotAttachable", Code::kInvalidArgument};
inline constexpr Reason kPasswordPolicyViolation{"iam.PasswordPolicyViolation", Code::kInvalidArgument};
inline constexpr Reason kInvalidUserType{"iam.InvalidUserType", Code::kInvalidArgument};
inline constexpr Reason kInvalidAuthenticationCode{"iam.InvalidAuthenticationCode", Code::kPermissionDenied};
inline constexpr Reason kAccessDenied{"iam.AccessDenied", Code::kPermissionDenied};

inline constexpr Reason kMalformedCertificate{"iam.MalformedCertificate", Code::kInvalidArgument};
inline constexpr Reason kInvalidCertificate{"iam.InvalidCertificate", Code::kInvalidArgument};
inline constexpr Reason kDuplicateCertificate{"iam.DuplicateCertificate", Code::kAlreadyExists};
inline constexpr Reason kKeyPairMismatch{"iam.KeyPairMismatch", Code::kInvalidArgument};
inline constexpr Reason kInvalidPublicKey{"iam.InvalidPublicKey", Code::kInvalidArgument};
inline constexpr Reason kDuplicatePublicKey{"iam.DuplicatePublicKey", Code::kAlreadyExists};
inline constexpr Reason kUnrecognizedKeyEncoding{"iam.UnrecognizedKeyEncoding", Code::kInvalidArgument};

inline constexpr Reason kReportNotPresent{"iam.ReportNotPresent", Code::kNotFound};
inline constexpr Reason kFeatureEnabled{"iam.FeatureEnabled", Code::kPreconditionFailed};
inline constexpr Reason kFeatureDisabled{"iam.FeatureDisabled", Code::kPreconditionFailed};
inline constexpr Reason kNoOrganization{"iam.NoOrganization", Code::kPreconditionFailed};
inline constexpr Reason kNotAllFeatures{"iam.NotAllFeatures", Code::kPreconditionFailed};
inline constexpr Reason kNotAdministrator{"iam.NotAdministrator", Code::kPermissionDenied};
inline constexpr Reason kNotManagement{"iam.NotManagement", Code::kPermissionDenied};
inline constexpr Reason kNoServiceAccess{"iam.NoServiceAccess", Code::kPreconditionFailed};

inline constexpr Reason kDamaged{"iam.Damaged", Code::kDataLoss};

}  // namespace tarn::iam
