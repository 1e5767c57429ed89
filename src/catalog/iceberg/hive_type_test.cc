#include "catalog/iceberg/hive_type.h"

#include <gtest/gtest.h>

#include <string>

#include "catalog/errors.h"

namespace tarn::catalog {
namespace {

using iceberg::Type;
using iceberg::TypeId;

TEST(TypeOfHive, ReadsNamesOfAnyCase) {
  int32_t next = 2;
  EXPECT_EQ(*TypeOfHive("BigInt", next), Type(TypeId::kLong));
  EXPECT_EQ(*TypeOfHive(" varchar(20) ", next), Type(TypeId::kString));
  EXPECT_EQ(*TypeOfHive("decimal(10, 2)", next), Type::Decimal(10, 2));
  EXPECT_EQ(*TypeOfHive("decimal", next), Type::Decimal(10, 0));
  EXPECT_EQ(next, 2);
}

TEST(TypeOfHive, NumbersWhatIsInside) {
  int32_t next = 2;
  const auto type = TypeOfHive("map<string, array<struct<a:int,b:date>>>", next);
  ASSERT_TRUE(type.ok()) << type.error().message;
  EXPECT_EQ(next, 7);
  const iceberg::Field& value = type->fields()[1];
  EXPECT_EQ(value.id, 3);
  EXPECT_EQ(value.type.fields()[0].id, 4);
  EXPECT_EQ(value.type.fields()[0].type.fields()[1].name, "b");
}

TEST(TypeOfHive, RefusesWhatIcebergDoesNotHave) {
  int32_t next = 2;
  for (const std::string text : {"", "uniontype<int>", "interval", "int(3)", "array<int", "array<>", "struct<int>",
                                 "decimal(39,0)", "decimal(3,4)", "map<int>", "int>", "int,int"}) {
    EXPECT_TRUE(TypeOfHive(text, next).Is(kInvalidInput)) << text;
  }
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "array<";
  EXPECT_TRUE(TypeOfHive(deep, next).Is(kInvalidInput));
}

}  // namespace
}  // namespace tarn::catalog
