#include "iceberg/scan/scan.h"

#include <gtest/gtest.h>

#include "iceberg/errors.h"
#include "iceberg/manifest/writer.h"
#include "iceberg/metadata/builder.h"

namespace tarn::iceberg {
namespace {

SchemaPtr TableSchema() {
  return *Schema::Make(0, {{1, "id", false, TypeId::kLong},
                           {2, "s", false, TypeId::kString},
                           {3, "ts", false, TypeId::kTimestamp},
                           {4, "f", false, TypeId::kDouble}});
}

Expression Filter(std::string_view json) {
  const auto expression = ExpressionFromJson(*json::Parse(json), *TableSchema());
  EXPECT_TRUE(expression.ok()) << json << ": " << expression.error().message;
  return *expression;
}

std::string Text(const Expression& expression) {
  json::Writer out;
  WriteExpression(out, expression, *TableSchema());
  return out.Take();
}

TEST(Expression, PrintsAsItWasReadAndPushesNotDown) {
  for (
      const std::string_view text :
      {R"({"type":"and","left":{"type":"lt","term":"id","value":5},"right":{"type":"in","term":"s","values":["a","b"]}})",
       R"({"type":"eq","term":"ts","value":"2026-01-02T03:04:05"})", R"({"type":"is-nan","term":"f"})",
       R"({"type":"eq","term":{"type":"transform","transform":"bucket[4]","term":"id"},"value":3})", "true", "false"}) {
    EXPECT_EQ(Text(Filter(text)), text);
  }
  EXPECT_EQ(Text(Filter(R"({"type":"not","child":{"type":"or","left":{"type":"lt","term":"id","value":5},
                            "right":{"type":"is-null","term":"s"}}})")),
            R"({"type":"and","left":{"type":"gt-eq","term":"id","value":5},"right":{"type":"not-null","term":"s"}})");
  EXPECT_EQ(Text(Filter(R"({"type":"in","term":"id","values":[7,7]})")), R"({"type":"eq","term":"id","value":7})");
  for (const std::string_view bad : {R"({"type":"lt","term":"nope","value":5})", R"({"type":"lt","term":"id"})",
                                     R"({"type":"lt","term":"id","value":"x"})", R"({"type":"is-nan","term":"id"})",
                                     R"({"type":"starts-with","term":"id","value":5})", R"({"type":"maybe"})", "5"}) {
    EXPECT_TRUE(ExpressionFromJson(*json::Parse(bad), *TableSchema()).Is(kInvalid)) << bad;
  }
}

DataFile Ranged(int64_t low, int64_t high, int64_t nulls = 0) {
  DataFile file;
  file.record_count = 10;
  file.value_counts = {{1, 10}};
  file.null_counts = {{1, nulls}};
  file.lower_bounds = {{1, ValueToBytes(TypeId::kLong, Value(low))}};
  file.upper_bounds = {{1, ValueToBytes(TypeId::kLong, Value(high))}};
  return file;
}

TEST(MayMatch, RulesOutByBoundsAndCounts) {
  const DataFile file = Ranged(10, 20);
  const auto may = [&](std::string_view json) { return MayMatch(Filter(json), file); };
  const auto must = [&](std::string_view json) { return MustMatch(Filter(json), file); };
  EXPECT_FALSE(may(R"({"type":"lt","term":"id","value":10})"));
  EXPECT_TRUE(may(R"({"type":"lt-eq","term":"id","value":10})"));
  EXPECT_FALSE(may(R"({"type":"gt","term":"id","value":20})"));
  EXPECT_FALSE(may(R"({"type":"in","term":"id","values":[5,25]})"));
  EXPECT_TRUE(may(R"({"type":"in","term":"id","values":[5,15]})"));
  EXPECT_FALSE(may(R"({"type":"is-null","term":"id"})"));
  EXPECT_TRUE(may(R"({"type":"eq","term":"s","value":"x"})"));
  EXPECT_TRUE(must(R"({"type":"lt","term":"id","value":21})"));
  EXPECT_FALSE(must(R"({"type":"lt","term":"id","value":20})"));
  EXPECT_TRUE(must(R"({"type":"not-eq","term":"id","value":21})"));
  EXPECT_TRUE(must(R"({"type":"not-null","term":"id"})"));
  EXPECT_FALSE(MustMatch(Filter(R"({"type":"lt","term":"id","value":21})"), Ranged(10, 20, 1)));
  EXPECT_TRUE(MustMatch(Filter(R"({"type":"eq","term":"id","value":4})"), Ranged(4, 4)));
  EXPECT_FALSE(MustMatch(Filter(R"({"type":"eq","term":"s","value":"x"})"), Ranged(4, 4)));
  DataFile nulls = Ranged(0, 0, 10);
  nulls.lower_bounds.clear();
  nulls.upper_bounds.clear();
  EXPECT_FALSE(MayMatch(Filter(R"({"type":"eq","term":"id","value":4})"), nulls));
  EXPECT_TRUE(MustMatch(Filter(R"({"type":"is-null","term":"id"})"), nulls));
}

// For every transform: a row that matches lies in a partition that the projection keeps; a partition that the strict
// projection proves holds no row that does not match.
TEST(Project, NeverLosesARowNorProvesTooMuch) {
  const auto schema = TableSchema();
  for (const char* transform : {"identity", "bucket[3]", "truncate[4]", "void", "mystery"}) {
    const PartitionSpec spec{0, {{{1}, 1000, "p", *ParseTransform(transform)}}};
    for (const Op op : {Op::kLt, Op::kLtEq, Op::kGt, Op::kGtEq, Op::kEq, Op::kNotEq, Op::kIn, Op::kNotIn}) {
      for (int64_t literal = -9; literal <= 9; ++literal) {
        Values values = {Value(literal)};
        if (op == Op::kIn || op == Op::kNotIn) values.emplace_back(literal + 3);
        const auto filter = *Predicate(*schema, op, "id", values);
        const Expression inclusive = ProjectInclusive(filter, spec);
        const Expression strict = ProjectStrict(filter, spec);
        for (int64_t row = -12; row <= 12; ++row) {
          const auto applied = ApplyTransform(spec.fields[0].transform, TypeId::kLong, Value(row));
          const RowValues partition = [&](int32_t) { return applied.ok() ? *applied : Value(); };
          const bool matches = Matches(filter, [&](int32_t) { return Value(row); });
          EXPECT_TRUE(!matches || Matches(inclusive, partition)) << transform << Text(filter) << row;
          EXPECT_TRUE(matches || !Matches(strict, partition)) << transform << Text(filter) << row;
        }
      }
    }
  }
}

TEST(Project, TurnsTimesIntoDays) {
  const PartitionSpec spec{0, {{{3}, 1000, "ts_day", *ParseTransform("day")}}};
  const Expression projected =
      ProjectInclusive(Filter(R"({"type":"lt","term":"ts","value":"2026-01-02T00:00:00"})"), spec);
  EXPECT_EQ(projected.op, Op::kLtEq);
  EXPECT_EQ(projected.values[0], *ParseValueText(TypeId::kDate, "2026-01-01"));
  const Type type = PartitionType(spec, *TableSchema());
  const Values first = {*ParseValueText(TypeId::kDate, "2026-01-01")};
  const Expression filter = Filter(R"({"type":"gt-eq","term":"ts","value":"2026-01-01T00:00:00"})");
  EXPECT_TRUE(Residual(filter, spec, type, first).is_true());
  EXPECT_TRUE(Residual(filter, spec, type, {*ParseValueText(TypeId::kDate, "2025-12-31")}).is_false());
  EXPECT_EQ(Residual(Filter(R"({"type":"gt","term":"ts","value":"2026-01-01T12:00:00"})"), spec, type, first).op,
            Op::kGt);
}

// Manifests in memory, of a table partitioned by id.
class ScanTest : public testing::Test {
 protected:
  ScanTest() {
    NewTable table;
    table.schema = TableSchema();
    table.spec.fields = {{{1}, 1000, "id", {}}};
    table.location = "s3://b/t";
    table.properties = {{"format-version", "3"}};
    metadata_ = *MakeTable(table, {Timestamp::FromMillis(1000), "uuid", ""});
    PartitionSpec none;
    none.spec_id = 1;
    metadata_.specs.push_back(none);
  }

