// What a restricted caller gets of a table equals what root gets of a shadow of it in which the hidden rows and columns
// do not exist: rows, names, errors. The whole path from statement to result, with grants that the test sets.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/strings.h"
#include "catalog/iceberg/manifests.h"
#include "catalog/iceberg/planner.h"
#include "catalog/iceberg/testing.h"
#include "engine/engine.h"
#include "query/service.h"
#include "sql/macros.h"

namespace tarn::query {
namespace {

using govern::Permission;
using govern::TableAccess;

// Says what the test has set; root is not bound.
class FakeAccess : public govern::Access {
 public:
  Result<TableAccess> OfTable(const identity::Caller& caller, const Scope&, std::string_view,
                              std::string_view table) override {
    if (caller.is_root()) return TableAccess{};
    const auto found = tables.find(table);
    if (found != tables.end()) return found->second;
    return TableAccess{.governed = true};
  }
  Result<TableAccess> OfDatabase(const identity::Caller& caller, const Scope&, std::string_view) override {
    if (caller.is_root()) return TableAccess{};
    return TableAccess{.governed = true, .permissions = static_cast<uint32_t>(Permission::kDescribe)};
  }
  Result<TableAccess> OfCatalog(const identity::Caller& caller, const Scope&) override {
    if (caller.is_root()) return TableAccess{};
    return TableAccess{.governed = true};
  }
  Result<std::optional<Location>> OfLocation(const identity::Caller& caller, std::string_view uri) override {
    if (caller.is_root() || !uri.starts_with("s3://lake/closed/")) return std::optional<Location>();
    return std::optional(Location{.uri = "s3://lake/closed/", .account = "000000000001"});
  }

  std::map<std::string, TableAccess, std::less<>> tables;
};

struct Answer {
  bool ok = false;
  std::string reason;
  std::vector<std::string> rows;  // the header first
  int64_t scanned = 0;
  std::string kind() const { return reason.substr(0, reason.find(':')); }
  std::string All() const { return reason + "\n" + Join(rows, "\n"); }
};

class GovernanceTest : public catalog::LakeTest {
 protected:
  void SetUp() override {
    LakeTest::SetUp();
    engine::Pool::Options options;
    options.slots = 2;
    options.threads = 2;
    options.spill_directory = directory_.string() + "-spill";
    for (const std::string_view macro : sql::MacroStatements()) options.macros.emplace_back(macro);
    pool = engine::Pool::Create(options).value();
    service =
        std::make_unique<QueryService>(*kv_, catalog, *store_, IcebergAccess{tables, manifests, planner, snapshots},
                                       *pool, clock_, QueryOptions{.access = &access});
    user.type = identity::PrincipalType::kUser;
    user.account = scope.account;
    user.arn = "arn:aws:iam::000000000001:user/ana";
    user.access_key_id = "AKIATEST";
  }
  void TearDown() override {
    service = nullptr;
    pool = nullptr;
    std::filesystem::remove_all(directory_.string() + "-spill");
  }

  Answer Ask(const identity::Caller& caller, std::string sql, bool reuse = false) {
    StartRequest request;
    request.query = std::move(sql);
    request.database = "db";
    request.result.output_location = "s3://lake/results/";
    request.caller = caller;
    if (reuse) request.reuse_enabled = true;
    const auto id = service->Start(scope, request);
    if (!id.ok()) return {.reason = id.error().message};
    auto done = service->Get(scope, *id);
    while (done.ok() && !IsFinal(done->state)) {
      std::this_thread::yield();
      done = service->Get(scope, *id);
    }
    Answer answer{.ok = done->state == State::kSucceeded, .reason = done->state_reason.value_or("")};
    answer.scanned = done->statistics.scanned_bytes;
    if (!answer.ok) return answer;
    PageRequest page{.limit = 1000};
    do {
      Execution execution;
      auto rows = service->GetResults(caller, scope, *id, page, &execution);
      EXPECT_TRUE(rows.ok()) << rows.error().message;
      if (!rows.ok()) break;
      for (const ResultRow& row : rows->items) {
        std::string text;
        for (const auto& cell : row) text += (text.empty() ? "" : "|") + cell.value_or("NULL");
        answer.rows.push_back(std::move(text));
      }
      page.token = rows->next;
    } while (!page.token.empty());
    return answer;
  }
  Answer AsRoot(const std::string& sql) { return Ask(identity::RootOf(scope.account), sql); }
  Answer AsUser(const std::string& sql) { return Ask(user, sql); }
  void Run(const std::string& sql) {
    const Answer answer = AsRoot(sql);
    ASSERT_TRUE(answer.ok) << sql << "\n" << answer.reason;
  }

