// Courier: takes entries out of an outbox's streams and hands them to their targets, in order, until each has them.
//
// A stream "in" is spread by the owner's function to the streams of targets; each target's stream is then delivered on
// a thread of its own: an entry that the target refuses is tried again (1 s, doubling to 60 s) before any later one, so
// a target sees its entries in order and at least once. Entries above kTargetEntriesMax are dropped, oldest first,
// logged and counted (tarn_events_dropped_total). Threads: Start and Stop by the owner; the functions run on the
// courier's.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "events/outbox.h"
#include "kv/kv.h"

namespace tarn::events {

inline constexpr size_t kTargetEntriesMax = 100'000;

struct Target {
  std::string name;                                     // the target's stream is "to:" + name
  std::function<Status(const std::string& body)> send;  // an error: try again later
};

class Courier {
 public:
  // Which targets (by name) an entry of the in-stream goes to. Unknown names are left out.
  using Spread = std::function<Result<std::vector<std::string>>(const std::string& body)>;

  Courier(kv::Store& store, std::string in, Spread spread, std::vector<Target> targets);
  ~Courier() { Stop(); }
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void Start();
  void Stop();  // idempotent; waits for what is being sent

 private:
  Result<bool> SpreadSome();              // whether there was anything
  Result<bool> SendSome(Target& target);  // whether anything was sent
  void RunSpread();
  void RunTarget(Target& target);
  bool Pause(int64_t milliseconds);  // false when stopping

  kv::Store& store_;
  const std::string in_;
  const Spread spread_;
  std::vector<Target> targets_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tarn::events
