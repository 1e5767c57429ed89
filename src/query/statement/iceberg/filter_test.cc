#include "query/statement/iceberg/filter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sql/statement.h"

namespace tarn::query {
namespace {

FileFilter Read(const std::string& condition) {
  using iceberg::TypeId;
  std::vector<iceberg::Field> columns(4);
  columns[0] = {.id = 1, .name = "id", .required = false, .type = TypeId::kLong};
  columns[1] = {.id = 2, .name = "dt", .required = false, .type = TypeId::kDate};
  columns[2] = {.id = 3, .name = "f", .required = false, .type = TypeId::kDouble};
  columns[3] = {.id = 4, .name = "s", .required = false, .type = TypeId::kString};
  const auto schema = iceberg::Schema::Make(0, std::move(columns)).value();
  const auto parsed = sql::ParseExpression(condition);
  EXPECT_TRUE(parsed.ok()) << condition;
  return FilterOf(parsed->get(), *schema, "t");
}

TEST(FileFilter, SaysWhatTheFormatCanSay) {
  for (const char* exact : {"id = 1", "1 < t.id", "dt <= DATE '2024-01-02' AND s IN ('a', 'b')",
                            "s IS NULL OR id <> -3", "id BETWEEN 1 AND 5", "dt >= DATE '2024-01-01'"}) {
    const FileFilter filter = Read(exact);
    EXPECT_TRUE(filter.exact) << exact;
    EXPECT_FALSE(filter.filter.is_true()) << exact;
  }
}

TEST(FileFilter, LeavesOutWhatItCannotAndIsInexactThen) {
  for (const char* unsaid : {"id + 0 = 1", "f = 0", "f > 1e0", "u.id = 1", "s LIKE 'a%'", "NOT id = 1", "id = 1.5",
                             "id IN (SELECT 1)", "id = 1 OR s LIKE 'a%'", "dt = '2024-01-01'"}) {
    const FileFilter filter = Read(unsaid);
    EXPECT_FALSE(filter.exact) << unsaid;
    EXPECT_TRUE(filter.filter.is_true()) << unsaid;
  }
  const FileFilter half = Read("id = 1 AND s LIKE 'a%'");
  EXPECT_FALSE(half.exact);
  EXPECT_FALSE(half.filter.is_true());
}

TEST(FileFilter, NullsMatchNoComparison) {
  const FileFilter filter = Read("id <> 3");
  const auto row = [](iceberg::Value value) { return [value](int32_t) { return value; }; };
  EXPECT_FALSE(iceberg::Matches(filter.filter, row(iceberg::Value())));
  EXPECT_TRUE(iceberg::Matches(filter.filter, row(iceberg::Value(int64_t{4}))));
}

}  // namespace
}  // namespace tarn::query
