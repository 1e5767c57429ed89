// Expiry and orphan removal over a real store: what goes, what stays, and when nothing may go.
#include <gtest/gtest.h>

#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/testing.h"
#include "catalog/namespaces.h"
#include "tables/upkeep/compact.h"
#include "tables/upkeep/expire.h"
#include "tables/upkeep/orphans.h"

namespace tarn::tables {
namespace {

constexpr int64_t kDayMicros = kMicrosPerDay;

class Upkeep : public catalog::LakeTest {
 protected:
  void SetUp() override {
    catalog::LakeTest::SetUp();
    MakeTable("t");
  }
  void Write(const std::string& path) {
    const auto place = object::ParseLocation(path);
    ASSERT_TRUE(object::Files(*store_, scope.account).Put(place->bucket, place->key, "rows").ok());
  }
  void Append(const std::string& table, const std::string& path) {
    Write(path);
    ASSERT_TRUE(snapshots.Append(scope, "db", table, {File(path)}).ok());
  }
  // Replaces a file: the old one is led to by older snapshots alone.
  void Replace(const std::string& gone, const std::string& added) {
    Write(added);
    iceberg::Change change;
    change.added = {File(added)};
    change.removed_files = {gone};
    ASSERT_TRUE(snapshots.Change(scope, "db", "t", change, {}).ok());
  }
  bool IsThere(const std::string& path) {
    const auto place = object::ParseLocation(path);
    return object::Files(*store_, scope.account).Head(place->bucket, place->key).ok();
  }

