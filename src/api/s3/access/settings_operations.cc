// Object ownership, the block of public access, who pays for requests, attribute-based access.
#include <fmt/format.h>

#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/access/ownership.h"
#include "api/s3/operations.h"
#include "api/s3/rules/request_rules.h"

namespace tarn::api::s3 {
namespace {

Error None(const Call& call, const object::Bucket& bucket, const Reason& reason) {
  call.AddErrorField("BucketName", bucket.name);
  return Fail(reason, "the bucket has no such configuration");
}

Result<gen::GetBucketOwnershipControlsOutput> GetOwnership(S3Service& service, const Call& call,
                                                           const gen::GetBucketOwnershipControlsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string_view name = OwnershipName(bucket.ownership);
  if (name.empty()) return None(call, bucket, kNoOwnershipControls);
  gen::GetBucketOwnershipControlsOutput out;
  out.ownership_controls.emplace().rules.emplace().push_back({.object_ownership = std::string(name)});
  return out;
}

Result<gen::PutBucketOwnershipControlsResponse> PutOwnership(S3Service& service, const Call& call,
                                                             const gen::PutBucketOwnershipControlsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const auto malformed = Fail(kMalformedXml, "one rule of ownership is expected");
  if (!in.ownership_controls || !in.ownership_controls->rules || in.ownership_controls->rules->size() != 1) {
    return malformed;
  }
  const auto ownership = ParseOwnership((*in.ownership_controls->rules)[0].object_ownership.value_or(""));
  if (!ownership) return malformed;
  if (*ownership == object::Ownership::kBucketOwnerEnforced) {
    TARN_TRY(const auto access, service.access().buckets.Get(bucket));
    if (TakesAcls(bucket) && access->acl != OwnersAcl(bucket.owner.account)) {
      return Fail(kBucketAclWithOwnership, "the bucket's list grants something to others");
    }
  }
  TARN_CHECK(service.store().SetOwnership(bucket.name, *ownership));
  return gen::PutBucketOwnershipControlsResponse{};
}

Result<gen::DeleteBucketOwnershipControlsResponse> DeleteOwnership(
    S3Service& service, const Call& call, const gen::DeleteBucketOwnershipControlsRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(service.store().SetOwnership(bucket.name, object::Ownership::kNotSet));
  return gen::DeleteBucketOwnershipControlsResponse{};
}

Result<gen::GetPublicAccessBlockOutput> GetBlock(S3Service& service, const Call& call,
                                                 const gen::GetPublicAccessBlockRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  if (!access->block_configured) return None(call, bucket, kNoPublicAccessBlock);
  const PublicAccessBlock& block = access->block;
  gen::GetPublicAccessBlockOutput out;
  out.public_access_block_configuration =
      gen::PublicAccessBlockConfiguration{.block_public_acls = block.block_acls,
                                          .ignore_public_acls = block.ignore_acls,
                                          .block_public_policy = block.block_policy,
                                          .restrict_public_buckets = block.restrict_buckets};
  return out;
}

Result<gen::PutPublicAccessBlockResponse> PutBlock(S3Service& service, const Call& call,
                                                   const gen::PutPublicAccessBlockRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  if (!in.public_access_block_configuration) return Fail(kMalformedXml, "no PublicAccessBlockConfiguration");
  const gen::PublicAccessBlockConfiguration& wanted = *in.public_access_block_configuration;
  if (!wanted.block_public_acls && !wanted.ignore_public_acls && !wanted.block_public_policy &&
      !wanted.restrict_public_buckets) {
    return Fail(object::kInvalidRequest, "Must specify at least one configuration.");
  }
  const PublicAccessBlock block{.block_acls = wanted.block_public_acls.value_or(false),
                                .ignore_acls = wanted.ignore_public_acls.value_or(false),
                                .block_policy = wanted.block_public_policy.value_or(false),
                                .restrict_buckets = wanted.restrict_public_buckets.value_or(false)};
  TARN_CHECK(service.store().SetDocument(bucket.name, kPublicAccessDocument, EncodeBlock(block)));
  return gen::PutPublicAccessBlockResponse{};
}

Result<gen::DeletePublicAccessBlockResponse> DeleteBlock(S3Service& service, const Call& call,
                                                         const gen::DeletePublicAccessBlockRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_CHECK(service.store().SetDocument(bucket.name, kPublicAccessDocument, std::string()));
  return gen::DeletePublicAccessBlockResponse{};
}

Result<gen::GetBucketRequestPaymentOutput> GetPayer(S3Service& service, const Call& call,
                                                    const gen::GetBucketRequestPaymentRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  return gen::GetBucketRequestPaymentOutput{.payer = access->requester_pays ? "Requester" : "BucketOwner"};
}

Result<gen::PutBucketRequestPaymentResponse> PutPayer(S3Service& service, const Call& call,
                                                      const gen::PutBucketRequestPaymentRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string payer =
      in.request_payment_configuration ? in.request_payment_configuration->payer.value_or("") : std::string();
  if (payer != "Requester" && payer != "BucketOwner") return Fail(kMalformedXml, "Payer: Requester or BucketOwner");
  TARN_CHECK(service.store().SetDocument(bucket.name, kPayerDocument,
                                         payer == "Requester" ? std::optional(payer) : std::nullopt));
  return gen::PutBucketRequestPaymentResponse{};
}

Result<gen::GetBucketAbacOutput> GetAbac(S3Service& service, const Call& call, const gen::GetBucketAbacRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  gen::GetBucketAbacOutput out;
  out.abac_status = gen::AbacStatus{.status = access->tags_decide ? "Enabled" : "Disabled"};
  return out;
}

Result<gen::PutBucketAbacResponse> PutAbac(S3Service& service, const Call& call, const gen::PutBucketAbacRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string status = in.abac_status ? in.abac_status->status.value_or("") : std::string();
  if (status != "Enabled" && status != "Disabled") return Fail(kMalformedXml, "Status: Enabled or Disabled");
  TARN_CHECK(service.store().SetDocument(bucket.name, kAbacDocument,
                                         status == "Enabled" ? std::optional(status) : std::nullopt));
  return gen::PutBucketAbacResponse{};
}

}  // namespace

Rows AccessSettingRows(const Rules& rules) {
  using protocol::Bind;
  constexpr std::string_view kPutOwnership = "s3:PutBucketOwnershipControls";
  constexpr std::string_view kPutBlock = "s3:PutBucketPublicAccessBlock";
  return {
      Bind<&GetOwnership>("GetBucketOwnershipControls", "s3:GetBucketOwnershipControls",
                          rules.Bucket("s3:GetBucketOwnershipControls")),
      Bind<&PutOwnership>("PutBucketOwnershipControls", kPutOwnership, rules.Bucket(kPutOwnership)),
      Bind<&DeleteOwnership>("DeleteBucketOwnershipControls", kPutOwnership, rules.Bucket(kPutOwnership)),
      Bind<&GetBlock>("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock",
                      rules.Bucket("s3:GetBucketPublicAccessBlock")),
      Bind<&PutBlock>("PutPublicAccessBlock", kPutBlock, rules.Bucket(kPutBlock)),
      Bind<&DeleteBlock>("DeletePublicAccessBlock", kPutBlock, rules.Bucket(kPutBlock)),
      Bind<&GetPayer>("GetBucketRequestPayment", "s3:GetBucketRequestPayment",
                      rules.Bucket("s3:GetBucketRequestPayment")),
      Bind<&PutPayer>("PutBucketRequestPayment", "s3:PutBucketRequestPayment",
                      rules.Bucket("s3:PutBucketRequestPayment")),
      Bind<&GetAbac>("GetBucketAbac", "s3:GetBucketAbac", rules.Bucket("s3:GetBucketAbac")),
      Bind<&PutAbac>("PutBucketAbac", "s3:PutBucketAbac", rules.Bucket("s3:PutBucketAbac")),
  };
}

}  // namespace tarn::api::s3
