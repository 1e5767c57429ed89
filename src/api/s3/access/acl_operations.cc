// The access lists of buckets and objects.
#include <utility>

#include "api/s3/access/access.h"
#include "api/s3/operations.h"
#include "api/s3/rules/request_rules.h"

namespace tarn::api::s3 {
namespace {

Error MissingAcl(const Call& call) {
  call.AddErrorField("MissingHeaderName", "x-amz-acl");
  return Fail(kMissingHeader, "Your request was missing a required header");
}

Result<gen::GetBucketAclOutput> GetBucketAcl(S3Service& service, const Call& call, const gen::GetBucketAclRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  Acl acl = OwnersAcl(bucket.owner.account);
  if (TakesAcls(bucket)) {
    TARN_TRY(const auto access, service.access().buckets.Get(bucket));
    acl = access->acl;
  }
  Accounts& accounts = service.access().accounts;
  return gen::GetBucketAclOutput{.owner = accounts.Owner(bucket.owner.account), .grants = ToGrants(acl, accounts)};
}

Result<gen::PutBucketAclResponse> PutBucketAcl(S3Service& service, const Call& call,
                                               const gen::PutBucketAclRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const AskedAcl asked = AskedAclOf(call, in);
  if (!asked.any()) return MissingAcl(call);
  const std::string& owner = bucket.owner.account;
  TARN_TRY(const Acl acl, ReadAcl(call, service.access().accounts, asked, {.owner = owner, .bucket_owner = owner}));
  if (!TakesAcls(bucket)) return Fail(kAclNotSupported, "the bucket does not allow ACLs");
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  TARN_TRY(const PublicAccessBlock block, EffectiveBlock(service, bucket, *access));
  if (block.block_acls && IsPublic(acl)) return Blocked(call, bucket, "s3:PutBucketAcl", kPublicAclsBlocked);
  std::string kept = EncodeAcl(acl, owner);
  TARN_CHECK(service.store().SetDocument(bucket.name, kAclDocument,
                                         kept.empty() ? std::nullopt : std::optional(std::move(kept))));
  return gen::PutBucketAclResponse{};
}

Result<gen::GetObjectAclOutput> GetObjectAcl(S3Service& service, const Call& call, const gen::GetObjectAclRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  TARN_TRY(const object::Version version,
           service.FindVersion(call, bucket, in.key.value_or(""), in.version_id.value_or(""), false));
  const std::string& owner = TakesAcls(bucket) ? OwningAccount(bucket, version.attributes) : bucket.owner.account;
  TARN_TRY(const Acl acl, DecodeAcl(TakesAcls(bucket) ? version.attributes.acl : std::string(), owner));
  Accounts& accounts = service.access().accounts;
  gen::GetObjectAclOutput out;
  out.owner = accounts.Owner(owner);
  out.grants = ToGrants(acl, accounts);
  if (version.bucket_versioned) call.AddHeader("x-amz-version-id", version.version_id);
  return out;
}

Result<gen::PutObjectAclOutput> PutObjectAcl(S3Service& service, const Call& call, const gen::PutObjectAclRequest& in) {
  TARN_TRY(const object::Bucket bucket, service.BucketOf(call, in));
  const std::string key = in.key.value_or("");
  const std::string version_id = in.version_id.value_or("");
  TARN_TRY(const object::Version version, service.FindSettled(call, bucket, key, version_id));
  const AskedAcl asked = AskedAclOf(call, in);
  if (!asked.any()) return MissingAcl(call);
  const std::string& owner = OwningAccount(bucket, version.attributes);
  TARN_TRY(const Acl acl, ReadAcl(call, service.access().accounts, asked,
                                  {.owner = owner, .bucket_owner = bucket.owner.account, .object = true}));
  if (!TakesAcls(bucket)) return Fail(kAclNotSupported, "the bucket does not allow ACLs");
  TARN_TRY(const auto access, service.access().buckets.Get(bucket));
  TARN_TRY(const PublicAccessBlock block, EffectiveBlock(service, bucket, *access));
  if (block.block_acls && IsPublic(acl)) return Blocked(call, bucket, "s3:PutObjectAcl", kPublicAclsBlocked);
  const std::string kept = EncodeAcl(acl, owner);
  // The version that was judged, though a newer one may have come.
  TARN_CHECK(service.store().ChangeAttributes(
      bucket, key, version.version_id,
      [&](const object::Version&, object::Attributes& attributes) -> Status {
        attributes.acl = kept;
        return Ok();
      },
      "ObjectAcl:Put", OriginOf(call, bucket, "Put")));
  if (version.bucket_versioned) call.AddHeader("x-amz-version-id", version.version_id);
  return gen::PutObjectAclOutput{};
}

}  // namespace

Rows AclRows(const Rules& rules) {
  using protocol::Bind;
  return {
      Bind<&GetBucketAcl>("GetBucketAcl", "s3:GetBucketAcl", rules.Bucket("s3:GetBucketAcl")),
      Bind<&PutBucketAcl>("PutBucketAcl", "s3:PutBucketAcl", rules.Bucket("s3:PutBucketAcl")),
      Bind<&GetObjectAcl>("GetObjectAcl", "s3:GetObjectAcl", rules.Object("s3:GetObjectAcl")),
      Bind<&PutObjectAcl>("PutObjectAcl", "s3:PutObjectAcl", rules.Object("s3:PutObjectAcl")),
  };
}

}  // namespace tarn::api::s3
