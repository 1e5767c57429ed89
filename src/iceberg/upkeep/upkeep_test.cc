// Expiry and reachability against brute force, over random histories with branches, tags and rewrites.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "iceberg/commit/conflicts.h"
#include "iceberg/commit/snapshot_maker.h"
#include "iceberg/errors.h"
#include "iceberg/manifest/reader.h"
#include "iceberg/metadata/builder.h"
#include "iceberg/upkeep/compact_plan.h"
#include "iceberg/upkeep/expire.h"
#include "iceberg/upkeep/reachable.h"

namespace tarn::iceberg {
namespace {

constexpr int64_t kDayMs = 24 * 3600 * 1000;

DataFile File(const std::string& path) {
  DataFile file;
  file.path = path;
  file.record_count = 10;
  file.file_bytes = 100;
  return file;
}

// A table with its files in memory, changed at random.
class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    NewTable table;
    table.schema = *Schema::Make(0, {{1, "id", true, TypeId::kLong}});
    table.location = "s3://b/t";
    table.properties = {{"format-version", std::to_string(1 + seed % 3)}};
    metadata = *MakeTable(table, {Timestamp::FromMillis(now_ms), "uuid", ""});
  }

  void Step() {
    now_ms += Pick(kDayMs);
    const std::string branch = Pick(4) == 0 && metadata.FindRef("b1") != nullptr ? "b1" : "main";
    switch (Pick(10)) {
      case 0:
        return Rewrite(branch);
      case 1:
        return Delete(branch);
      case 2:
        return Mark("t" + std::to_string(Pick(3)), false);
      case 3:
        return Mark("b1", true);
      case 4:
        return Statistics();
      case 5:
        return Apply({SetSnapshotRef{"main", {.snapshot_id = AnySnapshot()}}});  // rolled back, or over to b1
      default:
        return Append(branch);
    }
  }

  void Apply(const std::vector<Update>& updates) {
    if (metadata.snapshots.empty()) return;
    auto outcome = CommitTable(&metadata, {}, updates, {Timestamp::FromMillis(now_ms), "", "m"});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    metadata = outcome->metadata;
  }

  ReadPath Read() const {
    return [this](const std::string& path) -> Result<std::string> { return files.at(path); };
  }

  // All that a version of the metadata leads to, by the plainest way.
  std::set<std::string> Reach(const TableMetadata& table) const {
    std::set<std::string> out;
    for (const auto& file : table.statistics) out.insert(file.path);
    for (const SnapshotPtr& snapshot : table.snapshots) {
      out.insert(snapshot->manifest_list);
      const auto manifests = ReadManifestList(files.at(snapshot->manifest_list));
      for (const ManifestFile& manifest : *manifests) {
        out.insert(manifest.path);
        auto reader = ManifestReader::Open(files.at(manifest.path), manifest, Type::Struct({}));
        ManifestEntry entry;
        while (*reader->Next(entry)) {
          if (entry.is_live()) out.insert(entry.file.path);
        }
      }
    }
    return out;
  }

  int64_t Pick(int64_t below) { return std::uniform_int_distribution<int64_t>(0, below - 1)(random_); }

  TableMetadata metadata;
  std::map<std::string, std::string> files;
  int64_t now_ms = 100 * kDayMs;

