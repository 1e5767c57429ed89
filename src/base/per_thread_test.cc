#include "base/per_thread.h"

#include <gtest/gtest.h>

#include <string_view>
#include <thread>

namespace tarn {
namespace {

using Texts = PerThread<std::string, std::string>;

TEST(PerThread, FindsWhatTheThreadKeptAtThatVersion) {
  Texts texts;
  EXPECT_EQ(texts.Find(std::string_view("a"), 1), nullptr);
  EXPECT_EQ(texts.Keep(std::string_view("a"), 1, "one"), "one");
  ASSERT_NE(texts.Find(std::string_view("a"), 1), nullptr);
  EXPECT_EQ(*texts.Find(std::string("a"), 1), "one");
  EXPECT_EQ(texts.Find(std::string_view("a"), 2), nullptr);
  EXPECT_EQ(texts.Find(std::string_view("b"), 1), nullptr);
  texts.Keep(std::string_view("a"), 2, "two");
  EXPECT_EQ(texts.Find(std::string_view("a"), 1), nullptr);
  EXPECT_EQ(*texts.Find(std::string_view("a"), 2), "two");
}

TEST(PerThread, IsOfOneObjectAndOneThread) {
  auto texts = std::make_unique<Texts>();
  texts->Keep(std::string_view("a"), 1, "one");
  std::thread([&] { EXPECT_EQ(texts->Find(std::string_view("a"), 1), nullptr); }).join();
  for (int i = 0; i < 1000; ++i) {
    texts = std::make_unique<Texts>();  // likely at the same address
    ASSERT_EQ(texts->Find(std::string_view("a"), 1), nullptr);
  }
}

TEST(PerThread, NeverAnswersOneKeyForAnother) {
  PerThread<uint64_t, uint64_t> numbers;
  for (uint64_t key = 0; key < 1000; ++key) numbers.Keep(key, 7, key);
  size_t found = 0;
  for (uint64_t key = 0; key < 1000; ++key) {
    const uint64_t* const value = numbers.Find(key, 7);
    if (value == nullptr) continue;
    EXPECT_EQ(*value, key);
    ++found;
  }
  EXPECT_GT(found, 0U);
}

TEST(CountedApart, HoldsTheSameObject) {
  auto shared = std::make_shared<const std::string>("text");
  auto apart = CountedApart(shared);
  EXPECT_EQ(apart, shared);
  EXPECT_EQ(apart.use_count(), 1);
  EXPECT_EQ(shared.use_count(), 2);
  const std::weak_ptr<const std::string> watched = shared;
  shared = nullptr;
  EXPECT_EQ(*apart, "text");
  apart = nullptr;
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace tarn
