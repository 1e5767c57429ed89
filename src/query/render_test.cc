#include "query/render.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "object/files.h"
#include "query/results.h"

namespace tarn::query {
namespace {

std::string Double(double value) {
  std::string out;
  AppendDouble(value, out);
  return out;
}
std::string Real(float value) {
  std::string out;
  AppendReal(value, out);
  return out;
}
std::string Decimal(int64_t value, int scale) {
  std::string out;
  AppendDecimal({static_cast<uint64_t>(value), value < 0 ? -1 : 0}, scale, out);
  return out;
}
std::string At(int64_t micros, int digits = 3) {
  std::string out;
  AppendTimestamp(micros, digits, out);
  return out;
}

TEST(Render, WritesDoublesAsJavaDoes) {
  EXPECT_EQ(Double(1), "1.0");
  EXPECT_EQ(Double(0), "0.0");
  EXPECT_EQ(Double(-0.0), "-0.0");
  EXPECT_EQ(Double(0.25), "0.25");
  EXPECT_EQ(Double(-12.5), "-12.5");
  EXPECT_EQ(Double(100), "100.0");
  EXPECT_EQ(Double(1234567), "1234567.0");
  EXPECT_EQ(Double(9999999.5), "9999999.5");
  EXPECT_EQ(Double(1e7), "1.0E7");
  EXPECT_EQ(Double(1e10), "1.0E10");
  EXPECT_EQ(Double(1.5e300), "1.5E300");
  EXPECT_EQ(Double(0.001), "0.001");
  EXPECT_EQ(Double(0.0001), "1.0E-4");
  EXPECT_EQ(Double(1.23456e-5), "1.23456E-5");
  EXPECT_EQ(Double(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(Double(std::numeric_limits<double>::infinity()), "Infinity");
  EXPECT_EQ(Double(-std::numeric_limits<double>::infinity()), "-Infinity");
  EXPECT_EQ(Double(std::nan("")), "NaN");
}

TEST(Render, WritesRealsWithTheirOwnShortestDigits) {
  EXPECT_EQ(Real(0.1F), "0.1");
  EXPECT_EQ(Real(0.5F), "0.5");
  EXPECT_EQ(Real(16777216.0F), "1.6777216E7");
}

TEST(Render, WritesDecimalsWithAllTheirFractionDigits) {
  EXPECT_EQ(Decimal(1, 1), "0.1");
  EXPECT_EQ(Decimal(12345, 2), "123.45");
  EXPECT_EQ(Decimal(-5, 3), "-0.005");
  EXPECT_EQ(Decimal(0, 2), "0.00");
  EXPECT_EQ(Decimal(42, 0), "42");
  std::string widest;
  AppendDecimal({0x098a223fffffffffULL, 0x4b3b4ca85a86c47aLL}, 10, widest);  // 10^38 - 1
  EXPECT_EQ(widest, "9999999999999999999999999999.9999999999");
}

TEST(Render, WritesTimestampsBeforeAndAfter1970) {
  EXPECT_EQ(At(0), "1970-01-01 00:00:00.000");
  EXPECT_EQ(At(1'577'836'800'123'456), "2020-01-01 00:00:00.123");
  EXPECT_EQ(At(1'577'836'800'123'456, 6), "2020-01-01 00:00:00.123456");
  EXPECT_EQ(At(-1), "1969-12-31 23:59:59.999");
}

TEST(Render, DoublesQuotesInCells) {
  std::string out;
  AppendQuoted("say \"hi\", twice", out);
  EXPECT_EQ(out, "\"say \"\"hi\"\", twice\"");
}

std::vector<ResultRow> Parsed(std::string_view text) {
  std::vector<ResultRow> rows;
  EXPECT_EQ(ParseCsv(text, true, 100, rows), text.size());
  return rows;
}

TEST(ParseCsv, TellsNullFromEmptyText) {
  const auto rows = Parsed("\"a\",\"b\",\"c\"\n\"1\",,\"\"\n,,\n");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[1][0], "1");
  EXPECT_EQ(rows[1][1], std::nullopt);
  EXPECT_EQ(rows[1][2], "");
  EXPECT_EQ(rows[2].size(), 3u);
}

TEST(ParseCsv, KeepsNewlinesCommasAndQuotesInsideCells) {
  const auto rows = Parsed("\"a\nb\",\"c,\"\"d\"\"\"\n");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0], "a\nb");
  EXPECT_EQ(rows[0][1], "c,\"d\"");
}

TEST(ParseCsv, TakesOnlyWholeRowsOfAnUnfinishedText) {
  const std::string text = "\"a\",\"b\"\n\"one\",\"tw\"\"o\"\n,\"x\"\n";
  for (size_t cut = 0; cut <= text.size(); cut++) {
    std::vector<ResultRow> rows;
    const size_t taken = ParseCsv(std::string_view(text).substr(0, cut), false, 100, rows);
    ASSERT_LE(taken, cut);
    ParseCsv(std::string_view(text).substr(taken), true, 100, rows);
    ASSERT_EQ(rows.size(), 3u) << "cut at " << cut;
    EXPECT_EQ(rows[1][1], "tw\"o");
    EXPECT_EQ(rows[2][0], std::nullopt);
  }
}

TEST(ParseCsv, StopsAtTheWantedNumberOfRows) {
  std::vector<ResultRow> rows;
  EXPECT_EQ(ParseCsv("\"1\"\n\"2\"\n\"3\"\n", true, 2, rows), 8u);
  EXPECT_EQ(rows.size(), 2u);
}

TEST(EncodeMetadata, IsTheProtocolBufferThatAthenasReadersExpect) {
  ResultColumn column = DescribeColumn("id", sql::MakeType(sql::TypeKind::kInteger));
  const std::string bytes = EncodeMetadata("q", {column});
  EXPECT_EQ(bytes.substr(0, 3), std::string("\x0a\x01q", 3));
  EXPECT_EQ(bytes[3], '\x22');  // field 4, a message
  EXPECT_NE(bytes.find("hive"), std::string::npos);
  EXPECT_NE(bytes.find("integer"), std::string::npos);
}

TEST(DescribeColumn, TellsAthenasPrecisions) {
  EXPECT_EQ(DescribeColumn("a", sql::VarcharType()).precision, 2147483647);
  EXPECT_TRUE(DescribeColumn("a", sql::VarcharType()).case_sensitive);
  EXPECT_EQ(DescribeColumn("a", sql::MakeType(sql::TypeKind::kInteger)).precision, 10);
  EXPECT_EQ(DescribeColumn("a", sql::MakeType(sql::TypeKind::kBigint)).precision, 19);
  EXPECT_EQ(DescribeColumn("a", sql::DecimalType(10, 1)).scale, 1);
}

}  // namespace
}  // namespace tarn::query
