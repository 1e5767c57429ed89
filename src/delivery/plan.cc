#include "delivery/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "delivery/errors.h"
#include "delivery/output/time_zone.h"
#include "delivery/records/processors.h"
#include "json/json.h"

namespace tarn::delivery {
namespace {

constexpr uint64_t kMegabyte = 1 << 20;
constexpr uint64_t kLargeBuffer = 64;  // what dynamic partitioning and format conversion want at least
constexpr uint32_t kPartitionedSeconds = 60;

const json::Value& Member(const json::Value& value, std::string_view key) {
  static const json::Value kNone;
  const json::Value* found = value.Find(key);
  return found == nullptr ? kNone : *found;
}

std::string Text(const json::Value& value, std::string_view key) { return std::string(value.StringOr(key, "")); }

bool Enabled(const json::Value& value) { return value.is_object() && value.BoolOr("Enabled", true); }

std::vector<std::string> Texts(const json::Value& list) {
  std::vector<std::string> texts;
  if (!list.is_array()) return texts;
  for (const json::Value& each : *list.AsArray()) {
    if (each.is_string()) texts.push_back(*each.AsString());
  }
  return texts;
}

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

Result<Place> ReadPlace(const json::Value& s3) {
  Place place;
  place.role = Text(s3, "RoleARN");
  const std::string arn = Text(s3, "BucketARN");
  place.bucket = arn.substr(std::min(arn.size(), arn.rfind(':') + 1));
  TARN_TRY(place.prefix, Prefix::Parse(Text(s3, "Prefix")));
  const std::string error_prefix = Text(s3, "ErrorOutputPrefix");
  if (!error_prefix.empty()) {
    TARN_TRY(Prefix parsed, Prefix::Parse(error_prefix));
    if (parsed.has_expressions() && !parsed.names_error_type()) {
      return Fail(kInvalid,
                  "ErrorOutputPrefix must contain at least one instance of !{firehose:error-output-type} when it "
                  "contains expressions.");
    }
    if (!parsed.partition_keys().empty()) {
      return Fail(kInvalid, "ErrorOutputPrefix cannot contain expressions of the namespace partitionKeyFromQuery.");
    }
    place.error_prefix = std::move(parsed);
  }
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

Result<Conversion> ReadConversion(const json::Value& configuration) {
  Conversion conversion;
  const json::Value& schema = Member(configuration, "SchemaConfiguration");
  const json::Value& input = Member(Member(configuration, "InputFormatConfiguration"), "Deserializer");
  const json::Value& output = Member(Member(configuration, "OutputFormatConfiguration"), "Serializer");
  if (!schema.is_object() || !input.is_object() || !output.is_object()) {
    return Fail(kInvalid,
                "SchemaConfiguration, InputFormatConfiguration and OutputFormatConfiguration are required when data "
                "format conversion is enabled.");
  }
  conversion.account = Text(schema, "CatalogId");
  conversion.region = Text(schema, "Region");
  conversion.database = Text(schema, "DatabaseName");
  conversion.table = Text(schema, "TableName");
  if (conversion.database.empty() || conversion.table.empty()) {
    return Fail(kInvalid, "SchemaConfiguration must name a database and a table.");
  }
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
  conversion.timestamp_formats = Texts(Member(hive, "TimestampFormats"));
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

Result<Plan> ReadS3(const json::Value& s3) {
  Plan plan;
  plan.role = Text(s3, "RoleARN");
  TARN_TRY(plan.place, ReadPlace(s3));
  const json::Value& conversion = Member(s3, "DataFormatConversionConfiguration");
  if (Enabled(conversion)) {
    TARN_TRY(plan.conversion, ReadConversion(conversion));
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

Result<Plan> ReadIceberg(const json::Value& iceberg) {
  Plan plan;
  plan.kind = DestinationKind::kIceberg;
  plan.role = Text(iceberg, "RoleARN");
  TARN_TRY(plan.place, ReadPlace(Member(iceberg, "S3DestinationDescription")));
  TARN_TRY(plan.hints, ReadHints(Member(iceberg, "BufferingHints"), 5));
  TARN_TRY(plan.processing, ReadProcessing(Member(iceberg, "ProcessingConfiguration")));
  plan.retry_seconds = static_cast<uint32_t>(Member(iceberg, "RetryOptions").IntOr("DurationInSeconds", 300));
  plan.iceberg.append_only = iceberg.BoolOr("AppendOnly", false);
  plan.iceberg.evolves = Member(iceberg, "SchemaEvolutionConfiguration").BoolOr("Enabled", false);
  plan.iceberg.catalog = Text(Member(iceberg, "CatalogConfiguration"), "CatalogARN");
  if (iceberg.StringOr("S3BackupMode", "FailedDataOnly") != "FailedDataOnly") {
    return Fail(kInvalid, "S3BackupMode of an Iceberg destination must be FailedDataOnly.");
  }
  if (Member(iceberg, "TableCreationConfiguration").BoolOr("Enabled", false)) {
    return Fail(kInvalid, "TableCreationConfiguration is not served by this lake: make the tables before.");
  }
  const json::Value& targets = Member(iceberg, "DestinationTableConfigurationList");
  if (!targets.is_array()) return plan;
  for (const json::Value& each : *targets.AsArray()) {
    TableTarget target{.database = Text(each, "DestinationDatabaseName"), .table = Text(each, "DestinationTableName")};
    target.unique_keys = Texts(Member(each, "UniqueKeys"));
    const std::string error_prefix = Text(each, "S3ErrorOutputPrefix");
    if (!error_prefix.empty()) {
      TARN_TRY(target.error_prefix, Prefix::Parse(error_prefix));
    }
    if (Member(each, "PartitionSpec").is_object()) {
      return Fail(kInvalid, "PartitionSpec is not served by this lake: make the tables before.");
    }
    plan.iceberg.targets.push_back(std::move(target));
  }
  return plan;
}

Result<Plan> ReadHttp(const json::Value& http) {
  Plan plan;
  plan.kind = DestinationKind::kHttp;
  plan.role = Text(http, "RoleARN");
  TARN_TRY(plan.place, ReadPlace(Member(http, "S3DestinationDescription")));
  TARN_TRY(plan.hints, ReadHints(Member(http, "BufferingHints"), 5));
  TARN_TRY(plan.processing, ReadProcessing(Member(http, "ProcessingConfiguration")));
  plan.retry_seconds = static_cast<uint32_t>(Member(http, "RetryOptions").IntOr("DurationInSeconds", 300));
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

void Default(json::Value& object, std::string_view key, json::Value value) {
  if (object.Find(key) == nullptr) object.Set(key, std::move(value));
}

json::Value HintsOf(int64_t megabytes, int64_t seconds) {
  return json::Object{{"IntervalInSeconds", seconds}, {"SizeInMBs", megabytes}};
}

void PlaceDefaults(json::Value& s3, int64_t megabytes) {
  Default(s3, "BufferingHints", HintsOf(megabytes, 300));
  Default(s3, "CompressionFormat", "UNCOMPRESSED");
  Default(s3, "EncryptionConfiguration", json::Object{{"NoEncryptionConfig", "NoEncryption"}});
  Default(s3, "CloudWatchLoggingOptions", json::Object{{"Enabled", false}});
}

}  // namespace

Result<Plan> ReadPlan(std::string_view destination) {
  TARN_TRY(const json::Value value, json::Parse(destination));
  if (Member(value, "ExtendedS3DestinationDescription").is_object()) {
    return ReadS3(Member(value, "ExtendedS3DestinationDescription"));
  }
  if (Member(value, "IcebergDestinationDescription").is_object()) {
    return ReadIceberg(Member(value, "IcebergDestinationDescription"));
  }
  if (Member(value, "HttpEndpointDestinationDescription").is_object()) {
    return ReadHttp(Member(value, "HttpEndpointDestinationDescription"));
  }
  if (Member(value, "S3DestinationDescription").is_object()) return ReadS3(Member(value, "S3DestinationDescription"));
  return Fail(kInvalid, "The destination is not served by this lake.");
}

std::string WithDefaults(std::string_view kind, std::string_view description) {
  auto parsed = json::Parse(description);
  if (!parsed.ok()) return std::string(description);
  json::Value& value = *parsed;
  const bool extended = kind == "ExtendedS3";
  if (kind == "S3" || extended) {
    const bool converts = Enabled(Member(value, "DataFormatConversionConfiguration"));
    const bool partitions = Enabled(Member(value, "DynamicPartitioningConfiguration"));
    PlaceDefaults(value, converts ? 128 : partitions ? 64 : 5);
    if (extended) {
      Default(value, "S3BackupMode", "Disabled");
      Default(value, "ProcessingConfiguration", json::Object{{"Enabled", false}, {"Processors", json::Array{}}});
    }
  } else {
    Default(value, "BufferingHints", HintsOf(5, 300));
    Default(value, "CloudWatchLoggingOptions", json::Object{{"Enabled", false}});
    Default(value, "RetryOptions", json::Object{{"DurationInSeconds", int64_t{300}}});
    Default(value, "S3BackupMode", "FailedDataOnly");
    Default(value, "ProcessingConfiguration", json::Object{{"Enabled", false}, {"Processors", json::Array{}}});
    if (kind == "HttpEndpoint") Default(value, "RequestConfiguration", json::Object{{"ContentEncoding", "NONE"}});
  }
  for (const char* inner : {"S3DestinationDescription", "S3BackupDescription"}) {
    const json::Value* present = value.Find(inner);
    if (present == nullptr) continue;
    json::Value place = *present;
    PlaceDefaults(place, 5);
    value.Set(inner, std::move(place));
  }
  return json::Write(value);
}

std::string Merged(std::string_view description, std::string_view update) {
  auto base = json::Parse(description);
  auto changes = json::Parse(update);
  if (!base.ok() || !changes.ok() || !changes->is_object()) return std::string(description);
  for (auto& [key, value] : *changes->AsObject()) {
    const json::Value* present = base->Find(key);
    // A destination within the destination is merged too; everything else is replaced as a whole.
    if (present != nullptr && (key == "S3DestinationDescription" || key == "S3BackupDescription")) {
      auto merged = json::Parse(Merged(json::Write(*present), json::Write(value)));
      if (merged.ok()) value = std::move(*merged);
    }
    base->Set(key, std::move(value));
  }
  return json::Write(*base);
}

}  // namespace tarn::delivery
