// No statement shows anything of a row that a row filter hides, or of a column that is hidden: not in rows, not in
// errors, not in plans, statistics or names.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "engine/engine_fixture.h"

namespace tarn::engine {
namespace {

// Visible: rows with i % 10 = 3, columns i, name, n. Hidden rows carry "LEAK" in name; the hidden column holds
// "SECRET".
class LeakTest : public EngineTest, public testing::WithParamInterface<Format> {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    const std::string select =
        "SELECT i, CASE WHEN i % 10 = 3 THEN 'ok' || i ELSE 'LEAK' || i END AS name, "
        "CASE WHEN i % 10 = 3 THEN '7' ELSE 'LEAK' || i END AS n, 'SECRET' || i AS secret, i % 10 AS digit "
        "FROM range(5000) r(i)";
    const std::vector<ColumnDef> columns = {
        {"i", T("bigint")}, {"name", T("string")}, {"n", T("string")}, {"secret", T("string")}, {"digit", T("bigint")}};
    TableBinding table;
    if (GetParam() == Format::kParquet) {
      table = ParquetTable(select, "t", columns);
    } else {
      const char* json = "SELECT to_json(t)::VARCHAR FROM (";
      std::string text;
      for (const std::string& row : Ask(json + select + ") t").rows) text += row + "\n";
      files_->Put("t.json", text);
      table = TextTable(Format::kJson, {"t.json"}, columns);
    }
    table.hidden_columns = {"secret", "digit"};
    Bind("db.open", table);
    for (const char* filter : {"digit = 3", "(\"row_filter\".\"digit\" = 3)", "digit + 0 = 3 AND secret LIKE 'SECRET%'",
                               "right(secret, 1) = '3'"}) {
      table.row_filter = filter;
      Bind("db.t" + std::to_string(filters_++), table);
    }
  }

  // Everything a user gets to see from a statement.
  std::string Seen(const std::string& sql) {
    auto answer = Ask(sql);
    std::string seen = answer.error();
    for (const auto& column : answer.columns) seen += "\n" + column.name;
    for (const auto& row : answer.rows) seen += "\n" + row;
    return seen;
  }

