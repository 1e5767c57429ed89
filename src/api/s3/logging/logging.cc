// PutBucketLogging and GetBucketLogging.
#include <fmt/format.h>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/gen/tables.h"
#include "api/s3/logging/access_log.h"
#include "api/s3/logging/logging_rules.h"
#include "api/s3/operations.h"
#include "api/s3/rules/kept_document.h"
#include "api/s3/rules/request_rules.h"

namespace tarn::api::s3 {
namespace {

Error InvalidTarget(const Call& call, const std::string& bucket, std::string message) {
  call.AddErrorField("TargetBucket", bucket);
  return Fail(kInvalidLogTarget, std::move(message));
}

Status CheckLogging(S3Service& s3, const Call& call, const object::Bucket& source, const gen::LoggingEnabled& logging) {
  if (!logging.target_bucket || !logging.target_prefix) return Fail(kMalformedXml, "TargetBucket and TargetPrefix");
  const auto target = s3.store().GetBucket(*logging.target_bucket);
  if (target.Is(object::kNoSuchBucket)) {
    return InvalidTarget(call, *logging.target_bucket, "The target bucket for logging does not exist");
  }
  if (!target.ok()) return target.error();
  if (target->owner.account != source.owner.account) {
    return InvalidTarget(call, target->name,
                         "The owner for the bucket to be logged and the target bucket must be the same.");
  }
  if (target->owner.region != source.owner.region) {
    // S3 has no location for its home region.
    constexpr std::string_view kHome = "us-east-1";
    if (source.owner.region != kHome) call.AddErrorField("SourceBucketLocation", source.owner.region);
    if (target->owner.region != kHome) call.AddErrorField("TargetBucketLocation", target->owner.region);
    return Fail(kCrossLocationLogging, "Cross S3 location logging not allowed. ");
  }
  if (logging.target_grants && !logging.target_grants->empty()) {
    if (target->ownership == object::Ownership::kBucketOwnerEnforced) {
      return Fail(kBucketAclWithOwnership, "the target's ownership does not allow grants");
    }
    return Fail(kNotImplemented, "Grants on log objects are not implemented; use a bucket policy on the target bucket");
  }
  if (const auto& format = logging.target_object_key_format) {
    if (format->simple_prefix && format->partitioned_prefix) return Fail(kMalformedXml, "one key format is expected");
  }
  return Ok();
}

Result<gen::PutBucketLoggingResponse> PutLogging(S3Service& s3, const Call& call,
                                                 const gen::PutBucketLoggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, s3.BucketOf(call, in));
  if (!in.bucket_logging_status) return Fail(kMalformedXml, "no BucketLoggingStatus");
  std::optional<std::string> document;
  if (const auto& logging = in.bucket_logging_status->logging_enabled) {
    TARN_CHECK(CheckLogging(s3, call, bucket, *logging));
    const gen::GetBucketLoggingOutput kept{.logging_enabled = logging};
    document = protocol::CanonicalJson(gen::kT_GetBucketLoggingOutput, &kept);
  }
  TARN_CHECK(s3.store().SetDocument(bucket.name, kLoggingDocument, document));
  if (s3.parts().access_log != nullptr) s3.parts().access_log->Forget(bucket.name);
  return gen::PutBucketLoggingResponse{};
}

Result<gen::GetBucketLoggingOutput> GetLogging(S3Service& s3, const Call& call,
                                               const gen::GetBucketLoggingRequest& in) {
  TARN_TRY(const object::Bucket bucket, s3.BucketOf(call, in));
  gen::GetBucketLoggingOutput out;
  TARN_TRY(out.logging_enabled, LoadLogging(s3.store(), bucket));
  return out;
}

}  // namespace

Result<std::optional<gen::LoggingEnabled>> LoadLogging(object::Store& store, const object::Bucket& bucket) {
  TARN_TRY(auto kept,
           LoadKept<gen::GetBucketLoggingOutput>(store, bucket, kLoggingDocument, gen::kT_GetBucketLoggingOutput));
  return kept ? std::move(kept->logging_enabled) : std::optional<gen::LoggingEnabled>();
}

std::string LogKey(const gen::LoggingEnabled& logging, const object::Bucket& source, Timestamp now,
                   std::string_view unique) {
  const CivilTime t = ToCivil(now);
  const std::string prefix = logging.target_prefix.value_or("");
  const auto& format = logging.target_object_key_format;
  const std::string time =
      fmt::format("{:04}-{:02}-{:02}-{:02}-{:02}-{:02}", t.year, t.month, t.day, t.hour, t.minute, t.second);
  if (!format || !format->partitioned_prefix) return fmt::format("{}{}-{}", prefix, time, unique);
  return fmt::format("{}{}/{}/{}/{:04}/{:02}/{:02}/{}-{}", prefix, source.owner.account, source.owner.region,
                     source.name, t.year, t.month, t.day, time, unique);
}

Rows LoggingRows(const Rules& rules) {
  return {
      protocol::Bind<&PutLogging>("PutBucketLogging", "s3:PutBucketLogging", rules.Bucket("s3:PutBucketLogging")),
      protocol::Bind<&GetLogging>("GetBucketLogging", "s3:GetBucketLogging", rules.Bucket("s3:GetBucketLogging")),
  };
}

}  // namespace tarn::api::s3