  // 200 rows, of which those with i % 5 = 3 are in 'eu'. Every other row tells on itself.
  static std::string Rows() {
    return "SELECT CAST(i AS bigint) AS id, CASE WHEN i % 5 = 3 THEN 'ok' ELSE 'LEAK' END || CAST(i AS varchar) AS "
           "name, "
           "CASE WHEN i % 5 = 3 THEN i / 4e0 ELSE 91919e0 + i END AS amount, "
           "CASE WHEN i % 5 = 3 THEN CAST(i % 7 + 1 AS varchar) ELSE 'LEAK' END AS n, "
           "CASE WHEN i % 5 = 3 THEN DATE '2024-01-01' ELSE DATE '1999-09-09' END AS at, "
           "'SECRET' || CAST(i AS varchar) AS redacted, CASE WHEN i % 5 = 3 THEN 'eu' ELSE 'us' END AS region "
           "FROM UNNEST(sequence(0, 199)) AS s (i)";
  }
  void MakeTables() {
    Run("CREATE TABLE t_parquet WITH (format='PARQUET', external_location='s3://lake/t_parquet/') AS " + Rows());
    Run("CREATE TABLE t_keyed WITH (format='PARQUET', external_location='s3://lake/t_keyed/', "
        "partitioned_by=ARRAY['region']) AS " +
        Rows());
    Run("CREATE TABLE t_text WITH (format='JSON', external_location='s3://lake/t_text/') AS " + Rows());
    Run("CREATE TABLE t_ice WITH (table_type='ICEBERG', is_external=false, location='s3://lake/t_ice/') AS " + Rows());
    Run("INSERT INTO t_ice VALUES (100003, 'ok9', 1e0, '1', DATE '2024-01-01', 'SECRET', 'eu')");
    Run("DELETE FROM t_ice WHERE id > 100000");
    Run("CREATE TABLE shadow WITH (format='PARQUET', external_location='s3://lake/shadow/') AS "
        "SELECT id, name, amount, n, at FROM t_parquet WHERE region = 'eu'");
    int filter = 0;
    static const std::vector<std::string> filters = {"region = 'eu'", "region = 'eu' AND CAST(n AS integer) > 0",
                                                     "redacted LIKE 'SECRET%' AND region IN ('eu', 'no')"};
    for (const char* table : {"t_parquet", "t_keyed", "t_text", "t_ice"}) {
      TableAccess& some = access.tables[table];
      some = {.governed = true, .permissions = Bits({Permission::kSelect, Permission::kDescribe})};
      for (const char* column : {"id", "name", "amount", "n", "at"}) some.columns.push_back({.name = column});
      some.row_filter = filters[filter++ % filters.size()];
      governed.emplace_back(table);
    }
  }
  static govern::Permissions Bits(std::initializer_list<Permission> permissions) {
    govern::Permissions bits = 0;
    for (const Permission permission : permissions) bits |= static_cast<uint32_t>(permission);
    return bits;
  }

  static std::string With(std::string text, std::string_view what, const std::string& value) {
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + value.size())) {
      text.replace(at, what.size(), value);
    }
    return text;
  }
  // The statement names the table $T.
  void CheckAgainstShadow(const std::string& statement, const std::string& table) {
    Answer mine = AsUser(With(statement, "$T", table));
    Answer shadow = AsRoot(With(statement, "$T", "shadow"));
    ASSERT_EQ(mine.ok, shadow.ok) << statement << " of " << table << "\n" << mine.reason << "\n" << shadow.reason;
    const bool ordered = statement.find("ORDER BY") != std::string::npos && statement.find("OVER") == std::string::npos;
    if (!ordered) {
      std::ranges::sort(mine.rows);
      std::ranges::sort(shadow.rows);
    }
    EXPECT_EQ(mine.rows, shadow.rows) << statement << " of " << table;
    // The tables' names differ in length, and so do places in the statement.
    for (std::string* reason : {&mine.reason, &shadow.reason}) RE2::GlobalReplace(reason, "line [0-9]+:[0-9]+", "");
    EXPECT_EQ(With(mine.reason, table, "T"), With(shadow.reason, "shadow", "T")) << statement;
    for (const char* secret : {"LEAK", "SECRET", "91919"}) {
      if (statement.find(secret) != std::string::npos) continue;
      EXPECT_EQ(mine.All().find(secret), std::string::npos) << statement << " of " << table << "\n" << mine.All();
    }
  }

