// Why an object operation can fail; api/s3/errors.cc gives each its AWS name and status.
#pragma once

#include "base/result.h"
#include "blob/errors.h"
#include "kv/kv.h"

namespace tarn::object {

// Of the layers below, as they pass through.
using blob::kDamaged;
using blob::kDiskFull;
using blob::kGone;
using kv::kConflict;

inline constexpr Reason kNoSuchBucket{"object.NoSuchBucket", Code::kNotFound};
inline constexpr Reason kNoSuchKey{"object.NoSuchKey", Code::kNotFound};
inline constexpr Reason kNoSuchVersion{"object.NoSuchVersion", Code::kNotFound};
inline constexpr Reason kNoSuchUpload{"object.NoSuchUpload", Code::kNotFound};
inline constexpr Reason kNoSuchAccessPoint{"object.NoSuchAccessPoint", Code::kNotFound};
inline constexpr Reason kNoSuchAnnotation{"object.NoSuchAnnotation", Code::kNotFound};
inline constexpr Reason kTooManyAnnotations{"object.TooManyAnnotations", Code::kInvalidArgument};
inline constexpr Reason kNoSuchConfiguration{"object.NoSuchConfiguration", Code::kNotFound};
// The current version, or the version asked for, is a delete marker.
inline constexpr Reason kDeleteMarker{"object.DeleteMarker", Code::kNotFound};

inline constexpr Reason kBucketOwnedByYou{"object.BucketOwnedByYou", Code::kAlreadyExists};
inline constexpr Reason kBucketExists{"object.BucketExists", Code::kAlreadyExists};
inline constexpr Reason kAccessPointOwnedByYou{"object.AccessPointOwnedByYou", Code::kAlreadyExists};
inline constexpr Reason kBucketHasAccessPoints{"object.BucketHasAccessPoints", Code::kConflict};
inline constexpr Reason kBucketNotEmpty{"object.BucketNotEmpty", Code::kConflict};
inline constexpr Reason kAccessDenied{"object.AccessDenied", Code::kPermissionDenied};

// A lock keeps the version, or its retention as it is.
inline constexpr Reason kObjectLocked{"object.ObjectLocked", Code::kPermissionDenied};
// Object lock and the bucket's versioning exclude each other's change.
inline constexpr Reason kBucketState{"object.BucketState", Code::kConflict};

// An archived version that is not restored.
inline constexpr Reason kInvalidObjectState{"object.InvalidObjectState", Code::kPreconditionFailed};

inline constexpr Reason kInvalidBucketName{"object.InvalidBucketName", Code::kInvalidArgument};
inline constexpr Reason kInvalidUri{"object.InvalidUri", Code::kInvalidArgument};
inline constexpr Reason kKeyTooLong{"object.KeyTooLong", Code::kInvalidArgument};
inline constexpr Reason kInvalidArgument{"object.InvalidArgument", Code::kInvalidArgument};
inline constexpr Reason kInvalidVersionId{"object.InvalidVersionId", Code::kInvalidArgument};
inline constexpr Reason kInvalidTag{"object.InvalidTag", Code::kInvalidArgument};
inline constexpr Reason kTooManyTags{"object.TooManyTags", Code::kInvalidArgument};
inline constexpr Reason kMetadataTooLarge{"object.MetadataTooLarge", Code::kInvalidArgument};
inline constexpr Reason kInvalidRange{"object.InvalidRange", Code::kInvalidArgument};
inline constexpr Reason kInvalidPart{"object.InvalidPart", Code::kInvalidArgument};
inline constexpr Reason kInvalidPartOrder{"object.InvalidPartOrder", Code::kInvalidArgument};
inline constexpr Reason kInvalidPartNumber{"object.InvalidPartNumber", Code::kInvalidArgument};
inline constexpr Reason kPartTooSmall{"object.PartTooSmall", Code::kInvalidArgument};
inline constexpr Reason kEntityTooLarge{"object.EntityTooLarge", Code::kInvalidArgument};
inline constexpr Reason kIncompleteBody{"object.IncompleteBody", Code::kInvalidArgument};
inline constexpr Reason kInvalidRequest{"object.InvalidRequest", Code::kInvalidArgument};
// A declared MD5 or checksum differs from that of the bytes received; the message names which.
inline constexpr Reason kBadDigest{"object.BadDigest", Code::kInvalidArgument};

// A KMS key does not serve; the messages are KMS's.
inline constexpr Reason kKeyNotFound{"object.KeyNotFound", Code::kNotFound};
inline constexpr Reason kKeyDisabled{"object.KeyDisabled", Code::kPreconditionFailed};
inline constexpr Reason kKeyInvalidState{"object.KeyInvalidState", Code::kPreconditionFailed};
inline constexpr Reason kKeyInvalidUsage{"object.KeyInvalidUsage", Code::kInvalidArgument};
inline constexpr Reason kKeyDenied{"object.KeyDenied", Code::kPermissionDenied};
// The customer's key is not the one that the version was written with.
inline constexpr Reason kWrongCustomerKey{"object.WrongCustomerKey", Code::kPermissionDenied};
// The bucket refuses new objects that are encrypted so.
inline constexpr Reason kEncryptionBlocked{"object.EncryptionBlocked", Code::kPermissionDenied};

inline constexpr Reason kPreconditionFailed{"object.PreconditionFailed", Code::kPreconditionFailed};
// A conditional write lost to another one that was in flight.
inline constexpr Reason kConditionalConflict{"object.ConditionalConflict", Code::kConflict};

inline constexpr Reason kCorruptRecord{"object.CorruptRecord", Code::kDataLoss};

}  // namespace tarn::object
