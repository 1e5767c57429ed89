#include "delivery/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arn.h"
#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/output/time_zone.h"
#include "delivery/plan/plan_reading.h"
#include "delivery/records/processors.h"
#include "json/json.h"

namespace tarn::delivery {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;
constexpr uint64_t kLargeBuffer = 64;  // what dynamic partitioning and format conversion want at least
constexpr uint32_t kPartitionedSeconds = 60;

Result<Hints> ReadHints(const json::Value& hints, uint64_t usual_megabytes) {
  Hints read{.bytes = usual_megabytes * kMegabyte};
  if (!hints.is_object()) return read;
  if ((hints.Find("SizeInMBs") == nullptr) != (hints.Find("IntervalInSeconds") == nullptr)) {
    return Fail(kInvalid, "BufferingHints must specify both SizeInMBs and IntervalInSeconds, or neither of them.");
  }
  read.bytes = static_cast<uint64_t>(hints.IntOr("SizeInMBs", static_cast<int64_t>(usual_megabytes))) * kMegabyte;
  read.seconds = static_cast<uint32_t>(hints.IntOr("IntervalInSeconds", read.seconds));
  return read;
}

Result<std::optional<Prefix>> ReadErrorPrefix(const json::Value& description, const char* key) {
  const std::string text = Text(description, key);
  if (text.empty()) return std::optional<Prefix>();
  TARN_TRY(Prefix parsed, Prefix::Parse(text));
  if (parsed.has_expressions() && !parsed.names_error_type()) {
    return Fail(kInvalid,
                fmt::format("{} must contain at least one instance of !{{firehose:error-output-type}} when it "
                            "contains expressions.",
                            key));
  }
  if (!parsed.partition_keys().empty()) {
    return Fail(kInvalid, fmt::format("{} cannot contain expressions of the namespace partitionKeyFromQuery.", key));
  }
  return std::optional<Prefix>(std::move(parsed));
}

Result<Place> ReadPlace(const json::Value& s3) {
  Place place;
  place.role = Text(s3, "RoleARN");
  const std::string arn = Text(s3, "BucketARN");
  place.bucket = arn.substr(std::min(arn.size(), arn.rfind(':') + 1));
  TARN_TRY(place.prefix, Prefix::Parse(Text(s3, "Prefix")));
  TARN_TRY(place.error_prefix, ReadErrorPrefix(s3, "ErrorOutputPrefix"));
  if (place.prefix.names_error_type()) {
    return Fail(kInvalid, "Prefix cannot contain !{firehose:error-output-type}.");
  }
  if (place.prefix.has_expressions() && !place.error_prefix) {
    return Fail(kInvalid, "ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.");
  }
  const auto compression = CompressionOf(s3.StringOr("CompressionFormat", "UNCOMPRESSED"));
  if (!compression) return Fail(kInvalid, "CompressionFormat is not one that is known.");
  place.compression = *compression;
  place.extension = Text(s3, "FileExtension");
  place.kms_key = Text(Member(Member(s3, "EncryptionConfiguration"), "KMSEncryptionConfig"), "AWSKMSKeyARN");
  const std::string zone = Text(s3, "CustomTimeZone");
  if (!zone.empty()) place.time_zone = zone;
  if (!OffsetOf(place.time_zone, Timestamp{})) {
    return Fail(kInvalid, fmt::format("CustomTimeZone {} is not a time zone.", place.time_zone));
  }
  return place;
}

std::map<std::string, std::string> Parameters(const json::Value& processor) {
  std::map<std::string, std::string> parameters;
  const json::Value& list = Member(processor, "Parameters");
  if (!list.is_array()) return parameters;
  for (const json::Value& each : *list.AsArray()) {
    parameters[Text(each, "ParameterName")] = Text(each, "ParameterValue");
  }
  return parameters;
}

Status AddProcessor(const json::Value& processor, Processing& processing) {
  const std::string type = Text(processor, "Type");
  auto parameters = Parameters(processor);
  if (type == "Decompression") {
    if (parameters["CompressionFormat"] != "GZIP") {
      return Fail(kInvalid, "The processor Decompression takes the CompressionFormat GZIP only.");
    }
    processing.decompress = true;
  } else if (type == "CloudWatchLogProcessing") {
    processing.extract_messages = EqualsIgnoreCase(parameters["DataMessageExtraction"], "true");
  } else if (type == "RecordDeAggregation") {
    const std::string& kind = parameters["SubRecordType"];
    if (kind != "JSON" && kind != "DELIMITED") {
      return Fail(kInvalid, "The processor RecordDeAggregation needs the SubRecordType JSON or DELIMITED.");
    }
    processing.split = kind == "JSON" ? Processing::Split::kJson : Processing::Split::kDelimited;
    if (kind == "DELIMITED") {
      TARN_TRY(processing.delimiter, DelimiterOf(parameters["Delimiter"]));
    }
  } else if (type == "MetadataExtraction") {
    if (!parameters["JsonParsingEngine"].empty() && parameters["JsonParsingEngine"] != "JQ-1.6") {
      return Fail(kInvalid, "JsonParsingEngine must be JQ-1.6.");
    }
    processing.query = parameters["MetadataExtractionQuery"];
    TARN_CHECK(CheckQuery(processing.query));
  } else if (type == "AppendDelimiterToRecord") {
    processing.append_newline = true;
  } else {
    return Fail(kInvalid, fmt::format("The processor {} is not served by this lake.", type));
  }
  return Ok();
}

Result<Processing> ReadProcessing(const json::Value& configuration) {
  Processing processing;
  const json::Value& processors = Member(configuration, "Processors");
  if (!Enabled(configuration) || !processors.is_array()) return processing;
  for (const json::Value& each : *processors.AsArray()) TARN_CHECK(AddProcessor(each, processing));
  if (processing.extract_messages && !processing.decompress) {
    return Fail(kInvalid, "CloudWatchLogProcessing can only be enabled together with Decompression.");
  }
  return processing;
}

// The account and region of a catalog must be the stream's own.
Status CheckCatalog(std::string_view what, std::string_view account, std::string_view region, const Scope& scope) {
  if (!account.empty() && account != scope.account) {
    return Fail(
        kInvalid,
        fmt::format("{} names the catalog of account {}: catalogs of other accounts are not served by this lake.", what,
                    account));
  }
  if (region.empty() || region == scope.region) return Ok();
  return Fail(
      kInvalid,
      fmt::format("{} names the catalog of {}: catalogs of other regions are not served by this lake.", what, region));
}

Status ReadSchema(const json::Value& schema, const Scope& scope, Conversion& conversion) {
  TARN_CHECK(CheckCatalog("SchemaConfiguration", Text(schema, "CatalogId"), Text(schema, "Region"), scope));
  conversion.role = Text(schema, "RoleARN");
  conversion.database = Text(schema, "DatabaseName");
  conversion.table = Text(schema, "TableName");
  if (conversion.database.empty() || conversion.table.empty()) {
    return Fail(kInvalid, "SchemaConfiguration must name a database and a table.");
  }
  const std::string version = Text(schema, "VersionId");
  if (version.empty() || version == "LATEST") return Ok();
  conversion.version = ParseU64(version);
  if (conversion.version) return Ok();
  return Fail(kInvalid, fmt::format("SchemaConfiguration.VersionId must be LATEST or a number, not {}.", version));
}

Status ReadDeserializer(const json::Value& input, Conversion& conversion) {
  const json::Value& openx = Member(input, "OpenXJsonSerDe");
  const json::Value& hive = Member(input, "HiveJsonSerDe");
  if (openx.is_object() == hive.is_object()) return Fail(kInvalid, "Exactly one deserializer must be specified.");
  conversion.case_sensitive = openx.is_object() && !openx.BoolOr("CaseInsensitive", true);
  conversion.dots_to_underscores = openx.BoolOr("ConvertDotsInJsonKeysToUnderscores", false);
  const json::Value& mappings = Member(openx, "ColumnToJsonKeyMappings");
  if (mappings.is_object()) {
    for (const auto& [column, key] : *mappings.AsObject()) {
      if (key.is_string()) conversion.keys[column] = *key.AsString();
    }
  }
  for (const std::string& text : Texts(Member(hive, "TimestampFormats"))) {
    TARN_TRY(TimePattern pattern, TimePattern::Parse(text));
    conversion.timestamp_formats.push_back(std::move(pattern));
  }
  return Ok();
}

Result<Conversion> ReadConversion(const json::Value& configuration, const Scope& scope) {
  Conversion conversion;
  const json::Value& schema = Member(configuration, "SchemaConfiguration");
  const json::Value& input = Member(Member(configuration, "InputFormatConfiguration"), "Deserializer");
  const json::Value& output = Member(Member(configuration, "OutputFormatConfiguration"), "Serializer");
  if (!schema.is_object() || !input.is_object() || !output.is_object()) {
    return Fail(kInvalid,
                "SchemaConfiguration, InputFormatConfiguration and OutputFormatConfiguration are required when data "
                "format conversion is enabled.");
  }
  TARN_CHECK(ReadSchema(schema, scope, conversion));
  TARN_CHECK(ReadDeserializer(input, conversion));
  if (Member(output, "OrcSerDe").is_object()) {
    return Fail(kInvalid, "Conversion to ORC is not served by this lake; use ParquetSerDe.");
  }
  const json::Value& parquet = Member(output, "ParquetSerDe");
  if (!parquet.is_object()) return Fail(kInvalid, "Exactly one serializer must be specified.");
  const std::string_view codec = parquet.StringOr("Compression", "SNAPPY");
  conversion.codec = codec == "GZIP"           ? Conversion::Codec::kGzip
                     : codec == "UNCOMPRESSED" ? Conversion::Codec::kNone
                                               : Conversion::Codec::kSnappy;
  return conversion;
}

Status ReadBackup(const json::Value& s3, Plan& plan) {
  if (s3.StringOr("S3BackupMode", "Disabled") != "Enabled") return Ok();
  const json::Value& backup = Member(s3, "S3BackupDescription");
  if (!backup.is_object()) {
    return Fail(kInvalid, "S3BackupConfiguration must be specified when S3BackupMode is Enabled.");
  }
  TARN_TRY(plan.backup, ReadPlace(backup));
  return Ok();
}

// Keys of partitions come from the query, and each is used.
Status CheckPartitions(const Plan& plan) {
  const auto& used = plan.place.prefix.partition_keys();
  if (!plan.partitions) {
    if (used.empty()) return Ok();
    return Fail(kInvalid, "Prefix contains partitionKeyFromQuery, but dynamic partitioning is not enabled.");
  }
  if (plan.processing.query.empty()) {
    return Fail(kInvalid,
                "MetadataExtraction processor is required for dynamic partitioning: processors of Lambda are not "
                "served by this lake.");
  }
  if (used.empty()) return Fail(kInvalid, "Prefix must contain at least one partition key with dynamic partitioning.");
  if (plan.hints.bytes < kLargeBuffer * kMegabyte) {
    return Fail(kInvalid, "BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled.");
  }
  if (plan.hints.seconds < kPartitionedSeconds) {
    return Fail(kInvalid, "BufferingHints.IntervalInSeconds must be at least 60 when Dynamic Partitioning is enabled.");
  }
  return Ok();
}

Result<Plan> ReadS3(const json::Value& s3, const Scope& scope) {
  Plan plan;
  plan.role = Text(s3, "RoleARN");
  TARN_TRY(plan.place, ReadPlace(s3));
  const json::Value& conversion = Member(s3, "DataFormatConversionConfiguration");
  if (Enabled(conversion)) {
    TARN_TRY(plan.conversion, ReadConversion(conversion, scope));
    if (plan.place.compression != Compression::kNone) {
      return Fail(kInvalid, "CompressionFormat must be UNCOMPRESSED when data format conversion is enabled.");
    }
  }
  const json::Value& partitioning = Member(s3, "DynamicPartitioningConfiguration");
  plan.partitions = Enabled(partitioning);
  const json::Value& hints = Member(s3, "BufferingHints");
  TARN_TRY(plan.hints, ReadHints(hints, plan.conversion ? 128 : plan.partitions ? kLargeBuffer : 5));
  if (plan.conversion && plan.hints.bytes < kLargeBuffer * kMegabyte) {
    return Fail(kInvalid, "BufferingHints.SizeInMBs must be at least 64 when data format conversion is enabled.");
  }
  TARN_TRY(plan.processing, ReadProcessing(Member(s3, "ProcessingConfiguration")));
  TARN_CHECK(CheckPartitions(plan));
  TARN_CHECK(ReadBackup(s3, plan));
  return plan;
}

// What destinations beside S3 have in common.
Result<Plan> ReadBesideS3(const json::Value& description, DestinationKind kind) {
  Plan plan;
  plan.kind = kind;
  plan.role = Text(description, "RoleARN");
  TARN_TRY(plan.place, ReadPlace(Member(description, "S3DestinationDescription")));
  TARN_TRY(plan.hints, ReadHints(Member(description, "BufferingHints"), 5));
  TARN_TRY(plan.processing, ReadProcessing(Member(description, "ProcessingConfiguration")));
  plan.retry_seconds = static_cast<uint32_t>(Member(description, "RetryOptions").IntOr("DurationInSeconds", 300));
  return plan;
}

// "arn:aws:glue:region:account:catalog"
Status CheckCatalogArn(const std::string& text, const Scope& scope) {
  const auto arn = Arn::Parse(text);
  if (!arn || arn->service != "glue" || !arn->resource.starts_with("catalog")) {
    return Fail(kInvalid, fmt::format("CatalogARN {} is not a catalog's ARN.", text));
  }
  if (arn->resource != "catalog") {
    return Fail(kInvalid, fmt::format("The catalog {} is not served by this lake: only an account's own is.", text));
  }
  return CheckCatalog("CatalogARN", arn->account, arn->region, scope);
}

Result<Plan> ReadIceberg(const json::Value& iceberg, const Scope& scope) {
  TARN_TRY(Plan plan, ReadBesideS3(iceberg, DestinationKind::kIceberg));
  plan.iceberg.append_only = iceberg.BoolOr("AppendOnly", false);
  TARN_CHECK(CheckCatalogArn(Text(Member(iceberg, "CatalogConfiguration"), "CatalogARN"), scope));
  if (iceberg.StringOr("S3BackupMode", "FailedDataOnly") != "FailedDataOnly") {
    return Fail(kInvalid, "S3BackupMode of an Iceberg destination must be FailedDataOnly.");
  }
  plan.iceberg.creates = Member(iceberg, "TableCreationConfiguration").BoolOr("Enabled", false);
  plan.iceberg.evolves = Member(iceberg, "SchemaEvolutionConfiguration").BoolOr("Enabled", false);
  plan.iceberg.warehouse = Text(Member(iceberg, "CatalogConfiguration"), "WarehouseLocation");
  while (plan.iceberg.warehouse.ends_with('/')) plan.iceberg.warehouse.pop_back();
  const json::Value& targets = Member(iceberg, "DestinationTableConfigurationList");
  if (!targets.is_array()) return plan;
  for (const json::Value& each : *targets.AsArray()) {
    TableTarget target{.database = Text(each, "DestinationDatabaseName"), .table = Text(each, "DestinationTableName")};
    target.unique_keys = Texts(Member(each, "UniqueKeys"));
    TARN_TRY(target.error_prefix, ReadErrorPrefix(each, "S3ErrorOutputPrefix"));
    const json::Value& partitions = Member(Member(each, "PartitionSpec"), "Identity");
    if (partitions.is_array()) {
      for (const json::Value& part : *partitions.AsArray()) target.partitioned_by.push_back(Text(part, "SourceName"));
    }
    if (!target.partitioned_by.empty() && !plan.iceberg.creates) {
      return Fail(kInvalid, "PartitionSpec is only applicable with TableCreationConfiguration.");
    }
    plan.iceberg.targets.push_back(std::move(target));
  }
  return plan;
}

Result<Plan> ReadHttp(const json::Value& http) {
  TARN_TRY(Plan plan, ReadBesideS3(http, DestinationKind::kHttp));
  plan.backs_up = http.StringOr("S3BackupMode", "FailedDataOnly") == "AllData";
  if (Member(http, "SecretsManagerConfiguration").BoolOr("Enabled", false)) {
    return Fail(kInvalid, "SecretsManagerConfiguration is not served by this lake.");
  }
  const json::Value& endpoint = Member(http, "EndpointConfiguration");
  plan.http.url = Text(endpoint, "Url");
  plan.http.access_key = Text(endpoint, "AccessKey");
  const json::Value& request = Member(http, "RequestConfiguration");
  plan.http.gzip = request.StringOr("ContentEncoding", "NONE") == "GZIP";
  const json::Value& attributes = Member(request, "CommonAttributes");
  if (attributes.is_array()) {
    for (const json::Value& each : *attributes.AsArray()) {
      plan.http.attributes.emplace_back(Text(each, "AttributeName"), Text(each, "AttributeValue"));
    }
  }
  return plan;
}

}  // namespace

Result<Plan> ReadPlan(std::string_view destination, const Scope& scope) {
  TARN_TRY(const json::Value value, json::Parse(destination));
  const json::Value& extended = Member(value, "ExtendedS3DestinationDescription");
  const json::Value& iceberg = Member(value, "IcebergDestinationDescription");
  const json::Value& http = Member(value, "HttpEndpointDestinationDescription");
  const json::Value& s3 = Member(value, "S3DestinationDescription");
  if (extended.is_object()) return ReadS3(extended, scope);
  if (iceberg.is_object()) return ReadIceberg(iceberg, scope);
  if (http.is_object()) return ReadHttp(http);
  if (s3.is_object()) return ReadS3(s3, scope);
  return Fail(kInvalid, "The destination is not served by this lake.");
}

}  // namespace tarn::delivery
