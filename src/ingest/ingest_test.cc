#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ingest/errors.h"
#include "ingest/keys.h"
#include "ingest/lines.h"
#include "ingest/rates.h"
#include "kv/memory_store.h"

namespace tarn::ingest {
namespace {

struct SetClock : Clock {
  Timestamp Now() const override { return now; }
  Timestamp now{1'800'000'000'000'000};
};

std::vector<std::string> DataOf(std::string_view body) {
  size_t bad = 0;
  const auto lines = ReadLines(body, {}, bad);
  EXPECT_TRUE(lines.ok());
  std::vector<std::string> data;
  if (!lines.ok()) return data;
  data.reserve(lines->size());
  for (const Line& line : *lines) data.push_back(line.data);
  return data;
}

size_t BadLineOf(std::string_view body, const LineOptions& options = {}) {
  size_t bad = 0;
  EXPECT_FALSE(ReadLines(body, options, bad).ok());
  return bad;
}

using Data = std::vector<std::string>;

TEST(ReadLines, KeepsLinesAsTheyWereSentAndLeavesOutBlankOnes) {
  EXPECT_EQ(DataOf("{\"a\": 1.50}\r\n\n  {\"b\":2}"), (Data{"{\"a\": 1.50}", "{\"b\":2}"}));
  EXPECT_EQ(DataOf("[1]\n[2]\n"), (Data{"[1]", "[2]"}));
  EXPECT_TRUE(DataOf("\n \n").empty());
}

TEST(ReadLines, TakesAnArraysElementsAndAnObjectOfManyLines) {
  EXPECT_EQ(DataOf(R"([{"a":12345678901234567890123}, 2])"), (Data{R"({"a":12345678901234567890123})", "2"}));
  EXPECT_EQ(DataOf("[\n {\"a\": 1},\n {\"a\": 2}\n]\n"), (Data{R"({"a":1})", R"({"a":2})"}));
  EXPECT_EQ(DataOf("{\n \"a\": 1\n}"), (Data{R"({"a":1})"}));
}

TEST(ReadLines, NamesTheLineThatIsNoJson) {
  EXPECT_EQ(BadLineOf("{\"a\":1}\n{\"a\":"), 2U);
  EXPECT_EQ(BadLineOf("\n\nnothing\n{}"), 3U);
  EXPECT_EQ(BadLineOf("\"\xff\""), 1U);
}

TEST(ReadLines, FindsThePartitionKeyAndRefusesALineWithoutIt) {
  size_t bad = 0;
  const LineOptions options{.partition_key = "device.id"};
  const auto lines = ReadLines("{\"device\":{\"id\":\"x\"}}\n{\"device.id\":7}", options, bad);
  ASSERT_TRUE(lines.ok());
  EXPECT_EQ(lines->at(0).partition_key, "x");
  EXPECT_EQ(lines->at(1).partition_key, "7");
  EXPECT_EQ(BadLineOf("{\"device\":{\"id\":\"x\"}}\n{\"device\":{}}", options), 2U);
  EXPECT_EQ(BadLineOf("{\"device.id\":\"" + std::string(257, 'x') + "\"}", options), 1U);
}

TEST(ReadLines, RefusesARecordThatIsTooLarge) {
  const LineOptions options{.partition_key = "k", .record_bytes_max = 100};
  EXPECT_EQ(BadLineOf("{\"k\":\"a\"}\n{\"k\":\"a\",\"v\":\"" + std::string(100, 'x') + "\"}", options), 2U);
}

class IngestKeysTest : public testing::Test {
 protected:
  std::unique_ptr<kv::Store> store_ = kv::MakeMemoryStore();
  SetClock clock_;
  IngestKeys keys_{*store_, clock_};
  const Scope scope_{"000000000000", "us-east-1"};
};

TEST_F(IngestKeysTest, AKeyGrantsItsStreamsAndNoOthers) {
  const auto made = keys_.Create(scope_, {"clicks", "orders"}, std::nullopt);
  ASSERT_TRUE(made.ok());
  const auto found = keys_.Find(made->text);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->scope(), scope_);
  EXPECT_TRUE(found->Grants("clicks"));
  EXPECT_FALSE(found->Grants("click"));
}

TEST_F(IngestKeysTest, AnyOtherTextIsUnknown) {
  const auto made = keys_.Create(scope_, {"clicks"}, std::nullopt);
  ASSERT_TRUE(made.ok());
  std::string other = made->text;
  other.back() = other.back() == 'x' ? 'y' : 'x';
  std::string no_id = made->text;
  no_id[5] = no_id[5] == 'X' ? 'Y' : 'X';
  for (const std::string& text : {other, no_id, made->text + "x", made->text.substr(1), std::string(), made->key.id}) {
    EXPECT_TRUE(keys_.Find(text).Is(kUnknownKey)) << text;
  }
}

TEST_F(IngestKeysTest, AKeyEndsWhenItExpiresOrIsDeleted) {
  const auto brief = keys_.Create(scope_, {"clicks"}, clock_.now.Plus(10));
  const auto lasting = keys_.Create(scope_, {"clicks"}, std::nullopt);
  ASSERT_TRUE(brief.ok() && lasting.ok());
  EXPECT_TRUE(keys_.Find(brief->text).ok());
  clock_.now = clock_.now.Plus(10);
  EXPECT_TRUE(keys_.Find(brief->text).Is(kUnknownKey));
  EXPECT_TRUE(keys_.Delete({"111111111111", "us-east-1"}, lasting->key.id).Is(kNoSuchKey));
  EXPECT_TRUE(keys_.Delete(scope_, lasting->key.id).ok());
  EXPECT_TRUE(keys_.Find(lasting->text).Is(kUnknownKey));
  EXPECT_EQ(keys_.List(scope_)->size(), 1U);
}

TEST_F(IngestKeysTest, LimitsAreKeptWithTheKeyAndChangeOneByOne) {
  const auto made = keys_.Create(scope_, {"clicks"}, std::nullopt, {.requests = 5, .bytes = 1000});
  ASSERT_TRUE(made.ok());
  ASSERT_TRUE(keys_.Change(scope_, made->key.id, {.requests = std::optional<uint64_t>(), .bytes = {}}).ok());
  auto found = keys_.Find(made->text);
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->limits.requests, std::nullopt);
  EXPECT_EQ(found->limits.bytes, 1000U);
  ASSERT_TRUE(keys_.Change(scope_, made->key.id, {.requests = std::optional<uint64_t>(7), .bytes = {}}).ok());
  EXPECT_EQ(keys_.Find(made->text)->limits.requests, 7U);
  EXPECT_TRUE(
      keys_.Change(scope_, made->key.id, {.requests = std::optional<uint64_t>(0), .bytes = {}}).Is(kInvalidInput));
  EXPECT_TRUE(keys_.Change({"111111111111", "us-east-1"}, made->key.id, {}).Is(kNoSuchKey));
}

IngestKey KeyWith(KeyLimits limits, std::string id = "A") {
  IngestKey key;
  key.id = std::move(id);
  key.limits = limits;
  return key;
}

TEST(KeyRates, LetASecondsWorthPassAtOnceAndThenTheRate) {
  KeyRates rates;
  const IngestKey key = KeyWith({.requests = 2, .bytes = {}});
  const Timestamp start{1'800'000'000'000'000};
  EXPECT_EQ(rates.TakeRequest(key, start), 0U);
  EXPECT_EQ(rates.TakeRequest(key, start), 0U);
  EXPECT_EQ(rates.TakeRequest(key, start), 1U);
  EXPECT_EQ(rates.TakeRequest(key, start.Plus(500'000)), 0U);
  EXPECT_EQ(rates.TakeRequest(key, start.Plus(500'000)), 1U);
  EXPECT_EQ(rates.TakeRequest(KeyWith({.requests = 2, .bytes = {}}, "B"), start), 0U);
}

TEST(KeyRates, ABodyLargerThanASecondsWorthIsPaidForByWhatFollows) {
  KeyRates rates;
  const IngestKey key = KeyWith({.requests = {}, .bytes = 100});
  const Timestamp start{1'800'000'000'000'000};
  EXPECT_EQ(rates.TakeRequest(key, start), 0U);
  rates.TakeBytes(key, 1000, start);
  EXPECT_EQ(rates.TakeRequest(key, start), 10U);  // 900 owed, and one byte more
  EXPECT_EQ(rates.TakeRequest(key, start.Plus(8'500'000)), 1U);
  EXPECT_EQ(rates.TakeRequest(key, start.Plus(9'100'000)), 0U);
}

TEST(KeyRates, RememberNothingOfKeysWithoutLimitsNorOfThoseAtRest) {
  KeyRates rates;
  const Timestamp start{1'800'000'000'000'000};
  EXPECT_EQ(rates.TakeRequest(KeyWith({}), start), 0U);
  EXPECT_EQ(rates.size(), 0U);
  for (int i = 0; i < 2000; ++i) {
    (void)rates.TakeRequest(KeyWith({.requests = 5, .bytes = {}}, std::to_string(i)), start);
  }
  (void)rates.TakeRequest(KeyWith({.requests = 5, .bytes = {}}, "last"), start.Plus(61 * kMicrosPerSecond));
  EXPECT_EQ(rates.size(), 1U);
}

TEST_F(IngestKeysTest, RefusesKeysOfNothing) {
  EXPECT_TRUE(keys_.Create(scope_, {}, std::nullopt).Is(kInvalidInput));
  EXPECT_TRUE(keys_.Create(scope_, {"a/b"}, std::nullopt).Is(kInvalidInput));
  EXPECT_TRUE(keys_.Create(scope_, {"a"}, clock_.now).Is(kInvalidInput));
  EXPECT_TRUE(keys_.Create(scope_, {"a"}, std::nullopt, {.requests = 0, .bytes = {}}).Is(kInvalidInput));
}

}  // namespace
}  // namespace tarn::ingest
