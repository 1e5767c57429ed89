// Directory buckets in requests: which of them work there, what they are asked for, how they are listed.
//
// Permissions: object/directory/checks.h. A session of CreateSession (sessions.cc) may no more than reading, or reading
// and writing, its bucket, and no more than its maker may now.
// Threads: any.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-overview.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/s3/operations.h"
#include "api/s3/s3_service.h"
#include "object/directory/checks.h"
#include "object/directory/names.h"

namespace tarn::api::s3 {

inline bool IsDirectory(const object::Bucket& bucket) { return object::IsDirectoryBucket(bucket.name); }

// Whether the request works on a directory bucket. Errors: kInvalidArgument (a configuration that only other buckets
// have), kMethodNotAllowed, kNotImplemented (with the header at fault).
Status CheckDirectoryRequest(const Call& call, const object::Bucket& bucket);

// Turns a check of an action of S3's into that of a directory bucket. `key`: of an object.
void AsDirectoryCheck(const Call& call, const object::Bucket& bucket, const std::optional<std::string>& key,
                      identity::Check& check);
// After its guard is known: what needs a session of any mode is asked for as one of the greatest mode that there may
// be.
void ChooseMode(const Call& call, identity::Check& check);

// Prefixes of listings end with the one delimiter that there is, "/". kInvalidArgument.
Status CheckDirectoryListing(const Call& call, const object::Bucket& bucket, const std::optional<std::string>& prefix,
                             const std::optional<std::string>& delimiter);

// directory_buckets.cc
Result<gen::CreateBucketOutput> CreateDirectoryBucket(S3Service& service, const Call& call,
                                                      const gen::CreateBucketRequest& in);
Result<gen::HeadBucketOutput> HeadDirectoryBucket(const object::Bucket& bucket);
Status CheckNoUploads(S3Service& service, const object::Bucket& bucket);  // kBucketNotEmpty

// What DeleteObject asks of an object in a directory bucket, checked against the present one: the deletion then holds
// only for it. kPreconditionFailed.
Status CheckDeletion(S3Service& service, const object::Bucket& bucket, const std::optional<Timestamp>& modified,
                     const std::optional<int64_t>& size, object::Deletion& deletion);

Rows DirectoryRows(const Rules& rules);

}  // namespace tarn::api::s3
