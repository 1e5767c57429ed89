// Descriptions of destinations: what AWS fills in, and updates merged into them.
#include "delivery/plan/plan.h"
#include "delivery/plan/plan_reading.h"

namespace tarn::delivery {
namespace {

constexpr int64_t kRetrySeconds = 300;

void Default(json::Value& object, std::string_view key, json::Value value) {
  if (object.Find(key) == nullptr) object.Set(key, std::move(value));
}

json::Value HintsOf(int64_t megabytes, int64_t seconds) {
  return json::Object{{"IntervalInSeconds", seconds}, {"SizeInMBs", megabytes}};
}

json::Value RetriesOf(int64_t seconds) { return json::Object{{"DurationInSeconds", seconds}}; }

void PlaceDefaults(json::Value& s3, int64_t megabytes) {
  Default(s3, "BufferingHints", HintsOf(megabytes, 300));
  Default(s3, "CompressionFormat", "UNCOMPRESSED");
  Default(s3, "EncryptionConfiguration", json::Object{{"NoEncryptionConfig", "NoEncryption"}});
  Default(s3, "CloudWatchLoggingOptions", json::Object{{"Enabled", false}});
}

}  // namespace

std::string WithDefaults(std::string_view kind, std::string_view description) {
  auto parsed = json::Parse(description);
  if (!parsed.ok()) return std::string(description);
  json::Value& value = *parsed;
  const bool extended = kind == "ExtendedS3";
  if (kind == "S3" || extended) {
    const bool converts = Enabled(Member(value, "DataFormatConversionConfiguration"));
    const bool partitions = Enabled(Member(value, "DynamicPartitioningConfiguration"));
    PlaceDefaults(value, converts ? 128 : partitions ? 64 : 5);
    if (extended) Default(value, "S3BackupMode", "Disabled");
    if (partitions) {
      json::Value partitioning = *value.Find("DynamicPartitioningConfiguration");
      Default(partitioning, "RetryOptions", RetriesOf(kRetrySeconds));
      value.Set("DynamicPartitioningConfiguration", std::move(partitioning));
    }
  } else {
    Default(value, "BufferingHints", HintsOf(5, 300));
    Default(value, "CloudWatchLoggingOptions", json::Object{{"Enabled", false}});
    Default(value, "RetryOptions", RetriesOf(kRetrySeconds));
    Default(value, "S3BackupMode", "FailedDataOnly");
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
