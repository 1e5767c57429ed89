#include "stream/live.h"

#include <gtest/gtest.h>

#include <mutex>

namespace tarn::stream {
namespace {

constexpr Timestamp kNow{1'800'000'000'000'000};

LiveStreams::Name NameOf(size_t i) { return {{"000000000000", "us-east-1"}, std::to_string(i)}; }

StreamRef StreamOf(size_t shards) {
  auto stream = std::make_shared<Stream>();
  stream->shards.resize(shards);
  return stream;
}

TEST(LiveStreams, ForgetsWhatWasUsedTheLongestTimeAgo) {
  LiveStreams streams;
  for (size_t i = 0; i < 3 * LiveStreams::kWeightMax; ++i) {
    streams.Add(NameOf(i), StreamOf(1), kNow);
    ASSERT_NE(streams.Find(NameOf(0)), nullptr);
  }
  EXPECT_EQ(streams.size(), LiveStreams::kWeightMax / 2);
  EXPECT_EQ(streams.Find(NameOf(1)), nullptr);
  EXPECT_NE(streams.Find(NameOf(3 * LiveStreams::kWeightMax - 1)), nullptr);
}

TEST(LiveStreams, KeepsSomeHoweverManyShardsTheyHave) {
  LiveStreams streams;
  for (size_t i = 0; i < LiveStreams::kCountMin; ++i) streams.Add(NameOf(i), StreamOf(1'000), kNow);
  EXPECT_EQ(streams.size(), LiveStreams::kCountMin);
}

TEST(LiveStreams, KeepsWhomSomebodyHolds) {
  LiveStreams streams;
  const auto held = streams.Add(NameOf(0), StreamOf(10), kNow);
  for (size_t i = 1; i < 2 * LiveStreams::kWeightMax; ++i) streams.Add(NameOf(i), StreamOf(1), kNow);
  EXPECT_EQ(streams.Find(NameOf(0)), held);
}

TEST(LiveStreams, KeepsRatesUntilTheyRecovered) {
  LiveStreams streams;
  streams.Add(NameOf(0), StreamOf(1), kNow)->rates[0].records_in.Spend(500);
  streams.Add(NameOf(1), StreamOf(1), kNow)->sessions[{"consumer", 0}].began = kNow;
  for (size_t i = 2; i < 2 * LiveStreams::kWeightMax; ++i) streams.Add(NameOf(i), StreamOf(1), kNow);
  EXPECT_NE(streams.Find(NameOf(0)), nullptr);
  EXPECT_NE(streams.Find(NameOf(1)), nullptr);
  const Timestamp later = kNow.Plus(kTakeoverMicros);
  for (size_t i = 0; i < 2 * LiveStreams::kWeightMax; ++i) streams.Add(NameOf(100'000 + i), StreamOf(1), later);
  EXPECT_EQ(streams.Find(NameOf(0)), nullptr);
  EXPECT_EQ(streams.Find(NameOf(1)), nullptr);
}

TEST(Live, ForgetsSessionsThatHaveEnded) {
  LiveStreams streams;
  const auto live = streams.Add(NameOf(0), StreamOf(1), kNow);
  const std::lock_guard lock(live->mutex);
  live->sessions[{"ended", 0}] = {.number = 1, .began = kNow, .wake = nullptr};
  live->sessions[{"under way", 0}] = {.number = 2, .began = kNow, .wake = [] {}};
  live->DropEndedSessions(kNow);
  EXPECT_EQ(live->sessions.size(), 2);  // one that began a moment ago still refuses the next
  live->DropEndedSessions(kNow.Plus(kTakeoverMicros));
  EXPECT_EQ(live->sessions.size(), 1);
  EXPECT_TRUE(live->sessions.contains({"under way", 0}));
}

}  // namespace
}  // namespace tarn::stream