  struct Stored {
    ManifestFile manifest;
    std::string bytes;
  };
  static DataFile File(const std::string& path, int64_t id, FileContent content = FileContent::kData) {
    DataFile file;
    file.path = path;
    file.content = content;
    file.partition = {Value(id)};
    file.record_count = 10;
    return file;
  }
  Stored Manifest(const std::vector<DataFile>& files, int64_t sequence, int32_t spec_id = 0) {
    const bool data = files[0].content == FileContent::kData;
    ManifestWriter writer(metadata_.schema(), *metadata_.FindSpec(spec_id),
                          {3, data ? ManifestContent::kData : ManifestContent::kDeletes, 5, {}, std::string(16, 's')});
    for (const DataFile& file : files) EXPECT_TRUE(writer.Add({EntryStatus::kAdded, {}, {}, {}, file}).ok());
    auto written = writer.Finish("m");
    written.manifest.sequence_number = sequence;
    return {written.manifest, written.bytes};
  }
  // path → the paths of its deletes.
  static std::map<std::string, std::vector<std::string>> Plan(const Scan& scan, const Stored& stored) {
    std::map<std::string, std::vector<std::string>> out;
    EXPECT_TRUE(scan.PlanManifest(stored.manifest, stored.bytes,
                                  [&](ScanTask&& task) {
                                    auto& deletes = out[task.entry->file.path];
                                    for (const DeleteFile* each : task.deletes) deletes.push_back(each->file.path);
                                    return Ok();
                                  })
                    .ok());
    return out;
  }

