#include "formats/infer.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "formats/hive.h"

namespace tarn::formats {
namespace {

// "csv[a:bigint,b:string]"
std::string Describe(const Result<FileSchema>& schema) {
  if (!schema.ok()) return schema.error().message;
  std::string out = std::string(NameOf(schema->format)) + "[";
  for (const Column& column : schema->columns) {
    if (!out.ends_with('[')) out += ",";
    out += column.name + ":" + sql::ToHive(column.type);
  }
  return out + "]";
}
std::string Infer(std::string_view text, bool whole = true) { return Describe(InferText(text, whole)); }

std::string Gzip(std::string_view text) {
  std::string out(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

TEST(InferCsv, FindsHeaderAndTypes) {
  EXPECT_EQ(Infer("id,name,price,ok\n1,ann,1.5,true\n2,bob,2,false\n"),
            "csv[id:bigint,name:string,price:double,ok:boolean]");
}

TEST(InferCsv, NumbersColumnsWithoutAHeader) {
  EXPECT_EQ(Infer("1,ann\n2,bob\n"), "csv[col0:bigint,col1:string]");
  // Nothing tells a header of text from rows of text.
  EXPECT_EQ(Infer("name,city\nann,rome\n"), "csv[col0:string,col1:string]");
}

TEST(InferCsv, FindsEachDelimiter) {
  for (const std::string d : {",", "|", "\t", ";", "\x01"}) {
    const auto schema = InferText("id" + d + "name\n1" + d + "ann\n", true);
    ASSERT_TRUE(schema.ok()) << d;
    EXPECT_EQ(std::string(1, schema->csv.delimiter), d);
    EXPECT_EQ(schema->columns.size(), 2U);
  }
}

TEST(InferCsv, ReadsQuotesWithDelimitersAndLineBreaksInside) {
  const auto schema = InferText("id,note\n1,\"a, \"\"b\"\"\nc\"\n2,d\n", true);
  EXPECT_EQ(Describe(schema), "csv[id:bigint,note:string]");
  EXPECT_EQ(schema->records, 2U);
  EXPECT_EQ(HiveFormatOf(*schema).serde, kOpenCsvSerDe);
}

TEST(InferCsv, LeavesOutTheCutLastRowOfASample) {
  EXPECT_EQ(Infer("id,n\n1,2\n3,x", false), "csv[id:bigint,n:bigint]");
  EXPECT_EQ(Infer("id,n\n1,2\n3,x", true), "csv[id:bigint,n:string]");
}

TEST(InferCsv, ObeysACustomClassifier) {
  const CsvHints hints{.delimiter = '^', .quote = {}, .header = false, .names = {"a", "b"}};
  EXPECT_EQ(Describe(InferText("x^1\n", true, &hints)), "csv[a:string,b:bigint]");
}

TEST(InferJson, ReadsLinesAndMergesTheirFields) {
  EXPECT_EQ(Infer("{\"Id\":1,\"a\":{\"b\":[1,2.5]}}\n{\"Id\":3000000000,\"c\":null}\n"),
            "json[id:bigint,a:struct<b:array<double>>,c:string]");
}

TEST(InferJson, ReadsOneObjectOverSeveralLines) {
  EXPECT_EQ(Infer("{\n \"a\": 1,\n \"b\": true\n}\n"), "json[a:int,b:boolean]");
}

TEST(InferJson, PutsAnArrayFileIntoOneColumn) {
  EXPECT_EQ(Infer("[{\"a\":1},{\"b\":\"x\"}]"), "json[array:array<struct<a:int,b:string>>]");
}

TEST(InferJson, MakesTextOfConflictingTypes) {
  EXPECT_EQ(Infer("{\"a\":1}\n{\"a\":\"x\"}\n{\"a\":{\"b\":1}}"), "json[a:string]");
}

TEST(InferText, NamesWhatItCannotRead) {
  EXPECT_NE(Infer("").find("empty"), std::string::npos);
  EXPECT_NE(Infer(std::string_view("\0\1\2", 3)).find("not text"), std::string::npos);
  EXPECT_NE(Infer("{\"a\":1}\n{broken").find("classifier"), std::string::npos);
}

TEST(InflatePrefix, GivesTheBeginningOfACutGzip) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += std::to_string(i * 7919) + ",x\n";
  const std::string packed = Gzip(text);
  const auto head = InflatePrefix(Compression::kGzip, std::string_view(packed).substr(0, packed.size() / 2), 5000);
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(*head, text.substr(0, 5000));
  EXPECT_FALSE(InflatePrefix(Compression::kGzip, "\x1f\x8b\x08garbage-garbage", 100).ok());
}

TEST(DetectMagic, KnowsEachFormat) {
  EXPECT_EQ(DetectMagic("PAR1....").format, Format::kParquet);
  EXPECT_EQ(DetectMagic("ORC").format, Format::kOrc);
  EXPECT_EQ(DetectMagic(Gzip("x")).compression, Compression::kGzip);
  EXPECT_EQ(DetectMagic("a,b").format, Format::kUnknown);
}

}  // namespace tarn::formats
