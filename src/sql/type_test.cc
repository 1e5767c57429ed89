#include "sql/type.h"

#include <gtest/gtest.h>

#include "sql/errors.h"

namespace tarn::sql {
namespace {

TEST(HiveType, RoundTripsNestedTypesInCanonicalSpelling) {
  for (std::string text : {"bigint", "string", "varchar(12)", "char(3)", "decimal(10,2)", "array<string>",
                           "map<string,int>", "array<struct<a:int,b:map<string,decimal(10,2)>>>",
                           "struct<x:struct<y:array<double>>>", "timestamp", "binary", "float"}) {
    auto type = ParseHiveType(text);
    ASSERT_TRUE(type.ok()) << text;
    EXPECT_EQ(ToHive(*type), text);
  }
  EXPECT_EQ(ToHive(*ParseHiveType(" Array < STRUCT < A : Int , b : STRING > > ")), "array<struct<a:int,b:string>>");
}

TEST(HiveType, SpeaksTrinoAndDuckDb) {
  auto type = ParseHiveType("array<struct<a:int,b:map<string,decimal(10,2)>>>");
  ASSERT_TRUE(type.ok());
  EXPECT_EQ(ToTrino(*type), "array(row(a integer, b map(varchar, decimal(10,2))))");
  EXPECT_EQ(ToDuckDb(*type), "STRUCT(\"a\" INTEGER, \"b\" MAP(VARCHAR, DECIMAL(10,2)))[]");
  EXPECT_EQ(ToAthenaResult(*type), "array");
  EXPECT_EQ(*ParseDuckDbType(ToDuckDb(*type)), *type);
}

TEST(TrinoType, ReadsWhatItPrints) {
  for (std::string text :
       {"row(a integer, b varchar(10))", "timestamp(3) with time zone", "row(integer, varchar)", "decimal(38,0)",
        "array(array(double))", "map(varchar, real)", "interval day to second", "interval year to month", "time(3)"}) {
    auto type = ParseTrinoType(text);
    ASSERT_TRUE(type.ok()) << text;
    EXPECT_EQ(ToTrino(*type), text);
  }
}

TEST(Type, RefusesWhatIsNoType) {
  for (std::string text : {"", "strin", "array<", "array<int", "map<int>", "decimal(0,0)", "decimal(39,1)",
                           "decimal(2,3)", "int int", "struct<a>", "struct<:int>>"}) {
    EXPECT_TRUE(ParseHiveType(text).Is(kInvalidType)) << text;
  }
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "array<";
  EXPECT_FALSE(ParseHiveType(deep).ok());
}

TEST(UnifyTypes, FollowsTrinosCoercions) {
  auto unify = [](const char* a, const char* b) {
    Type out;
    bool ok = UnifyTypes(*ParseTrinoType(a), *ParseTrinoType(b), &out);
    return ok ? ToTrino(out) : "none";
  };
  EXPECT_EQ(unify("integer", "bigint"), "bigint");
  EXPECT_EQ(unify("integer", "double"), "double");
  EXPECT_EQ(unify("bigint", "decimal(10,2)"), "decimal(21,2)");
  EXPECT_EQ(unify("varchar(3)", "varchar(5)"), "varchar(5)");
  EXPECT_EQ(unify("date", "timestamp"), "timestamp(3)");
  EXPECT_EQ(unify("varchar", "integer"), "none");
  EXPECT_EQ(unify("varchar", "date"), "none");
  EXPECT_EQ(unify("unknown", "date"), "date");
}

}  // namespace
}  // namespace tarn::sql
