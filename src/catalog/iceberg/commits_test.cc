#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/random.h"
#include "catalog/iceberg/testing.h"

namespace tarn::catalog {
namespace {

using Files = std::map<std::string, int64_t>;

// A store whose disk fails under a commit: after it was written, or before.
class FailingKv : public kv::Store {
 public:
  explicit FailingKv(kv::Store& store) : store_(store) {}
  std::unique_ptr<kv::Txn> Begin() override { return store_.Begin(); }
  void Commit(std::unique_ptr<kv::Txn> txn, std::move_only_function<void(Status)> done) override {
    if (!failing) return store_.Commit(std::move(txn), std::move(done));
    failing = false;
    if (!written) return done(Fail(kv::kIo, "the disk failed"));
    store_.Commit(std::move(txn), [done = std::move(done)](Status) mutable { done(Fail(kv::kIo, "the disk failed")); });
  }
  Status Checkpoint(const std::string& directory) override { return store_.Checkpoint(directory); }

  bool failing = false;
  bool written = false;

 private:
  kv::Store& store_;
};

class CommitsTest : public LakeTest {
 protected:
  // An append as a client makes it of what it has loaded: its files stored, not committed.
  iceberg::MadeSnapshot Prepare(const IcebergTable& table, const std::string& path,
                                const iceberg::Properties& summary = {}) {
    const iceberg::SnapshotIds ids{.snapshot_id = static_cast<int64_t>(RandomU64() >> 1),
                                   .now = clock_.Now(),
                                   .commit_uuid = RandomUuid(),
                                   .attempt = 0,
                                   .sync = RandomBytes(16)};
    const auto head = ManifestsOf(table.metadata->current_snapshot());
    auto made = iceberg::AppendFiles(*table.metadata, head, {File(path)}, ids, iceberg::kMainBranch, summary);
    for (const iceberg::NewFile& file : made->files) {
      const auto place = object::ParseLocation(file.path);
      EXPECT_TRUE(object::Files(*store_, scope.account).Put(place->bucket, place->key, file.bytes).ok());
    }
    return std::move(*made);
  }
  Result<IcebergTable> Commit(const std::string& name, const iceberg::MadeSnapshot& made) {
    return tables.Commit(scope, "db", name, made.requirements, made.updates);
  }
  IcebergTable Load(const std::string& name) { return *tables.Load(scope, "db", name); }
};

TEST_F(CommitsTest, MovesAnAppendOntoANewerHead) {
  for (const std::string version : {"1", "2", "3"}) {
    const std::string name = "v" + version;
    MakeTable(name, {{"format-version", version}});
    const IcebergTable seen = Load(name);
    const auto first = Prepare(seen, "a");
    const auto second = Prepare(seen, "b");
    ASSERT_TRUE(Commit(name, first).ok());
    const auto moved = Commit(name, second);
    ASSERT_TRUE(moved.ok()) << moved.error().message;
    const auto snapshot = moved->metadata->current_snapshot();
    EXPECT_EQ(snapshot->snapshot_id, second.snapshot->snapshot_id);
    EXPECT_EQ(snapshot->parent_id, first.snapshot->snapshot_id);
    EXPECT_EQ(snapshot->summary.at("total-data-files"), "2");
    EXPECT_EQ(Live(name).size(), 2U);
  }
}

TEST_F(CommitsTest, RefusesToMoveWhatTheConflictGuards) {
  MakeTable("off", {{"tarn.commit.rebase-appends", "false"}});
  MakeTable("on");
  const auto refused = [&](const std::string& name, const iceberg::Properties& summary) {
    const IcebergTable seen = Load(name);
    const auto late = Prepare(seen, RandomUuid(), summary);
    EXPECT_TRUE(Commit(name, Prepare(seen, RandomUuid())).ok());
    return Commit(name, late).Is(iceberg::kCommitFailed);
  };
  EXPECT_TRUE(refused("off", {}));
  EXPECT_TRUE(refused("on", {{"flink.max-committed-checkpoint-id", "7"}}));
  EXPECT_TRUE(refused("on", {{"kafka.connect.offsets.control.g", "{}"}}));
  EXPECT_TRUE(refused("on", {{"spark.sql.streaming.epochId", "3"}}));
  EXPECT_TRUE(refused("on", {{"wap.id", "w"}}));
  EXPECT_FALSE(refused("on", {}));
}

TEST_F(CommitsTest, AnswersACommitToldTwiceLikeTheFirst) {
  MakeTable("t");
  const IcebergTable seen = Load("t");
  const auto first = Prepare(seen, "a");
  const auto second = Prepare(seen, "b");
  ASSERT_TRUE(Commit("t", first).ok());
  ASSERT_TRUE(Commit("t", second).ok());
  const IcebergTable before = Load("t");
  for (const auto& again : {first, second}) {
    const auto answer = Commit("t", again);
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->metadata_location, before.metadata_location);
  }
  EXPECT_EQ(Live("t").size(), 2U);
}

TEST_F(CommitsTest, KeepsEveryAppendOfManyWriters) {
  MakeTable("t", {{"commit.manifest.min-count-to-merge", "8"}});
  const int before = static_cast<int>(Objects("t", ".metadata.json").size());
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  threads.reserve(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      IcebergTable seen = Load("t");
      for (int i = 0; i < 12; ++i) {
        auto done = Commit("t", Prepare(seen, std::to_string(t) + "-" + std::to_string(i)));
        if (!done.ok()) {
          ADD_FAILURE() << done.error().message;
          ++failures;
          return;
        }
        seen = *done;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(Live("t").size(), 96U);
  const IcebergTable last = Load("t");
  EXPECT_EQ(last.metadata->current_snapshot()->summary.at("total-records"), "960");
  EXPECT_EQ(last.metadata->snapshots.size(), 96U);
  EXPECT_LT(ManifestsOf(last.metadata->current_snapshot()).size(), 40U);
  EXPECT_LE(static_cast<int>(Objects("t", ".metadata.json").size()) - before, 96);
}

TEST_F(CommitsTest, TellsAnUnknownOutcomeAsSuchAndTakesTheRetry) {
  FailingKv failing(*kv_);
  IcebergTables shaky(catalog, failing, *blobs_, *store_, clock_);
  for (const bool written : {false, true}) {
    const std::string name = written ? "written" : "lost";
    MakeTable(name);
    const auto made = Prepare(Load(name), "a");
    const auto commit = [&] { return shaky.Commit(scope, "db", name, made.requirements, made.updates); };
    failing.failing = true;
    failing.written = written;
    const auto unknown = commit();
    EXPECT_TRUE(unknown.Is(kCommitUnknown));
    EXPECT_EQ(unknown.error().reason->code, Code::kOutcomeUnknown);
    EXPECT_EQ(Live(name).size(), written ? 1U : 0U);
    const auto again = commit();
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(Live(name).size(), 1U);
    EXPECT_EQ(again->metadata->snapshots.size(), 1U);
  }
}

TEST_F(CommitsTest, LetsAlongsideFailForItsOwnCommitAlone) {
  MakeTable("t");
  const Alongside refuses = [](kv::Txn&) -> Status { return Fail(kInvalidInput, "no"); };
  const IcebergTable seen = Load("t");
  std::vector<std::thread> threads;
  threads.reserve(6);
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      const auto made = Prepare(seen, std::to_string(t));
      const Alongside puts = [t](kv::Txn& txn) -> Status {
        txn.Put("told-" + std::to_string(t), "yes");
        return Ok();
      };
      const auto done = tables.Commit(scope, "db", "t", made.requirements, made.updates, t % 2 == 0 ? puts : refuses);
      EXPECT_EQ(done.ok(), t % 2 == 0);
      EXPECT_EQ(done.Is(kInvalidInput), t % 2 != 0);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Live("t").size(), 3U);
  for (int t = 0; t < 6; ++t) {
    ASSERT_TRUE(kv::Read(*kv_, [&](kv::Txn& txn) -> Status {
                  TARN_TRY(const auto found, txn.Get("told-" + std::to_string(t)));
                  EXPECT_EQ(found.has_value(), t % 2 == 0);
                  return Ok();
                }).ok());
  }
}

TEST_F(CommitsTest, LeavesNoFileOfARefusedCommit) {
  MakeTable("t");
  const IcebergTable seen = Load("t");
  const auto stale = Prepare(seen, "a", {{"wap.id", "w"}});
  ASSERT_TRUE(Commit("t", Prepare(seen, "b")).ok());
  const size_t before = Objects("t", "").size();
  EXPECT_TRUE(Commit("t", stale).Is(iceberg::kCommitFailed));
  EXPECT_EQ(Objects("t", "").size(), before);
  EXPECT_TRUE(tables.Create(scope, "db", "t", {}, false).Is(kAlreadyExists));
  EXPECT_EQ(Objects("t", "").size(), before);
}

TEST_F(CommitsTest, BoundsTheHistoryOfFilesAndSnapshots) {
  MakeTable("t", {{"write.metadata.previous-versions-max", "3"},
                  {"write.metadata.delete-after-commit.enabled", "true"},
                  {"tarn.history.snapshots-max", "5"}});
  for (int i = 0; i < 12; ++i) {
    if (i == 2) {
      iceberg::SnapshotRef tag{.snapshot_id = *Load("t").metadata->current_snapshot_id, .is_branch = false};
      ASSERT_TRUE(tables.Commit(scope, "db", "t", {}, {iceberg::SetSnapshotRef{"kept", tag}}).ok());
    }
    ASSERT_TRUE(Commit("t", Prepare(Load("t"), std::to_string(i))).ok());
  }
  const IcebergTable last = Load("t");
  EXPECT_EQ(last.metadata->snapshots.size(), 5U);
  EXPECT_NE(last.metadata->FindSnapshot(last.metadata->FindRef("kept")->snapshot_id), nullptr);
  EXPECT_EQ(last.metadata->metadata_log.size(), 3U);
  EXPECT_EQ(Objects("t", ".metadata.json").size(), 4U);
  EXPECT_EQ(Live("t").size(), 12U);
}

TEST_F(CommitsTest, ChangesSeveralTablesOrNone) {
  MakeTable("a");
  MakeTable("b");
  const IcebergTable seen_a = Load("a");
  const IcebergTable seen_b = Load("b");
  const auto change = [](const std::string& name, const iceberg::MadeSnapshot& made) {
    return TableChange{"db", name, made.requirements, made.updates};
  };
  const auto both = tables.CommitAll(scope, {change("b", Prepare(seen_b, "b1")), change("a", Prepare(seen_a, "a1"))});
  ASSERT_TRUE(both.ok()) << both.error().message;
  EXPECT_EQ((*both)[1].metadata->location, seen_a.metadata->location);
  EXPECT_EQ(Live("a"), (Files{{"a1", 1}}));
  EXPECT_EQ(Live("b"), (Files{{"b1", 1}}));
  const std::string before = Load("b").metadata_location;
  auto stale = Prepare(seen_a, "a2", {{"wap.id", "w"}});
  EXPECT_TRUE(
      tables.CommitAll(scope, {change("b", Prepare(Load("b"), "b2")), change("a", stale)}).Is(iceberg::kCommitFailed));
  EXPECT_EQ(Load("b").metadata_location, before);
  EXPECT_TRUE(tables.CommitAll(scope, {change("b", stale), change("B", stale)}).Is(iceberg::kInvalid));
  EXPECT_TRUE(tables.CommitAll(scope, {change("none", stale), change("b", stale)}).Is(kNoSuchTable));
}

TEST_F(CommitsTest, EditsTheVeryMetadataThatItReplaces) {
  MakeTable("t");
  ASSERT_TRUE(Commit("t", Prepare(Load("t"), "a")).ok());
  std::vector<std::thread> threads;
  threads.reserve(6);
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&] {
      const auto done = tables.Edit(scope, "db", "t", [](const iceberg::TableMetadata& head) {
        const auto found = head.properties.find("count");
        const int count = found == head.properties.end() ? 0 : std::stoi(found->second);
        return Result<std::vector<iceberg::Update>>({iceberg::SetProperties{{{"count", std::to_string(count + 1)}}}});
      });
      EXPECT_TRUE(done.ok());
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Load("t").metadata->properties.at("count"), "6");
  const std::string before = Load("t").metadata_location;
  const auto nothing = tables.Edit(scope, "db", "t", [](const iceberg::TableMetadata&) {
    return Result<std::vector<iceberg::Update>>(std::vector<iceberg::Update>());
  });
  ASSERT_TRUE(nothing.ok());
  EXPECT_EQ(nothing->metadata_location, before);
}

TEST_F(CommitsTest, KeepsTheMetadataOfATableThatLiesElsewhere) {
  iceberg::NewTable table;
  table.schema = *iceberg::Schema::Make(0, {{1, "id", true, iceberg::TypeId::kLong}});
  table.location = "file:/tmp/x";
  const auto made = tables.Create(scope, "db", "away", std::move(table), false);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(made->metadata->location, "file:/tmp/x");
  EXPECT_TRUE(made->metadata_location.starts_with("s3://lake/db/away/metadata/")) << made->metadata_location;
  ASSERT_TRUE(tables.Commit(scope, "db", "away", {}, {iceberg::SetProperties{{{"a", "b"}}}}).ok());
  EXPECT_EQ(Load("away").metadata->properties.at("a"), "b");
}

TEST_F(CommitsTest, TransactionsAndCommitsDoNotBlockEachOther) {
  MakeTable("a");
  MakeTable("b");
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 8; ++i) {
        const std::string path = std::to_string(t) + "-" + std::to_string(i);
        const auto a = Prepare(Load("a"), path);
        const auto b = Prepare(Load("b"), path);
        if (t == 0) {
          EXPECT_TRUE(Commit("a", a).ok());
          EXPECT_TRUE(Commit("b", b).ok());
          continue;
        }
        std::vector<TableChange> changes{{"db", "a", a.requirements, a.updates},
                                         {"db", "b", b.requirements, b.updates}};
        if (t == 1) std::swap(changes[0], changes[1]);
        const auto done = tables.CommitAll(scope, changes);
        EXPECT_TRUE(done.ok()) << done.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Live("a").size(), 32U);
  EXPECT_EQ(Live("b").size(), 32U);
}

}  // namespace
}  // namespace tarn::catalog
