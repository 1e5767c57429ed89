#include "server/facts/usage_source.h"

#include <iterator>
#include <utility>

#include "object/errors.h"
#include "object/storage_class.h"

namespace tarn::server {
namespace {

Result<observe::BucketUsage> Measure(object::Store& objects, const object::Bucket& bucket) {
  TARN_TRY(const object::Usage usage, objects.GetUsage(bucket));
  observe::BucketUsage measured{.account = bucket.owner.account,
                                .bucket = bucket.name,
                                .region = bucket.owner.region,
                                .bytes = usage.bytes,
                                .objects = usage.versions + usage.parts};
  for (size_t kind = 0; kind < object::kStorageKinds; ++kind) {
    if (usage.kinds[kind] == 0) continue;
    measured.by_type.emplace_back(object::StorageTypeName(static_cast<object::StorageKind>(kind)), usage.kinds[kind]);
  }
  return measured;
}

}  // namespace

Result<std::vector<observe::BucketUsage>> BucketUsageSource::ListAll() {
  TARN_TRY(const auto accounts, accounts_->ListAccounts());
  std::vector<observe::BucketUsage> all;
  for (const auto& account : accounts) {
    TARN_TRY(auto usages, ListOf(account.id));
    std::ranges::move(usages, std::back_inserter(all));
  }
  return all;
}

Result<std::vector<observe::BucketUsage>> BucketUsageSource::ListOf(const std::string& account) {
  std::vector<observe::BucketUsage> usages;
  object::BucketQuery query;
  while (true) {
    TARN_TRY(const auto page, objects_->ListBuckets(account, query));
    for (const object::Bucket& bucket : page.buckets) {
      auto usage = Measure(*objects_, bucket);
      if (usage.ok()) {
        usages.push_back(std::move(*usage));
      } else if (!usage.Is(object::kNoSuchBucket)) {
        return usage.error();
      }
    }
    if (!page.truncated || page.buckets.empty()) return usages;
    query.start_after = page.buckets.back().name;
  }
}

Result<std::optional<observe::BucketUsage>> BucketUsageSource::Find(const std::string& account,
                                                                    const std::string& name) {
  const auto bucket = objects_->GetBucket(name);
  if (bucket.Is(object::kNoSuchBucket)) return std::optional<observe::BucketUsage>();
  if (!bucket.ok()) return bucket.error();
  if (bucket->owner.account != account) return std::optional<observe::BucketUsage>();
  TARN_TRY(auto usage, Measure(*objects_, *bucket));
  return std::optional<observe::BucketUsage>(std::move(usage));
}

}  // namespace tarn::server
