#include "iam/credentials/qr_code.h"

#include <gtest/gtest.h>

namespace tarn::iam {
namespace {

TEST(QrCode, GrowsWithItsText) {
  EXPECT_EQ(QrCode::Of("x")->size(), 21U);
  EXPECT_EQ(QrCode::Of(std::string(17, 'x'))->size(), 21U);
  EXPECT_EQ(QrCode::Of(std::string(18, 'x'))->size(), 25U);
  EXPECT_EQ(QrCode::Of(std::string(230, 'x'))->size(), 53U);
  EXPECT_EQ(QrCode::Of(std::string(858, 'x'))->size(), 97U);
  EXPECT_FALSE(QrCode::Of(std::string(859, 'x')));
}

TEST(QrCode, HasItsFindersAndTimings) {
  const auto code = QrCode::Of("otpauth://totp/phone@123456789012?secret=ABCDEFGH");
  ASSERT_TRUE(code);
  const size_t last = code->size() - 1;
  for (const auto& [row, column] : {std::pair<size_t, size_t>{0, 0}, {0, last - 6}, {last - 6, 0}}) {
    std::string middle;
    for (size_t i = 0; i < 7; ++i) middle += code->At(row + 3, column + i) ? '#' : '.';
    EXPECT_EQ(middle, "#.###.#");
  }
  for (size_t i = 8; i + 8 < code->size(); ++i) {
    EXPECT_EQ(code->At(6, i), i % 2 == 0);
    EXPECT_EQ(code->At(i, 6), i % 2 == 0);
  }
  EXPECT_TRUE(code->At(code->size() - 8, 8));
}

TEST(QrCode, TellsLevelLAndOneMaskTwice) {
  const auto code = QrCode::Of("hello");
  ASSERT_TRUE(code);
  // Format bits 14 to 10, from the left of row 8 and from the bottom of column 8, without their own mask.
  const size_t size = code->size();
  int left = 0;
  int below = 0;
  for (size_t i = 0; i < 5; ++i) {
    left = left << 1 | (code->At(8, i) ? 1 : 0);
    below = below << 1 | (code->At(size - 1 - i, 8) ? 1 : 0);
  }
  EXPECT_EQ(left, below);
  EXPECT_EQ((left ^ 0x15) >> 3, 1);
}

TEST(PngOf, IsAPictureOfTheCode) {
  const std::string png = PngOf(*QrCode::Of("hello"), 4);
  EXPECT_EQ(png.substr(1, 3), "PNG");
  EXPECT_EQ(png.substr(12, 4), "IHDR");
  EXPECT_EQ(static_cast<uint8_t>(png[19]), (21 + 8) * 4);  // as wide as high
  EXPECT_EQ(static_cast<uint8_t>(png[23]), (21 + 8) * 4);
  EXPECT_EQ(png.substr(png.size() - 8, 4), "IEND");
}

}  // namespace
}  // namespace tarn::iam
