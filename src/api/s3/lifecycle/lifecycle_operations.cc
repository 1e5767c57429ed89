// Lifecycle configurations: checked as AWS does, kept, given back. object::LifecycleRunner acts on them.
#include "api/s3/directory/directory.h"
#include "api/s3/directory/settings.h"
#include "api/s3/errors.h"
#include "api/s3/lifecycle/kept_rules.h"
#include "api/s3/lifecycle/lifecycle_rules.h"
#include "api/s3/operations.h"

namespace tarn::api::s3 {
namespace {

// What answers tell of rules are AWS's dates, also in a lake that carries its rules out in shortened days.
constexpr object::StorageTimes kRealDays;

Result<gen::PutBucketLifecycleConfigurationOutput> PutBucketLifecycleConfiguration(
    S3Service& service, const Call& call, const gen::PutBucketLifecycleConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.lifecycle_configuration || !in.lifecycle_configuration->rules) return Fail(kMalformedXml, "no rules");
  const std::string minimum = in.transition_default_minimum_object_size.value_or(std::string(kMinimumForAll));
  if (minimum != kMinimumForAll && minimum != kMinimumByClass) {
    return Fail(object::kInvalidRequest, "Invalid TransitionDefaultMinimumObjectSize found: " + minimum);
  }
  gen::GetBucketLifecycleConfigurationOutput kept{.rules = in.lifecycle_configuration->rules,
                                                  .transition_default_minimum_object_size = minimum};
  TARN_CHECK(CheckLifecycle(call, *kept.rules));
  if (IsDirectory(bucket)) {
    TARN_CHECK(CheckDirectoryLifecycle(*kept.rules));
    kept.transition_default_minimum_object_size.reset();
    TARN_CHECK(KeepLifecycle(service.store(), bucket, kept));
    return gen::PutBucketLifecycleConfigurationOutput{};
  }
  TARN_CHECK(KeepLifecycle(service.store(), bucket, kept));
  return gen::PutBucketLifecycleConfigurationOutput{.transition_default_minimum_object_size = minimum};
}

Result<gen::GetBucketLifecycleConfigurationOutput> GetBucketLifecycleConfiguration(
    S3Service& service, const Call& call, const gen::GetBucketLifecycleConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto kept, LoadLifecycle(service.store(), bucket));
  if (!kept) {
    call.AddErrorField("BucketName", bucket.name);
    return Fail(kNoSuchLifecycle, "The lifecycle configuration does not exist");
  }
  return *std::move(kept);
}

Result<gen::DeleteBucketLifecycleResponse> DeleteBucketLifecycle(S3Service& service, const Call& call,
                                                                 const gen::DeleteBucketLifecycleRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(service.store().SetDocument(bucket.name, kLifecycleDocument, std::nullopt));
  return gen::DeleteBucketLifecycleResponse{};
}

}  // namespace

std::optional<std::string> S3Service::ExpirationOf(const object::Bucket& bucket, const object::Version& version) const {
  if (IsDirectory(bucket)) return "NotImplemented";  // AWS's word
  const auto rules = lifecycle_.Get(store_, bucket);
  if (!rules.ok() || *rules == nullptr) return std::nullopt;
  return ExpirationHeader(**rules, version, kRealDays);
}

std::optional<object::LifecycleExpiry> S3Service::AbortOf(const object::Bucket& bucket,
                                                          const object::Upload& upload) const {
  const auto rules = lifecycle_.Get(store_, bucket);
  if (!rules.ok() || *rules == nullptr) return std::nullopt;
  return object::AbortOf(**rules, upload.key, upload.initiated, kRealDays);
}

Rows LifecycleRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&GetBucketLifecycleConfiguration>("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration",
                                             rules.Bucket("s3:GetLifecycleConfiguration")),
      Bind<&PutBucketLifecycleConfiguration>("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration",
                                             rules.Bucket("s3:PutLifecycleConfiguration")),
      Bind<&DeleteBucketLifecycle>("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration",
                                   rules.Bucket("s3:PutLifecycleConfiguration")),
  };
}

}  // namespace tarn::api::s3
