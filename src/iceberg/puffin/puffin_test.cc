#include "iceberg/puffin/puffin.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "iceberg/errors.h"
#include "iceberg/puffin/positions.h"

namespace tarn::iceberg {
namespace {

Positions Mixed() {
  Positions positions;
  for (uint64_t i = 0; i < 100; ++i) positions.Add(i * 7);
  positions.AddRange(70'000, 80'000);
  for (uint64_t i = 0; i < 20'000; ++i) positions.Add(200'000 + i * 3);
  for (uint64_t i = 0; i < 5; ++i) positions.Add((uint64_t{5} << 32) + i * 100'000);
  return positions;
}

TEST(Positions, ComeBackFromArraysBitmapsAndRuns) {
  const Positions positions = Mixed();
  const auto back = Positions::Parse(positions.Serialize());
  ASSERT_TRUE(back.ok()) << back.error().message;
  EXPECT_EQ(*back, positions);
  EXPECT_EQ(back->size(), 100 + 10'001 + 20'000 + 5);
  EXPECT_TRUE(back->Contains((uint64_t{5} << 32) + 400'000));
  EXPECT_FALSE(back->Contains((uint64_t{5} << 32) + 400'001));
  EXPECT_EQ(Positions::Parse(Positions().Serialize())->size(), 0);
}

TEST(Positions, RefusesEveryCutAndDisorder) {
  Positions few;
  for (uint64_t i = 0; i < 10; ++i) few.Add(i * 100'000);
  const std::string bytes = few.Serialize();
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(Positions::Parse(std::string_view(bytes).substr(0, size)).Is(kCorrupt)) << size;
  }
  EXPECT_TRUE(Positions::Parse(bytes + "x").Is(kCorrupt));
}

TEST(DeletionVector, IsFramedAsTheSpecificationHasIt) {
  Positions one;
  one.Add(3);
  const std::string blob = SerializeDeletionVector(one);
  EXPECT_EQ(Hex(blob.substr(0, 8)), "00000022d1d33964");
  EXPECT_EQ(ParseDeletionVector(blob)->ToVector(), (std::vector<uint64_t>{3}));
  std::string flipped = blob;
  flipped[20] ^= 1;
  EXPECT_TRUE(ParseDeletionVector(flipped).Is(kCorrupt));
  EXPECT_TRUE(ParseDeletionVector(blob.substr(0, blob.size() - 1)).Is(kCorrupt));
}

TEST(Puffin, ComesBackWithItsBlobs) {
  PuffinWriter writer;
  PuffinBlob vector{std::string(kDeletionVectorBlob),
                    {kRowPositionFieldId},
                    -1,
                    -1,
                    0,
                    0,
                    "",
                    {{"referenced-data-file", "s3://b/1.parquet"}, {"cardinality", "30106"}}};
  writer.Add(vector, SerializeDeletionVector(Mixed()));
  writer.Add({std::string(kThetaSketchBlob), {1}, 7, 8, 0, 0, "zstd", {}}, std::string(10'000, 's'));
  writer.SetProperty("created-by", "test");
  const auto written = writer.Finish();
  const auto footer = ReadPuffinFooter(written.bytes, static_cast<int64_t>(written.bytes.size()));
  ASSERT_TRUE(footer.ok()) << footer.error().message;
  EXPECT_EQ(footer->blobs, written.blobs);
  EXPECT_EQ(footer->footer_bytes, written.footer_bytes);
  const auto stored = [&](const PuffinBlob& blob) {
    return std::string_view(written.bytes).substr(static_cast<size_t>(blob.offset), static_cast<size_t>(blob.length));
  };
  EXPECT_EQ(*ParseDeletionVector(*ReadPuffinBlob(footer->blobs[0], stored(footer->blobs[0]))), Mixed());
  EXPECT_EQ(ReadPuffinBlob(footer->blobs[1], stored(footer->blobs[1]))->size(), 10'000);
  EXPECT_LT(footer->blobs[1].length, 1000);
  const std::string_view tail = std::string_view(written.bytes).substr(static_cast<size_t>(footer->blobs[1].offset));
  EXPECT_EQ(ReadPuffinFooter(tail, static_cast<int64_t>(written.bytes.size()))->blobs, written.blobs);
  EXPECT_TRUE(ReadPuffinFooter(std::string_view(written.bytes).substr(1, 30), 30).Is(kCorrupt));
}

}  // namespace
}  // namespace tarn::iceberg
