// Which changes of a definition keep data readable.
#include <gtest/gtest.h>

#include <string>

#include "registry/definition.h"
#include "registry/errors.h"

namespace tarn::registry {
namespace {

bool Reads(DataFormat format, const std::string& reader, const std::string& writer) {
  auto why = WhyUnreadable(format, reader, writer);
  EXPECT_TRUE(why.ok()) << why.error().message;
  return why.ok() && !*why;
}
bool Avro(const std::string& reader, const std::string& writer) { return Reads(DataFormat::kAvro, reader, writer); }
bool Json(const std::string& reader, const std::string& writer) { return Reads(DataFormat::kJson, reader, writer); }
bool Proto(const std::string& reader, const std::string& writer) {
  return Reads(DataFormat::kProtobuf, reader, writer);
}
bool IsSound(DataFormat format, const std::string& text) { return Canonical(format, text).ok(); }

std::string Record(const std::string& fields) { return R"({"type":"record","name":"R","fields":[)" + fields + "]}"; }
const std::string kA = R"({"name":"a","type":"int"})";

TEST(AvroDefinition, IsRefusedWhenMalformed) {
  for (const char* text :
       {"", "{", "\"nosuch\"", R"({"type":"record","name":"R"})", R"({"type":"record","fields":[]})",
        R"({"type":"record","name":"1R","fields":[]})", R"(["null","null"])", R"(["null",["int"]])",
        R"({"type":"enum","name":"E","symbols":["A","A"]})", R"({"type":"fixed","name":"F"})", R"({"type":"array"})"}) {
    EXPECT_FALSE(IsSound(DataFormat::kAvro, text)) << text;
  }
  EXPECT_FALSE(IsSound(DataFormat::kAvro, Record(kA + "," + kA)));
  EXPECT_FALSE(IsSound(DataFormat::kAvro, Record(R"({"name":"a","type":"int","default":"x"})")));
  EXPECT_TRUE(IsSound(DataFormat::kAvro, Record(R"({"name":"next","type":["null","R"],"default":null})")));
}

TEST(AvroReader, FillsFieldsThatHaveDefaultsOnly) {
  EXPECT_TRUE(Avro(Record(kA + R"(,{"name":"b","type":"string","default":""})"), Record(kA)));
  EXPECT_FALSE(Avro(Record(kA + R"(,{"name":"b","type":"string"})"), Record(kA)));
  EXPECT_TRUE(Avro(Record(""), Record(kA)));
  EXPECT_TRUE(Avro(Record(R"({"name":"b","aliases":["a"],"type":"int"})"), Record(kA)));
}

TEST(AvroReader, PromotesNumbersUpwardsOnly) {
  EXPECT_TRUE(Avro("\"long\"", "\"int\""));
  EXPECT_TRUE(Avro("\"double\"", "\"long\""));
  EXPECT_TRUE(Avro("\"bytes\"", "\"string\""));
  EXPECT_FALSE(Avro("\"int\"", "\"long\""));
  EXPECT_FALSE(Avro("\"float\"", "\"double\""));
  EXPECT_FALSE(Avro("\"string\"", "\"int\""));
}

TEST(AvroReader, NeedsABranchForAllThatAUnionHolds) {
  EXPECT_TRUE(Avro(R"(["null","int"])", "\"int\""));
  EXPECT_TRUE(Avro(R"(["null","long"])", R"(["int","null"])"));
  EXPECT_FALSE(Avro("\"int\"", R"(["null","int"])"));
  EXPECT_FALSE(Avro(R"(["null","string"])", R"(["null","int"])"));
}

TEST(AvroReader, KnowsNamesSymbolsAndSizes) {
  const auto symbols = [](const std::string& list, const std::string& more = "") {
    return R"({"type":"enum","name":"E","symbols":[)" + list + "]" + more + "}";
  };
  EXPECT_TRUE(Avro(symbols(R"("A","B")"), symbols(R"("A")")));
  EXPECT_FALSE(Avro(symbols(R"("A")"), symbols(R"("A","B")")));
  EXPECT_TRUE(Avro(symbols(R"("A")", R"(,"default":"A")"), symbols(R"("A","B")")));
  const std::string four = R"({"type":"fixed","name":"F","size":4})";
  EXPECT_TRUE(Avro(four, four));
  EXPECT_FALSE(Avro(R"({"type":"fixed","name":"F","size":8})", four));
  EXPECT_FALSE(Avro(R"({"type":"fixed","name":"G","size":4})", four));
  EXPECT_TRUE(Avro(R"({"type":"fixed","name":"G","aliases":["F"],"size":4})", four));
}

TEST(AvroReader, LooksIntoRecursiveRecords) {
  const auto list = [](const std::string& value) {
    return Record(R"({"name":"v","type":")" + value + R"("},{"name":"next","type":["null","R"]})");
  };
  EXPECT_TRUE(Avro(list("long"), list("int")));
  EXPECT_FALSE(Avro(list("int"), list("long")));
  EXPECT_FALSE(Avro(R"({"type":"array","items":"int"})", R"({"type":"array","items":"string"})"));
}

TEST(JsonDefinition, IsRefusedWhenMalformed) {
  for (const char* text : {"", "[]", "3", R"({"type":"nosuch"})", R"({"properties":[]})", R"({"required":"a"})",
                           R"({"anyOf":[]})", R"({"minLength":-1})", R"({"properties":{"a":3}})"}) {
    EXPECT_FALSE(IsSound(DataFormat::kJson, text)) << text;
  }
  EXPECT_TRUE(IsSound(DataFormat::kJson, R"({"type":["string","null"]})"));
}

TEST(JsonReader, AcceptsAddedOptionalPropertiesButNoNewDemands) {
  const std::string one = R"({"type":"object","properties":{"a":{"type":"string"}}})";
  const std::string two = R"({"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}})";
  const std::string must = R"({"type":"object","properties":{"a":{"type":"string"}},"required":["a"]})";
  const std::string closed = R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})";
  EXPECT_TRUE(Json(two, one));
  EXPECT_TRUE(Json(one, two));
  EXPECT_FALSE(Json(must, one));
  EXPECT_TRUE(Json(one, must));
  EXPECT_FALSE(Json(closed, one));
  EXPECT_FALSE(Json(closed, two));
  EXPECT_TRUE(Json(one, closed));
}

