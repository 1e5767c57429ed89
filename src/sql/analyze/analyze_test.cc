#include "sql/analyze.h"

#include <gtest/gtest.h>

#include <map>

#include "sql/errors.h"
#include "sql/statement.h"

namespace tarn::sql {
namespace {

class Lake : public CatalogView {
 public:
  Lake() {
    TableInfo events;
    events.columns = {{"id", MakeType(TypeKind::kBigint)},
                      {"name", VarcharType()},
                      {"dt", VarcharType()},
                      {"hour", MakeType(TypeKind::kInteger)},
                      {"day", MakeType(TypeKind::kDate)}};
    events.partition_keys = {"dt", "hour", "day"};
    events.hidden_columns = {{"$path", VarcharType()}};
    Add("events", events);
    TableInfo users;
    users.columns = {{"id", MakeType(TypeKind::kBigint)}, {"city", VarcharType()}};
    Add("users", users);
    TableInfo view;
    view.kind = TableInfo::kView;
    view.view_sql = "SELECT id, dt AS d FROM events";
    view.view_database = "db";
    view.columns = {{"id", MakeType(TypeKind::kBigint)}, {"d", VarcharType()}};
    Add("v", view);
    TableInfo loop = view;
    loop.view_sql = "SELECT * FROM loop";
    Add("loop", loop);
    TableInfo stale = view;
    stale.view_sql = "SELECT * FROM events";
    Add("stale", stale);
  }

  Result<std::optional<TableInfo>> FindTable(const TableName& name) const override {
    auto found = tables_.find(name.table);
    if (found == tables_.end() || name.database != "db") return std::optional<TableInfo>{};
    return std::optional<TableInfo>(found->second);
  }
  Result<bool> DatabaseExists(const std::string&, const std::string& database) const override {
    return database == "db";
  }
  Result<bool> CatalogExists(const std::string& catalog) const override { return catalog == "awsdatacatalog"; }

 private:
  void Add(const std::string& name, TableInfo info) {
    info.catalog = "awsdatacatalog";
    info.database = "db";
    info.table = name;
    tables_[name] = std::move(info);
  }
  std::map<std::string, TableInfo> tables_;
};

Result<Plan> Planned(std::string_view text) {
  auto statement = Parse(text);
  if (!statement.ok()) return statement.error();
  AnalyzeContext context;
  context.database = "db";
  context.now = FromCivil(2026, 11, 21, 5, 38, 7);
  return PlanQuery(*statement->As<QueryStatement>()->query, Lake(), context);
}

// Which of the given (dt, hour, day) partitions a query's first table use reads.
std::string Kept(std::string_view text) {
  auto plan = Planned(text);
  EXPECT_TRUE(plan.ok()) << text << (plan.ok() ? "" : plan.error().message);
  if (!plan.ok()) return "";
  std::string kept;
  const std::vector<std::vector<std::string>> partitions = {{"2026-11-19", "7", "2026-11-19"},
                                                            {"2026-11-20", "08", "2026-11-20"},
                                                            {"2026-11-21", "9", "2026-11-21"},
                                                            {"__HIVE_DEFAULT_PARTITION__", "1", "2020-01-01"}};
  for (size_t i = 0; i < partitions.size(); ++i) {
    if (plan->tables[0].partitions.MayMatch(partitions[i])) kept += static_cast<char>('a' + i);
  }
  return kept;
}

TEST(PartitionPredicate, DecidesByTheKeysDeclaredTypes) {
  EXPECT_EQ(Kept("SELECT * FROM events"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt = '2026-11-20'"), "b");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE '2026-11-20' <= dt"), "bc");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE hour = 8"), "b");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE hour < 9"), "abd");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt IN ('2026-11-19', '2026-11-21') AND hour > 7"), "c");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt BETWEEN '2026-11-19' AND '2026-11-20'"), "ab");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt LIKE '2026-11-2%'"), "bc");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE NOT (dt = '2026-11-20')"), "ac");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt IS NULL"), "d");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt = '2026-11-19' OR hour = 9"), "ac");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE day >= DATE '2026-11-20'"), "bc");
}

TEST(PartitionPredicate, FoldsFunctionsOfTimeAndKeys) {
  EXPECT_EQ(Kept("SELECT * FROM events WHERE day = current_date"), "c");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE day > current_date - INTERVAL '2' DAY"), "bc");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt = date_format(current_date - INTERVAL '1' DAY, '%Y-%m-%d')"), "b");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt >= CAST(date_add('day', -1, current_date) AS varchar)"), "bc");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE date(dt) = DATE '2026-11-19'"), "a");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE date_parse(dt, '%Y-%m-%d') >= TIMESTAMP '2026-11-21 00:00:00'"), "c");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE substr(dt, 1, 4) = '2025'"), "");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE year(day) = 2020"), "d");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE CAST(hour AS varchar) || 'x' = '9x'"), "c");
}

TEST(PartitionPredicate, KeepsWhatItCannotDecide) {
  EXPECT_EQ(Kept("SELECT * FROM events WHERE regexp_like(dt, '^x')"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt = name"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE coalesce(dt, 'x') = 'x'"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt = '2026-11-19' OR name = 'x'"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM events WHERE dt = (SELECT max(city) FROM users)"), "abcd");
}

TEST(PartitionPredicate, PassesSubqueriesViewsAndJoins) {
  EXPECT_EQ(Kept("SELECT * FROM (SELECT id, dt AS d FROM events) WHERE d = '2026-11-20'"), "b");
  EXPECT_EQ(Kept("SELECT * FROM v WHERE d = '2026-11-20'"), "b");
  EXPECT_EQ(Kept("SELECT * FROM events e JOIN users u ON e.id = u.id AND e.dt = '2026-11-20'"), "b");
  EXPECT_EQ(Kept("SELECT d, count(*) FROM (SELECT dt AS d FROM events GROUP BY dt) WHERE d = '2026-11-20' GROUP BY d"),
            "b");
}

