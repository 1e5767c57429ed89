#include "schedule/timers.h"

#include <gtest/gtest.h>

#include "kv/memory_store.h"

namespace tarn::schedule {
namespace {

class SetClock : public Clock {
 public:
  Timestamp Now() const override { return now; }
  Timestamp now = FromCivil(2026, 11, 21, 5, 30);
};

class TimersTest : public testing::Test {
 protected:
  TimersTest() {
    timers_.Handle("crawl", [this](const Timer& timer) {
      fired_.push_back(timer.id);
      return Ok();
    });
  }
  void Set(std::string_view id, std::string_view expression) {
    const auto schedule = Schedule::Parse(expression);
    ASSERT_TRUE(
        kv::Transact(*store_, [&](kv::Txn& txn) { return Timers::Set(txn, "crawl", id, *schedule, clock_.now); }).ok());
  }
  size_t RunDue() { return timers_.RunDue().value(); }

  SetClock clock_;
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  Timers timers_{*store_, clock_};
  std::vector<std::string> fired_;
};

}  // namespace

TEST_F(TimersTest, FireOnceAtEachDueTime) {
  Set("a", "cron(0 6 * * ? *)");
  EXPECT_EQ(RunDue(), 0U);
  clock_.now = FromCivil(2026, 11, 21, 6, 0);
  EXPECT_EQ(RunDue(), 1U);
  EXPECT_EQ(RunDue(), 0U);
  clock_.now = FromCivil(2026, 11, 22, 6, 0);
  EXPECT_EQ(RunDue(), 1U);
}

TEST_F(TimersTest, FireOnceAfterALongAbsence) {
  Set("a", "rate(5 minutes)");
  clock_.now = clock_.now.Plus(kMicrosPerDay);
  EXPECT_EQ(RunDue(), 1U);
  EXPECT_EQ(RunDue(), 0U);
}

TEST_F(TimersTest, FireInTheOrderOfTheirTimes) {
  Set("late", "rate(20 minutes)");
  Set("early", "rate(10 minutes)");
  clock_.now = clock_.now.Plus(3600 * kMicrosPerSecond);
  EXPECT_EQ(RunDue(), 2U);
  EXPECT_EQ(fired_, (std::vector<std::string>{"early", "late"}));
}

TEST_F(TimersTest, KeepSilentOnceCleared) {
  Set("a", "rate(5 minutes)");
  Set("a", "rate(1 day)");  // replaces
  clock_.now = clock_.now.Plus(3600 * kMicrosPerSecond);
  EXPECT_EQ(RunDue(), 0U);
  ASSERT_TRUE(kv::Transact(*store_, [](kv::Txn& txn) { return Timers::Clear(txn, "crawl", "a"); }).ok());
  clock_.now = clock_.now.Plus(2 * kMicrosPerDay);
  EXPECT_EQ(RunDue(), 0U);
}

TEST_F(TimersTest, GoOnAfterAFailingHandler) {
  timers_.Handle("crawl", [](const Timer&) { return Fail(kInternalError, "broken"); });
  Set("a", "rate(5 minutes)");
  clock_.now = clock_.now.Plus(600 * kMicrosPerSecond);
  EXPECT_EQ(RunDue(), 1U);
  EXPECT_EQ(RunDue(), 0U);
}

}  // namespace tarn::schedule
