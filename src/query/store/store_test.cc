// Workgroups, saved queries, data catalogs and the history, on a store in memory.
#include <gtest/gtest.h>

#include "kv/kv.h"
#include "kv/memory_store.h"
#include "query/errors.h"
#include "query/store/data_catalog.h"
#include "query/store/history.h"
#include "query/store/saved.h"
#include "query/store/workgroup.h"

namespace tarn::query {
namespace {

struct TestClock : Clock {
  Timestamp now{1'700'000'000'000'000};
  Timestamp Now() const override { return now; }
};

class QueryStore : public ::testing::Test {
 protected:
  WorkGroup Group(std::string name) {
    WorkGroup group;
    group.name = std::move(name);
    return group;
  }
  Execution Run(std::string id, std::string group = "primary") {
    Execution execution;
    execution.id = std::move(id);
    execution.query = "SELECT 1";
    execution.workgroup = std::move(group);
    execution.submitted = clock.now;
    return execution;
  }

  TestClock clock;
  std::unique_ptr<kv::Store> store = kv::MakeMemoryStore();
  Scope scope{"000000000000", "us-east-1"};
  Scope elsewhere{"000000000000", "eu-west-1"};
  WorkGroups groups{*store, clock};
  SavedQueries saved{*store, clock};
  DataCatalogs catalogs{*store};
  History history{*store, clock};
};

TEST_F(QueryStore, HasThePrimaryWorkGroupByItself) {
  auto primary = groups.Get(scope, "primary");
  ASSERT_TRUE(primary.ok());
  EXPECT_FALSE(primary->configuration.enforce);
  EXPECT_TRUE(primary->configuration.result.has_value());
  EXPECT_TRUE(groups.Delete(scope, "primary", true).Is(kInvalidRequest));
  EXPECT_TRUE(groups.Create(scope, Group("primary"), {}).Is(kInvalidRequest));
}

TEST_F(QueryStore, KeepsWorkGroupsApartByRegion) {
  ASSERT_TRUE(groups.Create(scope, Group("a"), {}).ok());
  EXPECT_TRUE(groups.Create(scope, Group("a"), {}).Is(kInvalidRequest));
  EXPECT_TRUE(groups.Get(elsewhere, "a").Is(kInvalidRequest));
}

TEST_F(QueryStore, PagesWorkGroupsWithThePrimaryInItsPlace) {
  for (const char* name : {"zoo", "alpha", "middle", "quark"}) ASSERT_TRUE(groups.Create(scope, Group(name), {}).ok());
  std::vector<std::string> names;
  PageRequest request{.token = "", .limit = 2};
  for (;;) {
    auto page = groups.List(scope, request);
    ASSERT_TRUE(page.ok());
    ASSERT_LE(page->items.size(), 2u);
    for (const WorkGroup& group : page->items) names.push_back(group.name);
    if (page->next.empty()) break;
    request.token = page->next;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"alpha", "middle", "primary", "quark", "zoo"}));
  EXPECT_TRUE(groups.List(scope, {.token = "nonsense", .limit = 5}).Is(kInvalidRequest));
}

TEST_F(QueryStore, UpdatesOnlyWhatIsGiven) {
  WorkGroup group = Group("a");
  group.configuration.bytes_scanned_cutoff = 20'000'000;
  group.configuration.result = ResultConfiguration{.output_location = "s3://b/x/"};
  ASSERT_TRUE(groups.Create(scope, group, {}).ok());
  WorkGroupUpdate update;
  update.enabled = false;
  ASSERT_TRUE(groups.Update(scope, "a", update).ok());
  auto changed = groups.Get(scope, "a");
  ASSERT_TRUE(changed.ok());
  EXPECT_FALSE(changed->enabled);
  EXPECT_EQ(changed->configuration.bytes_scanned_cutoff, 20'000'000);
  EXPECT_EQ(changed->configuration.result->output_location, "s3://b/x/");
  WorkGroupUpdate clear;
  clear.touches_result = true;
  clear.remove_output_location = true;
  clear.remove_bytes_scanned_cutoff = true;
  ASSERT_TRUE(groups.Update(scope, "a", clear).ok());
  changed = groups.Get(scope, "a");
  EXPECT_FALSE(changed->configuration.bytes_scanned_cutoff.has_value());
  EXPECT_FALSE(changed->configuration.result->output_location.has_value());
}

TEST_F(QueryStore, RefusesToDeleteAWorkGroupThatHoldsSomething) {
  ASSERT_TRUE(groups.Create(scope, Group("a"), {}).ok());
  NamedQuery query;
  query.name = "n";
  query.workgroup = "a";
  auto id = saved.CreateNamed(scope, query, "");
  ASSERT_TRUE(id.ok());
  EXPECT_TRUE(groups.Delete(scope, "a", false).Is(kInvalidRequest));
  ASSERT_TRUE(groups.Delete(scope, "a", true).ok());
  EXPECT_TRUE(saved.GetNamed(scope, *id).Is(kInvalidRequest));
}

TEST_F(QueryStore, CreatesANamedQueryOncePerToken) {
  NamedQuery query;
  query.name = "n";
  query.database = "d";
  query.query = "SELECT 1";
  query.workgroup = "primary";
  auto first = saved.CreateNamed(scope, query, "token-of-more-than-32-characters-xx");
  auto again = saved.CreateNamed(scope, query, "token-of-more-than-32-characters-xx");
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*first, *again);
  query.query = "SELECT 2";
  EXPECT_TRUE(saved.CreateNamed(scope, query, "token-of-more-than-32-characters-xx").Is(kInvalidRequest));
  auto page = saved.ListNamed(scope, "primary", {});
  EXPECT_EQ(page->items.size(), 1u);
}

