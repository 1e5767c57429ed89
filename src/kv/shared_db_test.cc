#include "kv/shared_db.h"

#include <gtest/gtest.h>
#include <rocksdb/env.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/random.h"
#include "kv/hot_keys.h"
#include "kv/rocksdb_options.h"
#include "kv/rocksdb_snapshot.h"

namespace tarn::kv {
namespace {

class SharedDbTest : public testing::Test {
 protected:
  SharedDbTest() {
    std::filesystem::create_directories(directory_);
    const rocksdb::Options options = MakeRocksDbOptions({});
    rocksdb::DB* db = nullptr;
    EXPECT_TRUE(rocksdb::DB::Open(options, directory_, &db).ok());
    shared_ = std::make_unique<SharedDb>(options, directory_, std::unique_ptr<rocksdb::DB>(db));
  }
  ~SharedDbTest() override {
    shared_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  void Put(std::string_view key, std::string_view value, bool logged = true) {
    rocksdb::WriteOptions write;
    write.disableWAL = !logged;
    EXPECT_TRUE(shared_->db()->Put(write, AsSlice(key), AsSlice(value)).ok());
  }

  const std::string directory_ = std::filesystem::temp_directory_path() / ("tarn-shared-" + RandomUuid());
  std::unique_ptr<SharedDb> shared_;
  HotKeys hot_{{}};
};

TEST_F(SharedDbTest, HoldsWhatItHeldWhenOpenedAgain) {
  Put("a", "1");
  ASSERT_TRUE(shared_->HasRoom());
  ASSERT_TRUE(shared_->OpenAgain());
  EXPECT_TRUE(shared_->takes_writes());
  EXPECT_EQ(*TakeSnapshot(*shared_, hot_)->Get("a"), "1");
  Put("b", "2");
  EXPECT_EQ(*TakeSnapshot(*shared_, hot_)->Get("b"), "2");
}

TEST_F(SharedDbTest, SaysThatAllReadBeforeIsOlder) {
  uint64_t before = 0;
  for (int i = 0; i < 3; ++i) {
    Put("k" + std::to_string(i), "v", i != 1);
    const uint64_t seen = TakeSnapshot(*shared_, hot_)->sequence();
    EXPECT_GT(seen, before);
    ASSERT_TRUE(shared_->OpenAgain());
    before = TakeSnapshot(*shared_, hot_)->sequence();
    EXPECT_GT(before, seen);
    EXPECT_EQ(before, shared_->LatestSequence());
  }
}

TEST_F(SharedDbTest, StaysOpenUnderItsReaders) {
  Put("a", "1");
  auto snapshot = TakeSnapshot(*shared_, hot_);
  EXPECT_FALSE(shared_->OpenAgain());
  EXPECT_EQ(*snapshot->Get("a"), "1");
  snapshot = nullptr;
  EXPECT_TRUE(shared_->OpenAgain());
}

TEST_F(SharedDbTest, LetsReadersWaitWhileItOpens) {
  Put("a", "1");
  std::atomic<bool> stop = false;
  std::atomic<int> reads = 0;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto value = TakeSnapshot(*shared_, hot_)->Get("a");
        EXPECT_TRUE(value.ok() && *value == "1");
        ++reads;
      }
    });
  }
  for (int opened = 0; opened < 5;) {
    if (shared_->OpenAgain()) ++opened;
    const int seen = reads;
    while (reads == seen) std::this_thread::yield();
  }
  stop = true;
  for (auto& reader : readers) reader.join();
}

TEST_F(SharedDbTest, IsReadWhereItCannotBeWritten) {
  Put("a", "1");
  ASSERT_TRUE(shared_->OpenAgain());
  // As long as another holds the lock, it is opened for reading alone.
  rocksdb::FileLock* lock = nullptr;
  {
    shared_ = nullptr;
    const rocksdb::Options options = MakeRocksDbOptions({});
    rocksdb::DB* db = nullptr;
    ASSERT_TRUE(rocksdb::DB::OpenForReadOnly(options, directory_, &db).ok());
    shared_ = std::make_unique<SharedDb>(options, directory_, std::unique_ptr<rocksdb::DB>(db));
    ASSERT_TRUE(rocksdb::Env::Default()->LockFile(directory_ + "/LOCK", &lock).ok());
  }
  EXPECT_FALSE(shared_->OpenAgain());
  EXPECT_FALSE(shared_->takes_writes());
  EXPECT_EQ(*TakeSnapshot(*shared_, hot_)->Get("a"), "1");
  ASSERT_TRUE(rocksdb::Env::Default()->UnlockFile(lock).ok());
  EXPECT_TRUE(shared_->OpenAgain());
  EXPECT_TRUE(shared_->takes_writes());
}

}  // namespace
}  // namespace tarn::kv
