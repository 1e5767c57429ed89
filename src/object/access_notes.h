// Reads of Intelligent-Tiering's objects that happened since they were last written down: memory only, so that no GET
// waits for a commit. A crash loses what was not yet written (a minute's).
//
// Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.h"
#include "object/storage_class.h"
#include "object/version.h"

namespace tarn::object {

struct NotedRead {
  std::string key;
  uint64_t seq = 0;
  AccessTier tier = AccessTier::kFrequent;
  Timestamp at;
};

class AccessNotes {
 public:
  // Of a bucket's version; nothing for those of other classes.
  void Note(const Version& version, Timestamp now) {
    if (version.attributes.storage_class != kTieringClass || version.size < kTieringBytesMin) return;
    std::lock_guard lock(mutex_);
    if (reads_.size() >= kReadsMax) return;  // the next read of it will be noted
    reads_[{version.bucket, version.key, version.seq}] = {version.attributes.tier, now};
  }
  // All of them, by bucket.
  std::map<std::string, std::vector<NotedRead>> Take() {
    std::map<std::tuple<std::string, std::string, uint64_t>, std::pair<AccessTier, Timestamp>> reads;
    {
      std::lock_guard lock(mutex_);
      reads.swap(reads_);
    }
    std::map<std::string, std::vector<NotedRead>> by_bucket;
    for (const auto& [place, read] : reads) {
      const auto& [bucket, key, seq] = place;
      by_bucket[bucket].push_back({.key = key, .seq = seq, .tier = read.first, .at = read.second});
    }
    return by_bucket;
  }

 private:
  static constexpr size_t kReadsMax = 100'000;
  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, uint64_t>, std::pair<AccessTier, Timestamp>> reads_;
};

}  // namespace tarn::object
