// A bucket's kept lifecycle configuration in the domain's terms, and what it says in the headers of answers.
//
// Threads: any.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api/s3/gen/shapes.h"
#include "base/result.h"
#include "object/lifecycle/rules.h"
#include "object/lifecycle/tiering.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

inline constexpr std::string_view kLifecycleDocument = "lifecycle";
// x-amz-transition-default-minimum-object-size
inline constexpr std::string_view kMinimumForAll = "all_storage_classes_128K";
inline constexpr std::string_view kMinimumByClass = "varies_by_storage_class";

// The configuration as it is kept; nothing when there is none.
Result<std::optional<gen::GetBucketLifecycleConfigurationOutput>> LoadLifecycle(object::Store& store,
                                                                                const object::Bucket& bucket);
Status KeepLifecycle(object::Store& store, const object::Bucket& bucket,
                     const gen::GetBucketLifecycleConfigurationOutput& configuration);

// The enabled rules; none when nothing is kept, or where a directory bucket's policy does not let S3 Lifecycle act. For
// object::LifecycleRunner.
Result<object::LifecycleRules> LifecycleRulesOf(object::Store& store, const object::Bucket& bucket);

// The enabled archive configurations of Intelligent-Tiering. For object::Tiering.
Result<std::vector<object::ArchiveRule>> ArchiveRulesOf(object::Store& store, const object::Bucket& bucket);

// The rules of buckets, read again when a bucket's documents changed.
class LifecycleCache {
 public:
  // Null when the bucket has none.
  Result<std::shared_ptr<const object::LifecycleRules>> Get(object::Store& store, const object::Bucket& bucket);

 private:
  struct Entry {
    uint64_t revision = 0;
    std::shared_ptr<const object::LifecycleRules> rules;
  };
  std::mutex mutex_;
  std::map<uint64_t, Entry> entries_;  // by bucket id
};

// x-amz-expiration of a current object; nothing when no rule expires it.
std::optional<std::string> ExpirationHeader(const object::LifecycleRules& rules, const object::Version& version,
                                            const object::StorageTimes& times);

}  // namespace tarn::api::s3
