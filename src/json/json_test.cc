#include "json/json.h"

#include <gtest/gtest.h>

namespace tarn::json {
namespace {

Value Must(std::string_view text) {
  auto value = Parse(text);
  EXPECT_TRUE(value.ok()) << text;
  return value.ok() ? *value : Value();
}

TEST(Parse, KeepsOrderTypesAndTheDigitsOfLargeNumbers) {
  const Value value = Must(R"( {"b":[1,-2.5,true,null,"x\u00e9\n"],"a":{},"big":123456789012345678901234567890} )");
  EXPECT_EQ(Write(value), "{\"b\":[1,-2.5,true,null,\"xé\\n\"],\"a\":{},\"big\":123456789012345678901234567890}");
  EXPECT_TRUE(value.Find("b")->AsArray()->at(0).is_int());
  EXPECT_EQ(value.Find("b")->AsArray()->at(1).AsDouble(), -2.5);
  EXPECT_EQ(value.Find("c"), nullptr);
}

TEST(Parse, TakesScalarsAtTheTop) {
  EXPECT_EQ(*Must("7").AsInt(), 7);
  EXPECT_EQ(*Must(" \"x\" ").AsString(), "x");
  EXPECT_TRUE(Must("null").is_null());
  EXPECT_EQ(Must("1e400").AsNumber()->text, "1e400");
}

TEST(Parse, FindsTheLastOfRepeatedKeys) { EXPECT_EQ(Must(R"({"a":1,"a":2})").IntOr("a", 0), 2); }

TEST(Parse, RefusesWhatIsNoJson) {
  for (const char* text :
       {"",      "{",        "[1,]", "{\"a\"}", "{\"a\":1,}", "nul",     "01",    "1.",   "-",    "[1 2]", "\"\\x\"",
        "{} {}", "\"\xff\"", "[1]]", "tru",     "+1",         "[nulll]", "{a:1}", "[1.]", "[.5]", "[-]",   "1 2"}) {
    EXPECT_TRUE(Parse(text).Is(kMalformed)) << text;
  }
}

TEST(Parse, RefusesWhatIsTooDeepOrTooMany) {
  EXPECT_TRUE(Parse(std::string(101, '[') + std::string(101, ']')).Is(kTooLarge));
  EXPECT_TRUE(Parse(std::string(100, '[') + std::string(100, ']')).ok());
  EXPECT_TRUE(Parse("[1,2,3]", {.values = 2}).Is(kTooLarge));
  EXPECT_TRUE(Parse("[1,2,3]", {.bytes = 3}).Is(kTooLarge));
}

TEST(Write, EscapesControlsAndMendsBrokenUtf8) {
  EXPECT_EQ(Quote("a\"\\\x01\x7f/\xc3\xa9\xff"), "\"a\\\"\\\\\\u0001\x7f/\xc3\xa9\xef\xbf\xbd\"");
  EXPECT_EQ(Write(Value(0.1)), "0.1");
  EXPECT_EQ(Write(Value(1e300)), "1e+300");
  EXPECT_EQ(Write(Value(5.0)), "5.0");
}

TEST(Quote, FindsWhatIsEscapedAtEachPlaceOfALongText) {
  for (size_t at = 0; at < 70; ++at) {
    std::string text(70, 'x'), expected = text;
    text[at] = '"';
    expected.replace(at, 1, "\\\"");
    EXPECT_EQ(Quote(text), '"' + expected + '"');
    text[at] = '\x1f';
    expected.replace(at, 2, "\\u001f");
    EXPECT_EQ(Quote(text), '"' + expected + '"');
    text.replace(at, 1, "\xc3\xa9");
    EXPECT_EQ(Quote(text), '"' + text + '"');
  }
}

TEST(Write, IndentsForPeople) {
  EXPECT_EQ(WritePretty(Must(R"({"a":[1,{}],"b":[]})")), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
}

TEST(Writer, PutsCommasWhereTheyBelong) {
  Writer writer;
  writer.BeginObject().Key("a").BeginArray().Int(1).Null().BeginObject().EndObject().EndArray().Key("b").Bool(false);
  EXPECT_EQ(writer.EndObject().Take(), R"({"a":[1,null,{}],"b":false})");
}

TEST(Value, SetReplacesAndAdds) {
  Value value;
  value.Set("a", 1);
  value.Set("b", "x");
  value.Set("a", true);
  EXPECT_EQ(Write(value), R"({"a":true,"b":"x"})");
}

}  // namespace
}  // namespace tarn::json
