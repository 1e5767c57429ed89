// What the wire face of S3 itself refuses; the domain's failures are in object/errors.h.
#pragma once

#include "base/result.h"

namespace tarn::api::s3 {

inline constexpr Reason kNotImplemented{"s3.NotImplemented", Code::kUnimplemented};
inline constexpr Reason kAclNotSupported{"s3.AclNotSupported", Code::kInvalidArgument};
inline constexpr Reason kBucketAclWithOwnership{"s3.BucketAclWithOwnership", Code::kInvalidArgument};
inline constexpr Reason kBucketAclWithBlock{"s3.BucketAclWithBlock", Code::kInvalidArgument};
inline constexpr Reason kMalformedAcl{"s3.MalformedAcl", Code::kInvalidArgument};
inline constexpr Reason kUnexpectedContent{"s3.UnexpectedContent", Code::kInvalidArgument};
inline constexpr Reason kUnresolvableGrant{"s3.UnresolvableGrant", Code::kInvalidArgument};
inline constexpr Reason kMissingHeader{"s3.MissingHeader", Code::kInvalidArgument};
inline constexpr Reason kInvalidStorageClass{"s3.InvalidStorageClass", Code::kInvalidArgument};
inline constexpr Reason kInvalidEncryptionAlgorithm{"s3.InvalidEncryptionAlgorithm", Code::kInvalidArgument};
inline constexpr Reason kInvalidNamespaceHeader{"s3.InvalidNamespaceHeader", Code::kInvalidArgument};
inline constexpr Reason kMissingNamespaceHeader{"s3.MissingNamespaceHeader", Code::kInvalidArgument};
inline constexpr Reason kInvalidExpectedOwner{"s3.InvalidExpectedOwner", Code::kInvalidArgument};
inline constexpr Reason kIllegalLocation{"s3.IllegalLocation", Code::kInvalidArgument};
inline constexpr Reason kInvalidLocation{"s3.InvalidLocation", Code::kInvalidArgument};
inline constexpr Reason kInvalidDigest{"s3.InvalidDigest", Code::kInvalidArgument};
inline constexpr Reason kMalformedXml{"s3.MalformedXml", Code::kInvalidArgument};
inline constexpr Reason kMethodNotAllowed{"s3.MethodNotAllowed", Code::kInvalidArgument};
inline constexpr Reason kMissingContentLength{"s3.MissingContentLength", Code::kInvalidArgument};
inline constexpr Reason kPartNotSatisfiable{"s3.PartNotSatisfiable", Code::kInvalidArgument};
inline constexpr Reason kCopyOntoItself{"s3.CopyOntoItself", Code::kInvalidArgument};
inline constexpr Reason kIllegalVersioning{"s3.IllegalVersioning", Code::kInvalidArgument};

inline constexpr Reason kTooManyConfigurations{"s3.TooManyConfigurations", Code::kInvalidArgument};
inline constexpr Reason kMissingRequestBody{"s3.MissingRequestBody", Code::kInvalidArgument};
inline constexpr Reason kRestoreInProgress{"s3.RestoreInProgress", Code::kConflict};
// Annotations.
inline constexpr Reason kAnnotationNameTooLong{"s3.AnnotationNameTooLong", Code::kInvalidArgument};
inline constexpr Reason kInvalidAnnotationName{"s3.InvalidAnnotationName", Code::kInvalidArgument};
inline constexpr Reason kInvalidAnnotationPrefix{"s3.InvalidAnnotationPrefix", Code::kInvalidArgument};
inline constexpr Reason kAnnotationNotText{"s3.AnnotationNotText", Code::kInvalidArgument};

// Forms (POST object).
inline constexpr Reason kAnonymousRefused{"s3.AnonymousRefused", Code::kPermissionDenied};
inline constexpr Reason kNoSuchEncryption{"s3.NoSuchEncryption", Code::kNotFound};
inline constexpr Reason kMalformedPost{"s3.MalformedPost", Code::kInvalidArgument};
inline constexpr Reason kPostFieldsTooLarge{"s3.PostFieldsTooLarge", Code::kInvalidArgument};
inline constexpr Reason kPostNotForm{"s3.PostNotForm", Code::kPreconditionFailed};
inline constexpr Reason kInvalidPostPolicy{"s3.InvalidPostPolicy", Code::kInvalidArgument};
inline constexpr Reason kPostDenied{"s3.PostDenied", Code::kPermissionDenied};

// Websites and cross-origin requests.
inline constexpr Reason kInvalidRedirect{"s3.InvalidRedirect", Code::kInvalidArgument};
inline constexpr Reason kBadPreflight{"s3.BadPreflight", Code::kInvalidArgument};
inline constexpr Reason kCorsForbidden{"s3.CorsForbidden", Code::kPermissionDenied};

inline constexpr Reason kInvalidLogTarget{"s3.InvalidLogTarget", Code::kInvalidArgument};
inline constexpr Reason kCrossLocationLogging{"s3.CrossLocationLogging", Code::kPermissionDenied};

// Directory buckets.
inline constexpr Reason kEncryptionTypeMismatch{"s3.EncryptionTypeMismatch", Code::kInvalidArgument};

inline constexpr Reason kNoSuchTagSet{"s3.NoSuchTagSet", Code::kNotFound};
inline constexpr Reason kNoSuchLifecycle{"s3.NoSuchLifecycle", Code::kNotFound};
inline constexpr Reason kNoSuchBucketPolicy{"s3.NoSuchBucketPolicy", Code::kNotFound};
inline constexpr Reason kNoOwnershipControls{"s3.NoOwnershipControls", Code::kNotFound};
inline constexpr Reason kNoPublicAccessBlock{"s3.NoPublicAccessBlock", Code::kNotFound};
inline constexpr Reason kNoSuchCors{"s3.NoSuchCors", Code::kNotFound};
inline constexpr Reason kNoSuchWebsite{"s3.NoSuchWebsite", Code::kNotFound};
inline constexpr Reason kNoSuchReplication{"s3.NoSuchReplication", Code::kNotFound};
inline constexpr Reason kNoSuchObjectLock{"s3.NoSuchObjectLock", Code::kNotFound};
inline constexpr Reason kNoSuchLock{"s3.NoSuchLock", Code::kNotFound};

}  // namespace tarn::api::s3
