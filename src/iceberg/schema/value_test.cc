#include "iceberg/schema/value.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/hash.h"
#include "iceberg/schema/type.h"

namespace tarn::iceberg {
namespace {

std::string ToJson(const Type& type, const Value& value) {
  json::Writer out;
  WriteValue(out, type, value);
  return out.Take();
}

TEST(ValueJson, ComesBackInTheSpecificationsForm) {
  const std::pair<Type, std::string_view> cases[] = {
      {TypeId::kBoolean, "true"},
      {TypeId::kInt, "-34"},
      {TypeId::kLong, "9223372036854775807"},
      {TypeId::kDouble, "1.5"},
      {TypeId::kFloat, "0.1"},
      {Type::Decimal(9, 2), R"("14.20")"},
      {Type::Decimal(38, 2), R"("-999999999999999999999999999999999999.99")"},
      {TypeId::kDate, R"("2017-11-16")"},
      {TypeId::kTime, R"("22:31:08.123456")"},
      {TypeId::kTimestamp, R"("2017-11-16T22:31:08.123456")"},
      {TypeId::kTimestampTz, R"("2017-11-16T22:31:08.123456+00:00")"},
      {TypeId::kTimestampNs, R"("2017-11-16T22:31:08.123456789")"},
      {TypeId::kTimestampTzNs, R"("1917-11-16T22:31:08.000000789+00:00")"},
      {TypeId::kString, R"("iceberg")"},
      {TypeId::kUuid, R"("f79c3e09-677c-4bbd-a479-3f349cb785e7")"},
      {Type::Fixed(4), R"("000102ff")"},
      {TypeId::kBinary, R"("000102ff")"},
      {Type::Struct({{1, "a", false, TypeId::kInt}, {2, "b", false, TypeId::kString}}), R"({"1":1,"2":"bar"})"},
      {Type::List(3, TypeId::kInt, true), "[1,2,3]"},
      {Type::Map(3, TypeId::kString, 4, TypeId::kInt, true), R"({"keys":["a","b"],"values":[1,2]})"},
  };
  for (const auto& [type, text] : cases) {
    const auto value = ValueFromJson(type, *json::Parse(text));
    ASSERT_TRUE(value.ok()) << TypeText(type) << " " << value.error().message;
    EXPECT_TRUE(Holds(type, *value));
    EXPECT_EQ(ToJson(type, *value), text) << TypeText(type);
  }
}

TEST(ValueJson, RefusesWhatIsNoSuchValue) {
  EXPECT_FALSE(ValueFromJson(TypeId::kInt, json::Value(int64_t{1} << 40)).ok());
  EXPECT_FALSE(ValueFromJson(TypeId::kDate, json::Value("2017-02-30")).ok());
  EXPECT_FALSE(ValueFromJson(TypeId::kTimestamp, json::Value("2017-11-16T22:31:08+00:00")).ok());
  EXPECT_FALSE(ValueFromJson(TypeId::kTimestampTz, json::Value("2017-11-16T22:31:08")).ok());
  EXPECT_FALSE(ValueFromJson(Type::Fixed(3), json::Value("0001")).ok());
  EXPECT_FALSE(ValueFromJson(Type::Decimal(9, 2), json::Value("1.234")).ok());
  EXPECT_FALSE(ValueFromJson(TypeId::kTimestampNs, json::Value("9999-01-01T00:00:00")).ok());
}

TEST(ValueBytes, ComeBack) {
  const std::pair<Type, Value> cases[] = {
      {TypeId::kBoolean, Value(true)},     {TypeId::kInt, Value(-34)},      {TypeId::kLong, Value(int64_t{34})},
      {TypeId::kFloat, Value(1.5F)},       {TypeId::kDouble, Value(-0.25)}, {Type::Decimal(38, 2), Value(Int128{-129})},
      {TypeId::kString, Value("iceberg")}, {Type::Fixed(3), Value("abc")},  {TypeId::kTimestampNs, Value(int64_t{-1})},
  };
  for (const auto& [type, value] : cases) {
    const auto back = ValueFromBytes(type, ValueToBytes(type, value));
    ASSERT_TRUE(back.ok()) << TypeText(type);
    EXPECT_EQ(*back, value);
  }
  EXPECT_EQ(Hex(ValueToBytes(TypeId::kInt, Value(34))), "22000000");
  EXPECT_EQ(Hex(DecimalBytes(128)), "0080");
  EXPECT_EQ(Hex(DecimalBytes(-128)), "80");
  EXPECT_EQ(Hex(DecimalBytes(0)), "00");
}

TEST(ValueBytes, ReadsTheBoundsOfColumnsPromotedSince) {
  EXPECT_EQ(*ValueFromBytes(TypeId::kLong, ValueToBytes(TypeId::kInt, Value(-7))), Value(int64_t{-7}));
  EXPECT_EQ(*ValueFromBytes(TypeId::kDouble, ValueToBytes(TypeId::kFloat, Value(1.5F))), Value(1.5));
  EXPECT_EQ(*ValueFromBytes(TypeId::kTimestamp, ValueToBytes(TypeId::kDate, Value(1))), Value(int64_t{86'400'000'000}));
  EXPECT_FALSE(ValueFromBytes(TypeId::kInt, "abc").ok());
}

TEST(CompareValues, PutsNullsFirstAndNansLast) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(CompareValues(TypeId::kDouble, Value(), Value(-1.0)) < 0);
  EXPECT_TRUE(CompareValues(TypeId::kDouble, Value(1e300), Value(nan)) < 0);
  EXPECT_TRUE(CompareValues(TypeId::kDouble, Value(-0.0), Value(0.0)) < 0);
  EXPECT_TRUE(CompareValues(TypeId::kString, Value("a"), Value("\xc3\xa4")) < 0);
  EXPECT_TRUE(CompareValues(TypeId::kBinary, Value("a"), Value("aa")) < 0);
  EXPECT_TRUE(CompareValues(Type::Decimal(9, 2), Value(Int128{2}), Value(Int128{-3})) > 0);
}

}  // namespace
}  // namespace tarn::iceberg
