#include "govern/answer/combine.h"

#include <gtest/gtest.h>

namespace tarn::govern {
namespace {

const std::vector<NamedType> kColumns{
    {"id", "bigint"}, {"name", "string"}, {"address", "struct<city:string,zip:string>"}};

TableAccess Join(const std::vector<Source>& sources) {
  TableAccess access;
  access.governed = true;
  access.permissions = Bit(Permission::kSelect);
  Combine(sources, kColumns, access);
  return access;
}

std::vector<std::string> NamesOf(const TableAccess& access) {
  std::vector<std::string> names;
  names.reserve(access.columns.size());
  for (const ColumnAccess& column : access.columns) names.push_back(column.name);
  return names;
}

TEST(Combine, ShowsNothingWithoutASource) {
  const TableAccess access = Join({});
  EXPECT_FALSE(access.all_columns);
  EXPECT_TRUE(access.columns.empty());
}

TEST(Combine, ShowsAllWhenOneGrantDoes) {
  const TableAccess access = Join({{.columns = {"id"}, .row_filter = "id = 1"}, {.all_columns = true}});
  EXPECT_TRUE(access.all_columns);
  EXPECT_TRUE(access.columns.empty());
  EXPECT_EQ(access.row_filter, "");
}

TEST(Combine, JoinsTheColumnsOfSeveralGrants) {
  const TableAccess access = Join({{.columns = {"id"}}, {.columns = {"name"}}});
  EXPECT_FALSE(access.all_columns);
  EXPECT_EQ(NamesOf(access), (std::vector<std::string>{"id", "name"}));
}

TEST(Combine, LeavesOutWhatAWildcardExcludes) {
  const TableAccess access = Join({{.all_columns = true, .columns = {"name"}}});
  EXPECT_FALSE(access.all_columns);
  EXPECT_EQ(NamesOf(access), (std::vector<std::string>{"id", "address"}));
}

TEST(Combine, TakesAFieldOutOfAStruct) {
  const TableAccess access = Join({{.all_columns = true, .columns = {"address.zip"}}});
  EXPECT_EQ(NamesOf(access), (std::vector<std::string>{"id", "name", "address.city"}));
}

TEST(Combine, AdmitsARowThatAnyFilterAdmits) {
  const TableAccess access =
      Join({{.all_columns = true, .row_filter = "id = 1"}, {.all_columns = true, .row_filter = "id = 2 OR id = 3"}});
  EXPECT_TRUE(access.all_columns);
  EXPECT_EQ(access.row_filter, "(id = 1) OR (id = 2 OR id = 3)");
  EXPECT_TRUE(access.columns.empty());
}

TEST(Combine, ShowsACellOnlyWhereAFilterOfItsColumnAdmitsTheRow) {
  const TableAccess access =
      Join({{.columns = {"id", "name"}, .row_filter = "id = 1"}, {.columns = {"id"}, .row_filter = "id = 2"}});
  EXPECT_EQ(access.row_filter, "(id = 1) OR (id = 2)");
  ASSERT_EQ(NamesOf(access), (std::vector<std::string>{"id", "name"}));
  EXPECT_EQ(access.columns[0].cell_filter, "");
  EXPECT_EQ(access.columns[1].cell_filter, "id = 1");
}

TEST(Combine, MasksWhatNoGrantShowsWhole) {
  const Source masked{.all_columns = true, .masks = {{"name", MaskKind::kPartial, 1, 2}}};
  TableAccess access = Join({masked});
  EXPECT_TRUE(access.all_columns);
  ASSERT_EQ(NamesOf(access), (std::vector<std::string>{"name"}));
  EXPECT_EQ(access.columns[0].mask.kind, MaskKind::kPartial);
  EXPECT_EQ(access.columns[0].mask.keep_last, 2);
  EXPECT_FALSE(access.whole());
  access = Join({masked, {.columns = {"name"}}});
  EXPECT_TRUE(access.columns.empty());
}

TEST(Combine, LetsTheMaskCountThatShowsMost) {
  const TableAccess access = Join({{.all_columns = true, .masks = {{"name", MaskKind::kNull}}},
                                   {.all_columns = true, .masks = {{"name", MaskKind::kHash}}}});
  ASSERT_EQ(access.columns.size(), 1U);
  EXPECT_EQ(access.columns[0].mask.kind, MaskKind::kHash);
}

TEST(Combine, NeverLiftsAMaskForRowsThatAnotherFilterShowsWhole) {
  const TableAccess access = Join(
      {{.all_columns = true, .masks = {{"name", MaskKind::kHash}}}, {.all_columns = true, .row_filter = "id = 1"}});
  ASSERT_EQ(NamesOf(access), (std::vector<std::string>{"name"}));
  EXPECT_EQ(access.columns[0].mask.kind, MaskKind::kHash);
}

TEST(Combine, OpensAMaskNoFurtherThanEachRowsGrants) {
  const Source part{.all_columns = true, .row_filter = "id = 1", .masks = {{"name", MaskKind::kPartial, 3, 1}}};
  const Source hashed{.all_columns = true, .masks = {{"name", MaskKind::kHash}}};
  EXPECT_EQ(Join({part, hashed}).columns.at(0).mask.kind, MaskKind::kHash);
  EXPECT_EQ(Join({hashed, part}).columns.at(0).mask.kind, MaskKind::kHash);
  const Source other{.all_columns = true, .row_filter = "id = 2", .masks = {{"name", MaskKind::kPartial, 1, 4}}};
  const Mask both = Join({part, other}).columns.at(0).mask;
  EXPECT_EQ(both.kind, MaskKind::kPartial);
  EXPECT_EQ(both.keep_first, 1);
  EXPECT_EQ(both.keep_last, 1);
  Source hashed_there = hashed;
  hashed_there.row_filter = "id = 2";
  EXPECT_EQ(Join({part, hashed_there}).columns.at(0).mask.kind, MaskKind::kNull);
}

TEST(Combine, TakesNoColumnForAFieldOfAnother) {
  const std::vector<NamedType> columns{{"id", "bigint"}, {"a", "struct<b:string>"}, {"a.b", "string"}};
  TableAccess access;
  access.governed = true;
  access.permissions = Bit(Permission::kSelect);
  for (const std::string granted : {"a", "a.b"}) {
    Combine({{.columns = {"id", granted}}}, columns, access);
    EXPECT_EQ(NamesOf(access), (std::vector<std::string>{"id"})) << granted;
  }
  Combine({{.all_columns = true, .columns = {"id"}}}, columns, access);
  EXPECT_TRUE(access.columns.empty());
  Combine({{.all_columns = true, .row_filter = "id = 1"}}, columns, access);
  EXPECT_TRUE(access.all_columns);
}

}  // namespace
}  // namespace tarn::govern
