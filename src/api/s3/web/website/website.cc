// The website configuration of buckets.
#include "api/s3/gen/tables.h"
#include "api/s3/rules/kept_document.h"
#include "api/s3/rules/request_rules.h"
#include "api/s3/web/rows.h"
#include "api/s3/web/website/website_rules.h"

namespace tarn::api::s3 {
namespace {

constexpr uint64_t kWebsiteBytesMax = 128 << 10;

Result<gen::GetBucketWebsiteOutput> GetBucketWebsite(S3Service& service, const Call& call,
                                                     const gen::GetBucketWebsiteRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(auto kept, LoadKept<Website>(service.store(), bucket, kWebsiteDocument, gen::kT_GetBucketWebsiteOutput));
  if (kept) return *std::move(kept);
  call.AddErrorField("BucketName", bucket.name);
  return Fail(kNoSuchWebsite, "The specified bucket does not have a website configuration");
}

Result<gen::PutBucketWebsiteResponse> PutBucketWebsite(S3Service& service, const Call& call,
                                                       const gen::PutBucketWebsiteRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.website_configuration) return Fail(kMalformedXml, "no configuration");
  const gen::WebsiteConfiguration& wanted = *in.website_configuration;
  TARN_CHECK(CheckWebsite(call, wanted));
  const Website kept{.redirect_all_requests_to = wanted.redirect_all_requests_to,
                     .index_document = wanted.index_document,
                     .error_document = wanted.error_document,
                     .routing_rules = wanted.routing_rules};
  TARN_CHECK(Keep(service.store(), bucket, kWebsiteDocument, gen::kT_GetBucketWebsiteOutput, kept));
  return gen::PutBucketWebsiteResponse{};
}

Result<gen::DeleteBucketWebsiteResponse> DeleteBucketWebsite(S3Service& service, const Call& call,
                                                             const gen::DeleteBucketWebsiteRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(service.store().SetDocument(bucket.name, kWebsiteDocument, std::nullopt));
  return gen::DeleteBucketWebsiteResponse{};
}

}  // namespace

Rows WebsiteRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&GetBucketWebsite>("GetBucketWebsite", "s3:GetBucketWebsite", rules.Bucket("s3:GetBucketWebsite")),
      Bind<&PutBucketWebsite>("PutBucketWebsite", "s3:PutBucketWebsite", rules.Bucket("s3:PutBucketWebsite"),
                              {.body_bytes_max = kWebsiteBytesMax}),
      Bind<&DeleteBucketWebsite>("DeleteBucketWebsite", "s3:DeleteBucketWebsite",
                                 rules.Bucket("s3:DeleteBucketWebsite")),
  };
}

}  // namespace tarn::api::s3