  TableMetadata metadata_;
};

using Planned = std::map<std::string, std::vector<std::string>>;

TEST_F(ScanTest, PrunesManifestsAndFilesByPartition) {
  const Stored low = Manifest({File("a", 1), File("b", 2)}, 1);
  const Stored high = Manifest({File("c", 50)}, 1);
  const Scan scan(metadata_, metadata_.schema(), Filter(R"({"type":"lt","term":"id","value":2})"));
  EXPECT_TRUE(scan.Wants(low.manifest));
  EXPECT_FALSE(scan.Wants(high.manifest));
  EXPECT_EQ(Plan(scan, low), (Planned{{"a", {}}}));
  EXPECT_EQ(Plan(Scan(metadata_, metadata_.schema(), {}), high), (Planned{{"c", {}}}));
}

TEST_F(ScanTest, MatchesDeletesBySequenceNumberPartitionAndPath) {
  DataFile equality = File("eq", 1, FileContent::kEqualityDeletes);
  equality.equality_ids = {1};
  DataFile positions = File("pos", 1, FileContent::kPositionDeletes);
  DataFile one = File("pos-b", 1, FileContent::kPositionDeletes);
  one.referenced_data_file = "b";
  DataFile global = File("global", 0, FileContent::kEqualityDeletes);
  global.partition.clear();
  global.equality_ids = {2};
  const Stored deletes = Manifest({equality, positions, one}, 2);
  const Stored everywhere = Manifest({global}, 3, 1);
  Scan scan(metadata_, metadata_.schema(), {});
  ASSERT_TRUE(scan.AddDeletes(deletes.manifest, deletes.bytes).ok());
  ASSERT_TRUE(scan.AddDeletes(everywhere.manifest, everywhere.bytes).ok());
  EXPECT_EQ(Plan(scan, Manifest({File("a", 1), File("b", 1), File("other", 2)}, 1)),
            (Planned{{"a", {"global", "eq", "pos"}}, {"b", {"global", "eq", "pos", "pos-b"}}, {"other", {"global"}}}));
  EXPECT_EQ(Plan(scan, Manifest({File("a", 1)}, 2)), (Planned{{"a", {"global", "pos"}}}));
  EXPECT_EQ(Plan(scan, Manifest({File("a", 1)}, 3)), (Planned{{"a", {}}}));
}

TEST_F(ScanTest, LetsADeletionVectorStandForPositionDeletes) {
  DataFile positions = File("pos", 1, FileContent::kPositionDeletes);
  DataFile vector = File("dv.puffin", 1, FileContent::kPositionDeletes);
  vector.referenced_data_file = "a";
  vector.content_offset = 4;
  vector.content_bytes = 40;
  const Stored deletes = Manifest({positions, vector}, 2);
  Scan scan(metadata_, metadata_.schema(), {});
  ASSERT_TRUE(scan.AddDeletes(deletes.manifest, deletes.bytes).ok());
  EXPECT_EQ(Plan(scan, Manifest({File("a", 1), File("b", 1)}, 1)), (Planned{{"a", {"dv.puffin"}}, {"b", {"pos"}}}));
  EXPECT_TRUE(scan.AddDeletes(deletes.manifest, deletes.bytes).Is(kCorrupt));
}

}  // namespace
}  // namespace tarn::iceberg