 private:
  int64_t AnySnapshot() {
    if (metadata.snapshots.empty()) return 0;
    return metadata.snapshots[static_cast<size_t>(Pick(static_cast<int64_t>(metadata.snapshots.size())))]->snapshot_id;
  }
  SnapshotIds Ids() {
    ++commits_;
    return {100 + commits_, Timestamp::FromMillis(now_ms), "c" + std::to_string(commits_), 0, std::string(16, 's')};
  }
  std::vector<ManifestFile> Head(const std::string& branch) const {
    const SnapshotRef* ref = metadata.FindRef(branch);
    if (ref == nullptr) return {};
    return *ReadManifestList(files.at(metadata.FindSnapshot(ref->snapshot_id)->manifest_list));
  }
  ReadFile Manifests() const {
    return [this](const ManifestFile& manifest) -> Result<std::string> { return files.at(manifest.path); };
  }
  std::vector<std::string> Live(const std::string& branch) const {
    std::vector<std::string> paths;
    for (const ManifestFile& manifest : Head(branch)) {
      EXPECT_TRUE(VisitLiveFiles(manifest, Read(), [&](const DataFile& file) { paths.push_back(file.path); }).ok());
    }
    return paths;
  }
  void Commit(const Result<MadeSnapshot>& made) {
    ASSERT_TRUE(made.ok()) << made.error().message;
    for (const NewFile& file : made->files) files[file.path] = file.bytes;
    auto outcome = CommitTable(&metadata, made->requirements, made->updates, {Timestamp::FromMillis(now_ms), "", "m"});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    metadata = outcome->metadata;
  }
  std::string NewPath() { return "s3://b/t/data/" + std::to_string(++data_files_); }
  void Append(const std::string& branch) {
    Commit(AppendFiles(metadata, Head(branch), {File(NewPath()), File(NewPath())}, Ids(), branch));
  }
  void Delete(const std::string& branch) {
    const auto live = Live(branch);
    if (live.empty()) return;
    Change change;
    change.removed_files = {live[static_cast<size_t>(Pick(static_cast<int64_t>(live.size())))]};
    if (Pick(2) == 0) change.added = {File(NewPath())};
    Commit(ChangeFiles(metadata, Head(branch), change, Manifests(), Ids(), branch));
  }
  void Rewrite(const std::string& branch) {
    SnapshotDraft draft;
    draft.branch = branch;
    draft.operation = "replace";
    const SnapshotIds ids = Ids();
    std::vector<NewFile> written;
    draft.manifests = *MergeManifests(metadata, Head(branch), 1 << 20, 2, Manifests(), ids, written);
    if (written.empty()) return;
    for (const NewFile& file : written) files[file.path] = file.bytes;
    Commit(MakeSnapshot(metadata, std::move(draft), ids));
  }
  void Mark(const std::string& name, bool branch) {
    if (metadata.snapshots.empty()) return;
    SnapshotRef ref{.snapshot_id = AnySnapshot(), .is_branch = branch};
    if (Pick(2) == 0) ref.max_ref_age_ms = kDayMs * (1 + Pick(20));
    if (branch && Pick(2) == 0) ref.min_snapshots_to_keep = static_cast<int32_t>(1 + Pick(3));
    if (branch && Pick(2) == 0) ref.max_snapshot_age_ms = kDayMs * (1 + Pick(10));
    Apply({SetSnapshotRef{name, ref}});
  }
  void Statistics() {
    StatisticsFile file;
    file.snapshot_id = AnySnapshot();
    file.path = "s3://b/t/metadata/" + std::to_string(++data_files_) + ".stats";
    Apply({SetStatistics{file}});
  }

  std::mt19937 random_;
  int64_t commits_ = 0;
  int64_t data_files_ = 0;
};

// The rule of ExpireSnapshots as the documentation words it, one snapshot at a time.
bool MustStay(const TableMetadata& table, const Snapshot& snapshot, const Retention& retention, int64_t now_ms) {
  bool led_to = false;
  for (const auto& [name, ref] : table.refs) {
    const SnapshotPtr head = table.FindSnapshot(ref.snapshot_id);
    const int64_t ref_age = now_ms - head->timestamp_ms;
    if (name != "main" && ref_age > ref.max_ref_age_ms.value_or(retention.max_ref_age_ms)) continue;
    if (ref.snapshot_id == snapshot.snapshot_id) return true;
    if (!ref.is_branch) continue;
    int64_t before = 0;  // how many of the branch come before it, and whether all of those are kept
    bool all_kept = true;
    for (SnapshotPtr at = head; at != nullptr; at = at->parent_id ? table.FindSnapshot(*at->parent_id) : nullptr) {
      const bool kept = before < ref.min_snapshots_to_keep.value_or(retention.min_snapshots_to_keep) ||
                        now_ms - at->timestamp_ms <= ref.max_snapshot_age_ms.value_or(retention.max_snapshot_age_ms);
      all_kept = all_kept && kept;
      if (at->snapshot_id == snapshot.snapshot_id) {
        led_to = true;
        if (all_kept) return true;
      }
      ++before;
    }
  }
  return !led_to && now_ms - snapshot.timestamp_ms <= retention.max_snapshot_age_ms;
}

class RandomHistory : public testing::TestWithParam<unsigned> {};

