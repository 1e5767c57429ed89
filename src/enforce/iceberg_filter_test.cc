// Row filters as Iceberg's readers are told them, and that they hold for the same rows.
#include "enforce/iceberg_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "json/json.h"

namespace tarn::enforce {
namespace {

using iceberg::TypeId;
using iceberg::Value;

class IcebergFilterTest : public testing::Test {
 protected:
  IcebergFilterTest() {
    access_.columns = {{.name = "id"}, {.name = "Name"}, {.name = "d"}, {.name = "ok"}, {.name = "x"}};
    access_.columns[1].name = "name";
    access_.columns.push_back({.name = "masked", .cell_filter = {}, .mask = {.kind = govern::MaskKind::kHash}});
    access_.columns.push_back({.name = "cells", .cell_filter = "id > 3", .mask = {}});
  }

  // "" where nothing is said.
  std::string Told(std::string filter) {
    access_.row_filter = std::move(filter);
    const auto said = IcebergFilter(access_, *seen_);
    if (!said) return "";
    json::Writer out;
    iceberg::WriteExpression(out, *said, *seen_);
    return out.Take();
  }

  bool Holds(std::string filter, const Value& id, const Value& name, const Value& x = Value()) {
    access_.row_filter = std::move(filter);
    const auto said = IcebergFilter(access_, *seen_);
    EXPECT_TRUE(said) << access_.row_filter;
    return said && iceberg::Matches(*said, [&](int32_t field) { return field == 1 ? id : field == 2 ? name : x; });
  }

  iceberg::SchemaPtr seen_ = *iceberg::Schema::Make(0, {{1, "id", false, TypeId::kLong},
                                                        {2, "Name", false, TypeId::kString},
                                                        {3, "d", false, TypeId::kDate},
                                                        {4, "ok", false, TypeId::kBoolean},
                                                        {5, "x", false, TypeId::kDouble},
                                                        {6, "masked", false, TypeId::kString},
                                                        {7, "cells", false, TypeId::kLong}});
  govern::TableAccess access_{.governed = true, .permissions = static_cast<uint32_t>(govern::Permission::kSelect)};
};

TEST_F(IcebergFilterTest, SaysWhatReadersKnow) {
  EXPECT_EQ(Told("id > 5"), R"({"type":"gt","term":"id","value":5})");
  EXPECT_EQ(Told("-5 >= id"), R"({"type":"lt-eq","term":"id","value":-5})");
  EXPECT_EQ(Told("name = 'it''s'"), R"({"type":"eq","term":"Name","value":"it's"})");
  EXPECT_EQ(Told("name LIKE 'ab%'"), R"({"type":"starts-with","term":"Name","value":"ab"})");
  EXPECT_EQ(Told("id IN (1, 2)"), R"({"type":"in","term":"id","values":[1,2]})");
  EXPECT_EQ(Told("d >= DATE '2024-02-01'"), R"({"type":"gt-eq","term":"d","value":"2024-02-01"})");
  EXPECT_EQ(Told("ok"), R"({"type":"eq","term":"ok","value":true})");
  EXPECT_EQ(Told("d IS NULL OR id BETWEEN 1 AND 3"),
            R"({"type":"or","left":{"type":"is-null","term":"d"},"right":{"type":"and","left":)"
            R"({"type":"gt-eq","term":"id","value":1},"right":{"type":"lt-eq","term":"id","value":3}}})");
  EXPECT_EQ(Told("true"), "true");
}

TEST_F(IcebergFilterTest, SaysNothingOfTheRest) {
  for (const char* filter : {"hidden = 1",
                             "id > 5 OR hidden = 1",
                             "masked = 'a'",
                             "cells > 5",
                             "id % 2 = 0",
                             "length(name) > 3",
                             "name LIKE '%a'",
                             "name LIKE 'a_b%'",
                             "name LIKE 'a%b%'",
                             "name LIKE 'a\\%' ESCAPE '\\'",
                             "name LIKE 'abc'",
                             "id = 1.5",
                             "name = 5",
                             "d > '2024-01-01'",
                             "id = NULL",
                             "id IN (1, NULL)",
                             "id = id",
                             "x <> 1.5",
                             "NOT (x > 1.5)",
                             "CAST(id AS varchar) = '1'",
                             "id = 99999999999999999999",
                             "id = ",
                             "CASE WHEN ok THEN ok END"}) {
    EXPECT_EQ(Told(filter), "") << filter;
  }
}

TEST_F(IcebergFilterTest, HoldsWhereSqlSaysTrue) {
  const Value null, five(int64_t{5}), six(int64_t{6}), a("a"), b("b");
  EXPECT_TRUE(Holds("id <> 5", six, a));
  EXPECT_FALSE(Holds("id <> 5", null, a));
  EXPECT_FALSE(Holds("NOT (id = 5)", null, a));
  EXPECT_TRUE(Holds("NOT (id = 5)", six, a));
  EXPECT_FALSE(Holds("NOT (id = 5 AND name = 'a')", five, a));
  EXPECT_TRUE(Holds("NOT (id = 5 AND name = 'a')", null, b));   // false whatever the null is
  EXPECT_FALSE(Holds("NOT (id = 5 AND name = 'a')", null, a));  // unknown
  EXPECT_FALSE(Holds("NOT (id = 5 OR name = 'a')", null, b));
  EXPECT_FALSE(Holds("id NOT IN (5, 7)", null, a));
  EXPECT_TRUE(Holds("id NOT IN (5, 7)", six, a));
  EXPECT_FALSE(Holds("name NOT LIKE 'a%'", six, null));
  EXPECT_TRUE(Holds("name NOT LIKE 'a%'", six, b));
  EXPECT_TRUE(Holds("id NOT BETWEEN 1 AND 5", six, a));
  EXPECT_FALSE(Holds("id NOT BETWEEN 1 AND 5", null, a));
  EXPECT_TRUE(Holds("NOT (id IS NOT NULL)", null, a));
  EXPECT_FALSE(Holds("x > 1", five, a, Value(std::nan(""))));
  EXPECT_TRUE(Holds("x > 1", five, a, Value(2.5)));
}

}  // namespace
}  // namespace tarn::enforce
