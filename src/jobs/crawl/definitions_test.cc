#include "jobs/crawl/definitions.h"

#include <gtest/gtest.h>

#include <memory>

#include "jobs/crawl/errors.h"
#include "kv/memory_store.h"
#include "schedule/timers.h"

namespace tarn::jobs::crawl {
namespace {

struct TestClock : Clock {
  Timestamp now{1'700'000'000'000'000};
  Timestamp Now() const override { return now; }
};

class DefinitionsTest : public ::testing::Test {
 protected:
  static Definition Make(std::string name) {
    Definition definition;
    definition.name = std::move(name);
    definition.role = "role";
    definition.targets.s3 = std::vector<S3Target>{{.path = "s3://bucket/raw/"}};
    return definition;
  }
  bool HasTimer(std::string_view name) {
    bool found = false;
    EXPECT_TRUE(kv::Read(*store, [&](kv::Txn& txn) -> Status {
                  TARN_TRY(auto timer, schedule::Timers::Find(txn, kTimerKind, TimerId(scope, name)));
                  found = timer.has_value();
                  return Ok();
                }).ok());
    return found;
  }

  TestClock clock;
  std::unique_ptr<kv::Store> store = kv::MakeMemoryStore();
  Definitions definitions{*store, clock};
  Scope scope{"000000000000", "us-east-1"};
};

TEST_F(DefinitionsTest, AScheduledCrawlerHasATimerUntilItIsStoppedOrDeleted) {
  Definition definition = Make("c");
  definition.schedule = "cron(15 12 * * ? *)";
  ASSERT_TRUE(definitions.Create(scope, definition).ok());
  EXPECT_TRUE(HasTimer("c"));
  EXPECT_TRUE(definitions.StartSchedule(scope, "c").error().reason == &kScheduleRunning);
  ASSERT_TRUE(definitions.StopSchedule(scope, "c").ok());
  EXPECT_FALSE(HasTimer("c"));
  EXPECT_TRUE(definitions.StopSchedule(scope, "c").error().reason == &kScheduleNotRunning);
  ASSERT_TRUE(definitions.StartSchedule(scope, "c").ok());
  EXPECT_TRUE(HasTimer("c"));
  ASSERT_TRUE(definitions.Delete(scope, "c").ok());
  EXPECT_FALSE(HasTimer("c"));
}

TEST_F(DefinitionsTest, ACrawlerWithoutScheduleCannotStartOne) {
  ASSERT_TRUE(definitions.Create(scope, Make("c")).ok());
  EXPECT_TRUE(definitions.StartSchedule(scope, "c").error().reason == &kNoSchedule);
}

TEST_F(DefinitionsTest, AnUpdateKeepsWhatItDoesNotNameAndCountsUp) {
  Definition definition = Make("c");
  definition.description = "first";
  definition.tags = {{"k", "v"}};
  ASSERT_TRUE(definitions.Create(scope, definition).ok());
  clock.now = clock.now.Plus(7);
  ASSERT_TRUE(definitions
                  .Update(scope, "c",
                          [](Definition& d) {
                            d.role = "other";
                            d.schedule = "rate(5 minutes)";
                            return Ok();
                          })
                  .ok());
  Definition back = *definitions.Get(scope, "c");
  EXPECT_EQ(back.description, "first");
  EXPECT_EQ(back.role, "other");
  EXPECT_EQ(back.version, 2);
  EXPECT_EQ(back.tags.at("k"), "v");
  EXPECT_EQ(back.update_time, clock.now);
  EXPECT_TRUE(HasTimer("c"));
  ASSERT_TRUE(definitions
                  .Update(scope, "c",
                          [](Definition& d) {
                            d.schedule = "";
                            return Ok();
                          })
                  .ok());
  EXPECT_FALSE(definitions.Get(scope, "c")->schedule.has_value());
  EXPECT_FALSE(HasTimer("c"));
}

TEST_F(DefinitionsTest, RefusesWhatCannotBeCrawled) {
  auto refused = [&](const std::function<void(Definition&)>& edit) {
    Definition definition = Make("bad");
    edit(definition);
    Status status = definitions.Create(scope, definition);
    return !status.ok() && status.error().reason == &kInvalidInput;
  };
  EXPECT_TRUE(refused([](Definition& d) { d.targets = {}; }));
  EXPECT_TRUE(refused([](Definition& d) { d.targets.s3->front().path = "http://x/"; }));
  EXPECT_TRUE(refused([](Definition& d) { d.targets.s3->front().path = "s3://"; }));
  EXPECT_TRUE(refused([](Definition& d) { d.targets.s3->front().sample_size = 250; }));
  EXPECT_TRUE(refused([](Definition& d) { d.schedule = "cron(nonsense)"; }));
  EXPECT_TRUE(refused([](Definition& d) { d.configuration = "{"; }));
  EXPECT_TRUE(refused([](Definition& d) { d.configuration = R"({"Version":2.0})"; }));
  EXPECT_TRUE(refused(
      [](Definition& d) { d.configuration = R"({"Version":1.0,"Grouping":{"TableGroupingPolicy":"Other"}})"; }));
  EXPECT_TRUE(refused([](Definition& d) { d.recrawl_behavior = "CRAWL_NEW_FOLDERS_ONLY"; }));
  EXPECT_TRUE(definitions.Get(scope, "bad").Is(kNoSuchCrawler));
}

TEST_F(DefinitionsTest, ListsInPagesByName) {
  for (char c = 'e'; c >= 'a'; --c) ASSERT_TRUE(definitions.Create(scope, Make(std::string(1, c))).ok());
  auto first = definitions.List(scope, "", 3);
  ASSERT_EQ(first->items.size(), 3U);
  EXPECT_EQ(first->next, "c");
  auto rest = definitions.List(scope, first->next, 3);
  ASSERT_EQ(rest->items.size(), 2U);
  EXPECT_EQ(rest->items[1].name, "e");
  EXPECT_EQ(rest->next, "");
}

TEST_F(DefinitionsTest, AClassifierKeepsItsKind) {
  Classifier csv;
  csv.name = "k";
  csv.delimiter = ";";
  ASSERT_TRUE(definitions.CreateClassifier(scope, csv).ok());
  EXPECT_TRUE(definitions.CreateClassifier(scope, csv).error().reason == &kAlreadyExists);
  Classifier changes;
  changes.name = "k";
  changes.contains_header = "PRESENT";
  ASSERT_TRUE(definitions.UpdateClassifier(scope, changes).ok());
  Classifier back = *definitions.GetClassifier(scope, "k");
  EXPECT_EQ(back.delimiter, ";");
  EXPECT_EQ(back.contains_header, "PRESENT");
  EXPECT_EQ(back.version, 2);
  changes.kind = ClassifierKind::kGrok;
  EXPECT_TRUE(definitions.UpdateClassifier(scope, changes).error().reason == &kInvalidInput);
  Definition definition = Make("c");
  definition.classifiers = {"nope"};
  EXPECT_TRUE(definitions.Create(scope, definition).error().reason == &kNoSuchClassifier);
}

TEST(TimerId, NamesScopeAndCrawlerWhateverTheNameHolds) {
  const Scope scope{"000000000000", "eu-west-1"};
  auto back = ParseTimerId(TimerId(scope, "a/b c"));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->first, scope);
  EXPECT_EQ(back->second, "a/b c");
}

}  // namespace
}  // namespace tarn::jobs::crawl
