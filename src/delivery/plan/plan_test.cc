#include "delivery/plan/plan.h"

#include <gtest/gtest.h>

#include "delivery/errors.h"

namespace tarn::delivery {
namespace {

const Scope kScope{"123456789012", "us-east-1"};

std::string S3(const std::string& more) {
  return R"({"ExtendedS3DestinationDescription":{"RoleARN":"arn:aws:iam::123456789012:role/r","BucketARN":"arn:aws:s3:::lake")" +
         more + "}}";
}

std::string Refusal(const std::string& more) {
  const auto plan = ReadPlan(S3(more), kScope);
  return plan.ok() ? "" : plan.error().message;
}

TEST(Plan, HasFirehosesDefaults) {
  const auto plan = ReadPlan(S3(""), kScope);
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

std::string Converts(const std::string& schema, const std::string& deserializer) {
  return R"(,"DataFormatConversionConfiguration":{"SchemaConfiguration":{"DatabaseName":"d","TableName":"t")" + schema +
         R"(},"InputFormatConfiguration":{"Deserializer":)" + deserializer +
         R"(},"OutputFormatConfiguration":{"Serializer":{"ParquetSerDe":{}}}})";
}

TEST(Plan, ReadsASchemasVersion) {
  const auto plan = ReadPlan(S3(Converts(R"(,"VersionId":"3")", R"({"OpenXJsonSerDe":{}})")), kScope);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan->conversion->version, 3U);
  EXPECT_EQ(Refusal(Converts(R"(,"VersionId":"LATEST")", R"({"OpenXJsonSerDe":{}})")), "");
  EXPECT_EQ(Refusal(Converts(R"(,"VersionId":"newest")", R"({"OpenXJsonSerDe":{}})")),
            "SchemaConfiguration.VersionId must be LATEST or a number, not newest.");
}

TEST(Plan, RefusesCatalogsOfOthers) {
  EXPECT_EQ(Refusal(Converts(R"(,"CatalogId":"123456789012","Region":"us-east-1")", R"({"OpenXJsonSerDe":{}})")), "");
  EXPECT_NE(Refusal(Converts(R"(,"CatalogId":"999999999999")", R"({"OpenXJsonSerDe":{}})")), "");
  EXPECT_NE(Refusal(Converts(R"(,"Region":"eu-west-1")", R"({"OpenXJsonSerDe":{}})")), "");
}

TEST(Plan, ReadsTimestampFormats) {
  const auto plan =
      ReadPlan(S3(Converts("", R"({"HiveJsonSerDe":{"TimestampFormats":["millis","yyyy-MM-dd"]}})")), kScope);
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(plan->conversion->timestamp_formats.size(), 2U);
  EXPECT_EQ(Refusal(Converts("", R"({"HiveJsonSerDe":{"TimestampFormats":["yyyy-qq"]}})")),
            "The timestamp format yyyy-qq has the letter q, which this lake does not read.");
}

std::string IcebergRefusal(const std::string& catalog, const std::string& more = "") {
  const auto plan =
      ReadPlan(R"({"IcebergDestinationDescription":{"RoleARN":"arn:aws:iam::123456789012:role/r",
      "CatalogConfiguration":{"CatalogARN":")" +
                   catalog + R"("},"S3DestinationDescription":{"BucketARN":"arn:aws:s3:::lake"})" + more + "}}",
               kScope);
  return plan.ok() ? "" : plan.error().message;
}

TEST(Plan, RefusesIcebergCatalogsThatAreNotTheAccounts) {
  EXPECT_EQ(IcebergRefusal("arn:aws:glue:us-east-1:123456789012:catalog"), "");
  EXPECT_EQ(IcebergRefusal("arn:aws:glue:us-east-1:999999999999:catalog"),
            "CatalogARN names the catalog of account 999999999999: catalogs of other accounts are not served by this "
            "lake.");
  EXPECT_EQ(IcebergRefusal("arn:aws:glue:eu-west-1:123456789012:catalog"),
            "CatalogARN names the catalog of eu-west-1: catalogs of other regions are not served by this lake.");
  EXPECT_NE(IcebergRefusal("arn:aws:glue:us-east-1:123456789012:catalog/s3tablescatalog/b"), "");
  EXPECT_NE(IcebergRefusal("catalog"), "");
}

TEST(Plan, MakesTablesWherePartitionsAreSaid) {
  const std::string catalog = "arn:aws:glue:us-east-1:123456789012:catalog";
  const std::string target = R"(,"DestinationTableConfigurationList":[{"DestinationDatabaseName":"d",
      "DestinationTableName":"t","PartitionSpec":{"Identity":[{"SourceName":"day"}]}}])";
  EXPECT_EQ(IcebergRefusal(catalog, target), "PartitionSpec is only applicable with TableCreationConfiguration.");
  EXPECT_EQ(IcebergRefusal(catalog, target + R"(,"TableCreationConfiguration":{"Enabled":true})"), "");
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
