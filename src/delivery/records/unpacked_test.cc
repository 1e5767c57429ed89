#include "delivery/records/unpacked.h"

#include <gtest/gtest.h>

#include "delivery/output/compress.h"

namespace tarn::delivery {
namespace {

constexpr size_t kMiB = 1 << 20;

Arrived Packed(std::string lane, uint64_t position, size_t bytes) {
  return {
      .data = Compress(Compression::kGzip, std::string(bytes, 'x'), ""), .lane = std::move(lane), .position = position};
}

TEST(CutToUnpacked, LeavesWhatFits) {
  std::vector<Arrived> records = {Packed("a", 1, 3 * kMiB), Packed("a", 2, 3 * kMiB), Packed("b", 7, kMiB)};
  Positions positions = {{"a", 3}, {"b", 8}};
  EXPECT_FALSE(CutToUnpacked(records, positions, 7 * kMiB));
  EXPECT_EQ(records.size(), 3U);
  EXPECT_TRUE(CutToUnpacked(records, positions, 4 * kMiB));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(positions, (Positions{{"a", 2}, {"b", 7}})) << "the others are read again";
}

TEST(CutToUnpacked, TakesOneRecordWhateverItHolds) {
  std::vector<Arrived> records = {Packed("a", 1, 8 * kMiB), Packed("a", 2, kMiB)};
  Positions positions = {{"a", 3}};
  EXPECT_TRUE(CutToUnpacked(records, positions, 4 * kMiB));
  ASSERT_EQ(records.size(), 1U);
  EXPECT_FALSE(CutToUnpacked(records, positions, 4 * kMiB));
  EXPECT_EQ(positions.at("a"), 2U);
}

TEST(CutToUnpacked, KeepsTogetherWhatCameAsOne) {
  std::vector<Arrived> records = {Packed("a", 1, 3 * kMiB), Packed("a", 1, 3 * kMiB), Packed("a", 2, kMiB)};
  Positions positions = {{"a", 3}};
  EXPECT_TRUE(CutToUnpacked(records, positions, 4 * kMiB));
  EXPECT_EQ(records.size(), 2U);
  EXPECT_EQ(positions.at("a"), 2U);
}

TEST(CutToUnpacked, CountsWhatIsNoGzipTextAsItIs) {
  std::vector<Arrived> records = {{.data = std::string(3 * kMiB, 'x'), .lane = "a", .position = 1},
                                  Packed("a", 2, 3 * kMiB)};
  Positions positions = {{"a", 3}};
  EXPECT_FALSE(CutToUnpacked(records, positions, 6 * kMiB));
}

}  // namespace
}  // namespace tarn::delivery
