#include "api/s3/access/bucket_access.h"

#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "object/directory/checks.h"
#include "object/directory/names.h"

namespace tarn::api::s3 {
namespace {

constexpr size_t kCacheMax = 10'000;

struct Flag {
  bool PublicAccessBlock::* member;
  std::string_view kept;  // frozen: stored
};
constexpr Flag kFlags[] = {
    {&PublicAccessBlock::block_acls, "BlockPublicAcls"},
    {&PublicAccessBlock::ignore_acls, "IgnorePublicAcls"},
    {&PublicAccessBlock::block_policy, "BlockPublicPolicy"},
    {&PublicAccessBlock::restrict_buckets, "RestrictPublicBuckets"},
};
constexpr std::string_view kConfigured = "Configured";

}  // namespace

std::string EncodeBlock(const PublicAccessBlock& block) {
  std::string kept(kConfigured);
  for (const Flag& flag : kFlags) {
    if (block.*flag.member) kept += fmt::format(" {}", flag.kept);
  }
  return kept;
}

PublicAccessBlock DecodeBlock(std::string_view kept) {
  PublicAccessBlock block = kNothingBlocked;
  for (const std::string_view word : Split(kept, ' ')) {
    for (const Flag& flag : kFlags) {
      if (flag.kept == word) block.*flag.member = true;
    }
  }
  return block;
}

Result<std::string> BucketAccessCache::Document(const object::Bucket& bucket, std::string_view kind) const {
  if (!bucket.Has(kind)) return std::string();
  auto document = store_.GetDocument(bucket, kind);
  if (document.Is(object::kNoSuchConfiguration)) return std::string();  // removed since
  return document;
}

Result<std::shared_ptr<const BucketAccess>> BucketAccessCache::Load(const object::Bucket& bucket) const {
  auto access = std::make_shared<BucketAccess>();
  TARN_TRY(const std::string acl, Document(bucket, kAclDocument));
  TARN_TRY(access->acl, DecodeAcl(acl, bucket.owner.account));
  if (bucket.Has(kPublicAccessDocument)) {
    TARN_TRY(const std::string block, Document(bucket, kPublicAccessDocument));
    access->block = DecodeBlock(block);
    access->block_configured = !block.empty();
  }
  TARN_TRY(const std::string policy, Document(bucket, kPolicyDocument));
  if (!policy.empty()) {
    TARN_TRY(access->policy, policy::ParseBucketPolicy(policy, object::BucketArn(bucket)));
  }
  TARN_TRY(const std::string payer, Document(bucket, kPayerDocument));
  access->requester_pays = payer == "Requester";
  TARN_TRY(const std::string abac, Document(bucket, kAbacDocument));
  access->tags_decide = abac == "Enabled" || object::IsDirectoryBucket(bucket.name);
  return std::shared_ptr<const BucketAccess>(std::move(access));
}

Result<std::shared_ptr<const BucketAccess>> BucketAccessCache::Get(const object::Bucket& bucket) {
  if (const auto* const recent = recent_.Find(bucket.id, bucket.revision)) return *recent;
  TARN_TRY(auto access, Find(bucket));
  return recent_.Keep(bucket.id, bucket.revision, CountedApart(std::move(access)));
}

Result<std::shared_ptr<const BucketAccess>> BucketAccessCache::Find(const object::Bucket& bucket) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(bucket.id);
    if (found != kept_.end() && found->second.revision == bucket.revision) return found->second.access;
  }
  TARN_TRY(auto access, Load(bucket));
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kCacheMax) kept_.clear();
  kept_[bucket.id] = {.revision = bucket.revision, .access = access};
  return access;
}

}  // namespace tarn::api::s3