TEST(JsonReader, TakesWiderTypesBoundsAndValuesOnly) {
  EXPECT_TRUE(Json(R"({"type":"number"})", R"({"type":"integer"})"));
  EXPECT_FALSE(Json(R"({"type":"integer"})", R"({"type":"number"})"));
  EXPECT_TRUE(Json(R"({"type":["string","null"]})", R"({"type":"string"})"));
  EXPECT_TRUE(Json(R"({"enum":["a","b"]})", R"({"enum":["a"]})"));
  EXPECT_FALSE(Json(R"({"enum":["a"]})", R"({"enum":["a","b"]})"));
  EXPECT_TRUE(Json(R"({"type":"integer","minimum":0})", R"({"type":"integer","minimum":1})"));
  EXPECT_FALSE(Json(R"({"type":"integer","minimum":1})", R"({"type":"integer","minimum":0})"));
  EXPECT_FALSE(Json(R"({"type":"string","pattern":"a"})", R"({"type":"string"})"));
  EXPECT_TRUE(Json(R"({"minimum":1})", R"({"type":"string"})"));
}

TEST(JsonReader, FollowsReferencesAndAlternatives) {
  const auto tree = [](const std::string& type) {
    return R"({"$ref":"#/definitions/t","definitions":{"t":{"type":"object","properties":{"v":{"type":")" + type +
           R"("},"next":{"$ref":"#/definitions/t"}}}}})";
  };
  EXPECT_TRUE(Json(tree("number"), tree("integer")));
  EXPECT_FALSE(Json(tree("integer"), tree("number")));
  EXPECT_TRUE(Json(R"({"anyOf":[{"type":"string"},{"type":"null"}]})", R"({"type":"null"})"));
  EXPECT_FALSE(Json(R"({"type":"string"})", R"({"anyOf":[{"type":"string"},{"type":"null"}]})"));
  EXPECT_TRUE(Json(R"({"oneOf":[{"type":"string"},{"type":"null"}]})", R"({"oneOf":[{"type":"string"}]})"));
  EXPECT_FALSE(Json(R"({"$ref":"other.json"})", R"({"$ref":"other.json"})"));
}

