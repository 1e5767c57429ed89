// Executors and bounded worker pools: where code runs.
//
// An I/O thread has an Executor (its event loop); Executor::Current() finds it from any code running there.
// Blocking work never runs on an I/O thread: `co_await Offload(pool, fn)` hops to a pool and comes back to the
// executor it left (or continues on the pool's thread if there was none).
// Threads: every method here is safe from any thread.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tarn {

using Work = std::move_only_function<void()>;

class Executor {
 public:
  virtual ~Executor() = default;
  // Runs `work` later on the executor's thread; never inline.
  virtual void Post(Work work) = 0;

  // The executor whose thread this is, or null on a plain thread.
  static Executor* Current();
  // Declares the calling thread to belong to `executor`, for its whole life.
  static void SetCurrent(Executor* executor);
};

// A fixed number of threads and a bounded queue. A full queue refuses: the caller answers SlowDown/503.
class WorkerPool {
 public:
  WorkerPool(std::string name, size_t threads, size_t queue_max);
  ~WorkerPool();  // runs what was accepted, then joins
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when the queue is full or the pool is stopping; `work` was not taken then.
  bool TryPost(Work work);
  // Finishes the queue and joins; later posts are refused. Idempotent.
  void Stop();
  size_t queued() const;
  const std::string& name() const { return name_; }

 private:
  void RunThread();

  const std::string name_;
  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tarn
