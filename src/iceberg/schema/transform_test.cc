#include "iceberg/schema/transform.h"

#include <gtest/gtest.h>

#include "base/hash.h"

namespace tarn::iceberg {
namespace {

Value Of(const Type& type, std::string_view text) { return *ParseValueText(type, text); }
Value Apply(std::string_view transform, const Type& type, const Value& value) {
  return *ApplyTransform(*ParseTransform(transform), type, value);
}

// Appendix B's table.
TEST(BucketHash, GivesTheSpecificationsHashes) {
  EXPECT_EQ(BucketHash(TypeId::kInt, Value(34)), 2017239379);
  EXPECT_EQ(BucketHash(TypeId::kLong, Value(int64_t{34})), 2017239379);
  EXPECT_EQ(BucketHash(Type::Decimal(9, 2), Of(Type::Decimal(9, 2), "14.20")), -500754589);
  EXPECT_EQ(BucketHash(TypeId::kDate, Of(TypeId::kDate, "2017-11-16")), -653330422);
  EXPECT_EQ(BucketHash(TypeId::kTime, Of(TypeId::kTime, "22:31:08")), -662762989);
  EXPECT_EQ(BucketHash(TypeId::kTimestamp, Of(TypeId::kTimestamp, "2017-11-16T22:31:08")), -2047944441);
  EXPECT_EQ(BucketHash(TypeId::kTimestampTz, Of(TypeId::kTimestampTz, "2017-11-16T14:31:08-08:00")), -2047944441);
  EXPECT_EQ(BucketHash(TypeId::kTimestamp, Of(TypeId::kTimestamp, "2017-11-16T22:31:08.000001")), -1207196810);
  EXPECT_EQ(BucketHash(TypeId::kTimestampNs, Of(TypeId::kTimestampNs, "2017-11-16T22:31:08.000001001")), -1207196810);
  EXPECT_EQ(BucketHash(TypeId::kString, Value("iceberg")), 1210000089);
  EXPECT_EQ(BucketHash(TypeId::kUuid, Of(TypeId::kUuid, "f79c3e09-677c-4bbd-a479-3f349cb785e7")), 1488055340);
  EXPECT_EQ(BucketHash(TypeId::kBinary, Value(std::string("\x00\x01\x02\x03", 4))), -188683207);
  EXPECT_EQ(BucketHash(TypeId::kDouble, Value(1.0)), -142385009);
  EXPECT_EQ(BucketHash(TypeId::kFloat, Value(1.0F)), -142385009);
  EXPECT_EQ(BucketHash(TypeId::kDouble, Value(-0.0)), 1669671676);
}

TEST(ApplyTransform, TruncatesTowardsMinusInfinity) {
  EXPECT_EQ(Apply("truncate[10]", TypeId::kInt, Value(1)), Value(0));
  EXPECT_EQ(Apply("truncate[10]", TypeId::kInt, Value(-1)), Value(-10));
  EXPECT_EQ(Apply("truncate[10]", TypeId::kLong, Value(int64_t{-1})), Value(int64_t{-10}));
  const Type decimal = Type::Decimal(9, 2);
  EXPECT_EQ(Apply("truncate[50]", decimal, Of(decimal, "10.65")), Of(decimal, "10.50"));
  EXPECT_EQ(Apply("truncate[3]", TypeId::kString, Value("iceberg")), Value("ice"));
  EXPECT_EQ(Apply("truncate[2]", TypeId::kString, Value("äöü")), Value("äö"));
  EXPECT_EQ(Apply("truncate[2]", TypeId::kBinary, Value("abc")), Value("ab"));
}

TEST(ApplyTransform, CountsTimeFromTheEpochAlsoBeforeIt) {
  const Value time = Of(TypeId::kTimestamp, "2017-12-01T10:30:55.038194");
  EXPECT_EQ(Apply("year", TypeId::kTimestamp, time), Value(47));
  EXPECT_EQ(Apply("month", TypeId::kTimestamp, time), Value(575));
  EXPECT_EQ(Apply("day", TypeId::kTimestamp, time), Value(17501));
  EXPECT_EQ(Apply("hour", TypeId::kTimestamp, time), Value(420034));
  const Value before = Of(TypeId::kTimestampNs, "1969-12-31T23:59:58.999999999");
  EXPECT_EQ(Apply("year", TypeId::kTimestampNs, before), Value(-1));
  EXPECT_EQ(Apply("month", TypeId::kTimestampNs, before), Value(-1));
  EXPECT_EQ(Apply("day", TypeId::kTimestampNs, before), Value(-1));
  EXPECT_EQ(Apply("hour", TypeId::kTimestampNs, before), Value(-1));
  EXPECT_EQ(TransformedText(*ParseTransform("month"), TypeId::kDate, Value(-1)), "1969-12");
  EXPECT_EQ(TransformedText(*ParseTransform("hour"), TypeId::kTimestamp, Value(-1)), "1969-12-31-23");
}

TEST(ApplyTransform, GivesNullForNullAndVoid) {
  EXPECT_TRUE(Apply("bucket[4]", TypeId::kInt, Value()).is_null());
  EXPECT_TRUE(Apply("void", TypeId::kInt, Value(3)).is_null());
  EXPECT_FALSE(ApplyTransform(*ParseTransform("hour"), TypeId::kDate, Value(3)).ok());
  EXPECT_FALSE(ApplyTransform(*ParseTransform("future"), TypeId::kDate, Value(3)).ok());
}

TEST(ParseTransform, KeepsUnknownOnesAndRefusesNoWidth) {
  EXPECT_EQ(TransformText(*ParseTransform("Bucket[16]")), "bucket[16]");
  EXPECT_EQ(TransformText(*ParseTransform("xz2[10]")), "xz2[10]");
  EXPECT_EQ(ParseTransform("xz2[10]")->kind, TransformKind::kUnknown);
  EXPECT_FALSE(ParseTransform("bucket[0]").ok());
}

}  // namespace
}  // namespace tarn::iceberg
