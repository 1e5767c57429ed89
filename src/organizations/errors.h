// What organizations refuse. Messages are the sentences that the service's clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::organizations {

inline constexpr Reason kNotInUse{"organizations.NotInUse", Code::kPreconditionFailed};
inline constexpr Reason kAccessDenied{"organizations.AccessDenied", Code::kPermissionDenied};
inline constexpr Reason kAlreadyInOrganization{"organizations.AlreadyInOrganization", Code::kAlreadyExists};
inline constexpr Reason kNotEmpty{"organizations.NotEmpty", Code::kPreconditionFailed};
inline constexpr Reason kInvalidInput{"organizations.InvalidInput", Code::kInvalidArgument};
inline constexpr Reason kConstraint{"organizations.Constraint", Code::kPreconditionFailed};

inline constexpr Reason kNoSuchAccount{"organizations.NoSuchAccount", Code::kNotFound};
inline constexpr Reason kAlreadyClosed{"organizations.AlreadyClosed", Code::kPreconditionFailed};
inline constexpr Reason kNoSuchRequest{"organizations.NoSuchRequest", Code::kNotFound};
inline constexpr Reason kDuplicateAccount{"organizations.DuplicateAccount", Code::kAlreadyExists};
inline constexpr Reason kNoSuchSource{"organizations.NoSuchSource", Code::kNotFound};
inline constexpr Reason kNoSuchDestination{"organizations.NoSuchDestination", Code::kNotFound};
inline constexpr Reason kMasterCannotLeave{"organizations.MasterCannotLeave", Code::kPreconditionFailed};

inline constexpr Reason kNoSuchRoot{"organizations.NoSuchRoot", Code::kNotFound};
inline constexpr Reason kNoSuchParent{"organizations.NoSuchParent", Code::kNotFound};
inline constexpr Reason kNoSuchChild{"organizations.NoSuchChild", Code::kNotFound};
inline constexpr Reason kNoSuchUnit{"organizations.NoSuchUnit", Code::kNotFound};
inline constexpr Reason kDuplicateUnit{"organizations.DuplicateUnit", Code::kAlreadyExists};
inline constexpr Reason kUnitNotEmpty{"organizations.UnitNotEmpty", Code::kPreconditionFailed};

inline constexpr Reason kNoSuchPolicy{"organizations.NoSuchPolicy", Code::kNotFound};
inline constexpr Reason kNoSuchTarget{"organizations.NoSuchTarget", Code::kNotFound};
inline constexpr Reason kDuplicatePolicy{"organizations.DuplicatePolicy", Code::kAlreadyExists};
inline constexpr Reason kPolicyInUse{"organizations.PolicyInUse", Code::kPreconditionFailed};
inline constexpr Reason kMalformedPolicy{"organizations.MalformedPolicy", Code::kInvalidArgument};
inline constexpr Reason kDuplicateAttachment{"organizations.DuplicateAttachment", Code::kAlreadyExists};
inline constexpr Reason kNotAttached{"organizations.NotAttached", Code::kNotFound};
inline constexpr Reason kTypeEnabled{"organizations.TypeEnabled", Code::kAlreadyExists};
inline constexpr Reason kTypeNotEnabled{"organizations.TypeNotEnabled", Code::kPreconditionFailed};
inline constexpr Reason kTypeNotAvailable{"organizations.TypeNotAvailable", Code::kPreconditionFailed};
inline constexpr Reason kNoSuchResourcePolicy{"organizations.NoSuchResourcePolicy", Code::kNotFound};
inline constexpr Reason kNoEffectivePolicy{"organizations.NoEffectivePolicy", Code::kNotFound};

inline constexpr Reason kAlreadyRegistered{"organizations.AlreadyRegistered", Code::kAlreadyExists};
inline constexpr Reason kNotRegistered{"organizations.NotRegistered", Code::kNotFound};

inline constexpr Reason kNoSuchHandshake{"organizations.NoSuchHandshake", Code::kNotFound};
inline constexpr Reason kDuplicateHandshake{"organizations.DuplicateHandshake", Code::kAlreadyExists};
inline constexpr Reason kHandshakeInState{"organizations.HandshakeInState", Code::kPreconditionFailed};
inline constexpr Reason kHandshakeTransition{"organizations.HandshakeTransition", Code::kPreconditionFailed};
inline constexpr Reason kHandshakeConstraint{"organizations.HandshakeConstraint", Code::kPreconditionFailed};

inline constexpr Reason kDamaged{"organizations.Damaged", Code::kDataLoss};

}  // namespace tarn::organizations
