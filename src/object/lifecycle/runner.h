// Carries out lifecycle rules: once a day at midnight UTC of the (shortened) clock, over every bucket that has rules.
//
// Invariants: a version is removed or moved only if it is still the one that the rules were asked about, in the
// transaction that changes it; locked versions stay. Work goes in pages of keys; after each page the place is kept in
// kv, and a run that was cut off goes on from there. A run asks for rules bucket by bucket, so that a change counts
// from the next bucket on.
// Errors: those of kv and blob end a run; the next one begins where it ended.
// Threads: Start, Wake and Stop any; RunOnce one at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "kv/kv.h"
#include "object/lifecycle/rules.h"
#include "object/store/store.h"

namespace tarn::object {

class LifecycleRunner {
 public:
  // A bucket's enabled rules.
  using RulesOf = std::function<Result<LifecycleRules>(const Bucket&)>;
  // Keys that some of a bucket's rules leave alone.
  struct Sparing {
    std::string rules;              // those whose id begins so
    std::vector<std::string> keys;  // by prefixes: sorted, none of which begins with another
  };
  // Asked once a run and bucket, before its first key is looked at.
  using SparingOf = std::function<Result<Sparing>(const Bucket&, const LifecycleRules&)>;
  struct Options {
    StorageTimes times;
    uint32_t page = 1'000;              // keys or versions looked at between two places kept
    std::function<Status()> also = {};  // what else the thread does each midnight
    SparingOf sparing = {};             // none: nothing is spared
  };
  // All outlive the runner.
  LifecycleRunner(kv::Store& kv, Store& store, const Clock& clock, RulesOf rules, Options options)
      : kv_(kv), store_(store), clock_(clock), rules_(std::move(rules)), options_(options) {}
  ~LifecycleRunner() { Stop(); }
  LifecycleRunner(const LifecycleRunner&) = delete;
  LifecycleRunner& operator=(const LifecycleRunner&) = delete;

  // The thread: goes on with a run that was cut off, then runs at every Wake and, with shortened days, every midnight.
  void Start();
  void Wake();
  void Stop();  // idempotent; ends a run after its page

  struct Report {
    uint64_t expired = 0;  // current versions hidden or removed
    uint64_t removed = 0;  // noncurrent versions and markers
    uint64_t moved = 0;
    uint64_t aborted = 0;  // uploads
    uint64_t kept = 0;     // due, but locked or changed meanwhile
  };
  // One run over all buckets, from the place where the last one ended early.
  Result<Report> RunOnce();

 private:
  struct Place {
    bool running = false;
    std::string bucket;  // the one at work, or the last one done when `key` is empty and `done`
    bool done = false;
    std::string key;  // the last key that was dealt with
  };
  Result<Place> LoadPlace();
  Status KeepPlace(const Place& place);
  Status RunBucket(const Bucket& bucket, const LifecycleRules& rules, const std::string& after, Report& report);
  struct Plan;
  Status RunPrefix(const Bucket& bucket, const Plan& plan, const std::string& prefix, const std::string& after,
                   Report& report);
  Status AbortUploads(const Bucket& bucket, const LifecycleRules& rules, const std::string& prefix, Report& report);
  void RunThread();

  kv::Store& kv_;
  Store& store_;
  const Clock& clock_;
  const RulesOf rules_;
  const Options options_;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::object
