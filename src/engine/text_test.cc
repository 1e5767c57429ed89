// Text tables as Hive reads and writes them.
#include <bzlib.h>

#include "engine/engine_fixture.h"
#include "engine/inspect.h"
#include "engine/text/compressor.h"

namespace tarn::engine {
namespace {

class TextTest : public EngineTest {
 protected:
  void Table(Format format, const std::string& id, const std::string& bytes, std::vector<ColumnDef> columns,
             TextOptions options = {}) {
    files_->Put(id, bytes);
    TableBinding table = TextTable(format, {id}, std::move(columns));
    table.text = options;
    Bind("db.t", table);
  }
  Rows All() {
    auto answer = Ask("SELECT * FROM lake.db.t");
    EXPECT_EQ(answer.error(), "");
    return answer.rows;
  }
  static std::string Pack(Compression compression, std::string_view text) {
    std::string out;
    MakeCompressor(compression)->Compress(text, true, out);
    return out;
  }
  static std::string Bzip2(std::string text) {
    std::string out(text.size() + 1000, '\0');
    auto size = static_cast<unsigned>(out.size());
    BZ2_bzBuffToBuffCompress(out.data(), &size, text.data(), static_cast<unsigned>(text.size()), 1, 0, 0);
    out.resize(size);
    return out;
  }
  const std::vector<ColumnDef> ab_ = {{"a", T("int")}, {"b", T("string")}};
};

TEST_F(TextTest, InflatesEveryCompressionMemberAfterMember) {
  const TextOptions comma{.delimiter = ','};
  const std::string first = "1,x\n2,", second = "y\n3,z\n";
  for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"t.csv.gz", Pack(Compression::kGzip, first) + Pack(Compression::kGzip, second)},
           {"t.csv.zst", Pack(Compression::kZstd, first) + Pack(Compression::kZstd, second)},
           {"t.csv.bz2", Bzip2(first) + Bzip2(second)}}) {
    Table(Format::kDelimited, name, bytes, ab_, comma);
    EXPECT_EQ(All(), (Rows{"1|x", "2|y", "3|z"})) << name;
    Table(Format::kDelimited, "cut-" + name, bytes.substr(0, bytes.size() - 5), ab_, comma);
    auto answer = Ask("SELECT * FROM lake.db.t");
    ASSERT_FALSE(answer.outcome.status.ok()) << name;
    EXPECT_EQ(answer.outcome.status.error().reason, &kBadData) << name;
  }
}

