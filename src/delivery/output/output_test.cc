#include <gtest/gtest.h>

#include "base/gzip.h"
#include "base/hash.h"
#include "delivery/errors.h"
#include "delivery/output/compress.h"
#include "delivery/output/prefix.h"
#include "delivery/output/time_zone.h"

namespace tarn::delivery {
namespace {

// A Saturday, 22:50:07.123456 UTC.
const Timestamp kTime = FromCivil(2026, 11, 21, 22, 50, 7).Plus(123'456);

std::string Shown(std::string_view pattern, std::string_view zone = "UTC") {
  const auto text = FormatJavaTime(pattern, kTime, zone);
  return text.ok() ? *text : text.error().message;
}

std::string Rendered(std::string_view prefix, const std::map<std::string, std::string>& partition = {}) {
  const auto parsed = Prefix::Parse(prefix);
  if (!parsed.ok()) return parsed.error().message;
  const NameFacts facts{
      .arrived = kTime, .error_type = {}, .partition = &partition, .random = [] { return "AbCdEfGhIjK"; }};
  const auto folder = parsed->Render(facts);
  return folder.ok() ? *folder : folder.error().message;
}

TEST(JavaTime, WritesTheFieldsOfDateTimeFormatter) {
  EXPECT_EQ(Shown("yyyy/MM/dd/HH/mm/ss"), "2026/11/21/22/50/07");
  EXPECT_EQ(Shown("yy-M-d h:m a"), "26-11-21 10:50 PM");
  EXPECT_EQ(Shown("EEE EEEE MMM MMMM"), "Sat Saturday Nov November");
  EXPECT_EQ(Shown("D Q w YYYY"), "325 4 47 2026");
  EXPECT_EQ(Shown("SSS SSSSSS"), "123 123456");
  EXPECT_EQ(Shown("'year='yyyy'o''clock'"), "year=2026o'clock");
  EXPECT_EQ(Shown("X Z xxx z"), "Z +0000 +00:00 UTC");
  EXPECT_EQ(Shown("yyyy-jj"), "The timestamp pattern yyyy-jj has the unknown letter j");
}

TEST(JavaTime, FollowsTheTimeZone) {
  EXPECT_EQ(Shown("yyyy-MM-dd HH xxx z", "Asia/Tokyo"), "2026-11-22 07 +09:00 JST");
  EXPECT_EQ(Shown("HH", "America/New_York"), "17");
  EXPECT_EQ(Shown("HH", "../etc/passwd"), "The time zone ../etc/passwd is not known");
}

TEST(ZoneRules, RefusesWhatIsNoZoneFile) {
  EXPECT_FALSE(ZoneRules::Parse(""));
  EXPECT_FALSE(ZoneRules::Parse("TZif2"));
  EXPECT_FALSE(ZoneRules::Parse(std::string(200, '\xff')));
}

TEST(Prefix, AddsTheHourWhereNothingElseSaysWhen) {
  EXPECT_EQ(Rendered(""), "2026/11/21/22/");
  EXPECT_EQ(Rendered("raw/"), "raw/2026/11/21/22/");
  EXPECT_EQ(Rendered("!{firehose:random-string}/"), "AbCdEfGhIjK/2026/11/21/22/");
}

TEST(Prefix, EvaluatesExpressions) {
  EXPECT_EQ(Rendered("year=!{timestamp:yyyy}/month=!{timestamp:MM}/"), "year=2026/month=11/");
  EXPECT_EQ(Rendered("c=!{partitionKeyFromQuery:customer}/", {{"customer", "42"}}), "c=42/");
  EXPECT_EQ(Rendered("c=!{partitionKeyFromQuery:customer}/"),
            "partitionKeys values must not be null or empty: customer");
}

TEST(Prefix, RefusesUnknownExpressions) {
  EXPECT_FALSE(Prefix::Parse("!{nothing:here}").ok());
  EXPECT_FALSE(Prefix::Parse("!{timestamp:yyyy").ok());
  EXPECT_FALSE(Prefix::Parse("!{timestamp}").ok());
  EXPECT_FALSE(Prefix::Parse("!{timestamp:bb}").ok());
}

TEST(Prefix, PutsTheErrorsTypeIntoErrorOutput) {
  const NameFacts facts{.arrived = kTime, .error_type = "processing-failed", .random = [] { return "x"; }};
  EXPECT_EQ(*Prefix::Parse("bad/")->RenderError(facts), "bad/processing-failed/2026/11/21/22/");
  EXPECT_EQ(*Prefix::Parse("!{firehose:error-output-type}/!{timestamp:yyyy}/")->RenderError(facts),
            "processing-failed/2026/");
}

TEST(FileName, HasVersionAndTime) {
  EXPECT_EQ(FileName("s", 3, kTime, "UTC", "id", ".gz"), "s-3-2026-11-21-22-50-07-id.gz");
}

TEST(Compress, MakesGzipThatUnpacks) {
  const std::string text(100'000, 'a');
  const std::string packed = Compress(Compression::kGzip, text, "");
  EXPECT_LT(packed.size(), 1000U);
  EXPECT_EQ(Gunzip(packed, 1 << 20), text);
  EXPECT_EQ(Gunzip(packed + packed, 1 << 20), text + text);
  EXPECT_FALSE(Gunzip(packed, 1000));
  EXPECT_FALSE(Gunzip("nothing", 1000));
}

TEST(Compress, FramesSnappyAsJavaAndHadoopDo) {
  EXPECT_EQ(Hex(Compress(Compression::kSnappy, "aaaa", "")),
            "82534e41505059000000000100000001000000060"
            "40c61616161");
  EXPECT_EQ(Hex(Compress(Compression::kHadoopSnappy, "aaaa", "")), "0000000400000006040c61616161");
}

}  // namespace
}  // namespace tarn::delivery
