#include "base/hash.h"

#include <gtest/gtest.h>

namespace tarn {

constexpr std::string_view kCheck = "123456789";

TEST(Crc, MatchesThePublishedCheckValues) {
  EXPECT_EQ(Crc32(AsBytes(kCheck)), 0xcbf43926U);
  EXPECT_EQ(Crc32c(AsBytes(kCheck)), 0xe3069283U);
  EXPECT_EQ(Crc64Nvme(AsBytes(kCheck)), 0xae8b14860a799888ULL);
}

TEST(Crc, ContinuesOverPieces) {
  EXPECT_EQ(Crc32(AsBytes("56789"), Crc32(AsBytes("1234"))), 0xcbf43926U);
  EXPECT_EQ(Crc32c(AsBytes("56789"), Crc32c(AsBytes("1234"))), 0xe3069283U);
  EXPECT_EQ(Crc64Nvme(AsBytes("56789"), Crc64Nvme(AsBytes("1234"))), 0xae8b14860a799888ULL);
}

TEST(Crc, IsTheSameForPiecesOfAnyLength) {
  std::string text;
  for (uint32_t i = 0; i < 1000; ++i) text += static_cast<char>((i * 2654435761U) >> 24);
  uint64_t by_bytes = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    ASSERT_EQ(Crc64Nvme(AsBytes(std::string_view(text).substr(0, i))), by_bytes) << i;
    if (i < text.size()) by_bytes = Crc64Nvme(AsBytes(std::string_view(text).substr(i, 1)), by_bytes);
  }
}

TEST(Crc, CombinesTheValuesOfTwoHalves) {
  EXPECT_EQ(Crc32Combine(Crc32(AsBytes("1234")), Crc32(AsBytes("56789")), 5), 0xcbf43926U);
  EXPECT_EQ(Crc32cCombine(Crc32c(AsBytes("1234")), Crc32c(AsBytes("56789")), 5), 0xe3069283U);
  EXPECT_EQ(Crc64NvmeCombine(Crc64Nvme(AsBytes("1234")), Crc64Nvme(AsBytes("56789")), 5), 0xae8b14860a799888ULL);
}

TEST(Hasher, GivesTheDigestOfThePieces) {
  Hasher hasher(Digest::kSha256);
  hasher.Update("ab");
  hasher.Update("c");
  EXPECT_EQ(Hex(hasher.Finish()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Md5("")), "d41d8cd98f00b204e9800998ecf8427e");
}

TEST(Hasher, BeginsAnewAfterFinish) {
  Hasher hasher(Digest::kMd5);
  hasher.Update("abc");
  EXPECT_EQ(Hex(hasher.Finish()), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Hex(hasher.Finish()), Hex(Md5("")));
}

// RFC 4231, cases 2 and 6.
TEST(Hmac, MatchesThePublishedValues) {
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  EXPECT_EQ(Base64("a"), "YQ==");
  EXPECT_EQ(Unbase64("YQ==").value(), "a");
  EXPECT_EQ(Unbase64("").value(), "");
  EXPECT_FALSE(Unbase64("YQ"));
  EXPECT_FALSE(Unbase64("Y Q="));
  EXPECT_FALSE(Unbase64("===="));
}

TEST(Base64, GivesBackEveryLengthAndFindsAForeignDigitAnywhere) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    const std::string text = Base64(bytes);
    EXPECT_EQ(Unbase64(text).value(), bytes);
    for (size_t at = 0; at < text.size() && i < 8; ++at) {
      for (const char foreign : {'=', '-', '_', '\0', '\x80', '\xff', ' '}) {
        if (text[at] == '=') continue;
        std::string damaged = text;
        damaged[at] = foreign;
        // A digit less at the end is another text, and a right one.
        if (foreign == '=' && text.find_first_not_of('=', at + 1) == text.npos && text.size() - at < 3) continue;
        EXPECT_FALSE(Unbase64(damaged)) << damaged;
      }
    }
    bytes.push_back(static_cast<char>(i * 7));
  }
}

TEST(Base64, TellsDigitsFromAllOtherBytesAtEachPlace) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  for (int i = 0; i < 97; ++i) bytes.push_back(static_cast<char>(i * 37));
  bytes.resize(96);
  const std::string text = Base64(bytes);
  for (size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      if (byte == '=' && at + 1 == text.size()) continue;  // a shorter text
      const auto decoded = Unbase64(changed);
      ASSERT_EQ(decoded.has_value(), kDigits.contains(changed[at])) << at << ' ' << byte;
      if (!decoded) continue;
      ASSERT_EQ(Base64(*decoded), changed);
    }
  }
}

TEST(Hex, RoundTripsAndRefusesOddText) {
  EXPECT_EQ(Unhex(Hex("\x01\xff")).value(), "\x01\xff");
  EXPECT_FALSE(Unhex("abc"));
  EXPECT_FALSE(Unhex("zz"));
}

}  // namespace tarn
