// What buckets hold at this moment, for observe/, from object/'s counters.
#pragma once

#include "identity/directory.h"
#include "object/store/store.h"
#include "observe/storage_metrics.h"

namespace tarn::server {

class BucketUsageSource : public observe::UsageSource {
 public:
  BucketUsageSource(object::Store& objects, identity::Directory& accounts) : objects_(&objects), accounts_(&accounts) {}

  Result<std::vector<observe::BucketUsage>> ListAll() override;
  Result<std::vector<observe::BucketUsage>> ListOf(const std::string& account) override;
  Result<std::optional<observe::BucketUsage>> Find(const std::string& account, const std::string& bucket) override;

 private:
  object::Store* objects_;
  identity::Directory* accounts_;
};

}  // namespace tarn::server
