#include "api/s3/directory/settings.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "api/s3/access/bucket_access.h"
#include "api/s3/encryption/encryption.h"
#include "object/directory/checks.h"
#include "object/directory/names.h"
#include "object/errors.h"
#include "policy/policy.h"

namespace tarn::api::s3 {
namespace {

using object::DefaultEncryption;
using object::EncryptionKind;

Error Refused(std::string_view what) { return Fail(object::kInvalidRequest, std::string(what)); }

// A key may be named by its id and by its ARN.
bool IsSameKey(std::string_view one, std::string_view other) {
  const auto id = [](std::string_view name) {
    constexpr std::string_view kMark = ":key/";
    const size_t at = name.find(kMark);
    return at == name.npos ? name : name.substr(at + kMark.size());
  };
  return id(one) == id(other);
}

// What S3 Lifecycle's own requests carry.
class LifecycleContext : public policy::Context {
 public:
  explicit LifecycleContext(const object::Bucket& bucket)
      : arn_(object::BucketArn(bucket)), account_(bucket.owner.account) {}
  bool Find(std::string_view key, std::vector<std::string>& values) const override {
    if (key == object::kSessionModeKey) {
      values.emplace_back(object::kSessionWrites);
    } else if (key == "aws:sourcearn") {
      values.push_back(arn_);
    } else if (key == "aws:sourceaccount" || key == "s3express:resourceaccount" || key == "aws:resourceaccount") {
      values.push_back(account_);
    } else if (key == "aws:securetransport") {
      values.emplace_back("true");
    } else {
      return false;
    }
    return true;
  }
  static constexpr std::string_view kService = "lifecycle.s3.amazonaws.com";

 private:
  const std::string arn_;
  const std::string account_;
};

bool FiltersByTag(const gen::LifecycleRule& rule) {
  return rule.filter && (rule.filter->tag || (rule.filter->and_ && rule.filter->and_->tags));
}

}  // namespace

Result<object::EncryptionChoice> FitChoice(object::Store& store, const object::Bucket& bucket,
                                           object::EncryptionChoice choice) {
  if (!object::IsDirectoryBucket(bucket.name) || !choice.kind) return choice;
  TARN_TRY(const DefaultEncryption rule, store.GetDefaultEncryption(bucket));
  bool same = choice.kind == rule.kind && (choice.key.empty() || IsSameKey(choice.key, rule.key));
  for (const auto& [name, value] : choice.context) same &= name == "aws:s3:arn" && value == object::BucketArn(bucket);
  if (same) return object::EncryptionChoice{};
  return Refused(
      "The encryption settings of the request do not match the default encryption configuration of the directory "
      "bucket.");
}

Status CheckSessionEncryption(object::Store& store, const Call& call, const object::Bucket& bucket,
                              const gen::CreateSessionRequest& in) {
  const std::optional<std::string> none;
  TARN_TRY(
      object::EncryptionChoice choice,
      ChoiceOf(call, {in.server_side_encryption, in.ssekms_key_id, in.ssekms_encryption_context, in.bucket_key_enabled},
               CustomerHeaders{none, none, none}));
  TARN_CHECK(FitChoice(store, bucket, std::move(choice)));
  return Ok();
}

Status FitRule(object::Store& store, const Call& call, const object::Bucket& bucket, const DefaultEncryption& present,
               DefaultEncryption& wanted) {
  if (!object::IsDirectoryBucket(bucket.name)) return Ok();
  if (wanted.kind == EncryptionKind::kS3) {
    wanted.key = present.key;
    return Ok();
  }
  if (wanted.kind != EncryptionKind::kKms) {
    return Refused("Directory buckets only support the SSE algorithms AES256 and aws:kms.");
  }
  if (wanted.key.empty()) {
    return Refused("Directory buckets need a customer managed key: the AWS managed key (aws/s3) is not supported.");
  }
  if (wanted.key.starts_with("alias/") || wanted.key.find(":alias/") != std::string::npos) {
    return Refused("Directory buckets do not support aliases of KMS keys.");
  }
  if (!present.key.empty() && !IsSameKey(present.key, wanted.key)) {
    return Refused("A directory bucket has the same customer managed key for its lifetime.");
  }
  wanted.bucket_key = true;
  object::EncryptionChoice tried;
  tried.kind = wanted.kind;
  tried.key = wanted.key;
  TARN_CHECK(store.Seal(bucket, "", tried, KeyUserOf(call, bucket)));
  return Ok();
}

std::optional<std::string> RuleAfterDeletion(const DefaultEncryption& present) {
  if (present.key.empty()) return std::nullopt;
  DefaultEncryption rule;
  rule.key = present.key;
  return rule.Encode();
}

Status CheckDirectoryLifecycle(const std::vector<gen::LifecycleRule>& rules) {
  for (const gen::LifecycleRule& rule : rules) {
    const auto& expiration = rule.expiration;
    const bool foreign = rule.prefix || rule.transitions || rule.noncurrent_version_expiration ||
                         rule.noncurrent_version_transitions || FiltersByTag(rule) ||
                         (expiration && (expiration->date || expiration->expired_object_delete_marker));
    if (!foreign) continue;
    return Refused(
        "Lifecycle rules of directory buckets expire objects by days and abort multipart uploads, filtered by prefix "
        "and size only.");
  }
  return Ok();
}

Result<bool> LetsLifecycle(object::Store& store, const object::Bucket& bucket) {
  if (!bucket.Has(kPolicyDocument)) return false;
  TARN_TRY(const std::string text, store.GetDocument(bucket, kPolicyDocument));
  const std::string arn = object::BucketArn(bucket);
  TARN_TRY(const auto document, policy::ParseBucketPolicy(text, arn));
  policy::Principal principal;
  principal.kind = policy::PrincipalKind::kService;
  principal.service = LifecycleContext::kService;
  const LifecycleContext context(bucket);
  return document->Evaluate({principal, "s3express:CreateSession", arn, context}).effect == policy::Effect::kAllow;
}

}  // namespace tarn::api::s3
