// Durable timers: what must happen at a time, kept in kv, fired by one background thread.
//
// Invariants: a timer set in a transaction exists if and only if that transaction committed. A due timer's handler runs
// at least once per due time (again after a crash before it was moved on), one timer at a time; when the lake was down
// over several due times it fires once and goes on from the present. Kinds are code, ids are the owner's.
// Errors: those of kv. A handler's error is logged; the timer stays and fires at its next time.
// Threads: any; handlers run on the timers' own thread and must only start work, not do it.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "base/time.h"
#include "kv/kv.h"
#include "schedule/cron.h"

namespace tarn::schedule {

struct Timer {
  std::string kind;
  std::string id;
  std::string expression;  // cron(...) or rate(...)
  Timestamp due;
};

class Timers {
 public:
  using Handler = std::function<Status(const Timer&)>;

  Timers(kv::Store& store, const Clock& clock) : store_(&store), clock_(&clock) {}
  ~Timers() { Stop(); }
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  // Makes or replaces a timer, in the caller's transaction; it first fires at the schedule's next time after `now`.
  static Status Set(kv::Txn& txn, std::string_view kind, std::string_view id, const Schedule& schedule, Timestamp now);
  // Removes a timer; nothing happens when there is none.
  static Status Clear(kv::Txn& txn, std::string_view kind, std::string_view id);
  static Result<std::optional<Timer>> Find(kv::Txn& txn, std::string_view kind, std::string_view id);

  // Before Start.
  void Handle(std::string_view kind, Handler handler);
  void Start();
  void Stop();  // idempotent; waits for a running handler

  // Fires what is due now; returns how many. Called by the thread, and by tests.
  Result<size_t> RunDue();

 private:
  Status Fire(const Timer& timer);
  void RunThread();

  kv::Store* store_;
  const Clock* clock_;
  std::map<std::string, Handler, std::less<>> handlers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::schedule
