// The CORS rules of buckets, decoded once per revision of a bucket's configuration. Threads: any.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "api/s3/web/cors/cors_rules.h"
#include "base/result.h"
#include "object/store/store.h"

namespace tarn::api::s3 {

inline constexpr std::string_view kCorsDocument = "cors";

class CorsCache {
 public:
  // Null when the bucket has none. Memory speed.
  Result<std::shared_ptr<const CorsRules>> Find(object::Store& store, const object::Bucket& bucket);

 private:
  struct Entry {
    uint64_t revision = 0;
    std::shared_ptr<const CorsRules> rules;
  };
  std::mutex mutex_;
  std::unordered_map<uint64_t, Entry> entries_;
};

}  // namespace tarn::api::s3
