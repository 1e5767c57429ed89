// Cuts the power at steps of the work that takes files away: replacing files, rewriting manifests, expiry, the purge of
// a dropped table and the removal of orphans. After the restart each table is at a state that was committed, every file
// that it leads to is there, a purge that was begun is ended, and what nothing leads to is collected.
// TARN_CRASH_CUTS: how many cuts (60).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

#include "blob/key_wrapper.h"
#include "catalog/errors.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/purge.h"
#include "catalog/iceberg/snapshots.h"
#include "iceberg/manifest/reader.h"
#include "kv/key.h"
#include "kv/rocksdb_store.h"
#include "object/files.h"
#include "tables/upkeep/expire.h"
#include "tables/upkeep/orphans.h"
#include "testing/faulty_files.h"

namespace tarn::testing {
namespace {

using Paths = std::set<std::string>;

class SetClock : public Clock {
 public:
  Timestamp Now() const override { return {++micros}; }
  mutable std::atomic<int64_t> micros = 1'800'000'000'000'000;
};

// What one process holds open; gone with it.
struct Opened {
  Opened(std::unique_ptr<kv::Store> store, std::unique_ptr<blob::Store> bytes, const Clock& clock, WorkerPool& pool)
      : kv(std::move(store)),
        blobs(std::move(bytes)),
        objects(*kv, *blobs, clock, pool),
        catalog(*kv, clock),
        iceberg(catalog, *kv, *blobs, objects, clock),
        snapshots(iceberg, objects, clock),
        manifests(objects),
        planner(manifests),
        purger(*kv, catalog, iceberg, manifests, objects),
        parts{catalog, iceberg, snapshots, manifests, planner, objects, clock, nullptr} {}

  std::unique_ptr<kv::Store> kv;
  std::unique_ptr<blob::Store> blobs;
  object::Store objects;
  catalog::Catalog catalog;
  catalog::IcebergTables iceberg;
  catalog::Snapshots snapshots;
  catalog::Manifests manifests;
  catalog::Planner planner;
  catalog::Purger purger;
  tables::UpkeepParts parts;
};

class Lake {
 public:
  explicit Lake(uint64_t seed)
      : disk(seed),
        wrapper_(blob::MakeKeyWrapper(std::string(32, 'k'))),
        env_(RocksDbEnvOn(disk)),
        files_(BlobFilesOn(disk)) {}
  ~Lake() { Close(); }

  Status Open() {
    if (!disk.Exists("/lake")) TARN_CHECK(files_->CreateDirectory("/lake"));
    TARN_TRY(auto kv,
             kv::OpenRocksDb("/lake/kv", {.write_buffer_bytes = 256 << 10, .free_bytes_min = 0, .env = env_.get()}));
    blob::Options options;
    options.directory = "/lake/blobs";
    options.reclaim_delay_micros = 0;
    options.reclaim_period_micros = 0;
    options.free_bytes_min = 256 << 10;
    options.file_system = files_.get();
    TARN_TRY(auto blobs, blob::OpenLocal(std::move(options), *kv, pool_, *wrapper_, clock_));
    open_ = std::make_unique<Opened>(std::move(kv), std::move(blobs), clock_, pool_);
    return Ok();
  }
  void Close() {
    open_ = nullptr;
    disk.EndProcess();
  }

  // Everything, up to the first failure. A step that is begun is in `begun`, one that was acknowledged in `done`.
  Status Work() {
    TARN_CHECK(Open());
    TARN_CHECK(open_->objects.CreateBucket(scope_, "lake"));
    catalog::Database database;
    database.name = "db";
    database.location = "s3://lake/db";
    TARN_CHECK(open_->catalog.CreateDatabase(scope_, database));
    for (const char* name : {"kept", "gone"}) {
      TARN_CHECK(Step(fmt::format("create {}", name), [&] { return Create(name); }));
      for (const char* file : {"a", "b", "c"}) {
        TARN_CHECK(Step(fmt::format("append {} {}", name, file), [&] { return Append(name, file); }));
      }
    }
    TARN_CHECK(Step("replace", [&] { return Replace("a", "d"); }));
    TARN_CHECK(Step("rewrite", [&] { return RewriteManifests(); }));
    TARN_CHECK(Step("append kept e", [&] { return Append("kept", "e"); }));
    TARN_CHECK(Write("kept", "left"));  // as a writer leaves that never commits
    clock_.micros += 10 * kMicrosPerDay;
    TARN_CHECK(Step("expire", [&] { return Expire(); }));
    TARN_CHECK(Step("drop", [&] { return open_->purger.Drop(scope_, "db", "gone"); }));
    Purge();
    return RemoveOrphans();
  }

