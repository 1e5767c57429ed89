// Wakes sessions that wait for records: when some came, and once a second to look at the clock.
//
// The thread runs while there are sessions, and sleeps without waking when there are none. Threads: any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"

namespace tarn::api::kinesis {

// What one session waits on. A Raise that comes before the Wait ends it at once.
class Signal {
 public:
  void Raise();
  auto Wait() {
    return AwaitCallback<Status>([this](auto done) { Arm(std::move(done)); });
  }

 private:
  void Arm(std::move_only_function<void(Status)> done);
  std::mutex mutex_;
  bool raised_ = false;
  std::move_only_function<void(Status)> waiting_;
};

class Heartbeat {
 public:
  ~Heartbeat();
  void Add(const std::shared_ptr<Signal>& signal);
  // Wakes all sessions for the last time: they look at closing() and end.
  void Close();
  bool closing() const { return closing_; }

 private:
  void Run();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::weak_ptr<Signal>> signals_;
  bool stopping_ = false;
  std::atomic<bool> closing_ = false;
  std::thread thread_;
};

}  // namespace tarn::api::kinesis
