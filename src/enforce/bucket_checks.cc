#include "enforce/bucket_checks.h"

#include <fmt/format.h>

#include <utility>

#include "catalog/places.h"
#include "enforce/rights.h"
#include "identity/policy_guard.h"
#include "object/directory/checks.h"
#include "object/errors.h"
#include "object/files.h"
#include "policy/policy.h"

namespace tarn::enforce {
namespace {

constexpr std::string_view kPolicyDocument = "policy";

}  // namespace

Result<std::shared_ptr<const identity::Guard>> PolicyOf(object::Store& objects, const object::Bucket& bucket) {
  if (!bucket.Has(kPolicyDocument)) return std::shared_ptr<const identity::Guard>();
  TARN_TRY(const std::string text, objects.GetDocument(bucket, kPolicyDocument));
  TARN_TRY(auto document, policy::ParseBucketPolicy(text, object::BucketArn(bucket)));
  auto guard = std::make_shared<identity::PolicyGuard>();
  guard->Add(std::move(document));
  return std::shared_ptr<const identity::Guard>(std::move(guard));
}

Result<BucketChecks::Known> BucketChecks::Find(const std::string& name) const {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = known_.find(name); found != known_.end()) return found->second;
  }
  Known known;
  auto bucket = objects_.GetBucket(name);
  if (bucket.ok()) {
    TARN_TRY(known.guard, PolicyOf(objects_, *bucket));
    known.bucket = std::move(bucket).value();
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
  if (known.bucket) {
    check = object::CheckOf(*known.bucket, action, std::string(key));
  } else {
    check.action = action;
    check.resource = fmt::format("arn:aws:s3:::{}{}{}", bucket, key.empty() ? "" : "/", key);
  }
  check.context.merge(context);
  check.guard = std::move(known.guard);
  return check;
}

Result<identity::Check> BucketChecks::At(std::string_view action, std::string_view uri) const {
  TARN_TRY(object::Location at, object::ParseLocation(uri));
  if (at.key.empty() || at.key.ends_with('/')) at.key += '*';
  return Of(action, at.bucket, at.key);
}

Result<std::optional<identity::Check>> BucketChecks::ToWriteBelow(const Rights& rights,
                                                                  std::string_view location) const {
  const std::string folder = catalog::FolderOf(location);
  if (folder.empty()) return std::optional<identity::Check>();
  TARN_TRY(const bool is_formations, rights.Decides(folder));
  if (is_formations) return std::optional<identity::Check>();
  TARN_TRY(auto check, At("s3:PutObject", folder));
  return std::optional(std::move(check));
}

}  // namespace tarn::enforce