TEST_P(RandomHistory, LosesWhatNothingLeadsToAndNothingElse) {
  History history(GetParam());
  for (int round = 0; round < 8; ++round) {
    for (int step = 0; step < 12; ++step) history.Step();
    Retention retention;
    retention.max_snapshot_age_ms = kDayMs * history.Pick(12);
    retention.min_snapshots_to_keep = static_cast<int32_t>(1 + history.Pick(4));
    if (history.Pick(2) == 0) retention.max_ref_age_ms = kDayMs * (1 + history.Pick(12));
    const auto expiry = SelectExpired(history.metadata, retention, Timestamp::FromMillis(history.now_ms));
    ASSERT_TRUE(expiry.ok());
    const std::set<int64_t> gone(expiry->snapshots.begin(), expiry->snapshots.end());
    for (const SnapshotPtr& snapshot : history.metadata.snapshots) {
      EXPECT_EQ(gone.contains(snapshot->snapshot_id), !MustStay(history.metadata, *snapshot, retention, history.now_ms))
          << snapshot->snapshot_id;
    }
    const TableMetadata before = history.metadata;
    history.Apply(expiry->Updates());
    const auto files = FindUnreachable(before, history.metadata, history.Read());
    ASSERT_TRUE(files.ok());
    std::set<std::string> found;
    const auto add = [&](const std::vector<std::string>& list) { found.insert(list.begin(), list.end()); };
    add(files->content_files);
    add(files->manifests);
    add(files->manifest_lists);
    add(files->statistics);
    std::set<std::string> expected = history.Reach(before);
    const std::set<std::string> kept = history.Reach(history.metadata);
    for (const std::string& path : kept) expected.erase(path);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(files->size(), expected.size());
    Paths candidates(kept.begin(), kept.end());
    candidates.insert(expected.begin(), expected.end());
    const auto reached =
        VisitReachable(history.metadata, history.Read(), [&](const std::string& path) { candidates.erase(path); });
    ASSERT_TRUE(reached.ok());
    EXPECT_EQ(std::set<std::string>(candidates.begin(), candidates.end()), expected);
    for (const std::string& path : found) history.files.erase(path);  // later reads of them would fail
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHistory, testing::Range(0U, 20U));

TEST(Retention, TakesIcebergsNamesBeforeAthenas) {
  const Retention athena =
      Retention::Of({{"vacuum_max_snapshot_age_seconds", "60"}, {"vacuum_min_snapshots_to_keep", "7"}});
  EXPECT_EQ(athena.max_snapshot_age_ms, 60'000);
  EXPECT_EQ(athena.min_snapshots_to_keep, 7);
  const Retention both =
      Retention::Of({{"vacuum_max_snapshot_age_seconds", "60"}, {"history.expire.max-snapshot-age-ms", "5"}});
  EXPECT_EQ(both.max_snapshot_age_ms, 5);
  const Retention nonsense =
      Retention::Of({{"history.expire.min-snapshots-to-keep", "0"}, {"history.expire.max-snapshot-age-ms", "old"}});
  EXPECT_EQ(nonsense.min_snapshots_to_keep, 1);
  EXPECT_EQ(nonsense.max_snapshot_age_ms, 5 * kDayMs);
}

TEST(SelectExpired, IsRefusedWhenTheTableForbidsIt) {
  History history(1);
  history.metadata.properties["gc.enabled"] = "false";
  EXPECT_TRUE(SelectExpired(history.metadata, Retention(), Timestamp()).Is(kInvalid));
}

CompactFile Small(const std::string& path, int64_t bytes, int64_t sequence = 1) {
  CompactFile file{File(path), sequence, {}};
  file.file.file_bytes = bytes;
  return file;
}

CompactPlan PlanOf(const TableMetadata& table, const CompactLimits& limits, const std::vector<CompactFile>& files) {
  CompactPlanner planner(table, limits);
  for (const CompactFile& file : files) planner.Add(file);
  return std::move(planner).Plan();
}

TEST(CompactPlan, LeavesFewSmallFilesAndLargeOnesAlone) {
  const TableMetadata table = History(1).metadata;
  CompactLimits limits;
  limits.target_bytes = 1000;
  EXPECT_TRUE(PlanOf(table, limits, {Small("a", 10), Small("b", 10), Small("c", 900)}).groups.empty());
  std::vector<CompactFile> files = {Small("large", 900)};
  for (int i = 0; i < 5; ++i) files.push_back(Small(std::to_string(i), 100));
  const CompactPlan plan = PlanOf(table, limits, files);
  ASSERT_EQ(plan.groups.size(), 1);
  EXPECT_EQ(plan.files(), 5);
  EXPECT_EQ(plan.files_saved(), 4);
  EXPECT_EQ(plan.files_seen, 6);
}

TEST(CompactPlan, TakesAFileWhoseRowsAreMostlyDeleted) {
  const TableMetadata table = History(1).metadata;
  CompactLimits limits;
  limits.target_bytes = 1000;
  CompactFile file = Small("a", 900);
  auto deletes = std::make_shared<DeleteFile>();
  deletes->file.content = FileContent::kPositionDeletes;
  deletes->file.referenced_data_file = "a";
  deletes->file.record_count = 2;
  file.deletes.push_back(deletes);
  EXPECT_TRUE(PlanOf(table, limits, {file}).groups.empty());
  deletes->file.record_count = 3;
  EXPECT_EQ(PlanOf(table, limits, {file}).groups.size(), 1);
}

TEST(CompactPlan, PacksGroupsOfOnePartitionByAge) {
  TableMetadata table = History(1).metadata;
  CompactLimits limits;
  limits.target_bytes = 1000;
  limits.group_files_max = 6;
  std::vector<CompactFile> files;
  for (int i = 0; i < 12; ++i) {
    files.push_back(Small(std::to_string(i), 100, 12 - i));
    files.back().file.partition = {Value(int64_t{i % 2 == 0 ? 1 : 2})};
  }
  const CompactPlan plan = PlanOf(table, limits, files);
  ASSERT_EQ(plan.groups.size(), 2);
  EXPECT_EQ(plan.groups[0].files.front().sequence_number, 2);
  EXPECT_EQ(plan.groups[1].files.back().sequence_number, 11);
  table.default_spec_id = 7;  // then every file is of an old spec
  EXPECT_EQ(PlanOf(table, limits, {files[0]}).groups.size(), 1);
}

}  // namespace
}  // namespace tarn::iceberg