  catalog::Manifests manifests{*store_};
  catalog::Planner planner{manifests};
  UpkeepParts parts{catalog, tables, snapshots, manifests, planner, *store_, clock_, nullptr};
  const TableName table{scope, "db", "t"};
  const std::string data = "s3://lake/db/t/data/";
};

TEST_F(Upkeep, ExpiryDeletesWhatOnlyOldSnapshotsLeadTo) {
  Append("t", data + "a.parquet");
  Replace(data + "a.parquet", data + "b.parquet");
  clock_.Advance(6 * kDayMicros);
  Append("t", data + "c.parquet");
  const auto report = ExpireSnapshots(parts, table, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->snapshots.size(), 2);
  EXPECT_EQ(report->content_files, 1);
  EXPECT_FALSE(IsThere(data + "a.parquet"));
  EXPECT_TRUE(IsThere(data + "b.parquet"));
  EXPECT_EQ(Live("t").size(), 2);
  const auto again = ExpireSnapshots(parts, table, {});
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->files(), 0);
}

TEST_F(Upkeep, ExpiryKeepsWhatATagHolds) {
  Append("t", data + "a.parquet");
  const auto made = tables.Load(scope, "db", "t");
  iceberg::SnapshotRef tag;
  tag.snapshot_id = *made->metadata->current_snapshot_id;
  tag.is_branch = false;
  ASSERT_TRUE(tables.Commit(scope, "db", "t", {}, {iceberg::SetSnapshotRef{"kept", tag}}).ok());
  Replace(data + "a.parquet", data + "b.parquet");
  clock_.Advance(6 * kDayMicros);
  Append("t", data + "c.parquet");
  const auto report = ExpireSnapshots(parts, table, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->snapshots.size(), 1);
  EXPECT_TRUE(IsThere(data + "a.parquet"));
}

TEST_F(Upkeep, OrphansAreOldFilesThatNothingLeadsTo) {
  Append("t", data + "a.parquet");
  Write(data + "left.parquet");
  Write(data + "notes.txt");
  clock_.Advance(4 * kDayMicros);
  Write(data + "young.parquet");
  OrphanOptions options;
  options.dry_run = true;
  const auto told = RemoveOrphans(parts, table, options);
  ASSERT_TRUE(told.ok()) << told.error().message;
  EXPECT_EQ(told->orphans, std::vector<std::string>{data + "left.parquet"});
  EXPECT_TRUE(IsThere(data + "left.parquet"));
  ASSERT_TRUE(RemoveOrphans(parts, table, {}).ok());
  EXPECT_FALSE(IsThere(data + "left.parquet"));
  for (const char* kept : {"a.parquet", "notes.txt", "young.parquet"}) EXPECT_TRUE(IsThere(data + kept)) << kept;
}

TEST_F(Upkeep, OrphansOfOneTableMayBeFilesOfAnother) {
  Append("t", data + "a.parquet");
  Write(data + "shared.parquet");
  Write(data + "alone.parquet");
  MakeTable("other");
  ASSERT_TRUE(snapshots.Append(scope, "db", "other", {File(data + "shared.parquet")}).ok());
  clock_.Advance(4 * kDayMicros);
  const auto report = RemoveOrphans(parts, table, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->orphans, std::vector<std::string>{data + "alone.parquet"});
}

TEST_F(Upkeep, WhatATableOfANestedNamespaceLeadsToIsNoOrphan) {
  Append("t", data + "a.parquet");
  Write(data + "shared.parquet");
  const std::string nested = catalog::JoinLevels({"db", "inner"});
  catalog::Database inner;
  inner.name = nested;
  ASSERT_TRUE(catalog.CreateDatabase(scope, inner).ok());
  iceberg::NewTable other;
  other.schema = *iceberg::Schema::Make(0, {{1, "id", true, iceberg::TypeId::kLong}});
  other.location = "s3://lake/elsewhere";
  ASSERT_TRUE(tables.Create(scope, nested, "other", std::move(other), false).ok());
  ASSERT_TRUE(snapshots.Append(scope, nested, "other", {File(data + "shared.parquet")}).ok());
  clock_.Advance(4 * kDayMicros);
  const auto report = RemoveOrphans(parts, table, {});
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(report->orphans, std::vector<std::string>{});
}

TEST_F(Upkeep, NothingIsAnOrphanWhereAnotherTableLiesAround) {
  Append("t", data + "a.parquet");
  Write(data + "left.parquet");
  catalog::Table hive;
  hive.database = "db";
  hive.name = "all";
  hive.storage.emplace().location = "s3://lake/db/";
  ASSERT_TRUE(catalog.CreateTable(scope, hive).ok());
  clock_.Advance(4 * kDayMicros);
  const auto report = RemoveOrphans(parts, table, {});
  ASSERT_TRUE(report.ok());
  EXPECT_TRUE(report->orphans.empty());
}

TEST_F(Upkeep, ATableMayForbidBoth) {
  MakeTable("shared", {{"gc.enabled", "false"}});
  const TableName name{scope, "db", "shared"};
  EXPECT_TRUE(ExpireSnapshots(parts, name, {}).Is(iceberg::kInvalid));
  EXPECT_TRUE(RemoveOrphans(parts, name, {}).Is(iceberg::kInvalid));
}

// Whoever may commit to a table can name any file in it.
TEST_F(Upkeep, TheLakeItselfTouchesNothingElsewhere) {
  const std::string elsewhere = "s3://lake/victim/a.parquet";
  Append("t", elsewhere);
  Replace(elsewhere, data + "b.parquet");
  clock_.Advance(6 * kDayMicros);
  Append("t", data + "c.parquet");
  const auto report = ExpireSnapshots(parts, table, {});
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->snapshots.size(), 2);
  EXPECT_EQ(report->content_files, 0);
  EXPECT_TRUE(IsThere(elsewhere));
  // Nor does it compact it, though everything else.
  Append("t", elsewhere);
  CompactOptions small;
  small.limits.files_min = 2;
  const auto plan = PlanCompaction(parts, table, small);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  for (const auto& group : plan->groups) {
    for (const auto& each : group.files) EXPECT_NE(each.file.path, elsewhere);
  }
  // For one who may, it does.
  UpkeepParts theirs = parts;
  std::vector<std::string> asked;
  theirs.elsewhere = [&](const std::string& path, Touch) -> Status {
    asked.push_back(path);
    return Ok();
  };
  ASSERT_TRUE(PlanCompaction(theirs, table, small).ok());
  EXPECT_EQ(asked, std::vector<std::string>{elsewhere});
}

TEST_F(Upkeep, AFolderThatIsNotTheTablesIsNotSwept) {
  Append("t", data + "a.parquet");
  ASSERT_TRUE(
      tables.Commit(scope, "db", "t", {}, {iceberg::SetProperties{{{"write.data.path", "s3://lake/victim"}}}}).ok());
  EXPECT_FALSE(ExpireSnapshots(parts, table, {}).ok());
  EXPECT_FALSE(PlanCompaction(parts, table, {}).ok());
}

}  // namespace
}  // namespace tarn::tables
