#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "events/courier.h"
#include "events/outbox.h"
#include "kv/memory_store.h"

namespace tarn::events {
namespace {

class Events : public testing::Test {
 protected:
  void Add(std::string_view stream, uint64_t order, std::string_view body) {
    ASSERT_TRUE(kv::Transact(*store_, [&](kv::Txn& txn) {
                  Append(txn, stream, order, body);
                  return Ok();
                }).ok());
  }
  std::vector<std::string> Bodies(std::string_view stream) {
    std::vector<std::string> bodies;
    EXPECT_TRUE(kv::Read(*store_, [&](kv::Txn& txn) -> Status {
                  TARN_TRY(auto entries, Oldest(txn, stream, 1'000));
                  for (const Entry& entry : entries) bodies.push_back(entry.body);
                  return Ok();
                }).ok());
    return bodies;
  }
  template <typename Condition>
  static bool Eventually(Condition condition) {
    for (int i = 0; i < 1'000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
};

TEST_F(Events, AnEntryOfAFailedChangeNeverExists) {
  const Status failed = kv::Transact(*store_, [&](kv::Txn& txn) -> Status {
    Append(txn, "s", 1, "x");
    return Fail(kv::kTooLarge, "no");
  });
  EXPECT_FALSE(failed.ok());
  EXPECT_TRUE(Bodies("s").empty());
}

TEST_F(Events, EntriesAreTakenInTheirOrder) {
  Add("s", 30, "c");
  Add("s", 10, "a");
  Add("s", 20, "b");
  EXPECT_EQ(Bodies("s"), (std::vector<std::string>{"a", "b", "c"}));
}

TEST_F(Events, TrimKeepsTheNewest) {
  for (uint64_t i = 0; i < 10; ++i) Add("s", i, std::to_string(i));
  auto removed = Trim(*store_, "s", 3);
  ASSERT_TRUE(removed.ok());
  EXPECT_EQ(*removed, 7U);
  EXPECT_EQ(Bodies("s"), (std::vector<std::string>{"7", "8", "9"}));
}

TEST_F(Events, ATargetGetsEverythingInOrderAlthoughItFailsFirst) {
  std::mutex mutex;
  std::vector<std::string> got;
  std::atomic<int> failures = 1;
  Target target{.name = "t", .send = [&](const std::string& body) -> Status {
                  if (failures-- > 0) return Fail(kv::kIo, "down");
                  std::lock_guard lock(mutex);
                  got.push_back(body);
                  return Ok();
                }};
  Courier courier(*store_, "in",
                  [](const std::string& body) -> Result<std::vector<std::string>> {
                    return body == "b" ? std::vector<std::string>{} : std::vector<std::string>{"t", "unknown"};
                  },
                  {target});
  Add("in", 1, "a");
  Add("in", 2, "b");
  Add("in", 3, "c");
  courier.Start();
  EXPECT_TRUE(Eventually([&] {
    std::lock_guard lock(mutex);
    return got.size() == 2;
  }));
  courier.Stop();
  EXPECT_EQ(got, (std::vector<std::string>{"a", "c"}));
  EXPECT_TRUE(Bodies("in").empty());
  EXPECT_TRUE(Bodies("to:t").empty());
}

TEST_F(Events, WhatWasNotDeliveredStaysForTheNextStart) {
  {
    Courier down(*store_, "in",
                 [](const std::string&) -> Result<std::vector<std::string>> { return std::vector<std::string>{"t"}; },
                 {Target{.name = "t", .send = [](const std::string&) -> Status { return Fail(kv::kIo, "down"); }}});
    Add("in", 1, "a");
    down.Start();
    EXPECT_TRUE(Eventually([&] { return Bodies("to:t").size() == 1 && Bodies("in").empty(); }));
  }
  std::atomic<int> got = 0;
  Courier up(*store_, "in",
             [](const std::string&) -> Result<std::vector<std::string>> { return std::vector<std::string>{}; },
             {Target{.name = "t", .send = [&](const std::string&) {
                       ++got;
                       return Ok();
                     }}});
  up.Start();
  EXPECT_TRUE(Eventually([&] { return got == 1; }));
}

}  // namespace
}  // namespace tarn::events
