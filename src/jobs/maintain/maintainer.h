// Goes over all Iceberg tables and keeps them in order; see README.md.
//
// Invariants: one table at a time, on a thread of its own; a run that fails is tried again later, ever later (up to a
// day). Errors: those of tables/ are kept as the table's state and logged, not told. Threads: any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "catalog/buckets/table_buckets.h"
#include "jobs/maintain/policy.h"
#include "jobs/maintain/run_log.h"
#include "jobs/maintain/states.h"
#include "kv/kv.h"
#include "tables/upkeep/upkeep.h"

namespace tarn::jobs::maintain {

inline constexpr std::string_view kTimerKind = "upkeep";

struct Options {
  bool enabled = true;
  int64_t expiry_apart_micros = 3600 * kMicrosPerSecond;  // between two expiries of a table
  int64_t orphans_apart_micros = kMicrosPerDay;
  size_t manifests_min = 50;  // small ones that are merged
  // What a table's zone keeps; may be empty.
  std::function<Result<std::optional<uint32_t>>(const Scope& scope, const catalog::Table& table)> zone_days = {};
  uint32_t trial_seconds = 0;  // rounds by the thread's own clock, for trials; 0: when woken alone
};

class Maintainer {
 public:
  // All outlive it.
  Maintainer(kv::Store& store, tables::UpkeepParts parts, catalog::TableBuckets& buckets, Options options);
  ~Maintainer() { Stop(); }

  void Start();
  void Wake();  // goes over the tables soon
  void Stop();  // idempotent; ends between two steps

  const tables::UpkeepParts& parts() const { return parts_; }

  // Goes over all tables now, on the caller's thread.
  Status RunAll();
  // One table now, as its policy allows, whatever was done lately; what was done.
  Result<std::vector<RunRow>> RunTable(const tables::TableName& table);
  Result<TableState> StateOf(const Scope& scope, const catalog::Table& table) const {
    return states_.Get(scope, table);
  }

 private:
  struct Work;
  Status RunScope(const Scope& scope, std::vector<RunRow>& rows);
  Status RunOne(const Scope& scope, const catalog::Table& record, bool forced, std::vector<RunRow>& rows);
  Result<Policy> FindPolicy(const Scope& scope, const catalog::Table& record, const iceberg::TableMetadata& table);
  // Whether it is the time for that kind of work.
  bool IsDue(const TableState& state, const char* kind, int64_t apart_micros) const;
  bool Stopping() const;
  void RunThread();

  kv::Store& store_;
  const tables::UpkeepParts parts_;
  catalog::TableBuckets& buckets_;
  const Options options_;
  States states_;
  std::mutex running_;  // one table at a time
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::jobs::maintain
