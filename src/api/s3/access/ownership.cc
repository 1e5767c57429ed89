#include "api/s3/access/ownership.h"

#include <fmt/format.h>

#include <utility>

namespace tarn::api::s3 {
namespace {

using object::Ownership;

constexpr std::pair<Ownership, std::string_view> kNames[] = {
    {Ownership::kBucketOwnerEnforced, "BucketOwnerEnforced"},
    {Ownership::kBucketOwnerPreferred, "BucketOwnerPreferred"},
    {Ownership::kObjectWriter, "ObjectWriter"},
};

}  // namespace

std::string_view OwnershipName(Ownership ownership) {
  for (const auto& [value, name] : kNames) {
    if (value == ownership) return name;
  }
  return {};
}

std::optional<Ownership> ParseOwnership(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

Status SetBucketAccess(const S3Service& service, const Call& call, const gen::CreateBucketRequest& in,
                       object::NewBucket& options) {
  const bool legacy = service.parts().legacy_bucket_defaults;
  options.ownership = legacy ? Ownership::kNotSet : Ownership::kBucketOwnerEnforced;
  // Who names a list means to use lists, says S3, though it is the one that every bucket has.
  if (!legacy && in.acl == "private") options.ownership = Ownership::kBucketOwnerPreferred;
  if (in.object_ownership) {
    const auto ownership = ParseOwnership(*in.object_ownership);
    if (!ownership) {
      call.AddErrorField("ArgumentName", "x-amz-object-ownership");
      return Fail(object::kInvalidArgument,
                  fmt::format("Invalid x-amz-object-ownership header: {}", *in.object_ownership));
    }
    options.ownership = *ownership;
  }
  const std::string& owner = call.scope.account;
  TARN_TRY(const Acl acl,
           ReadAcl(call, service.access().accounts, AskedAclOf(call, in), {.owner = owner, .bucket_owner = owner}));
  std::string kept = EncodeAcl(acl, owner);
  if (!kept.empty() && options.ownership == Ownership::kBucketOwnerEnforced) {
    return Fail(kBucketAclWithOwnership, "the bucket's ownership does not allow ACLs");
  }
  if (IsPublic(acl) && service.parts().points != nullptr) {
    TARN_TRY(const auto block, service.parts().points->GetAccountBlock(owner));
    if (block && block->acls) return Fail(object::kAccessDenied, "the account blocks public access lists");
  }
  if (!legacy && IsPublic(acl)) {
    return Fail(kBucketAclWithBlock, "a new bucket blocks public access");
  }
  if (!kept.empty()) options.documents.emplace_back(kAclDocument, std::move(kept));
  if (legacy) options.documents.emplace_back(kPublicAccessDocument, "");
  return Ok();
}

Result<bool> AsksForSameAccess(const S3Service& service, const Call& call, const gen::CreateBucketRequest& in,
                               const object::Bucket& present) {
  const std::string& owner = present.owner.account;
  TARN_TRY(const Acl acl,
           ReadAcl(call, service.access().accounts, AskedAclOf(call, in), {.owner = owner, .bucket_owner = owner}));
  TARN_TRY(const auto access, service.access().buckets.Get(present));
  return !TakesAcls(present) || access->acl == acl;
}

}  // namespace tarn::api::s3
