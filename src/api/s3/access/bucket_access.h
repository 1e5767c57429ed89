// What a bucket's configuration says about access: its access list, policy, block of public access, who pays.
//
// Invariant: what is answered was true at the revision of the Bucket that was asked about, or is newer.
// Kept documents: docs/format/object.md. Errors: those of object::Store, kCorruptRecord. Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "api/s3/access/acl.h"
#include "base/per_thread.h"
#include "base/result.h"
#include "object/store/store.h"
#include "policy/policy.h"

namespace tarn::api::s3 {

// Kinds of documents (object::Store::GetDocument); frozen: stored.
inline constexpr std::string_view kAclDocument = "acl";
inline constexpr std::string_view kPolicyDocument = "policy";
inline constexpr std::string_view kPublicAccessDocument = "public-access-block";
inline constexpr std::string_view kPayerDocument = "request-payment";
inline constexpr std::string_view kAbacDocument = "abac";

struct PublicAccessBlock {
  bool block_acls = true;
  bool ignore_acls = true;
  bool block_policy = true;
  bool restrict_buckets = true;
  bool operator==(const PublicAccessBlock&) const = default;
};
inline constexpr PublicAccessBlock kNothingBlocked{false, false, false, false};

// A bucket without the document blocks everything; one whose block was removed keeps an empty document.
std::string EncodeBlock(const PublicAccessBlock& block);
PublicAccessBlock DecodeBlock(std::string_view kept);

struct BucketAccess {
  Acl acl;
  std::shared_ptr<const policy::Document> policy;  // null: none
  PublicAccessBlock block;
  bool block_configured = true;  // false: its block was removed
  bool requester_pays = false;
  bool tags_decide = false;  // attribute-based access: the bucket's tags count in aws:ResourceTag
};

inline bool TakesAcls(const object::Bucket& bucket) {
  return bucket.ownership != object::Ownership::kBucketOwnerEnforced;
}
// Whether anything but the owner's account could have a say. Costs no read.
inline bool HasAccessRules(const object::Bucket& bucket) {
  return bucket.point != nullptr || TakesAcls(bucket) || bucket.Has(kPolicyDocument) || bucket.Has(kPayerDocument);
}

class BucketAccessCache {
 public:
  explicit BucketAccessCache(object::Store& store) : store_(store) {}
  // Memory speed: also allowed on an I/O thread.
  Result<std::shared_ptr<const BucketAccess>> Get(const object::Bucket& bucket);

 private:
  Result<std::string> Document(const object::Bucket& bucket, std::string_view kind) const;
  Result<std::shared_ptr<const BucketAccess>> Find(const object::Bucket& bucket);  // what all threads share
  Result<std::shared_ptr<const BucketAccess>> Load(const object::Bucket& bucket) const;

  struct Kept {
    uint64_t revision = 0;
    std::shared_ptr<const BucketAccess> access;
  };
  object::Store& store_;
  std::mutex mutex_;
  std::unordered_map<uint64_t, Kept> kept_;                          // by bucket
  PerThread<uint64_t, std::shared_ptr<const BucketAccess>> recent_;  // the same, by its revision
};

}  // namespace tarn::api::s3
