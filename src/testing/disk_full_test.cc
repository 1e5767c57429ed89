// Fills the disk under kv and blob: writes answer with the disk being full, reads go on, and everything works again
// when there is room. TARN_CRASH_SECONDS: for how long (else a few lakes).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "base/random.h"
#include "kv/rocksdb_store.h"
#include "testing/crash_lake.h"

namespace tarn::testing {
namespace {

bool IsFull(const Status& status) { return status.Is(kv::kFull) || status.Is(blob::kDiskFull); }

// Works on until a change is refused; whether that was for the want of room.
bool FillUp(CrashLake& lake, std::mt19937_64& random) {
  for (int step = 0; step < 2000; ++step) {
    const Status done = lake.Change(random);
    if (!done.ok()) {
      EXPECT_TRUE(IsFull(done)) << done.error().message;
      return IsFull(done);
    }
  }
  return false;
}

TEST(DiskFull, RefusesWritesServesReadsAndWorksOnWhenThereIsRoom) {
  uint64_t refused = 0;
  uint64_t seed = 1;
  for (; GoesOn(seed - 1, 6, std::getenv("TARN_CRASH_SECONDS")); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    std::mt19937_64 random(seed);
    CrashLake lake(seed, seed % 2 == 0 ? 2 : 1);
    ASSERT_TRUE(lake.Open().ok());
    for (int round = 0; round < 3; ++round) {
      lake.disk.SetCapacity(4 << 20);
      ASSERT_TRUE(FillUp(lake, random)) << "the disk never filled";
      for (int i = 0; i < 20; ++i) refused += lake.Change(random).ok() ? 0 : 1;  // deletes, small ones may succeed
      lake.disk.SetCapacity(UINT64_MAX);
      lake.Verify();
      if (round == 1) {
        lake.Close();
        lake.disk.CutPower();
        ASSERT_TRUE(lake.Open().ok());
        lake.Verify();
      }
      const Status works = lake.Put("prefix-0/key-0", ++lake.last_version);
      EXPECT_TRUE(works.ok()) << works.error().message;
      lake.ExpectNoLeak();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
  }
  fmt::print("{} lakes filled three times each, {} writes refused on full disks\n", seed - 1, refused);
}

TEST(DiskFull, MakesRoomByDeletingOnTheFullDisk) {
  std::mt19937_64 random(7);
  CrashLake lake(7, 1);
  ASSERT_TRUE(lake.Open().ok());
  uint64_t version = 0;
  lake.disk.SetCapacity(4 << 20);
  Status put = Ok();
  for (; put.ok(); ++version) put = lake.Put("prefix-0/big-" + std::to_string(version), 1'000'000 + version);
  ASSERT_TRUE(IsFull(put)) << put.error().message;
  for (uint64_t i = 0; i < version; ++i) {
    const auto bucket = lake.objects->GetBucket("lake");
    const auto gone = lake.objects->Delete(*bucket, {.key = "prefix-0/big-" + std::to_string(i)});
    EXPECT_TRUE(gone.ok()) << gone.error().message;
  }
  ASSERT_TRUE(lake.blobs->Reclaim().ok());
  put = lake.Put("prefix-0/key-0", ++lake.last_version);
  EXPECT_TRUE(put.ok()) << put.error().message;
}

// The store of metadata alone, driven to where RocksDB itself fails.
class FullKv : public ::testing::Test {
 protected:
  FullKv() : disk_(3), env_(RocksDbEnvOn(disk_)) {}
  void Open() {
    store_ = nullptr;
    disk_.EndProcess();
    auto opened = kv::OpenRocksDb("/kv", {.write_buffer_bytes = 128 << 10, .free_bytes_min = 0, .env = env_.get()});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(opened).value();
  }
  Status Put(int key, size_t bytes) {
    return kv::Transact(*store_, [&](kv::Txn& txn) {
      txn.Put("k" + std::to_string(key), RandomBytes(bytes));
      return Ok();
    });
  }
  size_t Get(int key) {
    const auto value = store_->Begin()->Get("k" + std::to_string(key));
    return value.ok() && *value ? (*value)->size() : 0;
  }

  FaultyDisk disk_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<kv::Store> store_;
};

TEST_F(FullKv, TakesCommitsAgainAfterItsLogFoundNoRoom) {
  for (const bool with_data : {true, false}) {
    Open();
    ASSERT_TRUE(Put(0, 1000).ok());
    if (!with_data) Open();  // nothing in memory: only the log's end is torn
    disk_.SetCapacity(0);
    Status refused = Put(1, 50'000);
    EXPECT_TRUE(refused.Is(kv::kFull)) << (refused.ok() ? "accepted" : refused.error().message);
    EXPECT_TRUE(Put(2, 10).Is(kv::kFull));
    EXPECT_EQ(Get(0), 1000u) << "reads go on";
    EXPECT_EQ(Get(1), 0u);
    disk_.SetCapacity(UINT64_MAX);
    Status again = Put(3, 10);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (again.Is(kv::kFull) && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      again = Put(3, 10);
    }
    EXPECT_TRUE(again.ok()) << again.error().message;
    for (int i = 10; i < 60; ++i) EXPECT_TRUE(Put(i, 20'000).ok());
    store_ = nullptr;
    disk_.CutPower();
    Open();
    EXPECT_EQ(Get(0), 1000u);
    EXPECT_EQ(Get(1), 0u) << "refused";
    EXPECT_EQ(Get(3), 10u);
    for (int i = 10; i < 60; ++i) EXPECT_EQ(Get(i), 20'000u);
  }
}

TEST_F(FullKv, LosesNothingWhenFlushesFindNoRoom) {
  Open();
  disk_.SetCapacity(600 << 10);
  int taken = 0;
  Status done = Put(0, 20'000);
  while (done.ok()) done = Put(++taken, 20'000);
  ASSERT_TRUE(done.Is(kv::kFull)) << done.error().message;
  for (int i = 0; i < taken; ++i) EXPECT_EQ(Get(i), 20'000u);
  disk_.SetCapacity(UINT64_MAX);
  // When the very switch to a new log found no room, RocksDB takes writes again only after a restart
  // (docs/durability.md); until then they are refused.
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while ((done = Put(-1, 10)).Is(kv::kFull) && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(done.ok() || done.Is(kv::kFull)) << done.error().message;
  store_ = nullptr;
  disk_.CutPower();
  Open();
  for (int i = 0; i < taken; ++i) EXPECT_EQ(Get(i), 20'000u);
  EXPECT_EQ(Get(-1), done.ok() ? 10u : 0u) << "taken or refused, as was said";
  EXPECT_TRUE(Put(-2, 10).ok());
}

}  // namespace
}  // namespace tarn::testing