  int filters_ = 0;
};

TEST_P(LeakTest, NoUserExpressionEverSeesAHiddenRow) {
  const std::vector<std::string> predicates = {
      "CASE WHEN name LIKE 'LEAK%' THEN error(name)::BOOLEAN ELSE true END",
      "CASE WHEN i % 10 <> 3 THEN error('LEAK ' || i)::BOOLEAN ELSE true END",
      "error(CASE WHEN i % 10 = 3 THEN NULL ELSE 'LEAK' || i END) IS NULL",
      "CAST(n AS INTEGER) = 7",
      "n::INTEGER > 0",
      "1 % (CASE WHEN i % 10 = 3 THEN 1 ELSE error('LEAK') END)::INTEGER = 0",
      "(CASE WHEN i % 10 = 3 THEN 1 ELSE i * 9223372036854775807 END) = 1",
      "list_value(1)[(n::INTEGER) - 6] = 1",
      "strptime(CASE WHEN i % 10 = 3 THEN '2020' ELSE name END, '%Y') IS NOT NULL",
      "i >= 3 AND CAST(n AS INTEGER) = 7",
      "i IN (3, 4, 5) AND CAST(n AS INTEGER) = 7",
      "regexp_matches('x', CASE WHEN i % 10 = 3 THEN 'x' ELSE '(' || name END)",
      "random() < 2 AND n::INTEGER = 7",
  };
  const std::vector<std::string> shapes = {
      "SELECT count(*) FROM $T WHERE $P",
      "SELECT i, name FROM $T WHERE $P",
      "SELECT t.i FROM $T t JOIN range(100) r(j) ON t.i = j AND $P",
      "SELECT t.i FROM (SELECT * FROM $T) t LEFT JOIN range(100) r(j) ON t.i = j WHERE $P",
      "SELECT count(*) FROM $T GROUP BY $P",
      "SELECT name FROM $T ORDER BY $P LIMIT 3",
      "SELECT name FROM $T WHERE $P ORDER BY i DESC LIMIT 2",
      "SELECT DISTINCT name FROM $T WHERE $P",
      "SELECT sum(CASE WHEN $P THEN 1 ELSE 0 END) OVER (ORDER BY i) FROM $T",
      "SELECT name FROM $T WHERE i = (SELECT max(i) FROM $T WHERE $P)",
      "SELECT name FROM $T WHERE EXISTS (SELECT 1 FROM range(9000) r(j) WHERE j = i AND $P)",
      "WITH c AS (SELECT * FROM $T) SELECT a.i FROM c a, c b WHERE a.i = b.i AND a.i < 60 AND (SELECT $P FROM c LIMIT "
      "1)",
      "SELECT list(name) FROM $T WHERE $P",
      "SELECT count(*) FILTER (WHERE $P) FROM $T",
      "SELECT max(name) FROM $T HAVING bool_and($P)",
      "SELECT name FROM $T TABLESAMPLE 50% WHERE $P",
      "SELECT name FROM $T WHERE $P UNION ALL SELECT name FROM $T WHERE NOT $P",
  };
  for (const std::string& predicate : predicates) {  // they do tell, where nothing is hidden
    EXPECT_NE(Ask("SELECT count(*) FROM lake.db.open WHERE " + predicate).error(), "") << predicate;
  }
  for (int f = 0; f < filters_; ++f) {
    for (const std::string& shape : shapes) {
      for (const std::string& predicate : predicates) {
        std::string sql = shape;
        for (size_t at; (at = sql.find("$T")) != std::string::npos;)
          sql.replace(at, 2, "lake.db.t" + std::to_string(f));
        for (size_t at; (at = sql.find("$P")) != std::string::npos;) sql.replace(at, 2, "(" + predicate + ")");
        const auto answer = Ask(sql);
        EXPECT_EQ(answer.error().find("LEAK"), std::string::npos) << sql << "\n" << answer.error();
        for (const std::string& row : answer.rows) EXPECT_EQ(row.find("LEAK"), std::string::npos) << sql << "\n" << row;
        // Nothing of these may fail for the visible rows; a failure tells that hidden ones were looked at.
        EXPECT_EQ(answer.error(), "") << sql;
      }
    }
  }
}

TEST_P(LeakTest, AnswersExactlyTheVisibleRows) {
  for (int f = 0; f < filters_; ++f) {
    const std::string t = "lake.db.t" + std::to_string(f);
    EXPECT_EQ(Ask("SELECT count(*), min(i), max(i), sum(n::INTEGER) FROM " + t).rows, Rows{"500|3|4993|3500"});
    EXPECT_EQ(Ask("SELECT count(*) FROM " + t + " WHERE i = 4").rows, Rows{"0"});
    EXPECT_EQ(Ask("SELECT count(*) FROM " + t + " a JOIN " + t + " b USING (i)").rows, Rows{"500"});
    EXPECT_EQ(Ask("SELECT name FROM " + t + " WHERE i < 20 ORDER BY i").rows, (Rows{"ok3", "ok13"}));
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.open").rows, Rows{"5000"});
}

TEST_P(LeakTest, HiddenColumnsDoNotExist) {
  for (const char* name : {"secret", "digit"}) {
    auto answer = Ask(std::string("SELECT ") + name + " FROM lake.db.t0");
    ASSERT_FALSE(answer.outcome.status.ok());
    EXPECT_EQ(answer.outcome.status.error().reason, &kColumnNotFound) << answer.error();
  }
  for (const char* sql :
       {"SELECT * FROM lake.db.t0 LIMIT 5", "SELECT COLUMNS('.*') FROM lake.db.t0 LIMIT 5",
        "SELECT t0 FROM lake.db.t0 LIMIT 5", "SELECT to_json(t0) FROM lake.db.t0 LIMIT 5",
        "SELECT * FROM (DESCRIBE lake.db.t0)", "SELECT * FROM (SUMMARIZE lake.db.t0)", "SELECT rowid FROM lake.db.t0",
        "SELECT seccret FROM lake.db.t0", "SELECT t0.secret FROM lake.db.t0",
        "SELECT * FROM lake.db.t0 WHERE secret = 'x'", "SELECT * FROM lake.db.t0 ORDER BY digit",
        "SELECT * FROM lake.db.open NATURAL JOIN (SELECT 'SECRET1' AS secret)"}) {
    const std::string seen = Seen(sql);
    EXPECT_EQ(seen.find("SECRET"), seen.find("SECRET1")) << sql << "\n" << seen;
    if (std::string(sql).find("secret") == std::string::npos) {
      EXPECT_EQ(seen.find("secret"), std::string::npos) << sql << "\n" << seen;
    }
    if (std::string(sql).find("digit") == std::string::npos) {
      EXPECT_EQ(seen.find("digit"), std::string::npos) << sql << "\n" << seen;
    }
  }
}

TEST_P(LeakTest, PlansShowNeitherFilterNorStatistics) {
  for (const char* explain : {"EXPLAIN ", "EXPLAIN ANALYZE ", "EXPLAIN (FORMAT JSON) "}) {
    for (const char* query : {"SELECT * FROM lake.db.t1", "SELECT count(*) FROM lake.db.t1 WHERE i > 4000",
                              "SELECT name FROM lake.db.t1 ORDER BY i LIMIT 3",
                              "SELECT a.i FROM lake.db.t1 a JOIN lake.db.t1 b ON a.i = b.i"}) {
      const std::string seen = Seen(std::string(explain) + query);
      for (const char* hidden : {"secret", "digit", "SECRET", "LEAK", "s3://", "5000", "5,000", "~50"}) {
        EXPECT_EQ(seen.find(hidden), std::string::npos) << explain << query << "\n" << hidden << "\n" << seen;
      }
    }
  }
  const std::string seen = Seen("SELECT stats(i), stats(name), stats(n) FROM lake.db.t0 LIMIT 1");
  for (const char* hidden : {"4999", "LEAK", "SECRET", "ok"}) EXPECT_EQ(seen.find(hidden), std::string::npos) << seen;
}

TEST_P(LeakTest, BrokenFiltersFailWithoutShowingTheirText) {
  TableBinding table = *lake_->tables["db.t0"];
  for (const char* filter : {"nosuch = 'SECRET'", "digit = ", "1, 2", "digit IN (SELECT 1)", "sum(digit) > 'SECRET'"}) {
    table.row_filter = filter;
    Bind("db.bad", table);
    auto answer = Ask("SELECT * FROM lake.db.bad");
    ASSERT_FALSE(answer.outcome.status.ok()) << filter;
    EXPECT_TRUE(answer.rows.empty());
    EXPECT_EQ(answer.error().find("SECRET"), std::string::npos) << answer.error();
    EXPECT_EQ(answer.error().find("digit"), std::string::npos) << answer.error();
  }
}

TEST_P(LeakTest, ARowForWhichTheFilterFailsIsNotSeenAndTellsNothing) {
  TableBinding table = *lake_->tables["db.t0"];
  table.row_filter = "CAST(n AS INTEGER) = 7";  // n of hidden rows is no number
  Bind("db.casts", table);
  for (const char* sql : {"SELECT count(*), min(i), max(i) FROM lake.db.casts",
                          "SELECT count(*), min(i), max(i) FROM lake.db.casts WHERE CAST(n AS INTEGER) = 7",
                          "SELECT count(*), min(i), max(i) FROM (SELECT * FROM lake.db.casts LIMIT 10000)"}) {
    const auto answer = Ask(sql);
    EXPECT_EQ(answer.error(), "") << sql;
    EXPECT_EQ(answer.rows, Rows{"500|3|4993"}) << sql;
  }
}

TEST_P(LeakTest, WhatStandsForAColumnIsAllThatIsSeenOfIt) {
  TableBinding table = *lake_->tables["db.t0"];
  table.replacements = {{"name", "CASE WHEN i < 100 THEN name END", T("string")},
                        {"n", "upper(left(secret, 3))", T("string")}};
  Bind("db.masked", table);
  EXPECT_EQ(Ask("SELECT count(*), count(name), min(n), max(n) FROM lake.db.masked").rows, Rows{"500|10|SEC|SEC"});
  EXPECT_EQ(Ask("SELECT i, name, n FROM lake.db.masked WHERE i IN (93, 103) ORDER BY i").rows,
            (Rows{"93|ok93|SEC", "103|NULL|SEC"}));
  for (const char* condition : {"name = 'ok103'", "name LIKE 'ok1_3'", "n = '7'", "name > 'ok103' AND i > 100",
                                "CASE WHEN name = 'ok103' THEN error('LEAK')::BOOLEAN ELSE false END"}) {
    const auto answer = Ask(std::string("SELECT count(*) FROM lake.db.masked WHERE ") + condition);
    EXPECT_EQ(answer.rows, Rows{"0"}) << condition << answer.error();
  }
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.masked a JOIN lake.db.open b ON a.name = b.name").rows, Rows{"10"});
}

TEST_P(LeakTest, WhatStandsForAColumnMayBeOfAnotherType) {
  TableBinding table = *lake_->tables["db.t0"];
  table.row_filter = "i < 10";
  table.replacements = {{"name", "struct_pack(a := i)", T("struct<a:bigint>")}, {"n", "CAST(n AS INTEGER)", T("int")}};
  Bind("db.typed", table);
  const auto answer = Ask("SELECT name.a, n, typeof(n) FROM lake.db.typed ORDER BY i LIMIT 4");
  EXPECT_EQ(answer.rows, (Rows{"0|NULL|INTEGER", "1|NULL|INTEGER", "2|NULL|INTEGER", "3|7|INTEGER"})) << answer.error();
}

// Lines of which the hidden ones do not fit their types, in several ways.
class BadCellsTest : public EngineTest {};

TEST_F(BadCellsTest, OfHiddenRowsFailNothing) {
  files_->Put("a.json",
              "{\"i\": 1, \"d\": \"2024-01-01\", \"ok\": true}\n"
              "{\"i\": \"LEAK\", \"d\": \"2024-01-01\", \"ok\": false}\n"
              "{\"i\": 3, \"d\": \"LEAK\", \"ok\": false}\n"
              "LEAK is no JSON\n"
              "{\"i\": 5, \"d\": \"SEEN\", \"ok\": true}\n");
  TableBinding table =
      TextTable(Format::kJson, {"a.json"}, {{"i", T("bigint")}, {"d", T("date")}, {"ok", T("boolean")}});
  Bind("db.whole", table);
  EXPECT_NE(Ask("SELECT count(i) FROM lake.db.whole").error(), "");
  table.row_filter = "ok";
  Bind("db.some", table);
  EXPECT_EQ(Ask("SELECT sum(i), count(*) FROM lake.db.some").rows, Rows{"6|2"});
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.some WHERE i < 3").rows, Rows{"1"});
  const auto answer = Ask("SELECT i, d FROM lake.db.some");
  EXPECT_NE(answer.error().find("'SEEN' for field 'd'"), std::string::npos) << answer.error();
}

// Partitions p = 0 … 4 of ten rows each; the filter admits p = 1 alone.
class PartitionLeakTest : public EngineTest {
 protected:
  TableBinding Partitioned() {
    std::vector<std::vector<File>> files;
    std::vector<Partition> partitions;
    for (int p = 0; p < 5; ++p) {
      const std::string name = "p" + std::to_string(p);
      const Outcome written = Write("SELECT i FROM range(10) r(i)", name);
      EXPECT_TRUE(written.status.ok());
      files.push_back({files_->FileOf(written.written[0].name)});
      partitions.push_back({{std::to_string(p)}});
    }
    lister_ = std::make_shared<FixedLister>(files);
    return {.columns = {{"i", T("bigint")}},
            .partition_columns = {{"p", T("int")}},
            .partitions = partitions,
            .lister = lister_,
            .row_filter = "p = 1 AND i < 5"};
  }
  std::shared_ptr<FixedLister> lister_;
};

TEST_F(PartitionLeakTest, HiddenPartitionsAreNeverListed) {
  Bind("db.p", Partitioned());
  EXPECT_EQ(Ask("SELECT count(*), min(p), max(p) FROM lake.db.p").rows, Rows{"5|1|1"});
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.p WHERE p = 2").rows, Rows{"0"});
  EXPECT_EQ(lister_->listed, std::vector<size_t>{1});
}

TEST_F(PartitionLeakTest, ConditionsOnAMaskedKeyPruneNothing) {
  TableBinding table = Partitioned();
  table.row_filter = "";
  table.replacements = {{"p", "CAST(NULL AS INTEGER)", T("int")}};
  Bind("db.p", table);
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.p WHERE p IS NULL").rows, Rows{"50"});
  lister_->listed.clear();
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.p WHERE p = 2").rows, Rows{"0"});
  EXPECT_EQ(lister_->listed.size(), 5u);
}

INSTANTIATE_TEST_SUITE_P(Formats, LeakTest, testing::Values(Format::kParquet, Format::kJson),
                         [](const auto& info) { return info.param == Format::kParquet ? "Parquet" : "Json"; });

}  // namespace
}  // namespace tarn::engine
