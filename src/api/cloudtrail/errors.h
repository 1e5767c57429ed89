// What CloudTrail's operations can answer besides success; their names on the wire stand in errors.cc.
#pragma once

#include "base/result.h"

namespace tarn::api::cloudtrail {

inline constexpr Reason kInvalidLookupAttributes{"cloudtrail.InvalidLookupAttributes", Code::kInvalidArgument};
inline constexpr Reason kInvalidTimeRange{"cloudtrail.InvalidTimeRange", Code::kInvalidArgument};
inline constexpr Reason kInvalidNextToken{"cloudtrail.InvalidNextToken", Code::kInvalidArgument};
inline constexpr Reason kInvalidToken{"cloudtrail.InvalidToken", Code::kInvalidArgument};

inline constexpr Reason kTrailNotFound{"cloudtrail.TrailNotFound", Code::kNotFound};
inline constexpr Reason kInvalidTrailName{"cloudtrail.InvalidTrailName", Code::kInvalidArgument};
inline constexpr Reason kInvalidArn{"cloudtrail.InvalidArn", Code::kInvalidArgument};
inline constexpr Reason kInvalidHomeRegion{"cloudtrail.InvalidHomeRegion", Code::kInvalidArgument};
inline constexpr Reason kInvalidCombination{"cloudtrail.InvalidCombination", Code::kInvalidArgument};
inline constexpr Reason kInvalidBucketName{"cloudtrail.InvalidBucketName", Code::kInvalidArgument};
inline constexpr Reason kInvalidPrefix{"cloudtrail.InvalidPrefix", Code::kInvalidArgument};
inline constexpr Reason kInvalidEventSelectors{"cloudtrail.InvalidEventSelectors", Code::kInvalidArgument};
inline constexpr Reason kInvalidInsightSelectors{"cloudtrail.InvalidInsightSelectors", Code::kInvalidArgument};
inline constexpr Reason kInvalidKmsKey{"cloudtrail.InvalidKmsKey", Code::kInvalidArgument};
inline constexpr Reason kInsightNotEnabled{"cloudtrail.InsightNotEnabled", Code::kNotFound};
inline constexpr Reason kInvalidTag{"cloudtrail.InvalidTag", Code::kInvalidArgument};
inline constexpr Reason kTooManyTags{"cloudtrail.TooManyTags", Code::kInvalidArgument};
inline constexpr Reason kUntaggable{"cloudtrail.Untaggable", Code::kInvalidArgument};
inline constexpr Reason kNoSuchResource{"cloudtrail.NoSuchResource", Code::kNotFound};
inline constexpr Reason kNoSuchDataStore{"cloudtrail.NoSuchDataStore", Code::kNotFound};
// Of organizations.
inline constexpr Reason kNotAllFeatures{"cloudtrail.NotAllFeatures", Code::kPreconditionFailed};
inline constexpr Reason kNoServiceAccess{"cloudtrail.NoServiceAccess", Code::kPreconditionFailed};
inline constexpr Reason kNotMaster{"cloudtrail.NotMaster", Code::kPermissionDenied};
inline constexpr Reason kNotManagement{"cloudtrail.NotManagement", Code::kPermissionDenied};
inline constexpr Reason kManagementDelegated{"cloudtrail.ManagementDelegated", Code::kInvalidArgument};
inline constexpr Reason kNoSuchAccount{"cloudtrail.NoSuchAccount", Code::kNotFound};
inline constexpr Reason kRegistered{"cloudtrail.Registered", Code::kAlreadyExists};
inline constexpr Reason kNotRegistered{"cloudtrail.NotRegistered", Code::kNotFound};
inline constexpr Reason kTooManyDelegated{"cloudtrail.TooManyDelegated", Code::kResourceExhausted};
// No topic or log group exists that a trail could use; the account is in no organization.
inline constexpr Reason kNoSuchTopic{"cloudtrail.NoSuchTopic", Code::kInvalidArgument};
inline constexpr Reason kNoSuchLogGroup{"cloudtrail.NoSuchLogGroup", Code::kInvalidArgument};
inline constexpr Reason kNoOrganization{"cloudtrail.NoOrganization", Code::kNotFound};
// A served operation with a member whose meaning is not served; the message names the member.
inline constexpr Reason kNotSupported{"cloudtrail.NotSupported", Code::kUnimplemented};

}  // namespace tarn::api::cloudtrail
