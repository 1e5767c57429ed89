// Lifecycle configurations: checked as AWS does, kept, given back. Nothing acts on them yet.
#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/gen/operations.h"
#include "api/s3/rules/lifecycle_rules.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/s3_service.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kDocument = "lifecycle";
constexpr std::string_view kMinimumSize = "all_storage_classes_128K";

// The shape of what is kept: the output of GetBucketLifecycleConfiguration.
const protocol::TypeShape& KeptShape() {
  for (const protocol::OperationDesc& operation : gen::kService.operations) {
    if (operation.name == "GetBucketLifecycleConfiguration") return *operation.output;
  }
  std::terminate();  // operations.txt lists it
}

}  // namespace

Result<gen::PutBucketLifecycleConfigurationOutput> S3Service::PutBucketLifecycleConfiguration(
    const Call& call, const gen::PutBucketLifecycleConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  if (!in.lifecycle_configuration || !in.lifecycle_configuration->rules) return Fail(kMalformedXml, "no rules");
  const std::string minimum = in.transition_default_minimum_object_size.value_or(std::string(kMinimumSize));
  if (minimum != kMinimumSize && minimum != "varies_by_storage_class") {
    return Fail(object::kInvalidRequest, "Value for x-amz-transition-default-minimum-object-size header is invalid.");
  }
  gen::GetBucketLifecycleConfigurationOutput kept{.rules = in.lifecycle_configuration->rules,
                                                  .transition_default_minimum_object_size = minimum};
  TARN_CHECK(CheckLifecycle(*kept.rules));
  TARN_CHECK(store_.SetDocument(bucket.name, kDocument, protocol::CanonicalJson(KeptShape(), &kept)));
  return gen::PutBucketLifecycleConfigurationOutput{.transition_default_minimum_object_size = minimum};
}

Result<gen::GetBucketLifecycleConfigurationOutput> S3Service::GetBucketLifecycleConfiguration(
    const Call& call, const gen::GetBucketLifecycleConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  const auto kept = store_.GetDocument(bucket, kDocument);
  if (kept.Is(object::kNoSuchConfiguration)) {
    call.AddErrorField("BucketName", bucket.name);
    return Fail(kNoSuchLifecycle, "The lifecycle configuration does not exist");
  }
  if (!kept.ok()) return kept.error();
  gen::GetBucketLifecycleConfigurationOutput out;
  TARN_CHECK(protocol::FromCanonicalJson(KeptShape(), *kept, &out));
  return out;
}

Result<gen::DeleteBucketLifecycleResponse> S3Service::DeleteBucketLifecycle(
    const Call& call, const gen::DeleteBucketLifecycleRequest& in) {
  TARN_TRY(const object::Bucket bucket, BucketOf(call, in));
  TARN_CHECK(store_.SetDocument(bucket.name, kDocument, std::nullopt));
  return gen::DeleteBucketLifecycleResponse{};
}

}  // namespace tarn::api::s3
