#include <gtest/gtest.h>

#include <map>

#include "iceberg/commit/conflicts.h"
#include "iceberg/commit/rebase.h"
#include "iceberg/commit/snapshot_maker.h"
#include "iceberg/commit/summary.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/manifest/writer.h"
#include "iceberg/metadata/builder.h"

namespace tarn::iceberg {
namespace {

// A table with its files in memory.
class Lake {
 public:
  explicit Lake(const std::string& version = "2") {
    NewTable table;
    table.schema = *Schema::Make(0, {{1, "id", true, TypeId::kLong}});
    table.location = "s3://b/t";
    table.properties = {{"format-version", version}};
    metadata = *MakeTable(table, {Timestamp::FromMillis(1000), "uuid", ""});
  }

  SnapshotIds Ids() {
    ++commits;
    return {100 + commits, Timestamp::FromMillis(1000 + commits), "c" + std::to_string(commits), 0,
            std::string(16, 's')};
  }
  void Store(const MadeSnapshot& made) {
    for (const NewFile& file : made.files) files[file.path] = file.bytes;
  }
  Result<CommitOutcome> Commit(const MadeSnapshot& made) {
    Store(made);
    auto outcome = CommitTable(&metadata, made.requirements, made.updates, {Timestamp::FromMillis(2000), "", "m"});
    if (outcome.ok()) metadata = outcome->metadata;
    return outcome;
  }
  std::vector<ManifestFile> List(const SnapshotPtr& snapshot) const {
    return snapshot == nullptr ? std::vector<ManifestFile>() : *ReadManifestList(files.at(snapshot->manifest_list));
  }
  std::vector<ManifestFile> Head() const { return List(metadata.current_snapshot()); }
  ReadFile Reader() const {
    return [this](const ManifestFile& manifest) -> Result<std::string> { return files.at(manifest.path); };
  }
  // path → (sequence number, first row id) of the live files.
  std::map<std::string, std::pair<int64_t, int64_t>> Live() const {
    std::map<std::string, std::pair<int64_t, int64_t>> live;
    for (const ManifestFile& manifest : Head()) {
      auto reader = ManifestReader::Open(files.at(manifest.path), manifest, Type::Struct({}));
      ManifestEntry entry;
      while (*reader->Next(entry)) {
        if (entry.is_live()) {
          EXPECT_FALSE(live.contains(entry.file.path));
          live[entry.file.path] = {entry.sequence_number.value_or(-1), entry.file.first_row_id.value_or(-1)};
        }
      }
    }
    return live;
  }
  const std::string& Summary(const std::string& key) const { return metadata.current_snapshot()->summary.at(key); }

  TableMetadata metadata;
  std::map<std::string, std::string> files;
  int64_t commits = 0;
};

Result<MadeSnapshot> Move(Lake& lake, const RebasePlan& plan, const std::vector<ManifestFile>& client,
                          const std::vector<ManifestFile>& parent) {
  TARN_TRY(const CheckedAppend append, CheckAppend(lake.metadata, plan, client, parent, lake.Reader()));
  return Rebase(lake.metadata, plan, append, lake.Head(), lake.Ids());
}

DataFile File(const std::string& path, int64_t rows = 10) {
  DataFile file;
  file.path = path;
  file.record_count = rows;
  file.file_bytes = 100;
  return file;
}

using Files = std::map<std::string, std::pair<int64_t, int64_t>>;

TEST(AppendFiles, KeepsWhatIsThereAndCountsTotals) {
  Lake lake;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a"), File("b")}, lake.Ids())).ok());
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("c", 5)}, lake.Ids())).ok());
  EXPECT_EQ(lake.Live(), (Files{{"a", {1, -1}}, {"b", {1, -1}}, {"c", {2, -1}}}));
  EXPECT_EQ(lake.Summary("total-records"), "25");
  EXPECT_EQ(lake.Summary("added-records"), "5");
  EXPECT_EQ(lake.Summary("total-data-files"), "3");
  EXPECT_EQ(lake.Summary("total-delete-files"), "0");
  EXPECT_EQ(lake.metadata.current_snapshot()->parent_id, 101);
}

