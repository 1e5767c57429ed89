#include "tables/metrics.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace tarn::tables {
namespace {

using iceberg::TypeId;

iceberg::SchemaPtr SchemaOf(iceberg::Type type) {
  std::vector<iceberg::Field> columns(1);
  columns[0] = {.id = 1, .name = "c", .required = false, .type = std::move(type)};
  return iceberg::Schema::Make(0, std::move(columns)).value();
}

template <typename T>
std::string Plain(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

engine::ParquetLeaf Leaf(int physical, std::string min, std::string max, int64_t nulls = 0) {
  engine::ParquetLeaf leaf;
  leaf.path = {"c"};
  leaf.field_id = 1;
  leaf.physical = physical;
  leaf.chunks.push_back({.values = 10, .bytes = 100, .nulls = nulls, .min = std::move(min), .max = std::move(max)});
  return leaf;
}

iceberg::DataFile Fill(engine::ParquetLeaf leaf, const iceberg::Type& type,
                       const iceberg::Properties& properties = {}) {
  engine::ParquetDetails details;
  details.rows = 10;
  details.leaves.push_back(std::move(leaf));
  details.row_group_offsets = {4};
  iceberg::DataFile file;
  EXPECT_TRUE(FillMetrics(details, *SchemaOf(type), properties, file).ok());
  return file;
}

using Bound = iceberg::ByColumn<std::string>;

TEST(Metrics, TextsAreCutSoThatTheyStillBound) {
  const auto file = Fill(Leaf(6, "aaaaaaaaaaaaaaaaaaaa", "zzzzzzzzzzzzzzzzzzzz"), TypeId::kString);
  EXPECT_EQ(file.lower_bounds, (Bound{{1, "aaaaaaaaaaaaaaaa"}}));
  EXPECT_EQ(file.upper_bounds, (Bound{{1, "zzzzzzzzzzzzzzz{"}}));
  // Characters count, not bytes; the last one that can be raised is.
  const auto wide = Fill(Leaf(6, "é", "日本\xf4\x8f\xbf\xbf語"), TypeId::kString,
                         {{"write.metadata.metrics.default", "truncate(3)"}});
  EXPECT_EQ(wide.lower_bounds, (Bound{{1, "é"}}));
  EXPECT_EQ(wide.upper_bounds, (Bound{{1, "日札"}}));
  // Bytes that nothing is above leave no bound.
  const auto bytes = Fill(Leaf(6, "\x01", std::string(20, '\xff')), TypeId::kBinary);
  EXPECT_TRUE(bytes.upper_bounds.empty());
}

TEST(Metrics, ValuesTakeTheFormatsOwnForm) {
  const auto decimal = Fill(Leaf(1, Plain(int32_t{-5}), Plain(int32_t{1420})), iceberg::Type::Decimal(9, 2));
  EXPECT_EQ(decimal.lower_bounds, (Bound{{1, "\xfb"}}));
  EXPECT_EQ(decimal.upper_bounds, (Bound{{1, "\x05\x8c"}}));
  auto milli = Leaf(2, Plain(int64_t{-1}), Plain(int64_t{7}));
  milli.timestamp_unit = 1000;
  EXPECT_EQ(Fill(milli, TypeId::kTimestamp).upper_bounds, (Bound{{1, Plain(int64_t{7000})}}));
  // An int column that became long since.
  EXPECT_EQ(Fill(Leaf(1, Plain(int32_t{3}), Plain(int32_t{4})), TypeId::kLong).lower_bounds,
            (Bound{{1, Plain(int64_t{3})}}));
}

TEST(Metrics, RowGroupsAreTakenTogether) {
  auto leaf = Leaf(1, Plain(int32_t{5}), Plain(int32_t{9}), 2);
  leaf.chunks.push_back({.values = 10, .bytes = 50, .nulls = 1, .min = Plain(int32_t{-1}), .max = Plain(int32_t{7})});
  leaf.chunks.push_back({.values = 3, .bytes = 5, .nulls = 3, .min = {}, .max = {}});
  const auto file = Fill(leaf, TypeId::kInt);
  EXPECT_EQ(file.lower_bounds, (Bound{{1, Plain(int32_t{-1})}}));
  EXPECT_EQ(file.upper_bounds, (Bound{{1, Plain(int32_t{9})}}));
  EXPECT_EQ(file.null_counts, (iceberg::ByColumn<int64_t>{{1, 6}}));
  EXPECT_EQ(file.column_sizes, (iceberg::ByColumn<int64_t>{{1, 155}}));
  // A row group with values and without bounds may hold anything.
  leaf.chunks.push_back({.values = 1, .bytes = 5, .nulls = 0, .min = {}, .max = {}});
  EXPECT_TRUE(Fill(leaf, TypeId::kInt).lower_bounds.empty());
}

TEST(Metrics, TheTableSaysWhatIsKept) {
  const auto leaf = Leaf(1, Plain(int32_t{1}), Plain(int32_t{2}));
  const auto counts = Fill(leaf, TypeId::kInt, {{"write.metadata.metrics.column.c", "counts"}});
  EXPECT_EQ(counts.value_counts.size(), 1U);
  EXPECT_TRUE(counts.lower_bounds.empty());
  EXPECT_TRUE(Fill(leaf, TypeId::kInt, {{"write.metadata.metrics.default", "none"}}).value_counts.empty());
}

}  // namespace
}  // namespace tarn::tables
