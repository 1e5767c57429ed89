// Transfer acceleration: kept and told. There is nothing to accelerate: every name of the lake leads to the same
// machine.
#include "api/s3/gen/tables.h"
#include "api/s3/rules/kept_document.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/web/rows.h"

namespace tarn::api::s3 {
namespace {

constexpr std::string_view kDocument = "accelerate";

Result<gen::GetBucketAccelerateConfigurationOutput> GetBucketAccelerateConfiguration(
    S3Service& service, const Call& call, const gen::GetBucketAccelerateConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto kept, LoadKept<gen::GetBucketAccelerateConfigurationOutput>(
                          service.store(), bucket, kDocument, gen::kT_GetBucketAccelerateConfigurationOutput));
  return kept ? *std::move(kept) : gen::GetBucketAccelerateConfigurationOutput{};
}

Result<gen::PutBucketAccelerateConfigurationResponse> PutBucketAccelerateConfiguration(
    S3Service& service, const Call& call, const gen::PutBucketAccelerateConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (bucket.name.find('.') != bucket.name.npos) {
    return Fail(object::kInvalidRequest,
                "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names");
  }
  if (!in.accelerate_configuration || !in.accelerate_configuration->status) return Fail(kMalformedXml, "no Status");
  const std::string& status = *in.accelerate_configuration->status;
  if (status != "Enabled" && status != "Suspended") return Fail(kMalformedXml, "unknown Status");
  const gen::GetBucketAccelerateConfigurationOutput kept{.status = status};
  TARN_CHECK(Keep(service.store(), bucket, kDocument, gen::kT_GetBucketAccelerateConfigurationOutput, kept));
  return gen::PutBucketAccelerateConfigurationResponse{};
}

}  // namespace

Rows AccelerateRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&GetBucketAccelerateConfiguration>("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration",
                                              rules.Bucket("s3:GetAccelerateConfiguration")),
      Bind<&PutBucketAccelerateConfiguration>("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration",
                                              rules.Bucket("s3:PutAccelerateConfiguration")),
  };
}

}  // namespace tarn::api::s3