TEST(RecomputeTotals, LeavesOutWhatCannotBe) {
  const Properties before = {
      {"total-records", "5"}, {"total-data-files", "9223372036854775807"}, {"total-delete-files", "1"}};
  Properties summary = {
      {"added-records", "3"}, {"deleted-records", "1"}, {"added-data-files", "2"}, {"removed-delete-files", "2"}};
  RecomputeTotals(summary, &before);
  EXPECT_EQ(summary.at("total-records"), "7");
  EXPECT_FALSE(summary.contains("total-data-files"));
  EXPECT_FALSE(summary.contains("total-delete-files"));
}

TEST(AppendFiles, NumbersRowsInVersionThree) {
  Lake lake("3");
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a"), File("b")}, lake.Ids())).ok());
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("c", 5)}, lake.Ids())).ok());
  EXPECT_EQ(lake.Live(), (Files{{"a", {1, 0}}, {"b", {1, 10}}, {"c", {2, 20}}}));
  EXPECT_EQ(lake.metadata.next_row_id, 25);
}

TEST(ChangeFiles, RewritesOnlyTheManifestsItMust) {
  Lake lake("3");
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a"), File("b")}, lake.Ids())).ok());
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("c")}, lake.Ids())).ok());
  const auto before = lake.Head();
  Change change;
  change.operation = "replace";
  change.removed_files = {"b"};
  change.added = {File("b2")};
  change.data_sequence_number = 1;
  const auto made = ChangeFiles(lake.metadata, before, change, lake.Reader(), lake.Ids());
  ASSERT_TRUE(made.ok()) << made.error().message;
  ASSERT_TRUE(lake.Commit(*made).ok());
  EXPECT_EQ(lake.Live(), (Files{{"a", {1, 0}}, {"b2", {1, 30}}, {"c", {2, 20}}}));
  EXPECT_TRUE(std::find(made->manifests.begin(), made->manifests.end(), before[0]) != made->manifests.end());
  EXPECT_EQ(lake.Summary("deleted-data-files"), "1");
  EXPECT_EQ(lake.Summary("total-data-files"), "3");
  change.removed_files = {"b"};
  EXPECT_TRUE(ChangeFiles(lake.metadata, lake.Head(), change, lake.Reader(), lake.Ids()).Is(kCommitFailed));
}

TEST(ChangeFiles, KeepsDeletesToWhatTheVersionAllows) {
  DataFile positions = File("p");
  positions.content = FileContent::kPositionDeletes;
  DataFile vector = positions;
  vector.format = "PUFFIN";
  vector.referenced_data_file = "a";
  vector.content_offset = 4;
  vector.content_bytes = 40;
  const auto can = [](const std::string& version, const DataFile& file) {
    Lake lake(version);
    Change change;
    change.added = {file};
    return ChangeFiles(lake.metadata, {}, change, lake.Reader(), lake.Ids()).ok();
  };
  EXPECT_FALSE(can("1", positions));
  EXPECT_TRUE(can("2", positions));
  EXPECT_FALSE(can("2", vector));
  EXPECT_FALSE(can("3", positions));
  EXPECT_TRUE(can("3", vector));
}

TEST(ChangeFiles, DropsAVectorWithItsDataFile) {
  Lake lake("3");
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a"), File("b")}, lake.Ids())).ok());
  DataFile vector = File("dv", 2);
  vector.content = FileContent::kPositionDeletes;
  vector.referenced_data_file = "a";
  vector.content_offset = 4;
  vector.content_bytes = 40;
  Change change;
  change.added = {vector};
  ASSERT_TRUE(lake.Commit(*ChangeFiles(lake.metadata, lake.Head(), change, lake.Reader(), lake.Ids())).ok());
  EXPECT_EQ(lake.Summary("added-dvs"), "1");
  EXPECT_EQ(lake.Summary("total-position-deletes"), "2");
  Change drop;
  drop.operation = "delete";
  drop.removed_files = {"a"};
  ASSERT_TRUE(lake.Commit(*ChangeFiles(lake.metadata, lake.Head(), drop, lake.Reader(), lake.Ids())).ok());
  EXPECT_EQ(lake.Live(), (Files{{"b", {1, 10}}}));
  EXPECT_EQ(lake.Summary("removed-dvs"), "1");
  EXPECT_EQ(lake.Summary("total-delete-files"), "0");
}

