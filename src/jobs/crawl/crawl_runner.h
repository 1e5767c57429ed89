// Runs crawlers: lists and samples their targets, groups files to tables, writes the catalog, keeps the history.
//
// Invariants: Start is durable before it answers; a crawl that a crash cut off is FAILED after the next start; what a
// crawl published before an error or a stop stays. A broken file is noted on the crawl and never ends it.
// Errors: those of jobs/crawl/errors.h and of the stores.
// Threads: any; crawls run on the runner's own threads.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/time.h"
#include "catalog/catalog.h"
#include "jobs/crawl/crawler.h"
#include "jobs/crawl/definitions.h"
#include "jobs/crawl/publish.h"
#include "jobs/crawl/run_history.h"
#include "jobs/crawl/sample.h"
#include "object/store/store.h"

namespace tarn::jobs::crawl {

// Succeeds when a crawler of that role may list and read what lies at "s3://bucket/prefix".
using MayCrawl = std::function<Status(const Scope& scope, const std::string& role, const std::string& url)>;

class CrawlRunner : public Runner {
 public:
  // All outlive the runner. Without `may` everything may be crawled.
  CrawlRunner(kv::Store& store, Definitions& definitions, catalog::Catalog& catalog, object::Store& objects,
              const Clock& clock, MayCrawl may = nullptr, size_t threads = 2);
  ~CrawlRunner() override;  // asks the crawls under way to stop, and waits

  // Called once at start, before anything else.
  Status Recover();

  Result<std::string> Start(const Scope& scope, std::string_view crawler) override;
  Status Stop(const Scope& scope, std::string_view crawler) override;
  Result<Progress> GetProgress(const Scope& scope, std::string_view crawler) override;
  Result<std::vector<Crawl>> History(const Scope& scope, std::string_view crawler, size_t limit) override;
  Status Forget(const Scope& scope, std::string_view crawler) override;

 private:
  struct Job {
    Scope scope;
    std::string crawler;
    Crawl crawl;
    std::atomic<bool> stop = false;
    std::vector<LeftOut> left_out;
  };
  using JobKey = std::pair<Scope, std::string>;

  void Run(Job& job);
  void LetBeSeen(Job& job);
  Result<Published> CrawlTargets(Job& job);
  Status CrawlTarget(Job& job, const Definition& definition, const S3Target& target, Publisher& publisher);
  Result<std::optional<formats::CsvHints>> CsvHintsOf(const Scope& scope, const Definition& definition);

  Definitions* definitions_;
  catalog::Catalog* catalog_;
  object::Store* objects_;
  const Clock* clock_;
  const MayCrawl may_;
  RunHistory history_;
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  std::map<JobKey, std::shared_ptr<Job>> jobs_;
  WorkerPool pool_;  // last: its threads use everything above
};

}  // namespace tarn::jobs::crawl
