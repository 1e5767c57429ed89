#include "enforce/bucket_checks.h"

#include <fmt/format.h>

#include <utility>

#include "identity/policy_guard.h"
#include "object/errors.h"
#include "object/files.h"
#include "policy/policy.h"

namespace tarn::enforce {
namespace {

constexpr std::string_view kPolicyDocument = "policy";

}  // namespace

Result<BucketChecks::Known> BucketChecks::Find(const std::string& name) const {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = known_.find(name); found != known_.end()) return found->second;
  }
  Known known;
  const auto bucket = objects_.GetBucket(name);
  if (bucket.ok()) {
    known.owner = bucket->owner.account;
    if (bucket->Has(kPolicyDocument)) {
      TARN_TRY(const std::string text, objects_.GetDocument(*bucket, kPolicyDocument));
      TARN_TRY(auto document, policy::ParseBucketPolicy(text, "arn:aws:s3:::" + bucket->name));
      auto guard = std::make_shared<identity::PolicyGuard>();
      guard->Add(std::move(document));
      known.guard = std::move(guard);
    }
  } else if (!bucket.Is(object::kNoSuchBucket)) {
    return bucket.error();
  }
  const std::scoped_lock lock(mutex_);
  return known_.emplace(name, std::move(known)).first->second;
}

Result<identity::Check> BucketChecks::Of(std::string_view action, std::string_view bucket, std::string_view key,
                                         std::map<std::string, std::string> context) const {
  TARN_TRY(Known known, Find(std::string(bucket)));
  identity::Check check;
  check.action = action;
  check.resource = fmt::format("arn:aws:s3:::{}{}{}", bucket, key.empty() ? "" : "/", key);
  check.context = std::move(context);
  if (!known.owner.empty()) check.owner = std::move(known.owner);
  check.guard = std::move(known.guard);
  return check;
}

Result<identity::Check> BucketChecks::At(std::string_view action, std::string_view uri) const {
  TARN_TRY(object::Location at, object::ParseLocation(uri));
  if (at.key.empty() || at.key.ends_with('/')) at.key += '*';
  return Of(action, at.bucket, at.key);
}

}  // namespace tarn::enforce