TEST(CheckConflicts, SeesWhatCameSinceThePlan) {
  Lake lake;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a"), File("b")}, lake.Ids())).ok());
  ConflictRules rules;
  rules.planned_on = lake.metadata.current_snapshot_id;
  rules.no_new_data = rules.no_new_deletes = true;
  const auto check = [&](const ConflictRules& with) {
    return CheckConflicts(lake.metadata, kMainBranch, lake.Head(), with, lake.Reader());
  };
  EXPECT_TRUE(check(rules).ok());
  DataFile high = File("high");
  high.value_counts = {{1, 10}};
  high.null_counts = {{1, 0}};
  high.lower_bounds = {{1, ValueToBytes(TypeId::kLong, Value(int64_t{100}))}};
  high.upper_bounds = high.lower_bounds;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {high}, lake.Ids())).ok());
  EXPECT_TRUE(check(rules).Is(kCommitFailed));
  rules.filter = *Predicate(lake.metadata.schema(), Op::kLt, "id", {Value(int64_t{50})});
  EXPECT_TRUE(check(rules).ok());
  rules.files = {"a"};
  EXPECT_TRUE(check(rules).ok());
  Change change;
  change.removed_files = {"a"};
  ASSERT_TRUE(lake.Commit(*ChangeFiles(lake.metadata, lake.Head(), change, lake.Reader(), lake.Ids())).ok());
  EXPECT_TRUE(check(rules).Is(kCommitFailed));
  rules.files.clear();
  DataFile equality = File("eq");
  equality.content = FileContent::kEqualityDeletes;
  equality.equality_ids = {1};
  Change deletes;
  deletes.added = {equality};
  ASSERT_TRUE(lake.Commit(*ChangeFiles(lake.metadata, lake.Head(), deletes, lake.Reader(), lake.Ids())).ok());
  EXPECT_TRUE(check(rules).Is(kCommitFailed));
  rules.no_new_deletes = false;
  EXPECT_TRUE(check(rules).ok());
  rules.planned_on = 1;
  EXPECT_TRUE(check(rules).Is(kCommitFailed));
}

// Upkeep writes rows anew and brings none; what a writer appended stays new, whatever upkeep made of its files since.
TEST(CheckConflicts, TakesARewriteForNoNewRows) {
  Lake lake;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a"), File("b")}, lake.Ids())).ok());
  ConflictRules rules;
  rules.planned_on = lake.metadata.current_snapshot_id;
  rules.no_new_data = rules.no_new_deletes = true;
  const auto check = [&] { return CheckConflicts(lake.metadata, kMainBranch, lake.Head(), rules, lake.Reader()); };
  const auto rewrite = [&](std::set<std::string> removed, const char* added) {
    Change change;
    change.operation = "replace";
    change.removed_files.assign(removed.begin(), removed.end());
    change.added = {File(added)};
    return lake.Commit(*ChangeFiles(lake.metadata, lake.Head(), change, lake.Reader(), lake.Ids())).ok();
  };
  ASSERT_TRUE(rewrite({"a"}, "a2"));
  EXPECT_TRUE(check().ok());
  rules.files = {"b"};
  EXPECT_TRUE(check().ok());
  rules.files = {"a"};
  EXPECT_TRUE(check().Is(kCommitFailed));
  rules.files.clear();
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("new")}, lake.Ids())).ok());
  EXPECT_TRUE(check().Is(kCommitFailed));
  ASSERT_TRUE(rewrite({"new", "b"}, "b2"));
  EXPECT_TRUE(check().Is(kCommitFailed));
}

