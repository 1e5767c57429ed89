// Task<T>: a lazily started coroutine that yields one T, and the ways to leave and re-enter an executor.
//
// Invariants: a Task is awaited at most once; it starts when awaited; its frame lives until the Task is destroyed.
// Errors travel as Result<T> inside T; an exception that escapes a Task body terminates the process (a bug).
// Threads: an awaiting coroutine resumes on the executor that it suspended on, when it had one.
#pragma once

#include <atomic>
#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <semaphore>
#include <span>
#include <type_traits>
#include <utility>

#include "base/executor.h"
#include "base/result.h"

namespace tarn {

template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::coroutine_handle<> awaiting;
    // Set by whichever comes second of "the task has ended" and "its awaiter has suspended": that one resumes.
    std::atomic<bool> met = false;

    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct FinalAwaiter {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> done) noexcept {
        const std::coroutine_handle<> awaiting = done.promise().awaiting;
        if (done.promise().met.exchange(true, std::memory_order_acq_rel)) awaiting.resume();
      }
      void await_resume() noexcept {}
    };
    FinalAwaiter final_suspend() noexcept { return {}; }
    template <typename U>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  // A task that ends without suspending goes on in its awaiter at once: loops over such tasks need no stack, at any
  // optimisation level (symmetric transfer would, where the compiler makes no sibling calls).
  bool await_suspend(std::coroutine_handle<> awaiting) noexcept {
    promise_type& promise = handle_.promise();
    promise.awaiting = awaiting;
    handle_.resume();
    return !promise.met.exchange(true, std::memory_order_acq_rel);
  }
  T await_resume() { return std::move(*handle_.promise().value); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace internal {
// A coroutine that owns itself: starts at once, frees its frame at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    [[noreturn]] void unhandled_exception() { std::terminate(); }
  };
};
}  // namespace internal

// Starts `task` on the calling thread and hands its value to `done` wherever it ends. By then the task and all that its
// coroutines held are destroyed: whoever is told may destroy what they used.
template <typename T, typename F>
void Spawn(Task<T> task, F done) {
  [](Task<T> running, F finish) -> internal::Detached {
    T result = co_await std::move(running);
    {
      const Task<T> ended = std::move(running);
    }
    finish(std::move(result));
  }(std::move(task), std::move(done));
}

// Runs `task` to its end and blocks for its value. Never call it on an I/O thread.
template <typename T>
T SyncWait(Task<T> task) {
  std::optional<T> value;
  std::binary_semaphore ready(0);
  Spawn(std::move(task), [&](T result) {
    value.emplace(std::move(result));
    ready.release();
  });
  ready.acquire();
  return std::move(*value);
}

// Awaits a callback API: `start` receives a one-shot completion taking T, callable from any thread, also inline.
//   Status s = co_await Async<Status>([&](auto done) { log.Append(bytes, std::move(done)); });
template <typename T, typename Start>
class Async {
 public:
  explicit Async(Start start) : start_(std::move(start)) {}
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    Executor* home = Executor::Current();
    // The completion may resume, and so destroy, this awaiter on another thread before `start` has returned.
    Start start = std::move(start_);
    start([this, handle, home](T result) {
      value_.emplace(std::move(result));
      if (home != nullptr) {
        home->Post([handle] { handle.resume(); });
      } else {
        handle.resume();
      }
    });
  }
  T await_resume() { return std::move(*value_); }

 private:
  Start start_;
  std::optional<T> value_;
};
template <typename T, typename Start>
Async<T, Start> AwaitCallback(Start start) {
  return Async<T, Start>(std::move(start));
}

inline constexpr Reason kPoolFull{"base.PoolFull", Code::kUnavailable};

// Runs `fn` (returning a Result) on `pool` and resumes here with its result; kPoolFull when it was not taken. `fn` is
// destroyed before.
template <typename F>
auto Offload(WorkerPool& pool, F fn) {
  using R = std::invoke_result_t<F>;
  auto shared = std::make_shared<std::optional<F>>(std::move(fn));
  return AwaitCallback<R>([&pool, shared](auto done) {
    auto finish = std::make_shared<decltype(done)>(std::move(done));
    if (!pool.TryPost([shared, finish] {
          R result = (**shared)();
          shared->reset();
          (*finish)(std::move(result));
        })) {
      shared->reset();
      (*finish)(R(Fail(kPoolFull, "too many requests are queued for " + pool.name() + ", retry with backoff")));
    }
  });
}

// Bytes arriving from a peer. Not thread-safe; one Read at a time.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Fills at most `into.size()` bytes and returns how many; 0 at the end. Errors: what the peer or codec did wrong
  // (an aborted connection, a bad chunk signature, a checksum mismatch at the end).
  virtual Task<Result<size_t>> Read(std::span<std::byte> into) = 0;
  // The decoded length when the peer declared one.
  virtual std::optional<uint64_t> length() const = 0;
};

// Bytes leaving for a peer. Not thread-safe; one Write at a time; the span must live until the Write returns.
class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual Task<Status> Write(std::span<const std::byte> bytes) = 0;
};

// A body held in memory.
class StringSource : public BodySource {
 public:
  explicit StringSource(std::string bytes) : bytes_(std::move(bytes)) {}
  Task<Result<size_t>> Read(std::span<std::byte> into) override;
  std::optional<uint64_t> length() const override { return bytes_.size(); }

 private:
  std::string bytes_;
  size_t read_ = 0;
};

}  // namespace tarn
