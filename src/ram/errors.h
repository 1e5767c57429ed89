// What RAM refuses. Messages are the sentences that its clients know; never parsed here.
#pragma once

#include "base/result.h"

namespace tarn::ram {

inline constexpr Reason kUnknownResource{"ram.UnknownResource", Code::kNotFound};
inline constexpr Reason kMalformedArn{"ram.MalformedArn", Code::kInvalidArgument};
inline constexpr Reason kInvalidParameter{"ram.InvalidParameter", Code::kInvalidArgument};
inline constexpr Reason kInvalidResourceType{"ram.InvalidResourceType", Code::kInvalidArgument};
inline constexpr Reason kMissingParameter{"ram.MissingParameter", Code::kInvalidArgument};
inline constexpr Reason kNotPermitted{"ram.NotPermitted", Code::kPermissionDenied};
inline constexpr Reason kInvalidState{"ram.InvalidState", Code::kPreconditionFailed};
inline constexpr Reason kInvalidNextToken{"ram.InvalidNextToken", Code::kInvalidArgument};
inline constexpr Reason kNoSuchInvitation{"ram.NoSuchInvitation", Code::kNotFound};
inline constexpr Reason kAlreadyAccepted{"ram.AlreadyAccepted", Code::kPreconditionFailed};
inline constexpr Reason kAlreadyRejected{"ram.AlreadyRejected", Code::kPreconditionFailed};
inline constexpr Reason kInvitationExpired{"ram.InvitationExpired", Code::kPreconditionFailed};
inline constexpr Reason kTooManyTags{"ram.TooManyTags", Code::kResourceExhausted};
inline constexpr Reason kPermissionExists{"ram.PermissionExists", Code::kAlreadyExists};
inline constexpr Reason kMalformedTemplate{"ram.MalformedTemplate", Code::kInvalidArgument};
inline constexpr Reason kTooManyPermissions{"ram.TooManyPermissions", Code::kResourceExhausted};
inline constexpr Reason kTooManyVersions{"ram.TooManyVersions", Code::kResourceExhausted};
inline constexpr Reason kDamaged{"ram.Damaged", Code::kDataLoss};

}  // namespace tarn::ram
