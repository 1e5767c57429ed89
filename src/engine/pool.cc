#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/log.h"
#include "engine/duck/slot.h"
#include "engine/engine.h"
#include "engine/query_state.h"

namespace tarn::engine {
namespace {

using SteadyClock = std::chrono::steady_clock;

class PoolImpl;

// Started by a pool, waited for by anyone; the pool's queue and a slot share it.
class Run : public Execution {
 public:
  Run(Query query, std::function<void(const Outcome&)> on_done, bool describe)
      : describe(describe), state(std::make_shared<QueryState>(std::move(query))), on_done_(std::move(on_done)) {}

  void Cancel() override {
    state->Cancel();
    std::lock_guard lock(mutex_);
    if (slot_ != nullptr) slot_->Interrupt(*state);
  }
  const Outcome& Wait() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return done_; });
    return outcome_;
  }
  bool done() const override {
    std::lock_guard lock(mutex_);
    return done_;
  }
  bool started() const override {
    std::lock_guard lock(mutex_);
    return done_ || slot_ != nullptr;
  }
  double progress() const override {
    std::lock_guard lock(mutex_);
    if (done_) return 1;
    return slot_ == nullptr ? 0 : slot_->Progress(*state);
  }
  uint64_t scanned_bytes() const override { return state->scanned_bytes(); }

  void SetSlot(Slot* slot) {
    std::lock_guard lock(mutex_);
    slot_ = slot;
  }
  void Finish(Outcome outcome) {
    outcome.statistics.scanned_bytes = state->scanned_bytes();
    outcome.statistics.files_opened = state->files_opened();
    if (on_done_) on_done_(outcome);
    std::lock_guard lock(mutex_);
    slot_ = nullptr;
    outcome_ = std::move(outcome);
    done_ = true;
    changed_.notify_all();
  }

  const bool describe;
  const std::shared_ptr<QueryState> state;
  const SteadyClock::time_point accepted = SteadyClock::now();
  std::vector<ResultColumn> columns;  // of describe

 private:
  std::function<void(const Outcome&)> on_done_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Slot* slot_ = nullptr;
  bool done_ = false;
  Outcome outcome_;
};

// One thread per slot; a slot's instance lives on its thread. Threads start when the queue first needs them.
class PoolImpl : public Pool {
 public:
  explicit PoolImpl(Options options) : options_(std::move(options)) {}

  ~PoolImpl() override {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const auto& run : running_) run->Cancel();
      for (const auto& run : queue_) run->Cancel();
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void WarmUp() {
    std::lock_guard lock(mutex_);
    AddThread();
  }

  Result<std::shared_ptr<Execution>> Start(Query query, std::function<void(const Outcome&)> on_done) override {
    if (!query.write && !query.sink) return Fail(kInternal, "a query needs a sink");
    TARN_TRY(auto run, Enqueue(std::make_shared<Run>(std::move(query), std::move(on_done), false)));
    return std::shared_ptr<Execution>(std::move(run));
  }

  Result<std::shared_ptr<Run>> Enqueue(std::shared_ptr<Run> run) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return Fail(kBusy, "the engine is stopping");
      if (queue_.size() >= options_.queue_max) return Fail(kBusy, "too many queries are waiting");
      queue_.push_back(run);
      if (queue_.size() > idle_ && threads_.size() < options_.slots) AddThread();
    }
    wake_.notify_one();
    return run;
  }

  size_t running() const override {
    std::lock_guard lock(mutex_);
    return running_.size();
  }
  size_t queued() const override {
    std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  void AddThread() {  // with the lock
    threads_.emplace_back([this, number = threads_.size()] { RunSlot(number); });
    ++idle_;  // it takes a query as soon as its instance is there
  }

  void RunSlot(size_t number) {
    const std::string spill = options_.spill_directory + "/slot-" + std::to_string(number);
    std::unique_ptr<Slot> slot;
    while (true) {
      Status made = Ok();
      if (!slot) {
        auto created = Slot::Create(options_, spill);
        if (created.ok()) {
          slot = std::move(created).value();
        } else {
          made = created.error();
        }
      }
      auto run = Next();
      if (!run) return;
      RunOne(*run, slot.get(), made);
      if (slot && slot->poisoned()) slot.reset();
      std::lock_guard lock(mutex_);
      std::erase(running_, run);
      ++idle_;
    }
  }

  std::shared_ptr<Run> Next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return nullptr;
    auto run = std::move(queue_.front());
    queue_.pop_front();
    running_.push_back(run);
    --idle_;
    return run;
  }

  static void RunOne(Run& run, Slot* slot, const Status& made) {
    Outcome outcome;
    outcome.statistics.queued_micros =
        std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - run.accepted).count();
    if (run.state->cancelled()) {
      outcome.status = Fail(kCancelled, "Query cancelled by user");
    } else if (!slot) {
      outcome.status = made.error();
    } else {
      run.SetSlot(slot);
      if (run.describe) {
        auto columns = slot->Describe(run.state);
        if (columns.ok()) {
          run.columns = std::move(columns).value();
        } else {
          outcome.status = columns.error();
        }
      } else {
        outcome.status = slot->Run(run.state, outcome);
      }
    }
    run.Finish(std::move(outcome));
  }

  const Options options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Run>> queue_;
  std::vector<std::shared_ptr<Run>> running_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace

Result<std::unique_ptr<Pool>> Pool::Create(Options options) {
  std::error_code error;
  if (options.spill_directory.empty()) return Fail(kInternal, "the engine needs a spill directory");
  std::filesystem::remove_all(options.spill_directory, error);
  std::filesystem::create_directories(options.spill_directory, error);
  if (error) return Fail(kInternal, "cannot make the spill directory " + options.spill_directory);
  options.slots = std::max<size_t>(options.slots, 1);
  auto pool = std::make_unique<PoolImpl>(std::move(options));
  pool->WarmUp();
  return std::unique_ptr<Pool>(std::move(pool));
}

Result<std::vector<ResultColumn>> DescribeQuery(Pool& pool, Query query) {
  auto run = std::make_shared<Run>(std::move(query), std::function<void(const Outcome&)>(), true);
  TARN_TRY(run, static_cast<PoolImpl&>(pool).Enqueue(run));
  const Outcome& outcome = run->Wait();
  if (!outcome.status.ok()) return outcome.status.error();
  return run->columns;
}

}  // namespace tarn::engine
