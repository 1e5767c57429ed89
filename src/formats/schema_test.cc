#include "formats/schema.h"

#include <gtest/gtest.h>

#include "formats/hive.h"

namespace tarn::formats {
namespace {

sql::Type Hive(std::string_view text) { return sql::ParseHiveType(text).value(); }
std::string Merged(std::string_view a, std::string_view b) { return sql::ToHive(MergeTypes(Hive(a), Hive(b))); }

}  // namespace

TEST(MergeTypes, WidensAndFallsBackToText) {
  EXPECT_EQ(Merged("int", "bigint"), "bigint");
  EXPECT_EQ(Merged("bigint", "double"), "double");
  EXPECT_EQ(Merged("date", "timestamp"), "timestamp");
  EXPECT_EQ(Merged("boolean", "int"), "string");
  EXPECT_EQ(Merged("struct<a:int>", "struct<A:double,b:string>"), "struct<a:double,b:string>");
  EXPECT_EQ(Merged("array<int>", "array<bigint>"), "array<bigint>");
  EXPECT_EQ(Merged("array<int>", "struct<a:int>"), "string");
}

TEST(Compatible, AsksForMostColumnsInCommon) {
  FileSchema a{.format = Format::kJson, .columns = {{"a", {}}, {"b", {}}, {"c", {}}}};
  FileSchema b{.format = Format::kJson, .columns = {{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}}};
  FileSchema c{.format = Format::kJson, .columns = {{"a", {}}, {"x", {}}, {"y", {}}}};
  EXPECT_TRUE(Compatible(a, b));
  EXPECT_FALSE(Compatible(a, c));
  b.format = Format::kCsv;
  EXPECT_FALSE(Compatible(a, b));
}

TEST(ColumnNames, AreLowerCaseAndUnique) {
  EXPECT_EQ(ColumnNames({"Id", "id", "", "a b"}), (std::vector<std::string>{"id", "id_1", "col2", "a b"}));
}

TEST(HiveFormatOf, WritesWhatGlueWrites) {
  FileSchema csv{.format = Format::kCsv, .csv = {.delimiter = '|', .header = true}, .columns = {{"a", Hive("int")}}};
  const HiveFormat out = HiveFormatOf(csv);
  EXPECT_EQ(out.serde, kLazySimpleSerDe);
  EXPECT_EQ(out.serde_parameters.at("field.delim"), "|");
  EXPECT_EQ(out.table_parameters.at("skip.header.line.count"), "1");
  EXPECT_EQ(out.table_parameters.at("classification"), "csv");
}

}  // namespace tarn::formats
