#include "jobs/crawl/run_history.h"

#include <gtest/gtest.h>

#include "jobs/crawl/errors.h"
#include "kv/memory_store.h"

namespace tarn::jobs::crawl {
namespace {

const Scope kScope{"000000000000", "us-east-1"};
const Timestamp kNow = FromCivil(2026, 11, 21, 6, 0);

struct Crawl Begun(const std::string& id, Timestamp at) { return {.id = id, .start_time = at}; }

class RunHistoryTest : public testing::Test {
 protected:
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  RunHistory history_{*store_};
};

}  // namespace

TEST_F(RunHistoryTest, AllowsOneCrawlAtATime) {
  ASSERT_TRUE(history_.Begin(kScope, "c", Begun("1", kNow)).ok());
  EXPECT_TRUE(history_.Begin(kScope, "c", Begun("2", kNow)).Is(kCrawlerRunning));
  EXPECT_TRUE(history_.Begin({"111122223333", "us-east-1"}, "c", Begun("3", kNow)).ok());
  struct Crawl ended = Begun("1", kNow);
  ended.state = CrawlState::kCompleted;
  ended.end_time = kNow.Plus(1);
  ASSERT_TRUE(history_.End(kScope, "c", ended).ok());
  EXPECT_TRUE(history_.Begin(kScope, "c", Begun("2", kNow.Plus(2))).ok());
  const auto crawls = history_.List(kScope, "c", 10);
  ASSERT_EQ(crawls->size(), 2U);
  EXPECT_EQ(crawls->at(0).id, "2");
  EXPECT_EQ(crawls->at(1).state, CrawlState::kCompleted);
}

TEST_F(RunHistoryTest, StopsOnlyWhatRuns) {
  EXPECT_TRUE(history_.MarkStopping(kScope, "c").Is(kCrawlerNotRunning));
  ASSERT_TRUE(history_.Begin(kScope, "c", Begun("1", kNow)).ok());
  ASSERT_TRUE(history_.MarkStopping(kScope, "c").ok());
  EXPECT_TRUE(history_.MarkStopping(kScope, "c").Is(kCrawlerStopping));
}

TEST_F(RunHistoryTest, EndsAsFailedWhatACrashCutOff) {
  ASSERT_TRUE(history_.Begin(kScope, "c", Begun("1", kNow)).ok());
  ASSERT_TRUE(history_.Recover("stopped", kNow.Plus(5)).ok());
  EXPECT_FALSE(history_.Active(kScope, "c")->has_value());
  const auto crawls = history_.List(kScope, "c", 10);
  ASSERT_EQ(crawls->size(), 1U);
  EXPECT_EQ(crawls->at(0).state, CrawlState::kFailed);
  EXPECT_EQ(crawls->at(0).error, "stopped");
}

}  // namespace tarn::jobs::crawl
