// What buckets are called in policies, and what a request on a bucket of either kind is asked for.
//
// Permissions of directory buckets: what reads or writes objects needs s3express:CreateSession on the bucket, with the
// condition key s3express:SessionMode ReadOnly or ReadWrite; what is of the bucket needs the action of its own name in
// s3express. Nobody is authorised here. Threads: any.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-security-iam.html
#pragma once

#include <string>
#include <string_view>

#include "base/scope.h"
#include "identity/authorize.h"
#include "object/bucket.h"

namespace tarn::object {

inline constexpr std::string_view kSessionModeKey = "s3express:sessionmode";
inline constexpr std::string_view kSessionReads = "ReadOnly";
inline constexpr std::string_view kSessionWrites = "ReadWrite";

// "arn:aws:s3express:<region>:<account>:bucket/<name>".
std::string DirectoryArn(const Scope& owner, std::string_view name);
// The ARN of a bucket of either kind, as its policy names it: other buckets' is "arn:aws:s3:::<name>".
std::string BucketArn(const Bucket& bucket);

// Makes of the check of an action of S3's that of a directory bucket. `key`: of the object that it is about, else null.
// True: a session of any mode will do, and the check asks for a reading one.
bool AskOfDirectory(const Bucket& bucket, const std::string* key, identity::Check& check);

// The check of `action`, one of S3's, on a bucket of either kind; with a key on an object, "folder/*" for all below a
// folder.
identity::Check CheckOf(const Bucket& bucket, std::string_view action, const std::string& key);

}  // namespace tarn::object
