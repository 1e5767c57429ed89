// Log: every recorded call, durable, by account, region and time.
//
// Append answers when the event is on stable storage. Enqueue takes events that may wait for others: a thread commits
// them together every 100 ms, or when 512 are waiting; it refuses while the last such commit failed, so that no call is
// answered whose record is known to be lost. An event written again (same id and time) replaces the former. Each
// written event also stands in a queue, from which the trails take it (deliver.h).
// Keys: audit/keys.h. Errors: kNotRecorded; kDamaged for bytes that are no record. Threads: any.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "audit/event.h"
#include "base/result.h"
#include "base/scope.h"
#include "base/task.h"
#include "base/time.h"
#include "kv/kv.h"

namespace tarn::audit {

inline constexpr int64_t kKeptMicros = 90 * kMicrosPerDay;

struct Lookup {
  Scope scope;
  std::optional<Timestamp> from;  // inclusive, both
  std::optional<Timestamp> to;
  Category category = Category::kManagement;
  std::function<bool(const Event&)> matches;  // none: all
  size_t limit = 50;
  std::string after;  // `next` of the page before
};

struct LookupPage {
  std::vector<Event> events;  // newest first
  std::string next;           // empty: there are no more
};

class Log {
 public:
  Log(kv::Store& store, const Clock& clock) : store_(store), clock_(clock) {}
  ~Log() { Stop(); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // In the caller's transaction.
  static void Put(kv::Txn& txn, const Event& event);
  Task<Status> Append(Event event);
  Status Enqueue(Event event);
  // Waits for what was enqueued before.
  Status Flush();

  // One page; a page may hold fewer than `limit` events, or none, although more follow. Blocks.
  Result<LookupPage> Find(const Lookup& lookup);
  // Deletes events older than 90 days; returns how many. Blocks.
  Result<size_t> Expire();

  void Start();
  void Stop();  // idempotent; writes what waits

 private:
  Status Write(std::vector<Event>& batch);
  void RunThread();

  kv::Store& store_;
  const Clock& clock_;
  std::mutex mutex_;
  std::mutex flush_mutex_;  // one batch at a time is being written
  std::condition_variable wake_;
  std::vector<Event> waiting_;
  bool failed_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::audit