TEST_F(TextTest, ReadsRangesOfALargeFileOnceAndInOrder) {
  std::string text;
  for (int i = 0; i < 700'000; ++i)
    text += std::to_string(i) + ",some text to fill the line with " + std::to_string(i) + "\n";
  ASSERT_GT(text.size(), 25u << 20);
  Table(Format::kDelimited, "big.csv", text, ab_, {.delimiter = ','});
  EXPECT_EQ(Ask("SELECT count(*), sum(a), min(length(b)), count(DISTINCT a) FROM lake.db.t").rows,
            Rows{"700000|244999650000|33|700000"});
  auto answer = Ask("SELECT a FROM lake.db.t");
  EXPECT_EQ(answer.outcome.statistics.scanned_bytes, text.size());
  ASSERT_EQ(answer.rows.size(), 700'000u);
  EXPECT_EQ(answer.rows[0], "0");
  EXPECT_EQ(answer.rows[699'999], "699999");
  EXPECT_EQ(answer.rows[350'000], "350000");
}

TEST_F(TextTest, CsvCellsMayBeQuoted) {
  Table(Format::kCsv, "t.csv", "h1,h2\r\n1,\"a, \"\"b\"\"\"\r\n\"2\",\"x\\\"y\"\r\n3,\r\n,z",
        {{"a", T("int")}, {"b", T("string")}}, {.delimiter = ',', .escape = '\\', .skip_header_lines = 1});
  EXPECT_EQ(All(), (Rows{"1|a, \"b\"", "2|x\"y", "3|", "NULL|z"}));
  Table(Format::kCsv, "bad.csv", "x,y\n", {{"a", T("int")}, {"b", T("string")}}, {.delimiter = ','});
  EXPECT_EQ(Ask("SELECT a FROM lake.db.t").error(), "Error parsing field value 'x' for field 'a' of type integer");
  EXPECT_EQ(Ask("SELECT b FROM lake.db.t").rows, Rows{"y"});
}

TEST_F(TextTest, DelimitedTextNestsByControlCharacters) {
  Table(
      Format::kDelimited, "t.txt", "1\001a\002b\001k\003v\002l\003w\0011\002x\n\\N\001\\N\001\001\n",
      {{"i", T("int")}, {"l", T("array<string>")}, {"m", T("map<string,string>")}, {"s", T("struct<n:int,t:string>")}});
  EXPECT_EQ(All(), (Rows{"1|[a, b]|[k=v, l=w]|{n=1, t=x}", "NULL|NULL|[]|{n=NULL, t=NULL}"}));
}

TEST_F(TextTest, DelimitedTextUnescapes) {
  Table(Format::kDelimited, "t.txt", "1,a\\,b\n2,c\\\\d\n", ab_, {.delimiter = ',', .escape = '\\'});
  EXPECT_EQ(All(), (Rows{"1|a,b", "2|c\\d"}));
}

TEST_F(TextTest, JsonObjectsMaySpanLines) {
  Table(Format::kJson, "t.json", "{\n  \"a\": 1,\n  \"b\": \"x\\ny\"\n}\n{\"a\": 2,\n\"b\": null}\n", ab_);
  EXPECT_EQ(All(), (Rows{"1|x\ny", "2|NULL"}));
}

TEST_F(TextTest, MalformedJsonFailsOrIsARowOfNulls) {
  const std::string text = "{\"a\": 1, \"b\": \"x\"}\n{\"a\": 2, \"b\": \"unclosed}\nnonsense\n{\"a\": 3}\n";
  Table(Format::kJson, "t.json", text, ab_);
  auto answer = Ask("SELECT * FROM lake.db.t");
  EXPECT_EQ(answer.outcome.status.error().reason, &kBadData);
  EXPECT_NE(answer.error().find("Row is not a valid JSON Object"), std::string::npos);
  Table(Format::kJson, "u.json", text, ab_, {.ignore_malformed_json = true});
  EXPECT_EQ(All(), (Rows{"1|x", "NULL|NULL", "NULL|NULL", "3|NULL"}));
}

TEST_F(TextTest, JsonScalarsFitTheDeclaredTypes) {
  Table(
      Format::kJson, "t.json",
      "{\"i\": 3.0, \"d\": \"1.5\", \"s\": {\"x\": [1]}, \"t\": \"2024-01-31T10:00:00Z\", \"b\": true, \"n\": 12.30}\n",
      {{"i", T("bigint")},
       {"d", T("double")},
       {"s", T("string")},
       {"t", T("timestamp")},
       {"b", T("boolean")},
       {"n", T("decimal(10,2)")}});
  EXPECT_EQ(All(), (Rows{"3|1.500000|{\"x\": [1]}|1706695200000000|true|1230"}));
}

TEST_F(TextTest, JsonKeysMayBeMapped) {
  Table(Format::kJson, "t.json", "{\"A-Key\": 1, \"b\": \"\\u00e9\\ud83d\\ude00\"}", ab_,
        {.json_key_of_column = {{"a", "A-Key"}}});
  EXPECT_EQ(All(), (Rows{"1|\xc3\xa9\xf0\x9f\x98\x80"}));
}

TEST_F(TextTest, GivenRowsAreATable) {
  Bind("db.t", {.columns = ab_, .format = Format::kRows, .rows = {{"1", "x"}, {std::nullopt, "y"}}});
  EXPECT_EQ(All(), (Rows{"1|x", "NULL|y"}));
  EXPECT_EQ(Ask("SELECT count(*) FROM lake.db.t WHERE a IS NULL").rows, Rows{"1"});
}

TEST_F(TextTest, WhatIsWrittenIsReadBack) {
  const std::string select =
      "SELECT 7::TINYINT AS a, 1.5::DOUBLE AS b, 12.30::DECIMAL(10,2) AS c, 'x y' AS d, DATE '2024-02-29' AS e, "
      "TIMESTAMP '2024-01-31 10:00:00.5' AS f, [1, NULL, 3] AS g, MAP {'k': 1} AS h, {'n': 1, 't': 'u'} AS i, "
      "'ab'::BLOB AS j, NULL::INTEGER AS k, true AS l, -0.01::DECIMAL(20,4) AS m";
  const std::vector<ColumnDef> columns = {{"a", T("tinyint")},
                                          {"b", T("double")},
                                          {"c", T("decimal(10,2)")},
                                          {"d", T("string")},
                                          {"e", T("date")},
                                          {"f", T("timestamp")},
                                          {"g", T("array<int>")},
                                          {"h", T("map<string,int>")},
                                          {"i", T("struct<n:int,t:string>")},
                                          {"j", T("binary")},
                                          {"k", T("int")},
                                          {"l", T("boolean")},
                                          {"m", T("decimal(20,4)")}};
  const Rows expected = Ask(select).rows;
  using Target = WriteTarget;
  for (auto [format, as] :
       {std::pair{Target::Format::kJson, Format::kJson}, std::pair{Target::Format::kDelimited, Format::kDelimited}}) {
    for (auto codec : {Target::Codec::kNone, Target::Codec::kGzip, Target::Codec::kZstd}) {
      Target target{.sink = files_, .format = format, .codec = codec};
      auto execution = pool_->Start({.sql = select, .resolver = lake_, .write = target});
      const Outcome& outcome = (*execution)->Wait();
      ASSERT_TRUE(outcome.status.ok()) << outcome.status.error().message;
      ASSERT_EQ(outcome.written.size(), 1u);
      EXPECT_EQ(outcome.written[0].size_bytes, files_->FileOf(outcome.written[0].name).size_bytes);
      Bind("db.t", TextTable(as, {outcome.written[0].name}, columns));
      EXPECT_EQ(All(), expected);
    }
  }
}

TEST_F(TextTest, WritesAFolderPerPartitionNamedAsHiveDoes) {
  WriteTarget target{.sink = files_, .format = WriteTarget::Format::kJson, .partition_columns = {"p"}};
  for (auto format : {WriteTarget::Format::kJson, WriteTarget::Format::kParquet}) {
    target.format = format;
    auto execution = pool_->Start(
        {.sql = "SELECT i, CASE i WHEN 0 THEN 'a b/c' WHEN 1 THEN NULL ELSE 'd' END AS p FROM range(4) r(i)",
         .resolver = lake_,
         .write = target});
    const Outcome& outcome = (*execution)->Wait();
    ASSERT_TRUE(outcome.status.ok()) << outcome.status.error().message;
    std::map<std::string, uint64_t> folders;
    for (const auto& file : outcome.written) folders[file.name.substr(0, file.name.find('/'))] += file.rows;
    EXPECT_EQ(folders,
              (std::map<std::string, uint64_t>{{"p=a b%2Fc", 1}, {"p=__HIVE_DEFAULT_PARTITION__", 1}, {"p=d", 2}}));
    EXPECT_EQ(outcome.statistics.result_rows, 4u);
  }
}

TEST_F(TextTest, InspectsParquetFooters) {
  auto written = Write(
      "SELECT 1::BIGINT AS a, 'x' AS b, [1] AS c, {'n': 1::SMALLINT, 't': DATE '2024-01-01'} AS d, "
      "MAP {'k': 1.5::DOUBLE} AS e, 1.25::DECIMAL(12,2) AS f, now()::TIMESTAMP AS g, 'b'::BLOB AS h FROM range(10)",
      "f");
  auto summary = InspectParquet(*files_, files_->FileOf(written.written.at(0).name));
  ASSERT_TRUE(summary.ok()) << summary.error().message;
  EXPECT_EQ(summary->rows, 10u);
  EXPECT_EQ(summary->compression, "SNAPPY");
  std::string types;
  for (const auto& column : summary->columns) types += column.name + " " + HiveTypeName(column.type) + ";";
  EXPECT_EQ(types,
            "a bigint;b string;c array<int>;d struct<n:smallint,t:date>;e map<string,double>;"
            "f decimal(12,2);g timestamp;h binary;");
  files_->Put("junk", "this is not a parquet file at all");
  EXPECT_EQ(InspectParquet(*files_, files_->FileOf("junk")).error().reason, &kBadData);
}

TEST_F(TextTest, HiveTypesAreReadAndWritten) {
  for (const char* text : {"bigint", "array<struct<a:int,b:decimal(10,2)>>", "map<string,array<double>>", "varchar(20)",
                           "char(3)", "struct<a b:int>", "timestamp", "binary", "date", "boolean", "float"}) {
    auto type = ParseHiveType(text);
    ASSERT_TRUE(type.ok()) << text;
    EXPECT_EQ(HiveTypeName(*type), text);
  }
  EXPECT_EQ(AthenaTypeName(T("ARRAY<Struct<a:INT,b:string>>")), "array(row(a integer, b varchar))");
  for (const char* text :
       {"", "nosuch", "array<", "array<int", "map<int>", "decimal(99,2)", "struct<a>", "int)", "int x"}) {
    EXPECT_FALSE(ParseHiveType(text).ok()) << text;
  }
}

}  // namespace
}  // namespace tarn::engine
