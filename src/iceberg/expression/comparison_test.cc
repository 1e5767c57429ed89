#include "iceberg/expression/comparison.h"

#include <gtest/gtest.h>

namespace tarn::iceberg {
namespace {

bool Compares(Op op, int64_t row, int64_t value) {
  static const SchemaPtr schema = *Schema::Make(0, {{1, "id", false, TypeId::kLong}});
  return Matches(*Predicate(*schema, op, "id", {Value(value)}), [&](int32_t) { return Value(row); });
}

TEST(ComparisonOf, KnowsTheSignsOfSql) {
  for (const int64_t a : {1, 2, 3}) {
    for (const int64_t b : {1, 2, 3}) {
      EXPECT_EQ(Compares(*ComparisonOf("="), a, b), a == b);
      EXPECT_EQ(Compares(*ComparisonOf("<>"), a, b), a != b);
      EXPECT_EQ(Compares(*ComparisonOf("!="), a, b), a != b);
      EXPECT_EQ(Compares(*ComparisonOf("<"), a, b), a < b);
      EXPECT_EQ(Compares(*ComparisonOf("<="), a, b), a <= b);
      EXPECT_EQ(Compares(*ComparisonOf(">"), a, b), a > b);
      EXPECT_EQ(Compares(*ComparisonOf(">="), a, b), a >= b);
    }
  }
  for (const std::string_view other : {"", "==", "=>", "is", "like", "||"}) {
    EXPECT_EQ(ComparisonOf(other), std::nullopt) << other;
  }
}

TEST(SidesExchanged, HoldsForTheSamePairs) {
  for (const std::string_view sign : {"=", "<>", "<", "<=", ">", ">="}) {
    const Op op = *ComparisonOf(sign);
    for (const int64_t a : {1, 2, 3}) {
      for (const int64_t b : {1, 2, 3}) EXPECT_EQ(Compares(op, a, b), Compares(SidesExchanged(op), b, a)) << sign;
    }
  }
  EXPECT_EQ(SidesExchanged(Op::kStartsWith), Op::kStartsWith);
}

TEST(Negated, HoldsWhereTheOpDoesNot) {
  for (const std::string_view sign : {"=", "<>", "<", "<=", ">", ">="}) {
    const Op op = *ComparisonOf(sign);
    for (const int64_t a : {1, 2, 3}) {
      for (const int64_t b : {1, 2, 3}) EXPECT_NE(Compares(op, a, b), Compares(Negated(op), a, b)) << sign;
    }
  }
  for (const Op op : {Op::kIsNull, Op::kIsNan, Op::kStartsWith, Op::kIn}) {
    EXPECT_NE(Negated(op), op);
    EXPECT_EQ(Negated(Negated(op)), op);
  }
  EXPECT_EQ(Negated(Op::kAnd), Op::kAnd);
}

}  // namespace
}  // namespace tarn::iceberg
