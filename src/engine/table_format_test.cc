// Scans of tables whose format knows columns by number, values that files leave out, and rows that are gone.
#include "engine/table_format.h"

#include <algorithm>

#include "engine/engine_fixture.h"

namespace tarn::engine {
namespace {

// Hands out files, and remembers with which conditions it was asked.
class FixedPlanner : public FilePlanner {
 public:
  Result<std::vector<File>> Plan(const Condition& condition) override {
    conditions.push_back(condition);
    return files;
  }
  std::vector<File> files;
  std::vector<Condition> conditions;
};

class TableFormatTest : public EngineTest {
 protected:
  static ColumnDef Column(const std::string& name, std::string_view type, int32_t id,
                          std::optional<std::string> initial = std::nullopt) {
    return {name, T(type), FieldIds{.id = id, .initial_default = std::move(initial), .children = {}}};
  }
  // Writes the SELECT as one file.
  File Put(const std::string& sql, const std::string& name) {
    const Outcome outcome = Write(sql, name);
    EXPECT_TRUE(outcome.status.ok()) << outcome.status.error().message;
    File file = files_->FileOf(outcome.written.at(0).name);
    file.detail = std::make_shared<FileDetail>();
    return file;
  }
  static FileDetail& DetailOf(File& file) { return const_cast<FileDetail&>(*file.detail); }

  // Columns 1 "id" and 2 "name"; files name them "a" and "b".
  std::shared_ptr<FixedPlanner> Table(const std::string& name, std::vector<File> files,
                                      std::function<void(TableBinding&)> change = {}) {
    auto planner = std::make_shared<FixedPlanner>();
    planner->files = std::move(files);
    TableBinding binding;
    binding.columns = {Column("id", "bigint", 1), Column("name", "string", 2)};
    binding.partitions.emplace_back();
    binding.planner = planner;
    binding.table_format.name_mapping = {{.names = {"a", "id"}, .id = 1, .fields = {}},
                                         {.names = {"b"}, .id = 2, .fields = {}},
                                         {.names = {"c"}, .id = 3, .fields = {}}};
    if (change) change(binding);
    Bind("db." + name, std::move(binding));
    return planner;
  }
  std::shared_ptr<DeleteFile> Equality(const std::string& sql, const std::string& name, std::vector<int32_t> ids) {
    auto deletes = std::make_shared<DeleteFile>();
    deletes->kind = DeleteFile::Kind::kEquality;
    deletes->file = std::make_shared<const File>(Put(sql, name));
    deletes->equality_ids = std::move(ids);
    return deletes;
  }
  Rows Sorted(const std::string& sql) {
    Answer answer = Ask(sql);
    EXPECT_EQ(answer.error(), "");
    std::sort(answer.rows.begin(), answer.rows.end());
    return answer.rows;
  }
};

constexpr const char* kThree = "SELECT i::INTEGER AS a, 'n' || i AS b FROM range(3) r(i)";

TEST_F(TableFormatTest, ColumnsAreFoundByNumberAndAbsentOnesHaveTheirDefaults) {
  const File file = Put("SELECT 'x' AS b, 7::INTEGER AS a, true AS other", "swapped");
  Table("t", {file}, [](TableBinding& binding) {
    binding.columns.push_back(Column("added", "int", 9));
    binding.columns.push_back(Column("filled", "decimal(9,2)", 10, "12.50"));
  });
  EXPECT_EQ(Sorted("SELECT id, name, added, filled FROM lake.db.t"), Rows{"7|x|NULL|1250"});
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE filled = 12.50 AND added IS NULL"), Rows{"1"});
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE filled > 13"), Rows{"0"});
}

TEST_F(TableFormatTest, IdentityPartitionValuesStandForColumnsThatFilesLeaveOut) {
  File without = Put("SELECT 1 AS a", "without"), with = Put("SELECT 2 AS a, 'own' AS b", "with");
  DetailOf(without).constants = {{2, "given"}};
  DetailOf(with).constants = {{2, "given"}};
  Table("t", {without, with});
  EXPECT_EQ(Sorted("SELECT id, name FROM lake.db.t"), (Rows{"1|given", "2|own"}));
  EXPECT_EQ(Sorted("SELECT id FROM lake.db.t WHERE name = 'given'"), Rows{"1"});
}

TEST_F(TableFormatTest, PositionDeletesAndVectorsTakeRowsOutAndLeavePositions) {
  File one = Put("SELECT i::INTEGER AS a, 'n' AS b FROM range(5000) r(i)", "one"), two = Put(kThree, "two");
  auto positions = std::make_shared<DeleteFile>();
  positions->file = std::make_shared<const File>(
      Put("SELECT * FROM (SELECT '" + one.path +
              "' AS file_path, i AS pos FROM range(1, 4999) r(i)) UNION ALL SELECT '" + two.path + "', 1",
          "positions"));
  auto vector = std::make_shared<DeleteFile>();
  vector->kind = DeleteFile::Kind::kVector;
  files_->Put("blob", "xx2");
  vector->file = std::make_shared<const File>(files_->FileOf("blob"));
  vector->offset = 2;
  vector->length = 1;
  DetailOf(one).deletes = {positions};
  DetailOf(two).deletes = {positions, vector};
  Table("t", {one, two}, [](TableBinding& binding) {
    binding.table_format.decode_vector = [](std::string_view blob) -> Result<std::vector<uint64_t>> {
      return std::vector<uint64_t>{static_cast<uint64_t>(blob[0] - '0')};
    };
  });
  EXPECT_EQ(Sorted("SELECT id, \"$pos\" FROM lake.db.t"), (Rows{"0|0", "0|0", "4999|4999"}));
  EXPECT_EQ(Sorted("SELECT id, \"$pos\" FROM lake.db.t WHERE id > 5"), Rows{"4999|4999"});
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t"), Rows{"3"});
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE \"$pos\" = 4999"), Rows{"1"});
}

