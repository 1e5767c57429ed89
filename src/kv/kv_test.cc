#include "kv/kv.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <latch>
#include <map>
#include <random>
#include <thread>

#include "base/random.h"
#include "kv/key.h"
#include "kv/memory_store.h"
#include "kv/pages.h"
#include "kv/rocksdb_store.h"

namespace tarn::kv {
namespace {

std::string TempDirectory() {
  auto path = std::filesystem::temp_directory_path() / ("tarn-kv-" + RandomUuid());
  std::filesystem::create_directories(path);
  return path;
}

enum class Kind { kMemory, kRocksDb };

class StoreTest : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override { Open(); }
  void TearDown() override {
    store_ = nullptr;
    std::filesystem::remove_all(directory_);
  }
  void Open() {
    if (GetParam() == Kind::kMemory) {
      store_ = MakeMemoryStore();
      return;
    }
    auto opened = OpenRocksDb(directory_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(*opened);
  }
  Status CommitNow(std::unique_ptr<Txn> txn) {
    return SyncWait([](Store& store, std::unique_ptr<Txn> mine) -> Task<Status> {
      co_return co_await AwaitCallback<Status>([&](auto done) { store.Commit(std::move(mine), std::move(done)); });
    }(*store_, std::move(txn)));
  }
  void Put(std::string_view key, std::string_view value) {
    auto txn = store_->Begin();
    txn->Put(key, value);
    ASSERT_TRUE(CommitNow(std::move(txn)).ok());
  }
  std::optional<std::string> Get(std::string_view key) { return *store_->Begin()->Get(key); }

  const std::string directory_ = TempDirectory();
  std::unique_ptr<Store> store_;
};

std::string Keys(const std::vector<KeyValue>& pairs) {
  std::string out;
  for (const auto& pair : pairs) out += pair.key + "=" + pair.value + " ";
  return out;
}

TEST_P(StoreTest, AWalkPassesEachKeyOnceThoughItDeletesThem) {
  for (const size_t count : {size_t{0}, size_t{1}, size_t{6}, size_t{7}}) {
    ASSERT_TRUE(Transact(*store_, [&](Txn& txn) {
                  for (size_t i = 0; i < count; ++i) txn.Put(Key("walk").Number(i).bytes(), "x");
                  txn.Put(Key("wall").bytes(), "not below it");
                  return Ok();
                }).ok());
    std::vector<std::string> passed;
    for (Pages pages(Key("walk"), 3); !pages.done();) {
      const auto rows = pages.Next(*store_);
      ASSERT_TRUE(rows.ok());
      ASSERT_LE(rows->size(), 3U);
      ASSERT_TRUE(Transact(*store_, [&](Txn& txn) {
                    for (const KeyValue& row : *rows) txn.Delete(row.key);
                    return Ok();
                  }).ok());
      for (const KeyValue& row : *rows) passed.push_back(row.key);
    }
    ASSERT_EQ(passed.size(), count);
    for (size_t i = 0; i < count; ++i) EXPECT_EQ(passed[i], Key("walk").Number(i).bytes());
  }
}

TEST_P(StoreTest, AWalkOfAnEmptyRangeIsDone) {
  EXPECT_TRUE(Pages("b", "b", 10).done());
  EXPECT_TRUE(Pages("c", "b", 10).done());
  EXPECT_FALSE(Pages("c", "", 10).done()) << "without an upper bound";
}

TEST_P(StoreTest, ShowsACommitToLaterTransactionsOnly) {
  Put("a", "1");
  auto early = store_->Begin();
  EXPECT_EQ(*early->Get("a"), "1");
  Put("a", "2");
  EXPECT_EQ(*early->Get("a"), "1");
  EXPECT_EQ(Get("a"), "2");
  EXPECT_EQ(Get("b"), std::nullopt);
}

TEST_P(StoreTest, ReadsOneKeyAsTheLastCommitLeftIt) {
  EXPECT_EQ(*store_->Get("a"), std::nullopt);
  Put("a", "1");
  EXPECT_EQ(*store_->Get("a"), "1");
  Put("a", "2");
  EXPECT_EQ(*store_->Get("a"), "2");
  ASSERT_TRUE(Transact(*store_, [](Txn& txn) {
                txn.Delete("a");
                return Ok();
              }).ok());
  EXPECT_EQ(*store_->Get("a"), std::nullopt);
}

TEST_P(StoreTest, ReadsItsOwnWrites) {
  Put("b", "old");
  auto txn = store_->Begin();
  txn->Put("a", "1");
  txn->Delete("b");
  EXPECT_EQ(*txn->Get("a"), "1");
  EXPECT_EQ(*txn->Get("b"), std::nullopt);
  EXPECT_EQ(*txn->PeekGet("b"), std::nullopt);
}

TEST_P(StoreTest, RefusesTheSecondOfTwoThatReadTheSameKey) {
  Put("n", "0");
  auto first = store_->Begin();
  auto second = store_->Begin();
  ASSERT_TRUE(first->Get("n").ok());
  ASSERT_TRUE(second->Get("n").ok());
  first->Put("n", "1");
  second->Put("n", "1");
  EXPECT_TRUE(CommitNow(std::move(first)).ok());
  EXPECT_TRUE(CommitNow(std::move(second)).Is(kConflict));
}

TEST_P(StoreTest, RefusesWhenAnAbsentKeyAppeared) {
  auto txn = store_->Begin();
  EXPECT_EQ(*txn->Get("n"), std::nullopt);
  Put("n", "other");
  txn->Put("n", "mine");
  EXPECT_TRUE(CommitNow(std::move(txn)).Is(kConflict));
  EXPECT_EQ(Get("n"), "other");
}

TEST_P(StoreTest, RefusesWhenAScannedRangeChanged) {
  for (const char* change : {"b", "d"}) {
    Put("d", "x");
    auto txn = store_->Begin();
    ASSERT_TRUE(txn->Scan("a", "e", 10).ok());
    Put(change, "new");
    txn->Put("z", "1");
    EXPECT_TRUE(CommitNow(std::move(txn)).Is(kConflict)) << change;
  }
}

TEST_P(StoreTest, AllowsChangesBehindTheLimitOfAScan) {
  for (const char* key : {"a", "b", "c", "d"}) Put(key, "x");
  auto ascending = store_->Begin();
  EXPECT_EQ(ascending->Scan("a", "z", 2)->size(), 2u);
  auto descending = store_->Begin();
  EXPECT_EQ(Keys(*descending->Scan("a", "z", 2, true)), "d=x c=x ");
  Put("c", "changed");
  ascending->Put("y", "1");
  descending->Put("y", "2");
  EXPECT_TRUE(CommitNow(std::move(ascending)).ok());
  EXPECT_TRUE(CommitNow(std::move(descending)).Is(kConflict));
}

TEST_P(StoreTest, AllowsChangesOfWhatWasOnlyPeekedAt) {
  Put("a", "1");
  auto txn = store_->Begin();
  ASSERT_TRUE(txn->PeekGet("a").ok());
  ASSERT_TRUE(txn->PeekScan("", "", 10).ok());
  Put("a", "2");
  txn->Put("b", "1");
  EXPECT_TRUE(CommitNow(std::move(txn)).ok());
}

TEST_P(StoreTest, MergesItsWritesIntoScansInBothDirections) {
  std::mt19937_64 random(11);
  const auto key = [&] { return std::string(1, static_cast<char>('a' + random() % 20)); };
  for (int round = 0; round < 60; ++round) {
    std::map<std::string, std::string> model;
    auto clean = store_->Begin();
    const auto old = clean->Scan("", "", 100).value();
    for (const auto& pair : old) clean->Delete(pair.key);
    for (int i = 0; i < 12; ++i) {
      const std::string k = key();
      clean->Put(k, "base");
      model[k] = "base";
    }
    ASSERT_TRUE(CommitNow(std::move(clean)).ok());
    auto txn = store_->Begin();
    for (int i = 0; i < 8; ++i) {
      const std::string k = key();
      if (random() % 2 == 0) {
        txn->Delete(k);
        model.erase(k);
      } else {
        txn->Put(k, "own");
        model[k] = "own";
      }
    }
    const std::string begin = key();
    const std::string end = random() % 3 == 0 ? "" : key();
    const size_t limit = 1 + random() % 12;
    std::vector<KeyValue> expected;
    for (const auto& [k, v] : model) {
      if (k >= begin && (end.empty() || k < end)) expected.push_back({k, v});
    }
    const bool reverse = random() % 2 == 0;
    if (reverse) std::ranges::reverse(expected);
    if (expected.size() > limit) expected.resize(limit);
    EXPECT_EQ(Keys(*txn->Scan(begin, end, limit, reverse)), Keys(expected)) << round;
  }
}

TEST_P(StoreTest, ScansMoreThanItFetchesAtOnce) {
  auto fill = store_->Begin();
  for (int i = 0; i < 3000; ++i) fill->Put(Key("k").Number(i).Take(), "v");
  ASSERT_TRUE(CommitNow(std::move(fill)).ok());
  auto txn = store_->Begin();
  for (int i = 0; i < 1500; ++i) txn->Delete(Key("k").Number(2 * i).Take());
  for (const bool reverse : {false, true}) {
    EXPECT_EQ(txn->Scan(Key("k").Take(), Key("k").End(), 10'000, reverse)->size(), 1500u);
    EXPECT_EQ(txn->Scan(Key("k").Take(), Key("k").End(), 1200, reverse)->size(), 1200u);
  }
}

TEST_P(StoreTest, RefusesWhatPassesTheLimits) {
  auto value = store_->Begin();
  value->Put("a", std::string((4 << 20) + 1, 'x'));
  EXPECT_TRUE(CommitNow(std::move(value)).Is(kTooLarge));
  auto key = store_->Begin();
  key->Put(std::string((16 << 10) + 1, 'x'), "");
  EXPECT_TRUE(CommitNow(std::move(key)).Is(kTooLarge));
  auto total = store_->Begin();
  for (int i = 0; i < 5; ++i) total->Put(std::to_string(i), std::string(4 << 20, 'x'));
  EXPECT_TRUE(CommitNow(std::move(total)).Is(kTooLarge));
  EXPECT_TRUE(store_->Begin()->Scan("", "", 10)->empty());
}

TEST_P(StoreTest, LosesNoIncrementOfConcurrentCounters) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 60;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRounds; ++i) {
        const Status status = Transact(*store_, [&](Txn& txn) -> Status {
          TARN_TRY(auto now, txn.Get("counter"));
          txn.Put("counter", std::to_string(now ? std::stoi(*now) + 1 : 1));
          return Ok();
        });
        EXPECT_TRUE(status.ok()) << status.error().message;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(Get("counter"), std::to_string(kThreads * kRounds));
}

// Moves amounts between accounts while others count them: every look sees the whole sum, whatever the interleaving;
// a range that must hold one row at most never holds two.
TEST_P(StoreTest, IsSerializableOverKeysAndRanges) {
  constexpr int kAccounts = 6;
  {
    auto txn = store_->Begin();
    for (int i = 0; i < kAccounts; ++i) txn->Put(Key("acc").Number(i).Take(), "100");
    ASSERT_TRUE(CommitNow(std::move(txn)).ok());
  }
  std::vector<std::thread> threads;
  for (int t = 0; t < 6; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < 50; ++i) {
        const uint64_t from = random() % kAccounts;
        const uint64_t to = random() % kAccounts;
        const Status moved = Transact(*store_, [&](Txn& txn) -> Status {
          int sum = 0;
          TARN_TRY(auto all, txn.Scan(Key("acc").Take(), Key("acc").End(), 100));
          for (const auto& pair : all) sum += std::stoi(pair.value);
          EXPECT_EQ(sum, 100 * kAccounts);
          if (from == to) return Ok();
          const auto a = Key("acc").Number(from).Take();
          const auto b = Key("acc").Number(to).Take();
          TARN_TRY(auto a_now, txn.Get(a));
          TARN_TRY(auto b_now, txn.Get(b));
          txn.Put(a, std::to_string(std::stoi(*a_now) - 1));
          txn.Put(b, std::to_string(std::stoi(*b_now) + 1));
          return Ok();
        });
        EXPECT_TRUE(moved.ok());
        const Status claimed = Transact(*store_, [&](Txn& txn) -> Status {
          TARN_TRY(auto rows, txn.Scan(Key("one").Take(), Key("one").End(), 2));
          EXPECT_LE(rows.size(), 1u);
          if (rows.empty()) {
            txn.Put(Key("one").Number(random()).Take(), "");
          } else if (random() % 2 == 0) {
            txn.Delete(rows[0].key);
          }
          return Ok();
        });
        EXPECT_TRUE(claimed.ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST_P(StoreTest, RunsCoroutinesWithoutAnExecutorOnTheCallersThread) {
  const auto self = std::this_thread::get_id();
  const bool same = SyncWait([](Store& store, std::thread::id caller) -> Task<bool> {
    (void)co_await TransactAsync(store, [](Txn& txn) {
      txn.Put("a", "1");
      return Ok();
    });
    co_return std::this_thread::get_id() == caller;
  }(*store_, self));
  EXPECT_TRUE(same);
  EXPECT_EQ(Get("a"), "1");
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreTest, testing::Values(Kind::kMemory, Kind::kRocksDb),
                         [](const auto& info) { return info.param == Kind::kMemory ? "Memory" : "RocksDb"; });

TEST(RocksDbStore, KeepsCommitsAcrossReopen) {
  const std::string directory = TempDirectory();
  for (int round = 0; round < 4; ++round) {
    auto store = OpenRocksDb(directory).value();
    for (int i = 0; i < round; ++i) EXPECT_EQ(*store->Begin()->Get(std::to_string(i)), "v");
    ASSERT_TRUE(Transact(*store, [&](Txn& txn) {
                  txn.Put(std::to_string(round), "v");
                  return Ok();
                }).ok());
  }
  std::filesystem::remove_all(directory);
}

TEST(RocksDbStore, RefusesADirectoryInUse) {
  const std::string directory = TempDirectory();
  auto store = OpenRocksDb(directory).value();
  EXPECT_TRUE(OpenRocksDb(directory).Is(kIo));
  std::filesystem::remove_all(directory);
}

void WriteFormat(const std::string& directory, const std::string& version) {
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open({}, directory, &db).ok());
  ASSERT_TRUE(db->Put({}, rocksdb::Slice("\0format", 7), version).ok());
  delete db;
}

TEST(RocksDbFormat, UpgradesAnOlderStoreAndRefusesANewerOne) {
  const std::string directory = TempDirectory();
  const auto put = [](Store& store, std::string_view key) {
    return Transact(store, [&](Txn& txn) {
      txn.Put(key, "value");
      return Ok();
    });
  };
  ASSERT_TRUE(put(*OpenRocksDb(directory).value(), "key").ok());
  WriteFormat(directory, "1");
  for (int start = 0; start < 2; ++start) {
    const auto store = OpenRocksDb(directory);
    ASSERT_TRUE(store.ok()) << store.error().message;
    EXPECT_EQ((*store)->Begin()->Get("key").value(), "value");
  }
  for (const char* newer : {"3", "nonsense", "0"}) {
    WriteFormat(directory, newer);
    const auto refused = OpenRocksDb(directory);
    ASSERT_TRUE(refused.Is(kFormat));
    EXPECT_NE(refused.error().message.find("a newer one"), std::string::npos);
  }
  std::filesystem::remove_all(directory);
}

TEST(Checkpoint, HoldsWhatWasAnsweredWhileCommitsGoOn) {
  const std::string directory = TempDirectory();
  const auto store = OpenRocksDb(directory + "/live").value();
  std::atomic<int> answered = 0;
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      EXPECT_TRUE(Transact(*store, [&](Txn& txn) {
                    txn.Put("k" + std::to_string(i), "a");
                    txn.Put("l" + std::to_string(i), "b");
                    return Ok();
                  }).ok());
      answered = i + 1;
    }
  });
  while (answered < 50) std::this_thread::yield();
  const int before = answered;
  const Status made = store->Checkpoint(directory + "/copy");
  EXPECT_TRUE(made.ok()) << made.error().message;
  EXPECT_FALSE(store->Checkpoint(directory + "/copy").ok()) << "it exists";
  stop = true;
  writer.join();
  auto copy = OpenRocksDb(directory + "/copy").value();
  auto txn = copy->Begin();
  for (int i = 0; i < answered; ++i) {
    const bool first = txn->Get("k" + std::to_string(i)).value().has_value();
    EXPECT_EQ(first, txn->Get("l" + std::to_string(i)).value().has_value()) << "a transaction is whole or absent";
    EXPECT_TRUE(first || i >= before) << i;
  }
  txn = nullptr;
  copy = nullptr;
  std::filesystem::remove_all(directory);
}

}  // namespace
}  // namespace tarn::kv
