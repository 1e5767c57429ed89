#include "base/task.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

namespace tarn {
namespace {

Task<Result<int>> OnPool(WorkerPool& pool) {
  co_return co_await Offload(pool, [] { return Result<int>(7); });
}

Task<Result<int>> Twice(WorkerPool& pool) {
  TARN_CO_TRY(int a, co_await OnPool(pool));
  TARN_CO_TRY(int b, co_await OnPool(pool));
  co_return a + b;
}

// Takes its time to go, and says when it is gone.
struct SlowToGo {
  explicit SlowToGo(std::atomic<int>& counter) : gone(&counter) {}
  SlowToGo(SlowToGo&& other) noexcept : gone(std::exchange(other.gone, nullptr)) {}
  ~SlowToGo() {
    if (gone == nullptr) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ++*gone;
  }
  std::atomic<int>* gone;
};

Task<Result<int>> Hold(WorkerPool& pool, SlowToGo) { co_return co_await OnPool(pool); }

}  // namespace

TEST(SyncWait, ReturnsWhenWhatTheTaskHeldIsGone) {
  WorkerPool pool("test", 1, 10);
  std::atomic<int> gone = 0;
  EXPECT_EQ(SyncWait(Hold(pool, SlowToGo(gone))).value(), 7);
  EXPECT_EQ(gone, 1);
}

TEST(Offload, ReturnsWhenTheWorkIsGone) {
  WorkerPool pool("test", 1, 10);
  std::atomic<int> gone = 0;
  const auto work = [&]() -> Task<Result<int>> {
    auto named = [held = SlowToGo(gone)] { return Result<int>(held.gone != nullptr ? 7 : 0); };
    co_return co_await Offload(pool, std::move(named));
  };
  EXPECT_EQ(SyncWait(work()).value(), 7);
  EXPECT_EQ(gone, 1);
}

TEST(Task, AwaitsWorkOnAPool) {
  WorkerPool pool("test", 2, 10);
  EXPECT_EQ(SyncWait(Twice(pool)).value(), 14);
}

TEST(Task, LoopsOverReadyTasksWithoutGrowingTheStack) {
  auto one = []() -> Task<int> { co_return 1; };
  auto loop = [&]() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 1'000'000; ++i) sum += co_await one();
    co_return sum;
  };
  EXPECT_EQ(SyncWait(loop()), 1'000'000);
}

TEST(Task, ReportsAFullPool) {
  WorkerPool pool("test", 1, 0);
  EXPECT_TRUE(SyncWait(OnPool(pool)).Is(kPoolFull));
}

TEST(WorkerPool, RunsWhatItAcceptedBeforeStopping) {
  std::atomic<int> ran = 0;
  {
    WorkerPool pool("test", 1, 100);
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.TryPost([&] { ++ran; }));
  }
  EXPECT_EQ(ran, 50);
}

TEST(StringSource, GivesItsBytesInPieces) {
  StringSource source("abcde");
  std::byte buffer[3];
  EXPECT_EQ(SyncWait(source.Read(buffer)).value(), 3U);
  EXPECT_EQ(SyncWait(source.Read(buffer)).value(), 2U);
  EXPECT_EQ(SyncWait(source.Read(buffer)).value(), 0U);
}

}  // namespace tarn
