#include "delivery/records/processors.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "delivery/records/aggregated.h"
#include "delivery/records/query.h"

namespace tarn::delivery {
namespace {

Processed Process(const Processing& processing, const std::vector<std::string>& records) {
  std::vector<Arrived> arrived;
  arrived.reserve(records.size());
  for (const std::string& record : records) arrived.push_back({.data = record});
  return *Processor(processing).Run(arrived);
}

std::vector<std::string> DataOf(const Processed& processed) {
  std::vector<std::string> data;
  data.reserve(processed.records.size());
  for (const Prepared& record : processed.records) data.push_back(record.data);
  return data;
}

using Texts = std::vector<std::string>;

TEST(Processor, TakesJsonApart) {
  const Processed out = Process({.split = Processing::Split::kJson, .append_newline = true},
                                {R"({"a":1}{"b":"}"} {"c":[{}]})", "[1]", R"({"a":1)"});
  EXPECT_EQ(DataOf(out), (Texts{"{\"a\":1}\n", "{\"b\":\"}\"}\n", "{\"c\":[{}]}\n"}));
  ASSERT_EQ(out.failed.size(), 2U);
  EXPECT_EQ(out.failed[0].source, 1U);
  EXPECT_EQ(out.failed[1].data, R"({"a":1)");
}

TEST(Processor, CutsAtADelimiter) {
  EXPECT_EQ(*DelimiterOf("####"), "####");
  EXPECT_EQ(*DelimiterOf(Base64("||")), "||");
  const Processed out = Process({.split = Processing::Split::kDelimited, .delimiter = "||"}, {"a||b||", "c"});
  EXPECT_EQ(DataOf(out), (Texts{"a", "b", "c"}));
  EXPECT_EQ(out.records[2].source, 1U);
}

TEST(Processor, UnpacksLogsAndTakesTheirMessages) {
  const std::string logs = R"({"messageType":"DATA_MESSAGE","logEvents":[{"message":"one"},{"message":"two"}]})";
  const Processed out = Process({.decompress = true, .extract_messages = true},
                                {Compress(Compression::kGzip, logs, ""),
                                 Compress(Compression::kGzip, R"({"messageType":"CONTROL_MESSAGE"})", ""), "plain"});
  EXPECT_EQ(DataOf(out), (Texts{"one\ntwo\n"}));
  ASSERT_EQ(out.failed.size(), 1U);
  EXPECT_EQ(out.failed[0].type, "processing-failed");
}

TEST(Processor, AsksTheQueryForPartitionKeys) {
  const Processed out = Process({.query = R"({c: .customer, y: (.at | strftime("%Y"))})"},
                                {R"({"customer":7,"at":1565382027})", "no json", R"({"at":"x"})"});
  ASSERT_EQ(out.records.size(), 1U);
  EXPECT_EQ(out.records[0].keys.at("c"), "7");
  EXPECT_EQ(out.records[0].keys.at("y"), "2019");
  ASSERT_EQ(out.failed.size(), 2U);
  EXPECT_EQ(out.failed[0].type, "metadata-extraction-failed");
  EXPECT_EQ(out.failed[0].message, "Non JSON record provided");
}

QueryAnswer Ask(const std::string& program, std::string_view record) { return RunQuery(program, {record})[0]; }

TEST(Query, SeesNothingOfTheMachine) {
  EXPECT_EQ(Ask("{e: $ENV.PATH}", "{}")->at("e"), "");
  EXPECT_EQ(Ask("{e: env.PATH}", "{}")->at("e"), "");
  EXPECT_FALSE(Ask("{e: input}", "{}").ok());
  EXPECT_FALSE(CompileQuery("import \"a\" as a; {}").ok());
  EXPECT_FALSE(CompileQuery("{a: ").ok());
  EXPECT_FALSE(CompileQuery("").ok());
}

TEST(Query, EndsWhatTakesTooLongAndGoesOn) {
  const auto answers = RunQuery("if .loop then [limit(1e12; repeat(1))] | length else {a: .a} end",
                                {R"({"a":1})", R"({"loop":true})", R"({"a":2})"});
  EXPECT_EQ(answers[0]->at("a"), "1");
  EXPECT_EQ(answers[1].error().message, "The query took too long, or too much");
  EXPECT_EQ(answers[2]->at("a"), "2");
}

TEST(Query, OutlivesWhatEndsJq) {
  const auto answers =
      RunQuery("if .deep then reduce range(3000000) as $i (0; [.]) else {a: .a} end", {R"({"deep":1})", R"({"a":2})"});
  EXPECT_FALSE(answers[0].ok());
  EXPECT_EQ(answers[1]->at("a"), "2");
}

std::string Aggregate(const std::string& message) { return "\xf3\x89\x9a\xc2" + message + Md5(message); }

TEST(Deaggregated, GivesTheProducersRecords) {
  // partition_key_table "k"; two records with key 0 and data.
  const std::string message("\x0a\x01k\x1a\x07\x08\x00\x1a\x03one\x1a\x07\x08\x00\x1a\x03two", 21);
  EXPECT_EQ(Deaggregated(Aggregate(message)), (std::vector<std::string>{"one", "two"}));
}

TEST(Deaggregated, LeavesOthersWhole) {
  EXPECT_EQ(Deaggregated("plain"), std::vector<std::string>{"plain"});
  std::string broken = Aggregate("\x1a\x7fx");
  EXPECT_EQ(Deaggregated(broken), std::vector<std::string>{broken});
  broken.back() ^= 1;
  EXPECT_EQ(Deaggregated(broken), std::vector<std::string>{broken});
}

}  // namespace
}  // namespace tarn::delivery
