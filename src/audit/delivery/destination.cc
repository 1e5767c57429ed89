#include "audit/delivery/destination.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "audit/errors.h"
#include "base/hash.h"
#include "base/task.h"
#include "identity/caller.h"
#include "object/directory/names.h"
#include "object/errors.h"
#include "policy/policy.h"

namespace tarn::audit {
namespace {

constexpr std::string_view kService = "cloudtrail.amazonaws.com";
constexpr std::string_view kPolicyDocument = "policy";  // as api/s3 keeps a bucket's

// What CloudTrail's own requests to a bucket carry.
class DeliveryContext : public policy::Context {
 public:
  explicit DeliveryContext(const Trail& trail) : arn_(trail.arn()), account_(trail.home.account) {}
  bool Find(std::string_view key, std::vector<std::string>& values) const override {
    if (key == "s3:x-amz-acl") {
      values.emplace_back("bucket-owner-full-control");
    } else if (key == "aws:sourcearn") {
      values.push_back(arn_);
    } else if (key == "aws:sourceaccount") {
      values.push_back(account_);
    } else if (key == "aws:securetransport") {
      values.emplace_back("true");
    } else {
      return false;
    }
    return true;
  }

 private:
  std::string arn_;
  std::string account_;
};

}  // namespace

std::string LogFolder(const Trail& trail) {
  return fmt::format("{}{}AWSLogs/{}/CloudTrail/", trail.prefix, trail.prefix.empty() ? "" : "/", trail.home.account);
}

std::string DeliveryErrorOf(const Error& error) {
  if (error.reason == &kNoSuchBucket) return "NoSuchBucket";
  if (error.reason == &object::kKeyNotFound) return "KMS.NotFoundException";
  if (error.reason == &object::kKeyDisabled) return "KMS.DisabledException";
  if (error.reason == &object::kKeyInvalidState) return "KMS.KMSInvalidStateException";
  return error.reason == &kForbidden ? "AccessDenied" : "InternalError";
}

Result<object::Bucket> Destination::Open(const Trail& trail, const std::string& key) {
  auto bucket = objects_.GetBucket(trail.bucket);
  if (bucket.Is(object::kNoSuchBucket) || bucket.Is(object::kInvalidBucketName)) {
    return Fail(kNoSuchBucket, fmt::format("S3 bucket {} does not exist!", trail.bucket));
  }
  if (!bucket.ok()) return bucket;
  const Error forbidden =
      Fail(kForbidden, fmt::format("Incorrect S3 bucket policy is detected for bucket: {}", trail.bucket));
  if (object::IsDirectoryBucket(bucket->name)) return forbidden;  // trails are not delivered there
  if (!bucket->Has(kPolicyDocument)) {
    if (bucket->owner.account != trail.home.account) return forbidden;
    return bucket;
  }
  TARN_TRY(const std::string text, objects_.GetDocument(*bucket, kPolicyDocument));
  const std::string arn = fmt::format("arn:aws:s3:::{}", bucket->name);
  TARN_TRY(const auto document, policy::ParseBucketPolicy(text, arn));
  policy::Principal principal;
  principal.kind = policy::PrincipalKind::kService;
  principal.service = kService;
  const DeliveryContext context(trail);
  const std::string object_arn = arn + "/" + key;
  const auto allows = [&](std::string_view action, std::string_view resource) {
    return document->Evaluate({principal, action, resource, context}).effect == policy::Effect::kAllow;
  };
  if (!allows("s3:GetBucketAcl", arn) || !allows("s3:PutObject", object_arn)) return forbidden;
  return bucket;
}

Status Destination::Check(const Trail& trail) {
  TARN_CHECK(Open(trail, LogFolder(trail) + "x"));
  return Ok();
}

Result<object::Sealing> Destination::SealFor(const Trail& trail, const object::Bucket& bucket, const std::string& key) {
  const object::KeyUser user{.scope = bucket.owner, .caller = identity::RootOf(bucket.owner.account)};
  object::EncryptionChoice choice;
  if (!trail.kms_key.empty()) {
    choice.kind = object::EncryptionKind::kKms;
    choice.key = trail.kms_key;
  }
  return objects_.Seal(bucket, key, choice, user);
}

Result<std::string> Destination::FindKey(const Trail& trail) {
  const std::string key = LogFolder(trail) + "x";
  TARN_TRY(const object::Bucket bucket, Open(trail, key));
  const auto sealing = SealFor(trail, bucket, key);
  if (sealing.ok()) return sealing->encryption.key;
  const std::string& why = sealing.error().message;
  if (sealing.Is(object::kKeyNotFound)) return Fail(kNoSuchKmsKey, why);
  if (sealing.Is(object::kKeyDisabled)) return Fail(kKmsKeyDisabled, why);
  if (sealing.Is(object::kKeyDenied)) return Fail(kKmsKeyForbidden, why);
  return Fail(kKmsKeyUnusable, why);
}

Status Destination::Put(const Trail& trail, const std::string& key, std::string_view bytes,
                        const std::map<std::string, std::string>& metadata) {
  TARN_TRY(const object::Bucket bucket, Open(trail, key));
  TARN_TRY(object::Sealing sealing, SealFor(trail, bucket, key));
  object::NewObject object;
  object.headers.content_type = "application/json";
  if (!bytes.empty()) object.headers.content_encoding = "gzip";
  object.headers.user = metadata;
  object.attributes.encryption = std::move(sealing.encryption);
  object::Incoming incoming = objects_.Receive({.bytes_max = UINT64_MAX, .wrapper = std::move(sealing.wrapper)});
  TARN_CHECK(SyncWait(incoming.Append(AsBytes(bytes))));
  TARN_TRY(object::Content content, SyncWait(incoming.Finish()));
  TARN_CHECK(SyncWait(objects_.Put(bucket, key, std::move(content), object)));
  return Ok();
}

}  // namespace tarn::audit