TEST(CheckConflicts, SeesNewRowsInMergedManifests) {
  Lake lake;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a")}, lake.Ids())).ok());
  ConflictRules rules;
  rules.planned_on = lake.metadata.current_snapshot_id;
  rules.no_new_data = true;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("new")}, lake.Ids())).ok());
  const SnapshotIds ids = lake.Ids();
  std::vector<NewFile> written;
  SnapshotDraft draft;
  draft.operation = "replace";
  draft.manifests = *MergeManifests(lake.metadata, lake.Head(), 1 << 20, 2, lake.Reader(), ids, written);
  for (const NewFile& file : written) lake.files[file.path] = file.bytes;
  ASSERT_TRUE(lake.Commit(*MakeSnapshot(lake.metadata, std::move(draft), ids)).ok());
  ASSERT_EQ(lake.Head().size(), 1);
  EXPECT_TRUE(CheckConflicts(lake.metadata, kMainBranch, lake.Head(), rules, lake.Reader()).Is(kCommitFailed));
}

TEST(MergeManifests, KeepsFilesTheirNumbersAndTheirRows) {
  Lake lake("3");
  for (const char* path : {"a", "b", "c", "d"}) {
    ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File(path)}, lake.Ids())).ok());
  }
  const Files before = lake.Live();
  const SnapshotIds ids = lake.Ids();
  std::vector<NewFile> written;
  SnapshotDraft draft;
  draft.operation = "replace";
  const auto kept = MergeManifests(lake.metadata, lake.Head(), 1 << 20, 5, lake.Reader(), ids, written);
  EXPECT_EQ(*kept, lake.Head());
  draft.manifests = *MergeManifests(lake.metadata, lake.Head(), 1 << 20, 2, lake.Reader(), ids, written);
  EXPECT_EQ(draft.manifests.size(), 1);
  for (const NewFile& file : written) lake.files[file.path] = file.bytes;
  ASSERT_TRUE(lake.Commit(*MakeSnapshot(lake.metadata, std::move(draft), ids)).ok());
  EXPECT_EQ(lake.Live(), before);
  EXPECT_EQ(lake.Summary("total-data-files"), "4");
  EXPECT_EQ(lake.metadata.next_row_id, 40);
}

class RebaseTest : public testing::TestWithParam<const char*> {};

// Two appends race from one head: the second is moved onto the first.
TEST_P(RebaseTest, MovesARacingAppendOntoTheHead) {
  Lake lake(GetParam());
  const bool v3 = std::string_view(GetParam()) == "3";
  const bool v1 = std::string_view(GetParam()) == "1";
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a")}, lake.Ids())).ok());
  const SnapshotPtr parent = lake.metadata.current_snapshot();
  const auto loser = *AppendFiles(lake.metadata, lake.Head(), {File("l1"), File("l2", 7)}, lake.Ids());
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("w")}, lake.Ids())).ok());
  EXPECT_TRUE(lake.Commit(loser).Is(kCommitFailed));
  const auto plan = PlanRebase(lake.metadata, loser.requirements, loser.updates);
  ASSERT_TRUE(plan);
  const auto rebased = Move(lake, *plan, lake.List(loser.snapshot), lake.List(parent));
  ASSERT_TRUE(rebased.ok()) << rebased.error().message;
  EXPECT_EQ(rebased->files.size(), 1);
  const auto outcome = lake.Commit(*rebased);
  ASSERT_TRUE(outcome.ok()) << outcome.error().message;
  EXPECT_EQ(lake.metadata.current_snapshot_id, loser.snapshot->snapshot_id);
  EXPECT_EQ(lake.metadata.current_snapshot()->parent_id, plan->head->snapshot_id);
  const auto numbers = [&](int64_t sequence, int64_t row) {
    return std::pair<int64_t, int64_t>{v1 ? 0 : sequence, v3 ? row : -1};
  };
  EXPECT_EQ(lake.Live(),
            (Files{{"a", numbers(1, 0)}, {"w", numbers(2, 10)}, {"l1", numbers(3, 20)}, {"l2", numbers(3, 30)}}));
  EXPECT_EQ(lake.Summary("total-records"), "37");
  EXPECT_EQ(lake.Summary("added-records"), "17");
}

INSTANTIATE_TEST_SUITE_P(Versions, RebaseTest, testing::Values("1", "2", "3"));

