#include "catalog/iceberg/planner.h"

#include <gtest/gtest.h>

#include <set>

#include "catalog/iceberg/testing.h"
#include "iceberg/puffin/puffin.h"

namespace tarn::catalog {
namespace {

class PlannerTest : public LakeTest {
 protected:
  using Paths = std::set<std::string>;

  std::shared_ptr<const iceberg::TableMetadata> Load(const std::string& name = "t") {
    return tables.Load(scope, "db", name)->metadata;
  }
  int64_t Append(const std::vector<std::string>& paths, const std::string& name = "t") {
    std::vector<iceberg::DataFile> files;
    files.reserve(paths.size());
    for (const std::string& path : paths) files.push_back(Ranged(path));
    const auto done = snapshots.Append(scope, "db", name, files);
    EXPECT_TRUE(done.ok()) << done.error().message;
    return done->snapshot->snapshot_id;
  }
  // "7" holds the ids 70 to 79; other names have no statistics.
  static iceberg::DataFile Ranged(const std::string& path) {
    iceberg::DataFile file = File(path);
    if (path.find_first_not_of("0123456789") != std::string::npos) return file;
    const int64_t low = std::stoll(path) * 10;
    file.value_counts = {{1, 10}};
    file.null_counts = {{1, 0}};
    file.lower_bounds = {{1, iceberg::ValueToBytes(iceberg::TypeId::kLong, iceberg::Value(low))}};
    file.upper_bounds = {{1, iceberg::ValueToBytes(iceberg::TypeId::kLong, iceberg::Value(low + 9))}};
    return file;
  }
  ScanRequest At(const std::shared_ptr<const iceberg::TableMetadata>& metadata, const ScanPoint& point = {}) {
    ScanRequest request;
    const auto state = StateAt(*metadata, point);
    EXPECT_TRUE(state.ok());
    request.state = *state;
    return request;
  }
  Paths Plan(const std::shared_ptr<const iceberg::TableMetadata>& metadata, const ScanRequest& request) {
    Paths paths;
    const Status done = planner.Plan(scope, metadata, request, [&](PlannedFile&& file) {
      EXPECT_TRUE(paths.insert(file.entry.file.path).second);
      return Ok();
    });
    EXPECT_TRUE(done.ok()) << done.error().message;
    return paths;
  }

