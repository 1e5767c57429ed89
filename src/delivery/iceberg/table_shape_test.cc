#include "delivery/iceberg/table_shape.h"

#include <gtest/gtest.h>

#include "delivery/errors.h"

namespace tarn::delivery {
namespace {

// "name type, name type" of the records' table.
std::string Columns(const std::vector<std::string>& records) {
  Shape shape;
  for (const std::string& record : records) shape.Add(*json::Parse(record));
  const auto schema = shape.NewSchema();
  if (!schema.ok()) return schema.error().message;
  std::string text;
  for (const iceberg::Field& field : (*schema)->columns()) {
    text += (text.empty() ? "" : ", ") + field.name + " " + iceberg::TypeText(field.type);
  }
  return text;
}

TEST(Shape, HasTheTypesOfTheValues) {
  EXPECT_EQ(Columns({R"({"Id":1,"price":1.5,"ok":true,"name":"n","nothing":null})"}),
            "id long, price double, ok boolean, name string");
  EXPECT_EQ(Columns({R"({"tags":["a"],"at":{"x":1,"y":{"z":"deep"}}})"}),
            "tags list<string>, at struct<4: x: optional long, 5: y: optional struct<6: z: optional string>>");
}

TEST(Shape, HoldsWhatTheRecordsHave) {
  EXPECT_EQ(Columns({R"({"a":1})", R"({"a":2.5,"b":1})", R"({"b":"x"})"}), "a double, b string");
  EXPECT_EQ(Columns({R"({"a":[]})", R"({"a":[1]})"}), "a list<long>");
  EXPECT_EQ(Columns({R"({"a":null})"}), "The records have no members that columns could be made of.");
}

TEST(Shape, AddsTheColumnsThatATableDoesNotHave) {
  iceberg::TableMetadata metadata;
  metadata.schemas = {*iceberg::Schema::Make(0, {{7, "ID", true, iceberg::TypeId::kLong}})};
  metadata.last_column_id = 9;
  Shape shape;
  shape.Add(*json::Parse(R"({"id":1})"));
  EXPECT_TRUE(shape.Missing(metadata)->empty());
  shape.Add(*json::Parse(R"({"id":1,"name":"n"})"));
  const auto updates = shape.Missing(metadata);
  ASSERT_EQ(updates->size(), 2U);
  const auto& added = std::get<iceberg::AddSchema>(updates->front());
  ASSERT_EQ(added.schema->columns().size(), 2U);
  EXPECT_EQ(added.schema->columns()[1].id, 10);
  EXPECT_FALSE(added.schema->columns()[1].required);
}

TEST(PartitionedBy, NamesColumns) {
  const auto schema = *iceberg::Schema::Make(0, {{1, "day", false, iceberg::TypeId::kString}});
  EXPECT_EQ(PartitionedBy(*schema, {"Day"})->fields.size(), 1U);
  EXPECT_TRUE(PartitionedBy(*schema, {"hour"}).Is(kBadRecord));
}

}  // namespace
}  // namespace tarn::delivery