  // Of a restarted lake.
  void Verify() {
    Purge();
    const auto gone = open_->iceberg.Load(scope_, "db", "gone");
    if (gone.ok()) {
      EXPECT_FALSE(done_.contains("drop"));
      ExpectWhole("gone", *gone->metadata);
    } else if (done_.contains("create gone")) {
      EXPECT_TRUE(begun_.contains("drop")) << gone.error().message;
      EXPECT_EQ(Below("gone"), Paths{}) << "the purge is not ended";
    }
    const auto kept = open_->iceberg.Load(scope_, "db", "kept");
    if (!kept.ok()) {
      EXPECT_FALSE(done_.contains("create kept")) << kept.error().message;
      return;
    }
    ExpectWhole("kept", *kept->metadata);
    const Paths live = Live(*kept->metadata);
    for (const char* file : {"b", "c", "e"}) ExpectIn(live, file, fmt::format("append kept {}", file));
    ExpectIn(live, "d", "replace");
    EXPECT_FALSE(live.contains(Path("kept", "a")) && done_.contains("replace"));
    EXPECT_TRUE(live.contains(Path("kept", "a")) || begun_.contains("replace") || !done_.contains("append kept a"));

    // What no snapshot leads to is collected, and nothing else.
    clock_.micros += 10 * kMicrosPerDay;
    const Status collected = RemoveOrphans();
    EXPECT_TRUE(collected.ok()) << collected.error().message;
    Paths referenced;
    for (const auto& snapshot : kept->metadata->snapshots) referenced.merge(FilesOf(snapshot));
    Paths data;
    for (const std::string& path : Below("kept")) {
      if (path.ends_with(".parquet")) data.insert(path);
    }
    EXPECT_EQ(data, referenced);
    // And it works on.
    const Status works = Append("kept", fmt::format("later{}", clock_.micros.load()));
    EXPECT_TRUE(works.ok()) << works.error().message;
  }

  FaultyDisk disk;
  uint64_t cut_at = UINT64_MAX;

 private:
  template <typename F>
  Status Step(const std::string& name, F step) {
    begun_.insert(name);
    TARN_CHECK(step());
    done_.insert(name);
    return Ok();
  }
  static std::string Path(const std::string& table, const std::string& file) {
    return fmt::format("s3://lake/db/{}/data/{}.parquet", table, file);
  }
  object::Files Files() { return {open_->objects, scope_.account}; }

  Status Write(const std::string& table, const std::string& file) {
    TARN_TRY(const auto place, object::ParseLocation(Path(table, file)));
    TARN_CHECK(Files().Put(place.bucket, place.key, "rows"));
    return Ok();
  }
  static iceberg::DataFile FileOf(const std::string& path) {
    iceberg::DataFile file;
    file.path = path;
    file.record_count = 1;
    file.file_bytes = 4;
    return file;
  }
  Status Create(const std::string& name) {
    iceberg::NewTable table;
    TARN_TRY(table.schema, iceberg::Schema::Make(0, {{1, "id", true, iceberg::TypeId::kLong}}));
    TARN_CHECK(open_->iceberg.Create(scope_, "db", name, std::move(table), false));
    return Ok();
  }
  Status Append(const std::string& table, const std::string& file) {
    TARN_CHECK(Write(table, file));
    TARN_CHECK(open_->snapshots.Append(scope_, "db", table, {FileOf(Path(table, file))}));
    return Ok();
  }
  // As compaction does it.
  Status Replace(const std::string& before, const std::string& after) {
    TARN_CHECK(Write("kept", after));
    iceberg::Change change;
    change.added = {FileOf(Path("kept", after))};
    change.removed_files = {Path("kept", before)};
    TARN_CHECK(open_->snapshots.Change(scope_, "db", "kept", change, {}));
    return Ok();
  }
  Status RewriteManifests() {
    TARN_TRY(const auto table, open_->iceberg.Load(scope_, "db", "kept"));
    TARN_TRY(const auto manifests, open_->manifests.ListOf(scope_, *table.metadata->current_snapshot()));
    Paths paths;
    for (const iceberg::ManifestFile& manifest : *manifests) {
      if (manifest.has_live()) paths.insert(manifest.path);
    }
    TARN_CHECK(open_->snapshots.RewriteManifests(scope_, "db", "kept", paths));
    return Ok();
  }
  Status Expire() {
    TARN_CHECK(tables::ExpireSnapshots(open_->parts, {scope_, "db", "kept"}, {}));
    return Ok();
  }
  // Until nothing is due, or the power is cut.
  void Purge() {
    open_->purger.Start();
    const auto due = [this]() -> bool {
      const kv::Key space("ip");
      const auto left = open_->kv->Begin()->PeekScan(space.bytes(), space.End(), 1);
      return left.ok() && !left->empty() && disk.operations() < cut_at;
    };
    const auto begun = std::chrono::steady_clock::now();
    while (due() && std::chrono::steady_clock::now() - begun < std::chrono::minutes(1)) std::this_thread::yield();
    open_->purger.Stop();
  }
  Status RemoveOrphans() {
    TARN_CHECK(tables::RemoveOrphans(open_->parts, {scope_, "db", "kept"}, {}));
    return Ok();
  }

