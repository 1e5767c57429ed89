// What directory buckets take of the settings that all buckets have: one KMS key for a bucket's whole life, lifecycle
// rules that expire and abort, and those only where the bucket's policy lets the service.
//
// Threads: any.
// Defined by https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-UsingKMSEncryption.html and
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-lifecycle.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/s3/gen/shapes.h"
#include "api/s3/s3_service.h"
#include "object/encryption.h"

namespace tarn::api::s3 {

// A request may repeat what the bucket says of encryption: the bucket's choice then. The choice itself in other
// buckets. kInvalidRequest.
Result<object::EncryptionChoice> FitChoice(object::Store& store, const object::Bucket& bucket,
                                           object::EncryptionChoice choice);
// The same of what CreateSession says.
Status CheckSessionEncryption(object::Store& store, const Call& call, const object::Bucket& bucket,
                              const gen::CreateSessionRequest& in);

// Makes of the wanted rule of a directory bucket the one to keep. The key must be a customer's, the same for the
// bucket's whole life, and the caller's to use: kInvalidRequest, keys' errors.
Status FitRule(object::Store& store, const Call& call, const object::Bucket& bucket,
               const object::DefaultEncryption& present, object::DefaultEncryption& wanted);
// What is kept when the rule is deleted; nothing when there is nothing to remember.
std::optional<std::string> RuleAfterDeletion(const object::DefaultEncryption& present);

// kInvalidRequest for what directory buckets do not have.
Status CheckDirectoryLifecycle(const std::vector<gen::LifecycleRule>& rules);
// Whether the bucket's policy lets S3 Lifecycle (lifecycle.s3.amazonaws.com) write in it.
Result<bool> LetsLifecycle(object::Store& store, const object::Bucket& bucket);

}  // namespace tarn::api::s3
