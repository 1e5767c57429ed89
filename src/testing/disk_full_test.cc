// Fills the disk under kv and blob: writes answer with the disk being full, reads go on, and everything works again
// when there is room. TARN_CRASH_SECONDS: for how long (else a few lakes).
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <random>
#include <semaphore>
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

// Finds no room for new logs when told to: RocksDB takes no writes then until it is opened again.
class NoRoomForLogs : public rocksdb::EnvWrapper {
 public:
  using EnvWrapper::EnvWrapper;
  const char* Name() const override { return "NoRoomForLogs"; }
  rocksdb::Status NewWritableFile(const std::string& path, std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override {
    if (is_full && path.ends_with(".log")) return rocksdb::Status::NoSpace("no space left for " + path);
    return EnvWrapper::NewWritableFile(path, file, options);
  }

  std::atomic<bool> is_full = false;
};

// The store of metadata alone, driven to where RocksDB itself fails.
class FullKv : public ::testing::Test {
 protected:
  FullKv() : disk_(3), env_(RocksDbEnvOn(disk_)), logs_(env_.get()) {}
  void Open() {
    store_ = nullptr;
    disk_.EndProcess();
    auto opened = kv::OpenRocksDb("/kv", {.write_buffer_bytes = 128 << 10, .free_bytes_min = 0, .env = &logs_});
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(opened).value();
  }
  Status Put(int key, size_t bytes) {
    return kv::Transact(*store_, [&](kv::Txn& txn) {
      txn.Put("k" + std::to_string(key), RandomBytes(bytes));
      return Ok();
    });
  }
  // Until it is taken or there is no patience any more.
  Status PutPatiently(int key) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (;;) {
      Status done = Put(key, 10);
      if (!done.Is(kv::kFull) || std::chrono::steady_clock::now() > patience) return done;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  size_t Get(int key) {
    const auto value = store_->Begin()->Get("k" + std::to_string(key));
    return value.ok() && *value ? (*value)->size() : 0;
  }

  FaultyDisk disk_;
  std::unique_ptr<rocksdb::Env> env_;
  NoRoomForLogs logs_;
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
    const Status again = PutPatiently(3);
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

TEST_F(FullKv, TakesCommitsAgainAfterANewLogFoundNoRoom) {
  Open();
  ASSERT_TRUE(Put(0, 1000).ok());
  auto early = store_->Begin();
  ASSERT_TRUE(early->Get("k0").ok());
  early->Put("k0", "what was read may have changed since");
  logs_.is_full = true;
  int taken = 0;
  Status done = Put(1, 20'000);
  while (done.ok()) done = Put(++taken + 1, 20'000);
  ASSERT_TRUE(done.Is(kv::kFull)) << done.error().message;
  for (int i = 1; i <= taken; ++i) EXPECT_EQ(Get(i), 20'000u) << "reads go on";
  EXPECT_TRUE(Put(-1, 10).Is(kv::kFull));
  logs_.is_full = false;
  Status late = Ok();
  std::binary_semaphore told(0);
  store_->Commit(std::move(early), [&](Status status) {
    late = std::move(status);
    told.release();
  });
  told.acquire();
  EXPECT_TRUE(late.Is(kv::kFull) || late.Is(kv::kConflict));
  done = PutPatiently(-2);
  EXPECT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(Get(0), 1000u);
  EXPECT_EQ(Get(-1), 0u) << "refused";
  for (int i = 10'000; i < 10'030; ++i) EXPECT_TRUE(Put(i, 20'000).ok());
  store_ = nullptr;
  disk_.CutPower();
  Open();
  EXPECT_EQ(Get(0), 1000u);
  for (int i = 1; i <= taken; ++i) EXPECT_EQ(Get(i), 20'000u);
  EXPECT_EQ(Get(-2), 10u);
  for (int i = 10'000; i < 10'030; ++i) EXPECT_EQ(Get(i), 20'000u);
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
  done = PutPatiently(-1);
  EXPECT_TRUE(done.ok()) << done.error().message;
  store_ = nullptr;
  disk_.CutPower();
  Open();
  for (int i = 0; i < taken; ++i) EXPECT_EQ(Get(i), 20'000u);
  EXPECT_EQ(Get(-1), 10u);
}

}  // namespace
}  // namespace tarn::testing
