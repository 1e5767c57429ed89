#include "api/cloudtrail/errors.h"

#include "api/cloudtrail/error_rows.h"
#include "audit/errors.h"

namespace tarn::api::cloudtrail {
namespace {

const protocol::ErrorRow kRows[] = {
    {&kInvalidLookupAttributes, "InvalidLookupAttributesException", 400},
    {&kInvalidTimeRange, "InvalidTimeRangeException", 400},
    {&kInvalidNextToken, "InvalidNextTokenException", 400},
    {&kInvalidToken, "InvalidTokenException", 400},
    {&kTrailNotFound, "TrailNotFoundException", 400},
    {&kInvalidTrailName, "InvalidTrailNameException", 400},
    {&kInvalidArn, "CloudTrailARNInvalidException", 400},
    {&kInvalidHomeRegion, "InvalidHomeRegionException", 400},
    {&kInvalidCombination, "InvalidParameterCombinationException", 400},
    {&kInvalidBucketName, "InvalidS3BucketNameException", 400},
    {&kInvalidPrefix, "InvalidS3PrefixException", 400},
    {&kInvalidEventSelectors, "InvalidEventSelectorsException", 400},
    {&kInvalidInsightSelectors, "InvalidInsightSelectorsException", 400},
    {&kInvalidKmsKey, "InvalidKmsKeyIdException", 400},
    {&audit::kNoSuchKmsKey, "KmsKeyNotFoundException", 400},
    {&audit::kKmsKeyDisabled, "KmsKeyDisabledException", 400},
    {&audit::kKmsKeyUnusable, "KmsException", 400},
    {&audit::kKmsKeyForbidden, "InsufficientEncryptionPolicyException", 400},
    {&kInsightNotEnabled, "InsightNotEnabledException", 400},
    {&kInvalidTag, "InvalidTagParameterException", 400},
    {&kTooManyTags, "TagsLimitExceededException", 400},
    {&kUntaggable, "ResourceTypeNotSupportedException", 400},
    {&kNoSuchResource, "ResourceNotFoundException", 400},
    {&kNoSuchDataStore, "EventDataStoreNotFoundException", 400},
    {&kNoSuchTopic, "InsufficientSnsTopicPolicyException", 400},
    {&kNoSuchLogGroup, "InvalidCloudWatchLogsLogGroupArnException", 400},
    {&kNotAllFeatures, "OrganizationNotInAllFeaturesModeException", 404},
    {&kNoServiceAccess, "CloudTrailAccessNotEnabledException", 400},
    {&kNotMaster, "NotOrganizationMasterAccountException", 400},
    {&kNotManagement, "NotOrganizationManagementAccountException", 400},
    {&kManagementDelegated, "CannotDelegateManagementAccountException", 400},
    {&kNoSuchAccount, "AccountNotFoundException", 400},
    {&kRegistered, "AccountRegisteredException", 400},
    {&kNotRegistered, "AccountNotRegisteredException", 400},
    {&kTooManyDelegated, "DelegatedAdminAccountLimitExceededException", 400},
    {&kNoOrganization, "OrganizationsNotInUseException", 404},
    {&kNotSupported, "UnsupportedOperationException", 400},
    {&audit::kBadToken, "InvalidNextTokenException", 400},
    {&audit::kNoSuchTrail, "TrailNotFoundException", 400},
    {&audit::kTrailExists, "TrailAlreadyExistsException", 400},
    {&audit::kTooManyTrails, "MaximumNumberOfTrailsExceededException", 403},
    {&audit::kNoSuchBucket, "S3BucketDoesNotExistException", 404},
    {&audit::kForbidden, "InsufficientS3BucketPolicyException", 403},
};

}  // namespace

std::span<const protocol::ErrorRow> ErrorRows() { return kRows; }

}  // namespace tarn::api::cloudtrail