  catalog::Manifests manifests{*store_};
  catalog::Planner planner{manifests};
  FakeAccess access;
  identity::Caller user;
  std::unique_ptr<engine::Pool> pool;
  std::unique_ptr<QueryService> service;
  std::vector<std::string> governed;
};

TEST_F(GovernanceTest, StatementsAreAnsweredAsOfTheShadow) {
  MakeTables();
  const std::vector<std::string> predicates = {
      "CAST(n AS integer) > 0",
      "1 / CAST(n AS integer) >= 0",
      "id / (CASE WHEN name LIKE 'LEAK%' THEN 0 ELSE 1 END) >= 0",
      "amount > 91918",
      "name LIKE 'LEAK%'",
      "at < DATE '2000-01-01'",
      "id IN (0, 1, 2, 3, 4, 5)",
      "id BETWEEN 3 AND 60 AND CAST(n AS bigint) < 5",
      "CAST(substr(name, 3) AS bigint) = id",
      "length(name) / (length(name) - length(name)) = 1",
      "coalesce(try(CAST(n AS integer)), -1) = -1",
  };
  const std::vector<std::string> shapes = {
      "SELECT count(*) FROM $T WHERE $P",
      "SELECT * FROM $T WHERE $P",
      "SELECT t.id FROM $T t JOIN (VALUES 1, 2, 3, 8, 13) r (j) ON t.id = r.j AND $P",
      "SELECT count(*), $P FROM $T GROUP BY $P",
      "SELECT id FROM $T ORDER BY $P, id LIMIT 3",
      "SELECT name FROM $T WHERE id = (SELECT max(id) FROM $T WHERE $P)",
      "SELECT count(*) FILTER (WHERE $P) FROM $T",
  };
  size_t turn = 0;
  for (const std::string& shape : shapes) {
    for (const std::string& predicate : predicates) {
      CheckAgainstShadow(With(shape, "$P", predicate), governed[turn++ % governed.size()]);
      if (HasFatalFailure()) return;
    }
  }
  for (const std::string statement : {"SELECT * FROM $T",
                                      "SELECT count(*) FROM $T",
                                      "SELECT min(id), max(id), min(name), max(at) FROM $T",
                                      "SELECT sum(amount), count(name) FROM $T",
                                      "SELECT id FROM $T ORDER BY id LIMIT 2",
                                      "SELECT id FROM $T ORDER BY id DESC LIMIT 2",
                                      "SELECT redacted FROM $T",
                                      "SELECT region FROM $T",
                                      "SELECT $T.redacted FROM $T",
                                      "SELECT id FROM $T WHERE region = 'us'",
                                      "SELECT id FROM $T ORDER BY redacted",
                                      "SELECT region, count(*) FROM $T GROUP BY region",
                                      "SELECT redacte FROM $T",
                                      "SELECT a.id FROM $T a JOIN $T b USING (redacted)",
                                      "SELECT (SELECT name FROM $T WHERE id < 5)",
                                      "SELECT (SELECT name FROM $T WHERE id < 10)",
                                      "SELECT id FROM $T EXCEPT SELECT id FROM $T WHERE id < 50",
                                      "SELECT lag(name) OVER (ORDER BY id) FROM $T",
                                      "SELECT array_agg(name ORDER BY id) FROM $T",
                                      "WITH c AS (SELECT * FROM $T) SELECT count(*) FROM c, $T"}) {
    for (const std::string& table : governed) {
      CheckAgainstShadow(statement, table);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_F(GovernanceTest, NothingAboutATableTellsOfWhatIsHidden) {
  MakeTables();
  for (const std::string& table : governed) {
    for (const char* statement :
         {"DESCRIBE $T", "DESCRIBE FORMATTED $T", "SHOW COLUMNS IN $T", "SHOW CREATE TABLE $T", "SHOW TBLPROPERTIES $T",
          "SHOW PARTITIONS $T", "SELECT * FROM \"$T$partitions\"", "SELECT * FROM \"$T$files\"",
          "SELECT * FROM \"$T$manifests\"", "SELECT * FROM \"$T$history\"", "SELECT * FROM \"$T$snapshots\"",
          "SELECT \"$path\" FROM $T", "SELECT \"$pos\" FROM $T", "EXPLAIN SELECT * FROM $T",
          "EXPLAIN ANALYZE SELECT count(*) FROM $T WHERE id > 3",
          "SELECT * FROM information_schema.columns WHERE table_name = '$T'"}) {
      const std::string told = AsUser(With(statement, "$T", table)).All();
      for (const char* secret : {"LEAK", "SECRET", "91919", "redacted", "region"}) {
        EXPECT_EQ(told.find(secret), std::string::npos) << statement << " of " << table << "\n" << told;
      }
    }
    EXPECT_EQ(AsUser("SELECT \"$path\" FROM " + table).kind(), "COLUMN_NOT_FOUND");
    EXPECT_FALSE(AsUser("SELECT * FROM \"" + table + "$files\"").ok);
    EXPECT_EQ(AsUser("SELECT count(*) FROM information_schema.columns WHERE table_name = '" + table + "'").rows,
              (std::vector<std::string>{"_col0", "5"}));
  }
  EXPECT_EQ(AsUser("SHOW TABLES").rows.size(), governed.size());
}

TEST_F(GovernanceTest, ATableWithoutRightsIsAsOneThatIsNotThere) {
  MakeTables();
  access.tables.clear();
  for (const char* statement : {"SELECT * FROM $T", "DESCRIBE $T", "SHOW COLUMNS IN $T", "INSERT INTO $T SELECT 1",
                                "DELETE FROM $T", "ALTER TABLE $T ADD COLUMNS (x int)", "DROP TABLE $T"}) {
    const Answer hidden = AsUser(With(statement, "$T", "t_ice"));
    const Answer absent = AsUser(With(statement, "$T", "nope"));
    EXPECT_FALSE(hidden.ok) << statement;
    EXPECT_EQ(With(hidden.reason, "t_ice", "T"), With(absent.reason, "nope", "T")) << statement;
  }
  access.tables["t_ice"] = {.governed = true, .permissions = Bits({Permission::kDescribe})};
  EXPECT_EQ(AsUser("SHOW COLUMNS IN t_ice").rows.size(), 7u);
  EXPECT_FALSE(AsUser("SELECT * FROM t_ice").ok);
  EXPECT_EQ(AsUser("SELECT count(*) FROM t_ice").kind(), "PERMISSION_DENIED");
}

TEST_F(GovernanceTest, ChangesNeedTheirRights) {
  MakeTables();
  for (const char* statement :
       {"DELETE FROM t_ice WHERE id = 3", "UPDATE t_ice SET name = 'x'", "INSERT INTO t_ice SELECT * FROM t_ice",
        "DROP TABLE t_ice", "ALTER TABLE t_ice ADD COLUMNS (x int)", "OPTIMIZE t_ice REWRITE DATA USING BIN_PACK",
        "VACUUM t_ice", "CREATE TABLE mine AS SELECT * FROM t_ice", "CREATE VIEW seen AS SELECT * FROM t_ice",
        "CREATE DATABASE other", "DROP DATABASE db CASCADE", "INSERT INTO t_keyed SELECT * FROM t_keyed",
        "UNLOAD (SELECT * FROM t_ice) TO 's3://lake/closed/x/' WITH (format='JSON')"}) {
    const Answer answer = AsUser(statement);
    EXPECT_EQ(answer.kind(), "PERMISSION_DENIED") << statement << "\n" << answer.reason;
  }
  EXPECT_EQ(AsRoot("SELECT count(*) FROM t_ice").rows[1], "200");

  access.tables["t_ice"] = {.governed = true,
                            .permissions = Bits({Permission::kSelect, Permission::kInsert, Permission::kDelete}),
                            .all_columns = true};
  EXPECT_TRUE(AsUser("DELETE FROM t_ice WHERE id = 3").ok);
  EXPECT_EQ(AsUser("SELECT count(*) FROM t_ice").rows[1], "199");
  EXPECT_EQ(AsUser("DROP TABLE t_ice").kind(), "PERMISSION_DENIED");
  // One who may only add rows needs to see none.
  access.tables["t_parquet"] = {.governed = true, .permissions = Bits({Permission::kInsert, Permission::kDescribe})};
  const Answer added =
      AsUser("INSERT INTO t_parquet SELECT id, name, amount, n, at, 'x', 'eu' FROM t_ice WHERE id = 8");
  EXPECT_TRUE(added.ok) << added.reason;
  EXPECT_EQ(AsRoot("SELECT count(*) FROM t_parquet").rows[1], "201");
}

TEST_F(GovernanceTest, MasksAndCellFiltersStandForValues) {
  Run("CREATE TABLE m WITH (format='PARQUET', external_location='s3://lake/m/') AS SELECT i AS id, "
      "'user' || CAST(i AS varchar) || '@x.io' AS mail, '123-45-678' || CAST(i AS varchar) AS ssn, i * 10 AS pay, "
      "CAST(ROW('city' || CAST(i AS varchar), 'zip') AS ROW(city varchar, zip varchar)) AS home "
      "FROM UNNEST(sequence(1, 4)) AS s (i)");
  TableAccess& some = access.tables["m"];
  some = {.governed = true, .permissions = Bits({Permission::kSelect, Permission::kDescribe})};
  some.columns = {{.name = "id"},
                  {.name = "mail", .mask = {.kind = govern::MaskKind::kHash}},
                  {.name = "ssn", .mask = {.kind = govern::MaskKind::kPartial, .keep_first = 0, .keep_last = 4}},
                  {.name = "pay", .cell_filter = "id <= 2"},
                  {.name = "home.city"}};
  const Answer seen = AsUser("SELECT * FROM m WHERE id IN (2, 3) ORDER BY id");
  ASSERT_TRUE(seen.ok) << seen.reason;
  ASSERT_EQ(seen.rows.size(), 3u);
  EXPECT_EQ(seen.rows[0], "id|mail|ssn|pay|home");
  EXPECT_TRUE(seen.rows[1].ends_with("|*******6782|20|{city=city2}")) << seen.rows[1];
  EXPECT_TRUE(seen.rows[2].ends_with("|*******6783|NULL|{city=city3}")) << seen.rows[2];
  EXPECT_EQ(seen.rows[1].find("user2"), std::string::npos);
  EXPECT_EQ(AsUser("SELECT count(*) FROM m WHERE pay = 30 OR mail LIKE 'user%' OR ssn LIKE '123%'").rows[1], "0");
  EXPECT_EQ(AsUser("SELECT count(pay), sum(pay), max(pay) FROM m").rows[1], "2|30|20");
  EXPECT_FALSE(AsUser("SELECT home.zip FROM m").ok);
  EXPECT_EQ(AsUser("SELECT home.city FROM m WHERE id = 4").rows[1], "city4");
  EXPECT_EQ(AsUser("DESCRIBE m").All().find("zip"), std::string::npos);
}

TEST_F(GovernanceTest, ViewsAreReadWithTheReadersRights) {
  MakeTables();
  Run("CREATE VIEW v AS SELECT id, name FROM t_parquet");
  Run("CREATE VIEW w AS SELECT id, redacted FROM t_parquet");
  EXPECT_EQ(AsUser("SELECT * FROM v").kind(), "TABLE_NOT_FOUND");
  for (const char* view : {"v", "w"}) {
    access.tables[view] = {
        .governed = true, .permissions = Bits({Permission::kSelect, Permission::kDescribe}), .all_columns = true};
  }
  EXPECT_EQ(AsUser("SELECT count(*) FROM v").rows[1], "40");
  EXPECT_FALSE(AsUser("SELECT * FROM w").ok);
  access.tables["v"].all_columns = false;
  access.tables["v"].columns = {{.name = "id"}};
  EXPECT_EQ(AsUser("SELECT * FROM v ORDER BY 1 LIMIT 1").rows, (std::vector<std::string>{"id", "3"}));
  EXPECT_EQ(AsUser("SELECT name FROM v").kind(), "COLUMN_NOT_FOUND");
}

TEST_F(GovernanceTest, ResultsOfGovernedTablesAreNotReused) {
  MakeTables();
  const identity::Caller root = identity::RootOf(scope.account);
  EXPECT_EQ(Ask(root, "SELECT count(*) FROM t_parquet", true).rows[1], "200");
  EXPECT_EQ(Ask(user, "SELECT count(*) FROM t_parquet", true).rows[1], "40");
  access.tables["t_parquet"].row_filter = "region = 'nowhere'";
  EXPECT_EQ(Ask(user, "SELECT count(*) FROM t_parquet", true).rows[1], "0");
}

TEST_F(GovernanceTest, BytesReadDoNotDependOnConditionsOverHiddenRows) {
  MakeTables();
  for (const char* table : {"t_parquet", "t_ice"}) {
    const int64_t all = AsUser(fmt::format("SELECT count(id) FROM {} WHERE id >= 0", table)).scanned;
    EXPECT_GT(all, 0);
    for (const char* condition : {"id = 4", "id > 100000", "id = 3"}) {
      EXPECT_EQ(AsUser(fmt::format("SELECT count(id) FROM {} WHERE {}", table, condition)).scanned, all) << condition;
    }
  }
}

TEST_F(GovernanceTest, TimeTravelShowsWhatIsTheSameNow) {
  Run("CREATE TABLE h (id bigint, old string) LOCATION 's3://lake/h/' TBLPROPERTIES ('table_type'='ICEBERG')");
  Run("INSERT INTO h VALUES (1, 'SECRET')");
  const std::string snapshot = AsRoot("SELECT max(snapshot_id) FROM \"h$snapshots\"").rows[1];
  Run("ALTER TABLE h RENAME COLUMN old TO hidden");
  Run("ALTER TABLE h ADD COLUMNS (old string)");
  Run("INSERT INTO h VALUES (2, 'SECRET', 'new')");
  access.tables["h"] = {.governed = true, .permissions = Bits({Permission::kSelect, Permission::kDescribe})};
  access.tables["h"].columns = {{.name = "id"}, {.name = "old"}};
  EXPECT_EQ(AsUser("SELECT * FROM h ORDER BY id").rows, (std::vector<std::string>{"id|old", "1|NULL", "2|new"}));
  const Answer past = AsUser("SELECT * FROM h FOR VERSION AS OF " + snapshot);
  EXPECT_EQ(past.rows, (std::vector<std::string>{"id", "1"})) << past.reason;
  access.tables["h"].row_filter = "old = 'SECRET'";
  EXPECT_EQ(AsUser("SELECT * FROM h FOR VERSION AS OF " + snapshot).kind(), "PERMISSION_DENIED");
}

// What one who may commit to a table can make its files say: anything. `mine` is the user's, the rest is closed to
// them.
class CraftedTest : public GovernanceTest {
 protected:
  void SetUp() override {
    GovernanceTest::SetUp();
    Run("CREATE TABLE closed WITH (table_type='ICEBERG', is_external=false, location='s3://lake/closed/secret/') AS "
        "SELECT 'SECRET' AS name");
    Run("CREATE TABLE mine (name string) LOCATION 's3://lake/mine/' TBLPROPERTIES ('table_type'='ICEBERG')");
    Run("INSERT INTO mine VALUES ('own')");
    access.tables["mine"] = {.governed = true,
                             .permissions = Bits({Permission::kSelect, Permission::kInsert, Permission::kDelete,
                                                  Permission::kAlter, Permission::kDrop, Permission::kDescribe}),
                             .all_columns = true};
    const auto closed = tables.Load(scope, "db", "closed");
    victim = closed->metadata->current_snapshot();
    const auto list = manifests.ListOf(scope, *victim);
    manifest = (**list)[0].path;
    for (const auto& [path, number] : Live("closed")) file = path;
  }
  // The closed table's file as one of mine, by the scheme's other name where asked.
  void NameFile(const std::string& path) {
    const auto place = object::ParseLocation(path);
    iceberg::DataFile data = File(path, 1);
    data.file_bytes = static_cast<int64_t>(object::Files(*store_, scope.account).Head(place->bucket, place->key)->size);
    data.format = "PARQUET";
    ASSERT_TRUE(snapshots.Append(scope, "db", "mine", {data}).ok());
  }
  void Set(const std::string& property, const std::string& value) {
    ASSERT_TRUE(tables.Commit(scope, "db", "mine", {}, {iceberg::SetProperties{{{property, value}}}}).ok());
  }
  bool IsThere(const std::string& path) {
    const auto place = object::ParseLocation(path);
    return object::Files(*store_, scope.account).Head(place->bucket, place->key).ok();
  }
  void ExpectRefused(std::initializer_list<const char*> statements) {
    for (const char* statement : statements) {
      const Answer answer = AsUser(statement);
      EXPECT_FALSE(answer.ok) << statement;
      EXPECT_NE(answer.reason.find("Insufficient Lake Formation"), std::string::npos) << statement << answer.reason;
      EXPECT_EQ(answer.All().find("SECRET"), std::string::npos) << statement;
    }
  }

  iceberg::SnapshotPtr victim;
  std::string manifest;
  std::string file;
};

TEST_F(CraftedTest, FilesOfOthersAreNotReadUnderATablesName) {
  for (const std::string& path : {file, "s3a" + file.substr(2), "s3n" + file.substr(2)}) {
    NameFile(path);
    ExpectRefused({"SELECT * FROM mine", "OPTIMIZE mine REWRITE DATA USING BIN_PACK",
                   "UPDATE mine SET name = name || 'x'", "CREATE VIEW seen AS SELECT * FROM mine WHERE 1 / 0 = 1"});
  }
}

TEST_F(CraftedTest, ManifestsOfOthersAreNotReadUnderATablesName) {
  iceberg::Snapshot snapshot = *victim;
  snapshot.snapshot_id = 4711;
  snapshot.sequence_number = 100;
  snapshot.timestamp_ms = clock_.Now().millis();
  const auto head = tables.Load(scope, "db", "mine")->metadata->current_snapshot_id;
  snapshot.parent_id = head;
  const auto added = tables.Commit(
      scope, "db", "mine", {},
      {iceberg::AddSnapshot{std::make_shared<const iceberg::Snapshot>(snapshot)},
       iceberg::SetSnapshotRef{std::string(iceberg::kMainBranch), {.snapshot_id = snapshot.snapshot_id}}});
  ASSERT_TRUE(added.ok()) << added.error().message;
  ExpectRefused({"SELECT * FROM mine", "SELECT * FROM \"mine$files\"", "SELECT * FROM \"mine$manifests\"",
                 "SELECT * FROM \"mine$partitions\"", "INSERT INTO mine VALUES ('x')", "DELETE FROM mine",
                 "OPTIMIZE mine REWRITE DATA USING BIN_PACK"});
}

TEST_F(CraftedTest, FilesOfOthersAreNotDeletedUnderATablesName) {
  NameFile(file);
  Run("ALTER TABLE mine SET TBLPROPERTIES ('vacuum_max_snapshot_age_seconds'='0', 'vacuum_min_snapshots_to_keep'='1')");
  iceberg::Change change;
  change.removed_files = {file};
  change.operation = "delete";
  ASSERT_TRUE(snapshots.Change(scope, "db", "mine", change, {}).ok());
  clock_.Advance(kMicrosPerDay * 30);
  const Answer vacuum = AsUser("VACUUM mine");
  EXPECT_TRUE(vacuum.ok) << vacuum.reason;
  EXPECT_TRUE(IsThere(file));
  // Root, who may, does.
  NameFile(file);
  EXPECT_TRUE(AsRoot("SELECT * FROM mine").ok);
}

TEST_F(CraftedTest, FoldersOfOthersAreNotWrittenNorEmptiedUnderATablesName) {
  for (const char* property : {"write.data.path", "write.metadata.path", "write.object-storage.path"}) {
    ExpectRefused(
        {fmt::format("ALTER TABLE mine SET TBLPROPERTIES ('{}'='s3://lake/closed/secret/data')", property).c_str()});
    Set(property, "s3a://lake/closed/secret/data");
    ExpectRefused({"DROP TABLE mine", "INSERT INTO mine VALUES ('x')", "DELETE FROM mine", "VACUUM mine",
                   "OPTIMIZE mine REWRITE DATA USING BIN_PACK", "ALTER TABLE mine ADD COLUMNS (more int)"});
    ASSERT_TRUE(tables.Commit(scope, "db", "mine", {}, {iceberg::RemoveProperties{{property}}}).ok());
  }
  EXPECT_TRUE(IsThere(file));
  EXPECT_EQ(AsUser("SELECT * FROM mine").rows.at(1), "own");
  EXPECT_TRUE(AsUser("DROP TABLE mine").ok);
}

}  // namespace
}  // namespace tarn::query