TEST_F(TableFormatTest, EqualityDeletesCompareNullsAsEqualAndReachTheirFilesOnly) {
  File old = Put("SELECT * FROM (VALUES (1, 'x'), (2, NULL), (3, 'x'), (NULL, 'y')) v(a, b)", "old");
  File young = Put("SELECT * FROM (VALUES (1, 'x'), (2, NULL)) v(a, b)", "young");
  DetailOf(old).deletes = {Equality("SELECT 1::INTEGER AS a, 'x' AS b UNION ALL SELECT NULL, 'y'", "pair", {1, 2}),
                           Equality("SELECT NULL::VARCHAR AS b", "null", {2})};
  Table("t", {old, young}, [](TableBinding& binding) { binding.table_format.equality_columns = {0, 1}; });
  EXPECT_EQ(Sorted("SELECT id FROM lake.db.t"), (Rows{"1", "2", "3"}));
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE name IS NULL"), Rows{"1"});
}

TEST_F(TableFormatTest, EqualityDeletesMayCompareAColumnThatTheTableHasNoMore) {
  File file = Put("SELECT i::INTEGER AS a, 'n' AS b, i % 2 AS c FROM range(4) r(i)", "file");
  DetailOf(file).deletes = {Equality("SELECT 1 AS c", "odd", {3})};
  Table("t", {file}, [](TableBinding& binding) {
    binding.columns.push_back(Column("$gone", "bigint", 3));
    binding.hidden_columns = {"$gone"};
    binding.table_format.equality_columns = {2};
  });
  EXPECT_EQ(Sorted("SELECT * FROM lake.db.t"), (Rows{"0|n", "2|n"}));
}

TEST_F(TableFormatTest, RowFiltersSeeNoDeletedRowsAndUsersNeither) {
  File file = Put("SELECT i::INTEGER AS a, 'n' || i AS b FROM range(10) r(i)", "file");
  DetailOf(file).deletes = {Equality("SELECT 5 AS a", "five", {1})};
  DetailOf(file).deleted = {6};
  Table("t", {file}, [](TableBinding& binding) {
    binding.table_format.equality_columns = {0};
    binding.row_filter = "id <> 7";
    binding.hidden_columns = {"name"};
  });
  const char* attack =
      "SELECT count(*) FROM lake.db.t WHERE CASE WHEN id IN (5, 6, 7) THEN error('LEAK ' || id)::BOOLEAN ELSE true END";
  EXPECT_EQ(Sorted(attack), Rows{"7"});
  EXPECT_NE(Ask("SELECT name FROM lake.db.t").error(), "");
}