  Manifests manifests{*store_, {.cache_bytes = 1 << 20, .threads = 3}};
  Planner planner{manifests};
};

TEST_F(PlannerTest, PlansEachStateOfATable) {
  MakeTable("t");
  EXPECT_EQ(Plan(Load(), At(Load())), Paths());
  const int64_t first = Append({"1", "2"});
  Append({"3"});
  const auto metadata = Load();
  EXPECT_EQ(Plan(metadata, At(metadata)), (Paths{"1", "2", "3"}));
  EXPECT_EQ(Plan(metadata, At(metadata, {.snapshot_id = first, .ref = {}, .timestamp_ms = {}})), (Paths{"1", "2"}));
  EXPECT_EQ(Plan(metadata, At(metadata, {.snapshot_id = {}, .ref = "main", .timestamp_ms = {}})),
            (Paths{"1", "2", "3"}));
  const int64_t now = metadata->current_snapshot()->timestamp_ms;
  EXPECT_EQ(Plan(metadata, At(metadata, {.snapshot_id = {}, .ref = {}, .timestamp_ms = now})), (Paths{"1", "2", "3"}));
  EXPECT_TRUE(StateAt(*metadata, {.snapshot_id = 5, .ref = {}, .timestamp_ms = {}}).Is(kNoSuchSnapshot));
  EXPECT_TRUE(StateAt(*metadata, {.snapshot_id = {}, .ref = "none", .timestamp_ms = {}}).Is(kNoSuchSnapshot));
  EXPECT_TRUE(StateAt(*metadata, {.snapshot_id = {}, .ref = {}, .timestamp_ms = 5}).Is(kNoSuchSnapshot));
}

TEST_F(PlannerTest, LeavesOutWhatTheFilterRulesOut) {
  MakeTable("t");
  Append({"1", "2", "3", "unknown"});
  const auto metadata = Load();
  ScanRequest request = At(metadata);
  request.filter = *iceberg::Predicate(*request.state.schema, iceberg::Op::kGtEq, "id", {iceberg::Value(int64_t{25})});
  EXPECT_EQ(Plan(metadata, request), (Paths{"2", "3", "unknown"}));
}

TEST_F(PlannerTest, PlansWhatWasAppendedBetweenTwoSnapshots) {
  MakeTable("t", {{"commit.manifest.min-count-to-merge", "2"}});
  const int64_t first = Append({"1"});
  const int64_t second = Append({"2"});
  iceberg::Change change;
  change.removed_files = {"1"};
  change.added = {Ranged("9")};
  const auto rules = RulesOf(*Load(), RowOperation::kUpdate, RowMode::kCopyOnWrite, second, {}, {"1"});
  ASSERT_TRUE(snapshots.Change(scope, "db", "t", change, rules).ok());
  Append({"4"});
  const auto metadata = Load();
  ScanRequest request = At(metadata);
  request.appended_after = first;
  EXPECT_EQ(Plan(metadata, request), (Paths{"2", "4"}));
  request.appended_after = second;
  EXPECT_EQ(Plan(metadata, request), Paths{"4"});
  request = At(metadata, {.snapshot_id = first, .ref = {}, .timestamp_ms = {}});
  request.appended_after = second;
  const auto sink = [](PlannedFile&&) { return Ok(); };
  EXPECT_TRUE(planner.Plan(scope, metadata, request, sink).Is(kNotAncestor));
  request.appended_after = 5;
  EXPECT_TRUE(planner.Plan(scope, metadata, request, sink).Is(kNoSuchSnapshot));
}

TEST_F(PlannerTest, GivesFilesTheirDeletesAndReadsVectors) {
  MakeTable("t", {{"format-version", "3"}});
  const int64_t first = Append({"1", "2"});
  iceberg::Positions positions;
  positions.Add(3);
  positions.Add(8);
  iceberg::PuffinWriter puffin;
  const iceberg::PuffinBlob blob = puffin.Add({.type = std::string(iceberg::kDeletionVectorBlob), .properties = {}},
                                              iceberg::SerializeDeletionVector(positions));
  const std::string bytes = puffin.Finish().bytes;
  ASSERT_TRUE(object::Files(*store_, scope.account).Put("lake", "db/t/dv.puffin", bytes).ok());
  iceberg::DataFile vector = File("s3://lake/db/t/dv.puffin", 2);
  vector.content = iceberg::FileContent::kPositionDeletes;
  vector.format = "PUFFIN";
  vector.referenced_data_file = "2";
  vector.content_offset = blob.offset;
  vector.content_bytes = blob.length;
  iceberg::Change change;
  change.added = {vector};
  const auto rules = RulesOf(*Load(), RowOperation::kDelete, RowMode::kMergeOnRead, first, {}, {"2"});
  const auto changed = snapshots.Change(scope, "db", "t", change, rules);
  ASSERT_TRUE(changed.ok()) << changed.error().message;
  const auto metadata = Load();
  size_t files = 0;
  ASSERT_TRUE(planner
                  .Plan(scope, metadata, At(metadata),
                        [&](PlannedFile&& file) {
                          ++files;
                          EXPECT_EQ(file.deletes.size(), file.entry.file.path == "2" ? 1 : 0);
                          if (file.deletes.empty()) return Ok();
                          auto read = manifests.ReadVector(scope, file.deletes[0]->file);
                          EXPECT_TRUE(read.ok()) << read.error().message;
                          EXPECT_EQ(*read, positions);
                          iceberg::DataFile wrong = file.deletes[0]->file;
                          wrong.record_count = 3;
                          EXPECT_TRUE(manifests.ReadVector(scope, wrong).Is(iceberg::kCorrupt));
                          return Ok();
                        })
                  .ok());
  EXPECT_EQ(files, 2);
}

TEST_F(PlannerTest, PlansPiecesOnceEach) {
  MakeTable("t");
  std::vector<std::string> many;
  many.reserve(1000);
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  Append(many);
  const auto metadata = Load();
  const auto prepared = planner.Prepare(scope, metadata, At(metadata));
  ASSERT_TRUE(prepared.ok());
  ASSERT_EQ(prepared->data.size(), 1);
  Paths paths;
  for (int64_t first = 0; first < 1200; first += 300) {
    ASSERT_TRUE(planner
                    .PlanPieces(scope, *prepared, {{prepared->data[0], {first, first + 300}}},
                                [&](PlannedFile&& file) {
                                  EXPECT_TRUE(paths.insert(file.entry.file.path).second);
                                  return Ok();
                                })
                    .ok());
  }
  EXPECT_EQ(paths.size(), 1000);
}

TEST_F(PlannerTest, EndsWithTheSinksError) {
  MakeTable("t");
  for (int i = 0; i < 10; ++i) Append({std::to_string(i)});
  const auto metadata = Load();
  size_t seen = 0;
  const Status done = planner.Plan(scope, metadata, At(metadata), [&](PlannedFile&&) -> Status {
    ++seen;
    return Fail(kCancelledError, "enough");
  });
  EXPECT_TRUE(done.Is(kCancelledError));
  EXPECT_GE(seen, 1);
}

TEST_F(PlannerTest, KeepsManifestsWithinItsBudget) {
  MakeTable("t");
  for (int i = 0; i < 20; ++i) Append({std::to_string(i)});
  const auto metadata = Load();
  Plan(metadata, At(metadata));
  const uint64_t all = manifests.cached_bytes();
  EXPECT_GT(all, 0);
  Plan(metadata, At(metadata));
  EXPECT_EQ(manifests.cached_bytes(), all);
  Manifests small(*store_, {.cache_bytes = all / 2, .threads = 2});
  const auto list = small.ListOf(scope, *metadata->current_snapshot());
  ASSERT_TRUE(list.ok());
  for (const iceberg::ManifestFile& manifest : **list) {
    ASSERT_TRUE(small.Read(scope, manifest.path).ok());
    EXPECT_LE(small.cached_bytes(), all / 2);
  }
  // Another account reads none of it, kept or not.
  EXPECT_FALSE(manifests.Read({"000000000009", "us-east-1"}, (*list)->front().path).ok());
}

}  // namespace
}  // namespace tarn::catalog
