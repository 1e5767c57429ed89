#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "api/protocol/wire/cbor.h"
#include "api/protocol/wire/codec_text.h"
#include "api/protocol/wire/event_stream.h"
#include "api/protocol/wire/query_codec.h"
#include "api/protocol/wire/xml_codec.h"
#include "base/hash.h"

namespace tarn::api::protocol {
namespace {

double FloatOf(std::string_view hex) {
  const auto head = CborReader(*Unhex(hex)).Next();
  EXPECT_TRUE(head.ok());
  return head->real;
}

// RFC 8949, appendix A.
TEST(Cbor, ReadsEveryWidthOfFloat) {
  EXPECT_EQ(FloatOf("f93c00"), 1.0);
  EXPECT_EQ(FloatOf("f97bff"), 65504.0);
  EXPECT_EQ(FloatOf("f90001"), 5.960464477539063e-8);
  EXPECT_EQ(FloatOf("f9c400"), -4.0);
  EXPECT_EQ(FloatOf("fa47c35000"), 100000.0);
  EXPECT_EQ(FloatOf("fb3ff199999999999a"), 1.1);
  EXPECT_TRUE(std::isnan(FloatOf("f97e00")));
  EXPECT_EQ(FloatOf("f9fc00"), -std::numeric_limits<double>::infinity());
}

TEST(Cbor, WritesIntegersInTheShortestForm) {
  const auto hex = [](int64_t value) {
    CborWriter writer;
    writer.Int(value);
    return Hex(writer.Take());
  };
  EXPECT_EQ(hex(23), "17");
  EXPECT_EQ(hex(24), "1818");
  EXPECT_EQ(hex(1000000), "1a000f4240");
  EXPECT_EQ(hex(-1000), "3903e7");
  EXPECT_EQ(hex(std::numeric_limits<int64_t>::min()), "3b7fffffffffffffff");
}

TEST(Cbor, RefusesWhatEndsEarlyOrIsReserved) {
  for (const char* hex : {"", "18", "1c", "7f6161", "62ff", "f8ff"}) {
    const std::string bytes = *Unhex(hex);
    CborReader reader(bytes);
    const auto head = reader.Next();
    EXPECT_TRUE(!head.ok() || !reader.String(*head).ok()) << hex;
  }
  const std::string deep(100, '\x81');
  CborReader reader(deep);
  EXPECT_FALSE(reader.Skip(*reader.Next(), 64).ok());
}

TEST(EventStream, GivesBackWhatWasFramedHoweverItArrives) {
  EventMessage message;
  message.headers = {{"t", true},
                     {"f", false},
                     {"b", int8_t{-1}},
                     {"s", int16_t{-2}},
                     {"i", int32_t{3}},
                     {"l", int64_t{-4}},
                     {"bytes", EventBytes{"\x01\x02"}},
                     {"text", std::string("é")},
                     {"time", Timestamp{1'500'000}},
                     {"id", EventUuid{std::string(16, 'u')}}};
  message.payload = "{}";
  const std::string framed = FrameEvent(message) + FrameEvent({});
  EventReader reader;
  std::vector<EventMessage> seen;
  for (const char byte : framed) {
    reader.Feed({&byte, 1});
    EventMessage out;
    const auto whole = reader.Next(out);
    ASSERT_TRUE(whole.ok());
    if (*whole) seen.push_back(out);
  }
  ASSERT_EQ(seen.size(), 2);
  EXPECT_EQ(seen[0].headers, message.headers);
  EXPECT_EQ(seen[0].payload, "{}");
}

TEST(EventStream, FramesAsTheFormatsDocumentShows) {
  // The empty message of the format's published vectors.
  EXPECT_EQ(Hex(FrameEvent({})), "000000100000000005c248eb7d98c8ff");
}

TEST(EventStream, NoticesAFlippedBit) {
  EventMessage message;
  message.headers = {{"text", std::string("value")}};
  message.payload = "payload";
  const std::string framed = FrameEvent(message);
  for (size_t i = 0; i < framed.size(); ++i) {
    std::string broken = framed;
    broken[i] = static_cast<char>(broken[i] ^ 4);
    EventReader reader;
    reader.Feed(broken);
    EventMessage out;
    const auto whole = reader.Next(out);
    EXPECT_FALSE(whole.ok() && *whole) << i;
  }
}

TEST(Form, DecodesEscapesAndKeepsOrder) {
  const auto fields = ParseForm("a=1+2&b=%C3%A9&c&&d==");
  ASSERT_TRUE(fields.ok());
  ASSERT_EQ(fields->size(), 4);
  EXPECT_EQ((*fields)[0].value, "1 2");
  EXPECT_EQ((*fields)[1].value, "é");
  EXPECT_EQ((*fields)[3].value, "=");
  EXPECT_FALSE(ParseForm("a=%f").ok());
  EXPECT_FALSE(ParseForm("a=%ff").ok());
}

TEST(Xml, EscapesWhatParsersWouldChange) {
  EXPECT_EQ(XmlWriter::Escape("a&<>\"\r\n\t\x01'é"), "a&amp;&lt;&gt;&quot;&#13;&#10;&#9;&#x1;'é");
}

TEST(Text, WritesWholeDoublesWithAPoint) {
  EXPECT_EQ(FormatDouble(5), "5.0");
  EXPECT_EQ(FormatDouble(-0.25), "-0.25");
  EXPECT_EQ(FormatDouble(1e300), "1e+300");
}

TEST(Text, KeepsMicrosecondsOfUnixTimes) {
  EXPECT_EQ(FormatUnixSeconds({1'500'000}), "1.5");
  EXPECT_EQ(FormatUnixSeconds({-1'500'000}), "-1.5");
  EXPECT_EQ(FormatUnixSeconds({-500'000}), "-0.5");
  EXPECT_EQ(FormatUnixSeconds({3'000'000}), "3");
  EXPECT_EQ(ParseTime("1795219200.123456", TimeFormat::kUnix)->micros, 1'795'219'200'123'456);
  EXPECT_EQ(ParseTime("-1.5", TimeFormat::kUnix)->micros, -1'500'000);
  EXPECT_EQ(ParseTime("1.7E9", TimeFormat::kUnix)->micros, 1'700'000'000'000'000);
  EXPECT_FALSE(ParseTime("soon", TimeFormat::kUnix));
  EXPECT_FALSE(ParseTime("99999999999999999999", TimeFormat::kUnix));
}

}  // namespace
}  // namespace tarn::api::protocol