// The client's snapshot with its manifests merged into one.
MadeSnapshot Merged(Lake& lake) {
  const SnapshotIds ids = lake.Ids();
  ManifestWriter writer(lake.metadata.schema(), lake.metadata.spec(), {2, ManifestContent::kData, {}, {}, ids.sync});
  for (const ManifestFile& manifest : lake.Head()) {
    auto reader = ManifestReader::Open(lake.files.at(manifest.path), manifest, Type::Struct({}));
    ManifestEntry entry;
    while (*reader->Next(entry)) {
      entry.status = EntryStatus::kExisting;
      EXPECT_TRUE(writer.Add(entry).ok());
    }
  }
  EXPECT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, File("new")}).ok());
  auto written = writer.Finish("merged.avro");
  lake.files[written.manifest.path] = written.bytes;
  SnapshotDraft draft;
  draft.manifests = {written.manifest};
  draft.counts.Add(File("new"));
  auto made = *MakeSnapshot(lake.metadata, std::move(draft), ids);
  lake.Store(made);
  return made;
}

TEST(Rebase, KeepsAMergeOnlyWhileTheHeadHasWhatWasMerged) {
  for (const bool replaced : {false, true}) {
    Lake lake;
    ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a")}, lake.Ids())).ok());
    ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("b")}, lake.Ids())).ok());
    const SnapshotPtr parent = lake.metadata.current_snapshot();
    const MadeSnapshot loser = Merged(lake);
    if (replaced) {
      Change change;
      change.removed_files = {"a"};
      ASSERT_TRUE(lake.Commit(*ChangeFiles(lake.metadata, lake.Head(), change, lake.Reader(), lake.Ids())).ok());
    } else {
      ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("w")}, lake.Ids())).ok());
    }
    const auto plan = PlanRebase(lake.metadata, loser.requirements, loser.updates);
    ASSERT_TRUE(plan);
    const auto rebased = Move(lake, *plan, lake.List(loser.snapshot), lake.List(parent));
    if (replaced) {
      EXPECT_TRUE(rebased.Is(kCommitFailed));
      continue;
    }
    ASSERT_TRUE(rebased.ok()) << rebased.error().message;
    ASSERT_TRUE(lake.Commit(*rebased).ok());
    EXPECT_EQ(lake.Live(), (Files{{"a", {1, -1}}, {"b", {2, -1}}, {"w", {3, -1}}, {"new", {4, -1}}}));
    EXPECT_EQ(lake.Head().size(), 2);
  }
}

TEST(PlanRebase, LeavesAloneWhatIsNoPureAppendOrGuardsOffsets) {
  Lake lake;
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("a")}, lake.Ids())).ok());
  const auto append = [&](const Properties& extra) {
    return *AppendFiles(lake.metadata, lake.Head(), {File("l")}, lake.Ids(), kMainBranch, extra);
  };
  const MadeSnapshot plain = append({});
  const MadeSnapshot flink = append({{"flink.max-committed-checkpoint-id", "3"}});
  const MadeSnapshot staged = append({{"wap.id", "3"}});
  Change change;
  change.removed_files = {"a"};
  const MadeSnapshot overwrite = *ChangeFiles(lake.metadata, lake.Head(), change, lake.Reader(), lake.Ids());
  ASSERT_TRUE(lake.Commit(*AppendFiles(lake.metadata, lake.Head(), {File("w")}, lake.Ids())).ok());
  const auto planned = [&](const MadeSnapshot& made, std::vector<Requirement> more = {}) {
    more.insert(more.end(), made.requirements.begin(), made.requirements.end());
    return PlanRebase(lake.metadata, more, made.updates).has_value();
  };
  EXPECT_TRUE(planned(plain));
  EXPECT_FALSE(planned(flink));
  EXPECT_FALSE(planned(staged));
  EXPECT_FALSE(planned(overwrite));
  EXPECT_FALSE(planned(plain, {Requirement{RequirementKind::kCurrentSchemaId, "", {}, 9}}));
  lake.metadata.properties[std::string(kRebaseProperty)] = "false";
  EXPECT_FALSE(planned(plain));
}

}  // namespace
}  // namespace tarn::iceberg