TEST_F(TableFormatTest, FiltersReachThePlannerButBelowARowFilterItsOwnAlone) {
  auto open = Table("t", {Put(kThree, "file")});
  EXPECT_EQ(Sorted("SELECT name FROM lake.db.t WHERE id > 0 AND (name LIKE 'n%' OR name IS NULL) AND id IN (1, 2)"),
            (Rows{"n1", "n2"}));
  Condition all;
  for (const Condition& condition : open->conditions) all = And(std::move(all), condition);
  const auto says = [&](Condition::Op op, size_t column, const std::string& value) {
    return std::any_of(all.children.begin(), all.children.end(), [&](const Condition& part) {
      return part.op == op && part.column == column && part.values == std::vector<std::string>{value};
    });
  };
  EXPECT_TRUE(says(Condition::Op::kGt, 0, "0") || says(Condition::Op::kGtEq, 0, "1"));
  const auto any = std::find_if(all.children.begin(), all.children.end(),
                                [](const Condition& part) { return part.op == Condition::Op::kOr; });
  ASSERT_NE(any, all.children.end());

  auto governed = Table("g", {Put(kThree, "file2")}, [](TableBinding& binding) { binding.row_filter = "id < 2"; });
  EXPECT_EQ(Sorted("SELECT name FROM lake.db.g WHERE id > 0"), Rows{"n1"});
  // The row filter itself finds files: nothing else does.
  for (const Condition& condition : governed->conditions) {
    EXPECT_TRUE(condition.is_true() || (condition.op == Condition::Op::kLt && condition.column == 0 &&
                                        condition.values == std::vector<std::string>{"2"}));
  }
}

TEST_F(TableFormatTest, RowLineageComesFromTheFileElseFromItsEntry) {
  File fresh = Put("SELECT i::INTEGER AS a FROM range(2) r(i)", "fresh");
  File rewritten =
      Put("SELECT 5 AS a, 77::BIGINT AS rid, NULL::BIGINT AS seq UNION ALL SELECT 6, NULL, 2", "rewritten");
  File ancient = Put("SELECT 9 AS a", "ancient");
  DetailOf(fresh).first_row_id = 100;
  DetailOf(fresh).sequence_number = 3;
  DetailOf(rewritten).first_row_id = 200;
  DetailOf(rewritten).sequence_number = 4;
  Table("t", {fresh, rewritten, ancient}, [](TableBinding& binding) {
    binding.table_format.name_mapping.push_back({.names = {"rid"}, .id = 2147483540, .fields = {}});
    binding.table_format.name_mapping.push_back({.names = {"seq"}, .id = 2147483539, .fields = {}});
  });
  EXPECT_EQ(Sorted("SELECT id, _row_id, _last_updated_sequence_number FROM lake.db.t"),
            (Rows{"0|100|3", "1|101|3", "5|77|4", "6|201|2", "9|NULL|NULL"}));
  EXPECT_EQ(Sorted("SELECT id FROM lake.db.t WHERE _row_id = 201"), Rows{"6"});
  EXPECT_EQ(Sorted("SELECT _row_id FROM lake.db.t WHERE _row_id > 100 AND id < 3"), Rows{"101"});
}

TEST_F(TableFormatTest, CountsOfWholeFilesNeedNoReading) {
  File one = Put(kThree, "one"), two = Put(kThree, "two");
  one.rows = two.rows = 3;
  Table("t", {one, two});
  files_->opened.clear();
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t"), Rows{"6"});
  EXPECT_TRUE(files_->opened.empty());
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE id = 1"), Rows{"2"});
  DetailOf(two).deleted = {0};
  Table("d", {one, two});
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.d"), Rows{"5"});
}

TEST_F(TableFormatTest, FloatsReadAsDoublesCompareAsDoubles) {
  const File file = Put("SELECT 1 AS a, 0.1::FLOAT AS c", "float");
  Table("t", {file}, [](TableBinding& binding) {
    binding.columns.push_back(Column("price", "double", 3));
    binding.table_format.filter_above = true;
  });
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE price = 0.1"), Rows{"0"});
  EXPECT_EQ(Sorted("SELECT count(*) FROM lake.db.t WHERE price = 0.1::FLOAT::DOUBLE"), Rows{"1"});
}

}  // namespace
}  // namespace tarn::engine
