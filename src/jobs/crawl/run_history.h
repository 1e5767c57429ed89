// The durable record of crawls: the one under way of each crawler, and those that ended.
//
// Invariant: a crawler has at most one crawl under way; Begin and End are single transactions, so that no two lakes'
// threads and no crash can leave two. At most kCrawlsKept crawls are kept of a crawler.
// Errors: crawl.CrawlerRunning, crawl.CrawlerNotRunning, crawl.CrawlerStopping, crawl.Damaged, kv's.
// Threads: any; calls block.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "jobs/crawl/crawler.h"
#include "kv/kv.h"

namespace tarn::jobs::crawl {

struct ActiveCrawl {
  std::string id;
  Timestamp start_time;
  bool stopping = false;
};

class RunHistory {
 public:
  static constexpr size_t kCrawlsKept = 1000;

  explicit RunHistory(kv::Store& store) : store_(&store) {}

  // Makes `crawl` the crawler's crawl under way.
  Status Begin(const Scope& scope, std::string_view crawler, const Crawl& crawl);
  Status MarkStopping(const Scope& scope, std::string_view crawler);
  // Keeps the crawl's outcome; the crawler is ready again.
  Status End(const Scope& scope, std::string_view crawler, const Crawl& crawl);

  Result<std::optional<ActiveCrawl>> Active(const Scope& scope, std::string_view crawler);
  // Newest first, the one under way included.
  Result<std::vector<Crawl>> List(const Scope& scope, std::string_view crawler, size_t limit);
  Status Forget(const Scope& scope, std::string_view crawler);

  // Ends as failed, with `reason`, what a former process left under way. Called once, before anything is started.
  Status Recover(const std::string& reason, Timestamp now);

 private:
  kv::Store* store_;
};

}  // namespace tarn::jobs::crawl
