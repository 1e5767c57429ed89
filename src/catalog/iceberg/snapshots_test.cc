#include "catalog/iceberg/snapshots.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "catalog/iceberg/testing.h"

namespace tarn::catalog {
namespace {

using SnapshotsTest = LakeTest;
using Files = std::map<std::string, int64_t>;

TEST_F(SnapshotsTest, AppendsAndChanges) {
  MakeTable("t");
  const auto first = snapshots.Append(scope, "db", "t", {File("a"), File("b")}, {.summary = {{"engine-name", "us"}}});
  ASSERT_TRUE(first.ok()) << first.error().message;
  EXPECT_EQ(first->snapshot->summary.at("engine-name"), "us");
  EXPECT_EQ(Live("t"), (Files{{"a", 1}, {"b", 1}}));
  iceberg::Change change;
  change.removed_files = {"a"};
  change.added = {File("a2", 9)};
  const auto rules = RulesOf(*first->table.metadata, RowOperation::kUpdate, RowMode::kCopyOnWrite,
                             first->snapshot->snapshot_id, {}, {"a"});
  const auto second = snapshots.Change(scope, "db", "t", change, rules);
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_EQ(Live("t"), (Files{{"a2", 2}, {"b", 1}}));
  EXPECT_EQ(second->snapshot->summary.at("total-records"), "19");
}

TEST_F(SnapshotsTest, RefusesAChangeOfWhatAnotherChanged) {
  MakeTable("t");
  const auto first = snapshots.Append(scope, "db", "t", {File("a"), File("b")});
  iceberg::Change change;
  change.removed_files = {"a"};
  const auto rules = RulesOf(*first->table.metadata, RowOperation::kDelete, RowMode::kCopyOnWrite,
                             first->snapshot->snapshot_id, {}, {"a"});
  ASSERT_TRUE(snapshots.Change(scope, "db", "t", change, rules).ok());
  const size_t before = Objects("t", ".avro").size();
  EXPECT_TRUE(snapshots.Change(scope, "db", "t", change, rules).Is(iceberg::kCommitFailed));
  EXPECT_EQ(Objects("t", ".avro").size(), before);
}

TEST_F(SnapshotsTest, IsolatesByTheTablesLevel) {
  MakeTable("strict");
  MakeTable("loose", {{"write.delete.isolation-level", "snapshot"}});
  for (const std::string name : {"strict", "loose"}) {
    const auto first = snapshots.Append(scope, "db", name, {File("a")});
    const auto rules = RulesOf(*first->table.metadata, RowOperation::kDelete, RowMode::kCopyOnWrite,
                               first->snapshot->snapshot_id, {}, {"a"});
    ASSERT_TRUE(snapshots.Append(scope, "db", name, {File("b")}).ok());
    iceberg::Change change;
    change.removed_files = {"a"};
    EXPECT_EQ(snapshots.Change(scope, "db", name, change, rules).ok(), name == "loose");
  }
}

TEST_F(SnapshotsTest, KeepsEveryAppendOfManyAtOnce) {
  MakeTable("t", {{"commit.manifest.min-count-to-merge", "5"},
                  {"commit.retry.num-retries", "100"},
                  {"commit.retry.min-wait-ms", "1"},
                  {"commit.retry.max-wait-ms", "4"}});
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 10; ++i) {
        const auto done = snapshots.Append(scope, "db", "t", {File(std::to_string(t) + "-" + std::to_string(i))});
        EXPECT_TRUE(done.ok()) << done.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Live("t").size(), 80U);
  EXPECT_LT(ManifestsOf(tables.Load(scope, "db", "t")->metadata->current_snapshot()).size(), 20U);
}

TEST_F(SnapshotsTest, LetsACompactionPassNewEqualityDeletesAlone) {
  for (const auto content : {iceberg::FileContent::kEqualityDeletes, iceberg::FileContent::kPositionDeletes}) {
    const bool equality = content == iceberg::FileContent::kEqualityDeletes;
    const std::string name = equality ? "equality" : "positions";
    MakeTable(name);
    const auto first = snapshots.Append(scope, "db", name, {File("a"), File("b")});
    const std::optional<int64_t> planned_on = first->snapshot->snapshot_id;
    iceberg::Change deletes;
    deletes.added = {File("deletes")};
    deletes.added[0].content = content;
    if (equality) deletes.added[0].equality_ids = {1};
    ASSERT_TRUE(snapshots.Change(scope, "db", name, deletes, {.planned_on = planned_on}).ok());
    iceberg::Change compaction;
    compaction.operation = "replace";
    compaction.removed_files = {"a", "b"};
    compaction.added = {File("ab", 20)};
    compaction.data_sequence_number = first->snapshot->sequence_number;
    const auto done = snapshots.Change(scope, "db", name, compaction, RulesOfRewrite(planned_on, {"a", "b"}));
    EXPECT_EQ(done.ok(), equality);
    EXPECT_EQ(done.Is(iceberg::kCommitFailed), !equality);
    if (equality) {
      EXPECT_EQ(Live(name), (Files{{"ab", 1}, {"deletes", 2}}));
    }
  }
}

TEST_F(SnapshotsTest, WritesToABranch) {
  MakeTable("t");
  ASSERT_TRUE(snapshots.Append(scope, "db", "t", {File("a")}).ok());
  ASSERT_TRUE(snapshots.Append(scope, "db", "t", {File("b")}, {.branch = "audit"}).ok());
  EXPECT_EQ(Live("t"), (Files{{"a", 1}}));
  EXPECT_EQ(Live("t", "audit"), (Files{{"a", 1}, {"b", 2}}));
}

TEST_F(SnapshotsTest, RefusesATableMadeAgain) {
  const auto old = MakeTable("t");
  ASSERT_TRUE(tables.Drop(scope, "db", "t").ok());
  MakeTable("t");
  EXPECT_TRUE(
      snapshots.Append(scope, "db", "t", {File("a")}, {.table_uuid = old.table_uuid}).Is(iceberg::kCommitFailed));
}

TEST_F(SnapshotsTest, RewritesManifests) {
  MakeTable("t");
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(snapshots.Append(scope, "db", "t", {File(std::to_string(i))}).ok());
  const Files before = Live("t");
  std::set<std::string> replaced;
  for (const auto& manifest : ManifestsOf(tables.Load(scope, "db", "t")->metadata->current_snapshot())) {
    replaced.insert(manifest.path);
  }
  const auto done = snapshots.RewriteManifests(scope, "db", "t", replaced);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(done->snapshot->summary.at("manifests-created"), "1");
  EXPECT_EQ(ManifestsOf(done->snapshot).size(), 1U);
  EXPECT_EQ(Live("t"), before);
  EXPECT_TRUE(snapshots.RewriteManifests(scope, "db", "t", replaced).Is(iceberg::kCommitFailed));
}

}  // namespace
}  // namespace tarn::catalog
