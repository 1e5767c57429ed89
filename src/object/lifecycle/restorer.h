// Makes restored copies of archived objects when they are due, and drops them when they end; writes down reads.
//
// What is due is kept in kv, so a restart goes on where it was. A copy that cannot be made (a full disk, a damaged
// blob) is tried again later. Errors: those of kv. Threads: Start and Stop any; RunOnce one at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/result.h"
#include "object/lifecycle/tiering.h"
#include "object/store/store.h"

namespace tarn::object {

class Restorer {
 public:
  // All outlive it; `tiering` may be null.
  Restorer(Store& store, const Clock& clock, Tiering* tiering, StorageTimes times)
      : store_(store), clock_(clock), tiering_(tiering), times_(times) {}
  ~Restorer() { Stop(); }
  Restorer(const Restorer&) = delete;
  Restorer& operator=(const Restorer&) = delete;

  void Start();
  void Stop();  // idempotent

  // All that is due now.
  Status RunOnce();

 private:
  void RunThread();

  Store& store_;
  const Clock& clock_;
  Tiering* const tiering_;
  const StorageTimes times_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace tarn::object
