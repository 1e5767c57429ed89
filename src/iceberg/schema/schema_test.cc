#include "iceberg/schema/schema.h"

#include <gtest/gtest.h>

#include "iceberg/schema/evolve.h"
#include "iceberg/schema/partition.h"

namespace tarn::iceberg {
namespace {

constexpr std::string_view kNested =
    R"({"type":"struct","schema-id":3,"identifier-field-ids":[1],"fields":[)"
    R"({"id":1,"name":"id","required":true,"type":"long","doc":"key"},)"
    R"({"id":2,"name":"Tags","required":false,"type":{"type":"list","element-id":5,"element":"string","element-required":true}},)"
    R"({"id":3,"name":"props","required":false,"type":{"type":"map","key-id":6,"key":"string","value-id":7,"value":)"
    R"x({"type":"struct","fields":[{"id":8,"name":"x","required":false,"type":"decimal(9, 2)"}]},"value-required":false}},)x"
    R"({"id":4,"name":"n","required":true,"type":"int","initial-default":7,"write-default":8}]})";

TEST(Schema, PrintsAsItWasRead) {
  const auto schema = Schema::Parse(kNested);
  ASSERT_TRUE(schema.ok()) << schema.error().message;
  EXPECT_EQ((*schema)->ToJson(), kNested);
  EXPECT_EQ((*schema)->highest_field_id(), 8);
}

TEST(Schema, FindsFieldsByFullAndShortNames) {
  const auto schema = *Schema::Parse(kNested);
  EXPECT_EQ(schema->FindField("Tags.element")->id, 5);
  EXPECT_EQ(schema->FindField("tags"), nullptr);
  EXPECT_EQ(schema->FindFieldIgnoreCase("tAGS")->id, 2);
  EXPECT_EQ(schema->FindField("props.value.x")->id, 8);
  EXPECT_EQ(schema->FindField("props.x")->id, 8);
  EXPECT_EQ(schema->NameOf(8), "props.value.x");
  EXPECT_EQ(schema->ParentOf(8), 7);
  EXPECT_EQ(schema->ParentOf(1), std::nullopt);
}

TEST(Schema, RefusesRepeatedIdsAndNamesAndBadIdentifiers) {
  EXPECT_FALSE(Schema::Make(0, {{1, "a", false, TypeId::kInt}, {1, "b", false, TypeId::kInt}}).ok());
  EXPECT_FALSE(Schema::Make(0, {{1, "a", false, TypeId::kInt}, {2, "a", false, TypeId::kInt}}).ok());
  EXPECT_FALSE(Schema::Make(0, {{1, "a", false, TypeId::kInt}}, {1}).ok());
  EXPECT_FALSE(Schema::Make(0, {{1, "a", true, TypeId::kDouble}}, {1}).ok());
  EXPECT_FALSE(Schema::Make(0, {{1, "a", true, TypeId::kInt}}, {2}).ok());
}

TEST(Schema, KnowsTheTypesOfVersionThree) {
  for (const char* text : {"timestamp_ns", "timestamptz_ns", "variant", "unknown", "geometry", "geometry(srid:4326)",
                           "geography(srid:4326, karney)", "fixed[16]", "decimal(38, 10)"}) {
    const auto type = ParseTypeText(text);
    ASSERT_TRUE(type.ok()) << text;
    EXPECT_EQ(TypeText(*type), text);
  }
  EXPECT_EQ(TypeText(*ParseTypeText(" decimal( 9,2 ) ")), "decimal(9, 2)");
  EXPECT_FALSE(ParseTypeText("decimal(39,2)").ok());
  EXPECT_FALSE(ParseTypeText("geography(x, flat)").ok());
  EXPECT_FALSE(ParseTypeText("varchar").ok());
}

TEST(CheckVersion, RefusesNewTypesAndDefaultsInOldTables) {
  const auto schema =
      *Schema::Make(0, {{1, "v", false, TypeId::kVariant}, {2, "a", false, TypeId::kInt, {}, Value(3)}});
  const Status old = CheckVersion(*schema, 2);
  ASSERT_FALSE(old.ok());
  EXPECT_NE(old.error().message.find("Invalid type for v: variant is not supported until v3"), std::string::npos);
  EXPECT_NE(old.error().message.find("Invalid initial default for a: non-null default (3)"), std::string::npos);
  EXPECT_TRUE(CheckVersion(*schema, 3).ok());
}

TEST(CanPromote, FollowsTheVersion) {
  EXPECT_TRUE(CanPromote(TypeId::kInt, TypeId::kLong, 1));
  EXPECT_FALSE(CanPromote(TypeId::kLong, TypeId::kInt, 3));
  EXPECT_TRUE(CanPromote(Type::Decimal(9, 2), Type::Decimal(12, 2), 2));
  EXPECT_FALSE(CanPromote(Type::Decimal(9, 2), Type::Decimal(12, 3), 2));
  EXPECT_FALSE(CanPromote(TypeId::kDate, TypeId::kTimestamp, 2));
  EXPECT_TRUE(CanPromote(TypeId::kDate, TypeId::kTimestamp, 3));
  EXPECT_FALSE(CanPromote(TypeId::kDate, TypeId::kTimestampTz, 3));
  EXPECT_TRUE(CanPromote(TypeId::kUnknown, TypeId::kString, 3));
}

TEST(CheckEvolution, RefusesWhatWouldBreakReaders) {
  const auto base = *Schema::Make(0, {{1, "a", false, TypeId::kInt}, {2, "d", false, TypeId::kDate}});
  const auto evolves = [&](std::vector<Field> fields, std::vector<int32_t> sources = {}) {
    return CheckEvolution(*base, **Schema::Make(1, std::move(fields)), 3, sources).ok();
  };
  EXPECT_TRUE(evolves({{1, "renamed", false, TypeId::kLong}, {3, "new", false, TypeId::kString}}));
  EXPECT_FALSE(evolves({{1, "a", true, TypeId::kInt}}));
  EXPECT_FALSE(evolves({{1, "a", false, TypeId::kString}}));
  EXPECT_FALSE(evolves({{1, "a", false, TypeId::kInt}, {3, "new", true, TypeId::kString}}));
  EXPECT_TRUE(evolves({{1, "a", false, TypeId::kInt}, {3, "new", true, TypeId::kString, {}, Value("x")}}));
  EXPECT_TRUE(evolves({{2, "d", false, TypeId::kTimestamp}}));
  EXPECT_FALSE(evolves({{2, "d", false, TypeId::kTimestamp}}, {2}));
}

TEST(AssignFreshIds, NumbersALevelBeforeItsChildrenAndKeepsKnownNames) {
  const auto schema = *Schema::Parse(kNested);
  int32_t next = 0;
  const auto fresh = *AssignFreshIds(*schema, nullptr, 0, [&] { return ++next; });
  EXPECT_EQ(fresh->FindField("n")->id, 4);
  EXPECT_EQ(fresh->FindField("Tags.element")->id, 5);
  EXPECT_EQ(fresh->FindField("props.value.x")->id, 8);
  next = 100;
  const auto again = *AssignFreshIds(*schema, fresh.get(), 1, [&] { return ++next; });
  EXPECT_EQ(again->FindField("props.value.x")->id, 8);
  EXPECT_EQ(next, 100);
}

TEST(NameMapping, FindsByAnyOfItsNames) {
  const auto mapping = NameMapping::Parse(
      R"([{"field-id":1,"names":["id","record_id"]},{"field-id":3,"names":["loc"],"fields":[{"field-id":4,"names":["lat"]}]}])");
  ASSERT_TRUE(mapping.ok());
  EXPECT_EQ(mapping->Find({"record_id"})->field_id, 1);
  EXPECT_EQ(mapping->Find({"loc", "lat"})->field_id, 4);
  EXPECT_EQ(mapping->Find({"lat"}), nullptr);
  EXPECT_EQ(NameMapping::Parse(mapping->ToJson())->fields, mapping->fields);
}

TEST(PartitionSpec, KeepsItsJsonAndItsRules) {
  const auto schema = *Schema::Parse(kNested);
  const auto spec = PartitionSpec::FromJson(*json::Parse(
      R"({"spec-id":2,"fields":[{"name":"id_bucket","transform":"bucket[16]","source-id":1,"field-id":1000},)"
      R"({"name":"mystery","transform":"zorder[3]","source-ids":[1,4],"field-id":1001}]})"));
  ASSERT_TRUE(spec.ok()) << spec.error().message;
  json::Writer out;
  spec->Write(out);
  EXPECT_EQ(out.text(),
            R"({"spec-id":2,"fields":[{"name":"id_bucket","transform":"bucket[16]","source-id":1,"field-id":1000},)"
            R"({"name":"mystery","transform":"zorder[3]","source-ids":[1,4],"field-id":1001}]})");
  EXPECT_TRUE(CheckSpec(*spec, *schema).ok());
  EXPECT_FALSE(CheckSpec({0, {{{99}, 1000, "p", {}}}}, *schema).ok());
  EXPECT_FALSE(CheckSpec({0, {{{5}, 1000, "p", {}}}}, *schema).ok());
  EXPECT_FALSE(CheckSpec({0, {{{1}, 1000, "p", {TransformKind::kDay, 0, {}}}}}, *schema).ok());
  EXPECT_FALSE(CheckSpec({0, {{{1}, 1000, "n", {}}}}, *schema).ok());
  EXPECT_TRUE(CheckSpec({0, {{{99}, 1000, "gone", {TransformKind::kVoid, 0, {}}}}}, *schema).ok());
}

TEST(PartitionPath, EncodesAsHiveFoldersDo) {
  const auto schema = *Schema::Make(0, {{1, "s", false, TypeId::kString}, {2, "t", false, TypeId::kTimestamp}});
  const PartitionSpec spec{0, {{{1}, 1000, "s", {}}, {{2}, 1001, "t_hour", {TransformKind::kHour, 0, {}}}}};
  EXPECT_EQ(PartitionPath(spec, *schema, {Value("a b/c"), Value(25)}), "s=a+b%2Fc/t_hour=1970-01-02-01");
  EXPECT_EQ(PartitionPath(spec, *schema, {Value(), Value()}), "s=null/t_hour=null");
}

TEST(SortOrder, RefusesFieldsUnderTheUnsortedId) {
  EXPECT_TRUE(SortOrder::FromJson(*json::Parse(R"({"order-id":0,"fields":[]})")).ok());
  const std::string_view one =
      R"({"order-id":1,"fields":[{"transform":"bucket[4]","source-id":3,"direction":"desc","null-order":"nulls-last"}]})";
  const auto order = SortOrder::FromJson(*json::Parse(one));
  ASSERT_TRUE(order.ok());
  json::Writer out;
  order->Write(out);
  EXPECT_EQ(out.text(), one);
  EXPECT_FALSE(
      SortOrder::FromJson(
          *json::Parse(
              R"({"order-id":0,"fields":[{"transform":"identity","source-id":3,"direction":"desc","null-order":"nulls-last"}]})"))
          .ok());
}

}  // namespace
}  // namespace tarn::iceberg