std::string Body(const std::string& fields, const std::string& syntax = "proto3") {
  return "syntax = \"" + syntax + "\"; package p; message M { " + fields + " }";
}

TEST(ProtobufDefinition, IsRefusedWhenMalformed) {
  for (const std::string& text :
       {Body("string a = 1; string b = 1;"), Body("string a = 1; string a = 2;"), Body("string a = 0;"),
        Body("required string a = 1;"), Body("string a = 1;", "proto2"), Body("Nosuch a = 1;"), Body("string a = 1"),
        Body("reserved 1 to 3; string a = 2;"), Body("string a = 19000;"), std::string("message {"), std::string(),
        std::string("syntax = \"proto3\"; enum E { A = 1; }")}) {
    EXPECT_FALSE(IsSound(DataFormat::kProtobuf, text)) << text;
  }
  EXPECT_TRUE(IsSound(DataFormat::kProtobuf, Body("message N { M m = 1; } repeated N n = 2; map<string, N> by = 3; "
                                                  "oneof o { int32 x = 4; bytes y = 5; } reserved 9, 12 to max;")));
}

TEST(ProtobufDefinition, IsTheSameWithoutItsLayout) {
  EXPECT_EQ(*Canonical(DataFormat::kProtobuf, Body("string a = 1;")),
            *Canonical(DataFormat::kProtobuf, "// c\n" + Body("string  a=1; /* x */")));
}

TEST(ProtobufReader, GoesByNumbersAndWireTypes) {
  EXPECT_TRUE(Proto(Body("string a = 1; int32 b = 2;"), Body("string a = 1;")));
  EXPECT_TRUE(Proto(Body(""), Body("string a = 1;")));
  EXPECT_TRUE(Proto(Body("int64 a = 1;"), Body("int32 a = 1;")));
  EXPECT_TRUE(Proto(Body("int32 renamed = 1;"), Body("int32 a = 1;")));
  EXPECT_FALSE(Proto(Body("sint32 a = 1;"), Body("int32 a = 1;")));
  EXPECT_FALSE(Proto(Body("string a = 1;"), Body("int32 a = 1;")));
  EXPECT_FALSE(Proto(Body("repeated int32 a = 1;"), Body("int32 a = 1;")));
  EXPECT_FALSE(Proto(Body("map<string, int32> a = 1;"), Body("map<int32, int32> a = 1;")));
}

TEST(ProtobufReader, KeepsMessagesRequiredFieldsAndClosedEnums) {
  const std::string other = " message N { }";
  EXPECT_TRUE(Proto(Body("") + other, Body("")));
  EXPECT_FALSE(Proto(Body(""), Body("") + other));
  EXPECT_FALSE(Proto(Body("required int32 a = 1;", "proto2"), Body("optional int32 a = 1;", "proto2")));
  EXPECT_TRUE(Proto(Body("optional int32 a = 1;", "proto2"), Body("required int32 a = 1;", "proto2")));
  EXPECT_FALSE(Proto(Body("enum E { A = 0; }", "proto2"), Body("enum E { A = 0; B = 1; }", "proto2")));
  EXPECT_TRUE(Proto(Body("enum E { A = 0; }"), Body("enum E { A = 0; B = 1; }")));
  EXPECT_FALSE(Proto(Body("oneof o { int32 a = 1; int32 b = 2; }"), Body("int32 a = 1; int32 b = 2;")));
}

TEST(Difference, IsAJsonPatch) {
  auto patch = Difference(DataFormat::kJson, R"({"a":1,"b":2})", R"({"a":3,"c/d":4})");
  ASSERT_TRUE(patch.ok());
  EXPECT_EQ(*patch, R"([{"op":"remove","path":"/b"},{"op":"replace","path":"/a","value":3},)"
                    R"({"op":"add","path":"/c~1d","value":4}])");
}

}  // namespace
}  // namespace tarn::registry
