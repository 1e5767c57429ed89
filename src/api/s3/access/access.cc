#include "api/s3/access/access.h"

#include <fmt/format.h>

#include <utility>

#include "api/s3/access/guard.h"
#include "api/s3/directory/directory.h"
#include "api/s3/rules/request_rules.h"
#include "identity/check_context.h"

namespace tarn::api::s3 {
namespace {

std::string Arn(const object::Bucket& bucket, const std::optional<std::string>& key) {
  return key ? fmt::format("arn:aws:s3:::{}/{}", bucket.name, *key) : fmt::format("arn:aws:s3:::{}", bucket.name);
}

bool IsOwn(const Call& call, const object::Bucket& bucket) {
  return !call.caller.anonymous() && call.caller.account == bucket.owner.account;
}

// Has all rights of its account, nothing left to policies of its own.
bool IsWholeAccount(const identity::Caller& caller) { return caller.acts_for_account() && !caller.facts; }

// Others than the owner must have agreed to pay; they are told that they do.
Status CheckPayer(const Call& call, const object::Bucket& bucket) {
  if (IsOwn(call, bucket)) return Ok();
  constexpr std::string_view kHeader = "x-amz-request-payer";
  auto payer = call.Header(kHeader);
  if (!payer) payer = call.Query(kHeader);
  if (call.caller.anonymous() || payer != "requester") {
    return Fail(object::kAccessDenied, "the requester pays, and did not agree to");
  }
  constexpr std::string_view kCharged = "x-amz-request-charged";
  for (const auto& [name, value] : call.extras.headers) {
    if (name == kCharged) return Ok();
  }
  call.AddHeader(std::string(kCharged), "requester");
  return Ok();
}

}  // namespace

Result<identity::Check> MakeCheck(const S3Service& service, const Call& call, const object::Bucket& bucket, Wish wish,
                                  const identity::Check* like) {
  identity::Check check{.action = std::move(wish.action),
                        .resource = Arn(bucket, wish.key),
                        .owner = bucket.owner.account,
                        .context = std::move(wish.context)};
  if (!wish.version_id.empty()) check.context.emplace("s3:versionid", std::move(wish.version_id));
  // Where Lake Formation governs, a listing is of what its prefix names.
  if (!call.caller.is_root() && check.action.starts_with("s3:ListBucket")) {
    if (const auto prefix = call.Query("prefix")) check.context.emplace("s3:prefix", *prefix);
  }
  if (IsDirectory(bucket)) AsDirectoryCheck(call, bucket, wish.key, check);
  // An account's own users and roles need it for the condition keys of their policies.
  const bool own_principal = IsOwn(call, bucket) && !IsWholeAccount(call.caller);
  if (!HasAccessRules(bucket) && !own_principal) {
    ChooseMode(call, check);
    return check;
  }
  if (like != nullptr) {
    check.guard = like->guard;
  } else {
    TARN_TRY(auto access, service.access().buckets.Get(bucket));
    if (access->requester_pays) TARN_CHECK(CheckPayer(call, bucket));
    const bool writes = check.action == "s3:PutObject";
    // It limits what policies and lists grant, and so asks nobody where there are none.
    PublicAccessBlock block;
    if (HasAccessRules(bucket)) {
      TARN_TRY(block, EffectiveBlock(service, bucket, *access));
    }
    if (bucket.point != nullptr) {
      TARN_TRY(auto policy, service.access().points.Get(*bucket.point));
      check.guard =
          std::make_shared<PointGuard>(service, call, bucket, std::move(access), block, std::move(policy), writes);
    } else {
      check.guard = std::make_shared<BucketGuard>(service, call, bucket, std::move(access), block, writes);
    }
  }
  check.owner = static_cast<const BucketGuard&>(*check.guard).OwnerFor(check);
  ChooseMode(call, check);
  return check;
}

bool May(const S3Service& service, const Call& call, const object::Bucket& bucket, Wish wish) {
  const auto check = MakeCheck(service, call, bucket, std::move(wish));
  return check.ok() && call.Allow(std::span(&*check, 1)).ok();
}

Error Missing(const S3Service& service, const Call& call, const object::Bucket& bucket, const std::string& key,
              Error missing) {
  // Without rules of access whoever came this far is of the owner's account.
  if (!HasAccessRules(bucket) && IsWholeAccount(call.caller)) return missing;
  Wish listing{.action = "s3:ListBucket", .context = {{"s3:prefix", key}, {std::string(identity::kOfOneKey), "true"}}};
  if (May(service, call, bucket, std::move(listing))) return missing;
  return Fail(object::kAccessDenied, "whether the key exists is not for this caller to know");
}

Status SetAccess(const S3Service& service, const Call& call, const object::Bucket& bucket, const AskedAcl& asked,
                 object::Attributes& attributes) {
  const std::string& bucket_owner = bucket.owner.account;
  const bool full_control = asked.any() && IsBucketOwnersFullControl(asked, CanonicalId(bucket_owner));
  if (!TakesAcls(bucket)) {
    if (asked.canned && !CannedAcl(*asked.canned, bucket_owner, bucket_owner, /*object=*/true)) {
      call.AddErrorField("ArgumentName", "x-amz-acl");
      call.AddErrorField("ArgumentValue", *asked.canned);
      return Fail(object::kInvalidArgument, "");
    }
    // To the bucket's own account "private" says the same, and old clients always say it.
    const bool own = asked.canned == "private" && call.caller.account == bucket_owner;
    if (asked.any() && !full_control && !own) return Fail(kAclNotSupported, "the bucket does not allow ACLs");
    return Ok();
  }
  // What strangers write is the bucket owner's, lest nobody could read it.
  std::string owner = call.caller.anonymous() ? bucket_owner : call.caller.account;
  const bool hands_over = full_control && asked.canned && bucket.ownership == object::Ownership::kBucketOwnerPreferred;
  if (hands_over) owner = bucket_owner;
  if (asked.any()) {
    TARN_TRY(const Acl acl, ReadAcl(call, service.access().accounts, asked,
                                    {.owner = owner, .bucket_owner = bucket_owner, .object = true}));
    TARN_TRY(const auto access, service.access().buckets.Get(bucket));
    TARN_TRY(const PublicAccessBlock block, EffectiveBlock(service, bucket, *access));
    if (block.block_acls && IsPublic(acl)) return Blocked(call, bucket, "s3:PutObject", kPublicAclsBlocked);
    attributes.acl = EncodeAcl(acl, owner);
  }
  attributes.owner = owner == bucket_owner ? std::string() : std::move(owner);
  return Ok();
}

Result<PublicAccessBlock> EffectiveBlock(const S3Service& service, const object::Bucket& bucket,
                                         const BucketAccess& access) {
  PublicAccessBlock block = access.block;
  const auto add = [&](const object::PublicBlock& more) {
    block.block_acls |= more.acls;
    block.ignore_acls |= more.ignored_acls;
    block.block_policy |= more.policies;
    block.restrict_buckets |= more.public_buckets;
  };
  if (bucket.point != nullptr) add(bucket.point->block);
  if (service.parts().points == nullptr) return block;
  TARN_TRY(const auto account, service.parts().points->GetAccountBlock(bucket.owner.account));
  if (account) add(*account);
  return block;
}

Error Blocked(const Call& call, const object::Bucket& bucket, std::string_view action, std::string_view why) {
  const std::string& arn = call.caller.arn;
  return Fail(identity::kAccessDenied,
              fmt::format("User: {} is not authorized to perform: {} on resource: \"{}\" because {}.",
                          arn.empty() ? "anonymous" : arn, action, object::BucketArn(bucket), why));
}

}  // namespace tarn::api::s3