TEST(PartitionPredicate, StopsAtLimitsWindowsAndOuterJoins) {
  EXPECT_EQ(Kept("SELECT * FROM (SELECT dt FROM events LIMIT 5) WHERE dt = '2026-11-20'"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM (SELECT dt, row_number() OVER () AS n FROM events) WHERE dt = '2026-11-20'"), "abcd");
  EXPECT_EQ(Kept("SELECT * FROM events e LEFT JOIN users u ON e.id = u.id AND e.dt = '2026-11-20'"), "abcd");
  auto plan = Planned("SELECT * FROM users u LEFT JOIN events e ON e.id = u.id WHERE e.dt IS NULL");
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(plan->tables[1].partitions.always_true());
  plan = Planned("SELECT * FROM users u LEFT JOIN events e ON e.id = u.id AND e.dt = '2026-11-20'");
  ASSERT_TRUE(plan.ok());
  EXPECT_FALSE(plan->tables[1].partitions.MayMatch({"2026-11-19", "1", "2026-11-19"}));
}

TEST(PartitionPredicate, PinsValuesForListing) {
  auto plan = Planned("SELECT * FROM events WHERE dt IN ('a', 'b') AND hour = 3");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->tables[0].partitions.PinnedValues(0), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(plan->tables[0].partitions.PinnedValues(1).empty());
}

TEST(Plan, TellsTheColumnsReadThroughEachUse) {
  auto plan = Planned("SELECT e.name, \"$path\" FROM events e JOIN users u ON e.id = u.id WHERE e.dt = 'x'");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->tables[0].columns, (std::vector<std::string>{"id", "dt", "name", "$path"}));
  EXPECT_EQ(plan->tables[1].columns, (std::vector<std::string>{"id"}));
  EXPECT_FALSE(plan->tables[0].via_view);
}

TEST(Plan, LeavesHiddenColumnsOutOfStars) {
  auto plan = Planned("SELECT * FROM events");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->columns.size(), 5u);
  EXPECT_EQ(plan->tables[0].columns.size(), 5u);
}

TEST(Plan, ExpandsViewsAndNamesThem) {
  auto plan = Planned("SELECT count(*) FROM v");
  ASSERT_TRUE(plan.ok());
  ASSERT_EQ(plan->views.size(), 1u);
  EXPECT_TRUE(plan->tables[0].via_view);
  EXPECT_FALSE(plan->columns[0].named);
  auto loop = Planned("SELECT * FROM loop");
  ASSERT_FALSE(loop.ok());
  EXPECT_NE(loop.error().message.find("recursive"), std::string::npos);
  auto stale = Planned("SELECT id FROM stale");
  ASSERT_FALSE(stale.ok());
  EXPECT_NE(stale.error().message.find("VIEW_IS_STALE"), std::string::npos) << stale.error().message;
}

TEST(Plan, PrintsTablesAsTheCallerSays) {
  auto statement = Parse("SELECT id FROM events");
  PrintOptions options;
  options.table_text = [](const TableUse& use) { return "scan_" + std::to_string(use.index); };
  AnalyzeContext context;
  context.database = "db";
  auto plan = PlanQuery(*statement->As<QueryStatement>()->query, Lake(), context, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->duckdb, "SELECT \"events\".\"id\" AS \"id\" FROM scan_0 AS \"events\"");
}

TEST(Plan, CastsAnInsertsQueryToItsTarget) {
  AnalyzeContext context;
  context.database = "db";
  PrintOptions options;
  options.target = {{"a", MakeType(TypeKind::kBigint)}, {"b", VarcharType()}};
  auto statement = Parse("SELECT 1, 'x'");
  auto plan = PlanQuery(*statement->As<QueryStatement>()->query, Lake(), context, options);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(
      plan->duckdb,
      "SELECT CAST(\"_col0\" AS BIGINT) AS \"a\", CAST(\"_col1\" AS VARCHAR) AS \"b\" FROM (SELECT 1 AS \"_col0\", "
      "'x' AS \"_col1\") AS tarn_insert");
  statement = Parse("SELECT 'x', 1");
  plan = PlanQuery(*statement->As<QueryStatement>()->query, Lake(), context, options);
  EXPECT_TRUE(plan.Is(kTypeMismatch));
  EXPECT_EQ(plan.error().message,
            "TYPE_MISMATCH: line 1:1: Insert query has mismatched column types: Table: [bigint, varchar], Query: "
            "[varchar(1), integer]");
}

TEST(Plan, GrowsNoFasterThanTheStatementNests) {
  for (std::string_view call : {"greatest(", "sqrt(", "ln(", "CAST(CAST(", "tarn("}) {
    std::string text = "SELECT ";
    std::string end;
    for (int i = 0; i < 60; ++i) {
      text += call;
      end += call == "greatest(" ? ", random())" : call == "CAST(CAST(" ? " AS varchar) AS double)" : ")";
    }
    auto plan = Planned(text + "random()" + end);
    if (!plan.ok()) continue;
    EXPECT_LT(plan->duckdb.size(), 100'000u) << call;
  }
}

TEST(Plan, QuotesWhateverANameHolds) {
  EXPECT_EQ(QuoteIdentifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(QuoteLiteral("it's"), "'it''s'");
  auto plan = Planned("SELECT 'x'' OR 1=1 --' AS \"a\"\"; DROP\"");
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->duckdb, "SELECT 'x'' OR 1=1 --' AS \"a\"\"; drop\"");
}

}  // namespace
}  // namespace tarn::sql
