#include "api/s3/errors.h"

#include "api/s3/s3_service.h"
#include "kv/kv.h"
#include "object/errors.h"
#include "policy/errors.h"

namespace tarn::api::s3 {
namespace {

using protocol::ErrorRow;

constexpr ErrorRow kErrors[] = {
    {&object::kNoSuchBucket, "NoSuchBucket", 404},
    {&object::kNoSuchAccessPoint, "NoSuchAccessPoint", 404, "The specified accesspoint does not exist"},
    {&object::kBucketHasAccessPoints, "BucketHasAccessPointsAttached", 400},
    {&object::kNoSuchKey, "NoSuchKey", 404},
    {&object::kNoSuchVersion, "NoSuchVersion", 404},
    {&object::kNoSuchUpload, "NoSuchUpload", 404},
    {&object::kNoSuchConfiguration, "NoSuchConfiguration", 404},
    {&object::kDeleteMarker, "MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
    {&object::kBucketOwnedByYou, "BucketAlreadyOwnedByYou", 409},
    {&object::kBucketExists, "BucketAlreadyExists", 409},
    {&object::kBucketNotEmpty, "BucketNotEmpty", 409},
    {&object::kAccessDenied, "AccessDenied", 403, "Access Denied"},
    {&object::kObjectLocked, "AccessDenied", 403},
    {&object::kBucketState, "InvalidBucketState", 409},
    {&object::kInvalidObjectState, "InvalidObjectState", 403},
    {&object::kInvalidBucketName, "InvalidBucketName", 400},
    {&object::kKeyTooLong, "KeyTooLongError", 400},
    {&object::kInvalidArgument, "InvalidArgument", 400},
    {&object::kInvalidVersionId, "InvalidArgument", 400},
    {&object::kInvalidTag, "InvalidTag", 400},
    {&object::kTooManyTags, "BadRequest", 400},
    {&object::kMetadataTooLarge, "MetadataTooLarge", 400},
    {&object::kInvalidRange, "InvalidRange", 416, "The requested range is not satisfiable"},
    {&object::kInvalidPart, "InvalidPart", 400},
    {&object::kInvalidPartOrder, "InvalidPartOrder", 400},
    {&object::kInvalidPartNumber, "InvalidArgument", 400},
    {&object::kPartTooSmall, "EntityTooSmall", 400},
    {&object::kEntityTooLarge, "EntityTooLarge", 400},
    {&object::kIncompleteBody, "IncompleteBody", 400},
    {&object::kInvalidRequest, "InvalidRequest", 400},
    {&object::kBadDigest, "BadDigest", 400},
    {&object::kKeyNotFound, "KMS.NotFoundException", 400},
    {&object::kKeyDisabled, "KMS.DisabledException", 400},
    {&object::kKeyInvalidState, "KMS.KMSInvalidStateException", 400},
    {&object::kKeyInvalidUsage, "KMS.InvalidKeyUsageException", 400},
    {&object::kKeyDenied, "AccessDenied", 403},
    {&object::kWrongCustomerKey, "AccessDenied", 403},
    {&object::kEncryptionBlocked, "AccessDenied", 403},
    {&object::kPreconditionFailed, "PreconditionFailed", 412},
    {&object::kConditionalConflict, "ConditionalRequestConflict", 409},
    {&object::kCorruptRecord, "InternalError", 500, "We encountered an internal error. Please try again."},

    {&object::kDamaged, "InternalError", 500, "We encountered an internal error. Please try again."},
    {&object::kDiskFull, "InsufficientStorage", 507, "The lake's disk is full."},
    {&kv::kFull, "InsufficientStorage", 507, "The lake's disk is full."},
    // The source of a copy was deleted while it was being linked.
    {&object::kGone, "NoSuchKey", 404, "The specified key does not exist."},
    {&object::kConflict, "OperationAborted", 409,
     "A conflicting conditional operation is currently in progress against this resource. Please try again."},
    {&kPoolFull, "SlowDown", 503, "Please reduce your request rate."},

    {&kNotImplemented, "NotImplemented", 501},
    {&kAclNotSupported, "AccessControlListNotSupported", 400, "The bucket does not allow ACLs"},
    {&kBucketAclWithOwnership, "InvalidBucketAclWithObjectOwnership", 400,
     "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"},
    {&policy::kMalformed, "MalformedPolicy", 400},
    {&policy::kTooLarge, "MalformedPolicy", 400},
    {&kBucketAclWithBlock, "InvalidBucketAclWithBlockPublicAccessError", 400,
     "Bucket cannot have public ACLs set with BlockPublicAccess enabled"},
    {&kMalformedAcl, "MalformedACLError", 400,
     "The XML you provided was not well-formed or did not validate against our published schema"},
    {&kUnexpectedContent, "UnexpectedContent", 400},
    {&kUnresolvableGrant, "UnresolvableGrantByEmailAddress", 400},
    {&kMissingHeader, "MissingSecurityHeader", 400},
    {&kInvalidStorageClass, "InvalidStorageClass", 400, "The storage class you specified is not valid"},
    {&kInvalidEncryptionAlgorithm, "InvalidEncryptionAlgorithmError", 400},
    {&kIllegalLocation, "IllegalLocationConstraintException", 400},
    {&kInvalidLocation, "InvalidLocationConstraint", 400, "The specified location-constraint is not valid"},
    {&kInvalidDigest, "InvalidDigest", 400, "The Content-MD5 you specified was invalid."},
    {&kMalformedXml, "MalformedXML", 400,
     "The XML you provided was not well-formed or did not validate against our published schema"},
    {&kMethodNotAllowed, "MethodNotAllowed", 405, "The specified method is not allowed against this resource."},
    {&kMissingContentLength, "MissingContentLength", 411, "You must provide the Content-Length HTTP header."},
    {&kPartNotSatisfiable, "InvalidPartNumber", 416, "The requested partnumber is not satisfiable"},
    {&kCopyOntoItself, "InvalidRequest", 400,
     "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
     "metadata, storage class, website redirect location or encryption attributes."},
    {&kIllegalVersioning, "IllegalVersioningConfigurationException", 400, "The Versioning element must be specified"},
    {&kTooManyConfigurations, "TooManyConfigurations", 400},
    {&kMissingRequestBody, "MissingRequestBodyError", 400, "Request Body is empty"},
    {&kRestoreInProgress, "RestoreAlreadyInProgress", 409},
    {&kMalformedPost, "MalformedPOSTRequest", 400},
    {&kPostFieldsTooLarge, "MaxPostPreDataLengthExceeded", 400},
    {&kPostNotForm, "PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold"},
    {&kInvalidPostPolicy, "InvalidPolicyDocument", 400},
    {&kPostDenied, "AccessDenied", 403},
    {&kInvalidRedirect, "InvalidRedirectLocation", 400},
    {&kBadPreflight, "BadRequest", 400},
    {&kCorsForbidden, "AccessForbidden", 403},
    {&kInvalidLogTarget, "InvalidTargetBucketForLogging", 400},
    {&kCrossLocationLogging, "CrossLocationLoggingProhibited", 403},
    {&kNoSuchTagSet, "NoSuchTagSet", 404, "The TagSet does not exist"},
    {&kNoSuchLifecycle, "NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist"},
    {&kNoSuchBucketPolicy, "NoSuchBucketPolicy", 404, "The bucket policy does not exist"},
    {&kNoOwnershipControls, "OwnershipControlsNotFoundError", 404, "The bucket ownership controls were not found"},
    {&kNoPublicAccessBlock, "NoSuchPublicAccessBlockConfiguration", 404,
     "The public access block configuration was not found"},
    {&kNoSuchCors, "NoSuchCORSConfiguration", 404, "The CORS configuration does not exist"},
    {&kNoSuchWebsite, "NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration"},
    {&kNoSuchReplication, "ReplicationConfigurationNotFoundError", 404, "The replication configuration was not found"},
    {&kNoSuchObjectLock, "ObjectLockConfigurationNotFoundError", 404,
     "Object Lock configuration does not exist for this bucket"},
    {&kNoSuchLock, "NoSuchObjectLockConfiguration", 404,
     "The specified object does not have a ObjectLock configuration"},
};

}  // namespace

std::span<const ErrorRow> S3Service::errors() const { return kErrors; }

}  // namespace tarn::api::s3
