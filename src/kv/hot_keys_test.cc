#include "kv/hot_keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "kv/kv.h"
#include "kv/rocksdb_store.h"

namespace tarn::kv {
namespace {

void Keep(HotKeys& hot, std::string_view key, std::string_view value, uint64_t since) {
  hot.Fill(key, [&] { return std::pair(since, std::optional(HotKeys::Value(value))); });
}

TEST(HotKeys, AnswerSnapshotsNotOlderThanTheirValue) {
  HotKeys hot({"k", "a", "b", "c"});
  Keep(hot, "k", "v", 5);
  EXPECT_FALSE(hot.Find("k", 4));
  EXPECT_EQ(hot.Find("k", 5), HotKeys::Value("v"));
  EXPECT_FALSE(hot.Find("other", 5));
}

TEST(HotKeys, ForgetWhatABatchWrites) {
  HotKeys hot({"k", "a", "b", "c"});
  Keep(hot, "a", "1", 1);
  Keep(hot, "b", "1", 1);
  const WriteSet writes{{"a", "2"}};
  hot.BeginWrites({&writes});
  EXPECT_FALSE(hot.Find("a", 9));
  EXPECT_TRUE(hot.Find("b", 9));
  Keep(hot, "a", "1", 1);  // read before the batch became visible
  EXPECT_FALSE(hot.Find("a", 9));
  Keep(hot, "c", "1", 1);
  EXPECT_TRUE(hot.Find("c", 9));
  hot.EndWrites();
  Keep(hot, "a", "2", 2);
  EXPECT_EQ(hot.Find("a", 9), HotKeys::Value("2"));
}

TEST(HotKeys, DoNotKeepWhatWasReadWhileABatchBeganOrEnded) {
  HotKeys hot({"k", "a", "b", "c"});
  const WriteSet writes{{"a", "2"}};
  hot.Fill("a", [&] {
    hot.BeginWrites({&writes});
    hot.EndWrites();
    return std::pair(uint64_t{1}, std::optional(HotKeys::Value("1")));
  });
  EXPECT_FALSE(hot.Find("a", 9));
}

// Each transaction moves one from "a" to "b", one of them read as hot: a stale value would change the sum.
TEST(HotKeys, KeepTransactionsSerializable) {
  const auto directory = std::filesystem::temp_directory_path() / ("tarn_hot_" + std::to_string(::getpid()));
  auto store = OpenRocksDb(directory.string(), {.hot_prefixes = {"a"}}).value();
  ASSERT_TRUE(Transact(*store, [](Txn& txn) {
                txn.Put("a", "1000");
                txn.Put("b", "0");
                return Ok();
              }).ok());
  const auto number = [](const Result<std::optional<std::string>>& value) { return std::stoi(**value); };
  std::atomic<bool> wrong = false;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        const Status moved = Transact(*store, [&](Txn& txn) -> Status {
          const int a = number(txn.Get("a"));
          const int b = number(txn.Get("b"));
          if (a + b != 1000) wrong = true;
          txn.Put("a", std::to_string(a - 1));
          txn.Put("b", std::to_string(b + 1));
          return Ok();
        });
        if (!moved.ok()) wrong = true;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_FALSE(wrong);
  (void)Read(*store, [&](Txn& txn) {
    EXPECT_EQ(number(txn.Get("a")), 800);
    EXPECT_EQ(number(txn.Get("b")), 200);
    return Ok();
  });
  store = nullptr;
  std::filesystem::remove_all(directory);
}

// A commit that was answered shows in every later read of its key.
TEST(HotKeys, ShowWhatWasAnsweredToReadsOfOneKey) {
  const auto directory = std::filesystem::temp_directory_path() / ("tarn_hot_one_" + std::to_string(::getpid()));
  auto store = OpenRocksDb(directory.string(), {.hot_prefixes = {"a"}}).value();
  std::atomic<int> answered = 0;
  std::atomic<bool> stale = false;
  std::thread writer([&] {
    for (int round = 1; round <= 200; ++round) {
      const Status put = Transact(*store, [&](Txn& txn) {
        txn.Put("a", std::to_string(round));
        return Ok();
      });
      if (!put.ok()) stale = true;
      answered = round;
    }
  });
  while (answered < 200) {
    const int before = answered;
    const auto value = store->Get("a");
    if (before > 0 && (!value.ok() || !*value || std::stoi(**value) < before)) stale = true;
  }
  writer.join();
  EXPECT_FALSE(stale);
  store = nullptr;
  std::filesystem::remove_all(directory);
}

// What is remembered by HotCommits is never older than an answered commit.
TEST(HotKeys, AreCountedSoThatWhatIsRememberedIsPresent) {
  const auto directory = std::filesystem::temp_directory_path() / ("tarn_hot_count_" + std::to_string(::getpid()));
  auto store = OpenRocksDb(directory.string(), {.hot_prefixes = {"a"}}).value();
  const auto put = [&](std::string_view key, int value) {
    return Transact(*store, [&](Txn& txn) {
      txn.Put(key, std::to_string(value));
      return Ok();
    });
  };
  const auto before = store->HotCommits();
  ASSERT_TRUE(put("b", 1).ok());
  EXPECT_EQ(store->HotCommits(), before);
  ASSERT_TRUE(put("a", 0).ok());
  EXPECT_NE(store->HotCommits(), before);
  std::atomic<int> answered = 0;
  std::atomic<bool> stale = false;
  std::vector<std::thread> readers;
  readers.reserve(2);
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      std::optional<uint64_t> as_of;
      int remembered = 0;
      while (answered < 200) {
        const int least = answered;
        const auto now = store->HotCommits();
        if (as_of != now) {
          remembered = std::stoi(**store->Get("a"));
          as_of = now;
        }
        if (remembered < least) stale = true;
      }
    });
  }
  for (int round = 1; round <= 200; ++round) {
    if (!put("a", round).ok()) stale = true;
    answered = round;
  }
  for (auto& reader : readers) reader.join();
  EXPECT_FALSE(stale);
  store = nullptr;
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tarn::kv