TEST_F(QueryStore, TellsAMissingPreparedStatementAsNotFound) {
  EXPECT_TRUE(saved.GetPrepared(scope, "primary", "p").Is(kNoSuchResource));
  EXPECT_TRUE(saved.GetPrepared(scope, "nowhere", "p").Is(kInvalidRequest));
  EXPECT_TRUE(saved.UpdatePrepared(scope, {.name = "p", .workgroup = "primary"}).Is(kNoSuchResource));
  ASSERT_TRUE(saved.CreatePrepared(scope, {.name = "p", .workgroup = "primary", .query = "SELECT ?"}).ok());
  EXPECT_TRUE(saved.CreatePrepared(scope, {.name = "p", .workgroup = "primary"}).Is(kInvalidRequest));
  EXPECT_EQ(saved.GetPrepared(scope, "primary", "p")->query, "SELECT ?");
}

TEST_F(QueryStore, ServesOnlyGlueCatalogsOfTheAccount) {
  EXPECT_TRUE(catalogs.CheckServed(scope, "awsdatacatalog").ok());
  DataCatalog own{.name = "Mine", .type = "GLUE", .description = {}, .parameters = {{{"catalog-id", "000000000000"}}}};
  ASSERT_TRUE(catalogs.Create(scope, own, {}).ok());
  EXPECT_TRUE(catalogs.CheckServed(scope, "mine").ok());
  DataCatalog hive{.name = "hive", .type = "HIVE", .description = {}, .parameters = {{{"metadata-function", "f"}}}};
  ASSERT_TRUE(catalogs.Create(scope, hive, {}).ok());
  EXPECT_FALSE(catalogs.CheckServed(scope, "hive").ok());
  auto page = catalogs.List(scope, {});
  ASSERT_EQ(page->items.size(), 3u);
  EXPECT_EQ(page->items[0].name, "AwsDataCatalog");
}

TEST_F(QueryStore, ListsExecutionsNewestFirst) {
  std::vector<std::string> expected;
  for (int i = 0; i < 7; i++) {
    clock.now.micros += 1000;
    expected.insert(expected.begin(), "id-" + std::to_string(i));
    ASSERT_TRUE(history.Insert(scope, Run(expected.front()), "", "").ok());
  }
  std::vector<std::string> ids;
  PageRequest request{.token = "", .limit = 3};
  for (;;) {
    auto page = history.List(scope, "primary", request);
    ASSERT_TRUE(page.ok());
    ids.insert(ids.end(), page->items.begin(), page->items.end());
    if (page->next.empty()) break;
    request.token = page->next;
  }
  EXPECT_EQ(ids, expected);
}

