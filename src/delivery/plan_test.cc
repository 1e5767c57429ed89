#include "delivery/plan.h"

#include <gtest/gtest.h>

#include "delivery/errors.h"

namespace tarn::delivery {
namespace {

std::string S3(const std::string& more) {
  return R"({"ExtendedS3DestinationDescription":{"RoleARN":"arn:aws:iam::123456789012:role/r","BucketARN":"arn:aws:s3:::lake")" +
         more + "}}";
}

std::string Refusal(const std::string& more) {
  const auto plan = ReadPlan(S3(more));
  return plan.ok() ? "" : plan.error().message;
}

TEST(Plan, HasFirehosesDefaults) {
  const auto plan = ReadPlan(S3(""));
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan->place.bucket, "lake");
  EXPECT_EQ(plan->hints.bytes, 5U << 20);
  EXPECT_EQ(plan->hints.seconds, 300U);
  EXPECT_EQ(plan->place.compression, Compression::kNone);
  EXPECT_FALSE(plan->conversion);
}

TEST(Plan, RefusesWhatContradictsItself) {
  EXPECT_NE(Refusal(R"(,"BufferingHints":{"SizeInMBs":1})"), "");
  EXPECT_NE(Refusal(R"(,"Prefix":"!{timestamp:yyyy}/")"), "");
  EXPECT_EQ(Refusal(R"(,"Prefix":"!{timestamp:yyyy}/","ErrorOutputPrefix":"bad/")"), "");
  EXPECT_NE(Refusal(R"(,"ErrorOutputPrefix":"!{timestamp:yyyy}/")"), "");
  EXPECT_NE(Refusal(R"(,"CustomTimeZone":"Nowhere/Land")"), "");
  EXPECT_NE(Refusal(R"(,"S3BackupMode":"Enabled")"), "");
  EXPECT_NE(Refusal(R"(,"Prefix":"!{partitionKeyFromQuery:c}/","ErrorOutputPrefix":"bad/")"), "");
}

TEST(Plan, RefusesLambdasAndOrc) {
  EXPECT_EQ(Refusal(R"(,"ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"Lambda"}]})"),
            "The processor Lambda is not served by this lake.");
  EXPECT_EQ(Refusal(R"(,"DataFormatConversionConfiguration":{"SchemaConfiguration":{"DatabaseName":"d","TableName":"t"},
      "InputFormatConfiguration":{"Deserializer":{"HiveJsonSerDe":{}}},
      "OutputFormatConfiguration":{"Serializer":{"OrcSerDe":{}}}})"),
            "Conversion to ORC is not served by this lake; use ParquetSerDe.");
}

TEST(Plan, WantsLargeBuffersForPartitions) {
  const std::string partitioned =
      R"(,"Prefix":"!{partitionKeyFromQuery:c}/","ErrorOutputPrefix":"bad/","DynamicPartitioningConfiguration":{"Enabled":true},
      "ProcessingConfiguration":{"Enabled":true,"Processors":[{"Type":"MetadataExtraction","Parameters":[
        {"ParameterName":"MetadataExtractionQuery","ParameterValue":"{c:.c}"},{"ParameterName":"JsonParsingEngine","ParameterValue":"JQ-1.6"}]}]})";
  EXPECT_EQ(Refusal(partitioned), "");
  EXPECT_EQ(Refusal(partitioned + R"(,"BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":60})"),
            "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.");
}

TEST(Plan, MergesAnUpdateMemberByMember) {
  EXPECT_EQ(Merged(R"({"A":1,"BufferingHints":{"SizeInMBs":5,"IntervalInSeconds":300}})",
                   R"({"BufferingHints":{"SizeInMBs":1}})"),
            R"({"A":1,"BufferingHints":{"SizeInMBs":1}})");
  EXPECT_EQ(Merged(R"({"S3DestinationDescription":{"A":1,"B":2}})", R"({"S3DestinationDescription":{"B":3}})"),
            R"({"S3DestinationDescription":{"A":1,"B":3}})");
}

}  // namespace
}  // namespace tarn::delivery