  // The data files that a snapshot leads to; the manifests must be there.
  Paths FilesOf(const iceberg::SnapshotPtr& snapshot) {
    Paths files;
    const auto manifests = open_->manifests.ListOf(scope_, *snapshot);
    EXPECT_TRUE(manifests.ok()) << manifests.error().message;
    if (!manifests.ok()) return files;
    for (const iceberg::ManifestFile& manifest : **manifests) {
      const auto bytes = open_->manifests.Read(scope_, manifest.path);
      EXPECT_TRUE(bytes.ok()) << manifest.path;
      if (!bytes.ok()) continue;
      auto reader = iceberg::ManifestReader::Open(**bytes, manifest, iceberg::Type::Struct({}));
      EXPECT_TRUE(reader.ok());
      iceberg::ManifestEntry entry;
      while (*reader->Next(entry)) {
        if (entry.is_live()) files.insert(entry.file.path);
      }
    }
    return files;
  }
  Paths Live(const iceberg::TableMetadata& table) {
    const auto head = table.current_snapshot();
    return head == nullptr ? Paths() : FilesOf(head);
  }
  void ExpectWhole(const std::string& name, const iceberg::TableMetadata& table) {
    for (const auto& snapshot : table.snapshots) {
      for (const std::string& path : FilesOf(snapshot)) {
        const auto place = object::ParseLocation(path);
        const auto bytes = Files().ReadAll(place->bucket, place->key, 100);
        EXPECT_TRUE(bytes.ok() && *bytes == "rows") << name << " lost " << path;
      }
    }
  }
  void ExpectIn(const Paths& live, const std::string& file, const std::string& step) {
    const bool there = live.contains(Path("kept", file));
    EXPECT_TRUE(there || !done_.contains(step)) << file;
    EXPECT_TRUE(!there || begun_.contains(step)) << file;
  }
  Paths Below(const std::string& table) {
    Paths paths;
    const auto page = Files().List("lake", {.prefix = "db/" + table + "/", .max = 10'000});
    EXPECT_TRUE(page.ok());
    if (!page.ok()) return paths;
    for (const auto& entry : page->entries) paths.insert("s3://lake/" + entry.key);
    return paths;
  }

  const Scope scope_{"000000000001", "us-east-1"};
  SetClock clock_;
  WorkerPool pool_{"data", 1, 100};
  std::unique_ptr<blob::KeyWrapper> wrapper_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<blob::FileSystem> files_;
  std::unique_ptr<Opened> open_;
  std::set<std::string> begun_, done_;
};

TEST(UpkeepPowerLoss, LosesNoFileThatATableLeadsTo) {
  uint64_t operations = 0;
  {
    Lake whole(1);
    const Status worked = whole.Work();
    ASSERT_TRUE(worked.ok()) << worked.error().message;
    operations = whole.disk.operations();
    whole.Verify();
  }
  ASSERT_GT(operations, 100u);
  const char* text = std::getenv("TARN_CRASH_CUTS");
  const uint64_t cuts = text != nullptr ? std::strtoull(text, nullptr, 10) : 60;
  std::mt19937_64 random(7);
  for (uint64_t cut = 0; cut < cuts && !::testing::Test::HasFailure(); ++cut) {
    // All over the work, not twice at one place while there are others.
    const uint64_t n = 1 + (cut * operations / cuts + random() % std::max<uint64_t>(1, operations / cuts)) % operations;
    SCOPED_TRACE(fmt::format("operation {} of {}", n, operations));
    Lake lake(7919 + n);
    lake.disk.CutAt(n);
    lake.cut_at = n;
    static_cast<void>(lake.Work().ok());
    lake.Close();
    lake.disk.CutPower();
    lake.cut_at = UINT64_MAX;
    const Status reopened = lake.Open();
    ASSERT_TRUE(reopened.ok()) << reopened.error().message;
    lake.Verify();
  }
}

}  // namespace
}  // namespace tarn::testing