TEST_F(QueryStore, FailsWhatAnEndedProcessLeftUnfinished) {
  ASSERT_TRUE(history.Insert(scope, Run("left"), "", "").ok());
  Execution done = Run("done");
  ASSERT_TRUE(history.Insert(scope, done, "", "").ok());
  done.state = State::kSucceeded;
  ASSERT_TRUE(history.Finish(scope, done, "").ok());
  auto recovered = History(*store, clock).Recover();
  ASSERT_TRUE(recovered.ok());
  EXPECT_EQ(*recovered, 1u);
  auto left = history.Get(scope, "left");
  EXPECT_EQ(left->state, State::kFailed);
  EXPECT_TRUE(left->state_reason.has_value());
  EXPECT_EQ(history.Get(scope, "done")->state, State::kSucceeded);
  EXPECT_EQ(*history.Recover(), 0u);
}

TEST_F(QueryStore, ForgetsExecutionsAfterTheirTime) {
  Execution old = Run("old");
  old.state = State::kSucceeded;
  ASSERT_TRUE(history.Insert(scope, old, "", "").ok());
  clock.now.micros += 46 * kMicrosPerDay;
  Execution fresh = Run("fresh");
  fresh.state = State::kSucceeded;
  ASSERT_TRUE(history.Insert(scope, fresh, "", "").ok());
  EXPECT_EQ(*history.Expire(), 1u);
  EXPECT_TRUE(history.Get(scope, "old").Is(kInvalidRequest));
  EXPECT_TRUE(history.Get(scope, "fresh").ok());
}

TEST_F(QueryStore, StartsOnceForOneClientToken) {
  const std::string token(32, 't');
  EXPECT_EQ(*history.Insert(scope, Run("a"), token, "same"), "a");
  EXPECT_EQ(*history.Insert(scope, Run("b"), token, "same"), "a");
  EXPECT_TRUE(history.Insert(scope, Run("c"), token, "other").Is(kInvalidRequest));
  EXPECT_TRUE(history.Get(scope, "b").Is(kInvalidRequest));
}

TEST_F(QueryStore, KeepsAllThatAnExecutionTells) {
  Execution e = Run("full");
  e.statement_type = "DML";
  e.substatement_type = "SELECT";
  e.database = "db";
  e.catalog = "AwsDataCatalog";
  e.result.output_location = "s3://b/full.csv";
  e.parameters = {"1", "'x'"};
  e.reuse_enabled = true;
  e.reuse_max_age_minutes = 5;
  e.state = State::kFailed;
  e.state_reason = "because";
  e.error = AthenaError{2, 1006, true, "because"};
  e.completed = clock.now;
  e.statistics.scanned_bytes = 12;
  e.statistics.manifest_location = "s3://b/m";
  e.columns = {{.name = "a", .type = "decimal", .precision = 10, .scale = 2, .case_sensitive = false}};
  e.has_header = true;
  e.update_count = 3;
  auto back = DecodeExecution("full", EncodeExecution(e));
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(EncodeExecution(*back), EncodeExecution(e));
  EXPECT_EQ(back->parameters, e.parameters);
  EXPECT_EQ(back->error->type, 1006);
  EXPECT_EQ(back->columns[0].scale, 2);
}

TEST_F(QueryStore, RefusesLocationsThatAreNotInS3) {
  EXPECT_TRUE(CheckOutputLocation("string").Is(kInvalidRequest));
  EXPECT_TRUE(CheckOutputLocation("s3://").Is(kInvalidRequest));
  EXPECT_TRUE(CheckOutputLocation("s3:///x").Is(kInvalidRequest));
  EXPECT_TRUE(CheckOutputLocation("s3://bucket").ok());
}

}  // namespace
}  // namespace tarn::query
