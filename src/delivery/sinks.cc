#include "delivery/sinks.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "delivery/converter.h"
#include "delivery/errors.h"
#include "delivery/http/http_delivery.h"
#include "delivery/iceberg/tables.h"
#include "delivery/keys.h"
#include "delivery/positions.h"
#include "delivery/records/registered.h"
#include "enforce/bucket_checks.h"
#include "json/json.h"
#include "object/directory/checks.h"
#include "object/store/put_batch.h"

namespace tarn::delivery {
namespace {

constexpr size_t kPartitionsMax = 500;  // of one delivery
constexpr size_t kRandomLetters = 11;

std::string RandomName() { return RandomText(kRandomLetters, kAlphanumeric); }

NameFacts FactsOf(const Place& place, Timestamp arrived) {
  return {
      .arrived = arrived, .time_zone = place.time_zone, .error_type = {}, .partition = nullptr, .random = RandomName};
}

Timestamp OldestOf(const std::vector<Arrived>& records) {
  return std::ranges::min_element(records, {}, &Arrived::at)->at;
}

// A line of an error file.
std::string FailureLine(const Delivery& delivery, const Failed& failed) {
  const bool conversion = failed.type == "format-conversion-failed";
  const Arrived& record = delivery.records[failed.source];
  json::Writer line;
  line.BeginObject();
  line.Key("attemptsMade").Int(delivery.attempts);
  line.Key("arrivalTimestamp").Int(record.at.millis());
  line.Key(conversion ? "lastErrorCode" : "errorCode").String(failed.code);
  line.Key(conversion ? "lastErrorMessage" : "errorMessage").String(failed.message);
  line.Key("attemptEndingTimestamp").Int(delivery.now.millis());
  line.Key("rawData").String(Base64(failed.data));
  if (conversion && delivery.plan.conversion) {
    const Conversion& asked = *delivery.plan.conversion;
    line.Key("sequenceNumber").Null();
    line.Key("subSequenceNumber").Null();
    line.Key("dataCatalogTable").BeginObject();
    line.Key("catalogId").String(delivery.scope.account);
    line.Key("databaseName").String(asked.database);
    line.Key("tableName").String(asked.table);
    line.Key("region").String(delivery.scope.region);
    line.Key("versionId").String(asked.version ? std::to_string(*asked.version) : "LATEST");
    line.EndObject();
  }
  line.EndObject();
  return line.Take() + "\n";
}

}  // namespace

struct Sinks::Made {
  std::vector<NewFile> files;
  std::vector<Failed> failed;
};

// The records of one file, in the order of their coming.
struct Sinks::Group {
  std::map<std::string, std::string> keys;  // of the partition
  std::vector<const Prepared*> records;
  Timestamp oldest{INT64_MAX};
  uint64_t bytes = 0;
};

namespace {

Failed Unpartitioned(const Plan& plan, const Prepared& record, std::string message) {
  std::string data = record.data;
  if (plan.processing.append_newline) data.pop_back();
  return {record.source, "metadata-extraction-failed", "DynamicPartitioning.MetadataExtractionFailed",
          std::move(message), std::move(data)};
}

// What tells the record's partition from others; "" where there are none. Errors: kBadRecord.
Result<std::string> PartitionOf(const Plan& plan, const Prepared& record) {
  std::string partition;
  if (!plan.partitions) return partition;
  for (const std::string& key : plan.place.prefix.partition_keys()) {
    const auto value = record.keys.find(key);
    if (value == record.keys.end() || value->second.empty()) {
      return Fail(kBadRecord, fmt::format("partitionKeys values must not be null or empty: {}", key));
    }
    partition += fmt::format("{}:{}", value->second.size(), value->second);
  }
  return partition;
}

}  // namespace

std::vector<Sinks::Group> Sinks::GroupByFile(const Delivery& delivery, const Processed& processed, Made& made) {
  std::vector<Group> groups;
  std::map<std::string, size_t> open;  // the partitions' last groups
  for (const Prepared& record : processed.records) {
    const auto partition = PartitionOf(delivery.plan, record);
    if (!partition.ok()) {
      made.failed.push_back(Unpartitioned(delivery.plan, record, partition.error().message));
      continue;
    }
    auto found = open.find(*partition);
    if (found == open.end() && open.size() >= kPartitionsMax) {
      made.failed.push_back({record.source, "activePartitionExceeded",
                             "DynamicPartitioning.ActivePartitionsLimitExceeded",
                             fmt::format("There are more than {} active partitions.", kPartitionsMax), record.data});
      continue;
    }
    if (found == open.end() || groups[found->second].bytes + record.data.size() > kWholeFileBytesMax) {
      groups.push_back({.keys = record.keys, .records = {}});
      found = open.insert_or_assign(*partition, groups.size() - 1).first;
    }
    Group& group = groups[found->second];
    group.records.push_back(&record);
    group.bytes += record.data.size();
    group.oldest = std::min(group.oldest, delivery.records[record.source].at);
  }
  return groups;
}

Status Sinks::AddFile(const Delivery& delivery, const Group& group, Made& made) {
  const Place& place = delivery.plan.place;
  NameFacts facts = FactsOf(place, group.oldest);
  facts.partition = &group.keys;
  const auto folder = place.prefix.Render(facts);
  if (!folder.ok()) {
    for (const Prepared* record : group.records) {
      made.failed.push_back(Unpartitioned(delivery.plan, *record, folder.error().message));
    }
    return Ok();
  }
  const std::string id = RandomUuid();
  std::string extension = place.extension;
  NewFile file{.bucket = place.bucket, .role = place.role, .kms_key = place.kms_key};
  if (delivery.plan.conversion) {
    if (parts_.converter == nullptr) return Fail(kRefused, "format conversion is not served by this lake");
    TARN_TRY(Converted converted, parts_.converter->Convert(delivery.scope, *delivery.plan.conversion, group.records));
    for (const Converted::Refused& refused : converted.refused) {
      const Prepared& record = *group.records[refused.index];
      made.failed.push_back({record.source, "format-conversion-failed", refused.code, refused.message, record.data});
    }
    if (converted.file.empty()) return Ok();
    file.bytes = std::move(converted.file);
    if (extension.empty()) extension = ".parquet";
  } else {
    std::string bytes;
    bytes.reserve(group.bytes);
    for (const Prepared* record : group.records) bytes += record->data;
    file.bytes = Compress(place.compression, bytes, id);
    file.content_encoding = EncodingOf(place.compression);
    if (extension.empty()) extension = ExtensionOf(place.compression);
  }
  file.key =
      *folder + FileName(delivery.stream.name, delivery.stream.version, group.oldest, place.time_zone, id, extension);
  made.files.push_back(std::move(file));
  return Ok();
}

Status Sinks::CheckMayReadSchema(const Delivery& delivery) const {
  const Conversion& asked = *delivery.plan.conversion;
  TARN_TRY(const identity::Caller caller,
           parts_.principal(delivery.scope, asked.role.empty() ? delivery.plan.role : asked.role, delivery.stream));
  identity::Check check;
  check.action = "glue:GetTableVersions";
  check.resource = fmt::format("arn:aws:glue:{}:{}:table/{}/{}", delivery.scope.region, delivery.scope.account,
                               AsciiLower(asked.database), AsciiLower(asked.table));
  return parts_.authorizer.Authorize(caller, {&check, 1});
}

Status Sinks::AddS3Files(const Delivery& delivery, const Processed& processed, Made& made) {
  if (delivery.plan.conversion) TARN_CHECK(CheckMayReadSchema(delivery));
  for (const Group& group : GroupByFile(delivery, processed, made)) TARN_CHECK(AddFile(delivery, group, made));
  return Ok();
}

Status Sinks::AddBackup(const Delivery& delivery, const Place& place, Made& made) {
  const Timestamp oldest = OldestOf(delivery.records);
  TARN_TRY(const std::string folder, place.prefix.Render(FactsOf(place, oldest)));
  std::string bytes;
  for (const Arrived& record : delivery.records) bytes += record.data;
  const std::string id = RandomUuid();
  NewFile file{.bucket = place.bucket, .role = place.role, .kms_key = place.kms_key};
  file.bytes = Compress(place.compression, bytes, id);
  file.content_encoding = EncodingOf(place.compression);
  file.key = folder + FileName(delivery.stream.name, delivery.stream.version, oldest, place.time_zone, id,
                               ExtensionOf(place.compression));
  made.files.push_back(std::move(file));
  return Ok();
}

Status Sinks::AddFailures(const Delivery& delivery, const std::vector<Failed>& failed, Made& made) {
  const Place& place = delivery.plan.place;
  std::map<std::pair<std::string, std::string>, std::vector<const Failed*>> files;
  for (const Failed& each : failed) files[{each.type, each.prefix}].push_back(&each);
  for (const auto& [of, list] : files) {
    const auto& [type, prefix] = of;
    std::string lines;
    Timestamp oldest{INT64_MAX};
    for (const Failed* each : list) {
      lines += FailureLine(delivery, *each);
      oldest = std::min(oldest, delivery.records[each->source].at);
    }
    NameFacts facts = FactsOf(place, oldest);
    facts.error_type = type;
    // Without a prefix of their own failures lie beside the files.
    Prefix whose = place.error_prefix ? *place.error_prefix : place.prefix;
    if (!prefix.empty()) {
      TARN_TRY(whose, Prefix::Parse(prefix));
    }
    TARN_TRY(const std::string folder, whose.RenderError(facts));
    NewFile file{.bucket = place.bucket, .bytes = std::move(lines), .role = place.role, .kms_key = place.kms_key};
    file.key =
        folder + FileName(delivery.stream.name, delivery.stream.version, oldest, place.time_zone, RandomUuid(), "");
    made.files.push_back(std::move(file));
  }
  return Ok();
}

Status Sinks::SendHttp(const Delivery& delivery, Processed& processed, Made& made) {
  if (parts_.http == nullptr) return Fail(kRefused, "HTTP endpoints are not served by this lake");
  TARN_TRY(auto failed, SendToEndpoint(delivery, processed.records, *parts_.http));
  std::ranges::move(failed, std::back_inserter(made.failed));
  return Ok();
}

// Where JSON is wanted, records may be framed by AWS's serializers.
Processor::Unwrap Sinks::UnwrapOf(const Delivery& delivery) const {
  const bool wants_json = delivery.plan.conversion || delivery.plan.kind == DestinationKind::kIceberg;
  if (!wants_json || parts_.registry == nullptr) return nullptr;
  return [this, &delivery, allowed = std::set<std::string>()](std::string data) mutable -> Result<std::string> {
    if (!IsRegistered(data)) return data;
    TARN_TRY(const registry::Version version, VersionOf(*parts_.registry, delivery.scope, data));
    if (!allowed.contains(version.id)) {
      TARN_TRY(const identity::Caller caller, parts_.principal(delivery.scope, delivery.plan.role, delivery.stream));
      identity::Check check;
      check.action = "glue:GetSchemaVersion";
      check.resource = fmt::format("arn:aws:glue:{}:{}:schema/{}/{}", delivery.scope.region, delivery.scope.account,
                                   version.schema.registry, version.schema.schema);
      TARN_CHECK(parts_.authorizer.Authorize(caller, {&check, 1}));
      allowed.insert(version.id);
    }
    return ToJson(version, data);
  };
}

Result<Processed> Sinks::Process(const Delivery& delivery) const {
  return Processor(delivery.plan.processing, UnwrapOf(delivery)).Run(delivery.records);
}

Result<Outcome> Sinks::Deliver(const Delivery& delivery) {
  TARN_TRY(Processed processed, Process(delivery));
  Made made;
  Outcome outcome{.oldest = OldestOf(delivery.records)};
  made.failed = std::move(processed.failed);
  outcome.rows = made.failed.size() + processed.records.size();
  switch (delivery.plan.kind) {
    case DestinationKind::kS3:
      TARN_CHECK(AddS3Files(delivery, processed, made));
      break;
    case DestinationKind::kHttp:
      TARN_CHECK(SendHttp(delivery, processed, made));
      break;
    case DestinationKind::kIceberg: {
      if (parts_.tables == nullptr) return Fail(kRefused, "Iceberg tables are not served by this lake");
      const auto caller = parts_.principal(delivery.scope, delivery.plan.role, delivery.stream);
      TARN_TRY(auto failed, parts_.tables->Deliver(delivery, processed.records, caller));
      std::ranges::move(failed, std::back_inserter(made.failed));
      break;
    }
  }
  outcome.failed = made.failed.size();
  outcome.rows -= std::min(outcome.rows, outcome.failed);
  const auto stored = [&](size_t from) {
    uint64_t bytes = 0;
    for (size_t i = from; i < made.files.size(); ++i) bytes += made.files[i].bytes.size();
    return bytes;
  };
  if (delivery.plan.kind == DestinationKind::kS3) {
    outcome.objects = made.files.size();
    outcome.bytes = stored(0);
  } else {
    for (const Prepared& record : processed.records) outcome.bytes += record.data.size();
  }
  const size_t before = made.files.size();
  if (delivery.plan.backup) TARN_CHECK(AddBackup(delivery, *delivery.plan.backup, made));
  if (delivery.plan.backs_up) TARN_CHECK(AddBackup(delivery, delivery.plan.place, made));
  outcome.backup_bytes = stored(before);
  TARN_CHECK(AddFailures(delivery, made.failed, made));
  TARN_CHECK(Commit(delivery, made.files));
  return outcome;
}

Status Sinks::Skip(const Delivery& delivery) { return Commit(delivery, {}); }

Status Sinks::CheckMayWrite(const Delivery&, const NewFile& file, const object::Bucket& bucket,
                            const identity::Caller& caller) const {
  identity::Check check = object::CheckOf(bucket, "s3:PutObject", file.key);
  TARN_TRY(check.guard, enforce::PolicyOf(parts_.objects, bucket));
  return parts_.authorizer.Authorize(caller, {&check, 1});
}

Status Sinks::Commit(const Delivery& delivery, const std::vector<NewFile>& files) {
  object::PutBatch batch(parts_.objects, parts_.blobs, delivery.scope.account);
  for (const NewFile& file : files) {
    TARN_TRY(const object::Bucket bucket, parts_.objects.GetBucket(file.bucket));
    TARN_TRY(const identity::Caller caller, parts_.principal(delivery.scope, file.role, delivery.stream));
    TARN_CHECK(CheckMayWrite(delivery, file, bucket, caller));
    object::NewObject object;
    object.headers.content_type = "application/octet-stream";
    object.headers.content_encoding = file.content_encoding;
    object::EncryptionChoice choice;
    if (!file.kms_key.empty()) {
      choice.kind = object::EncryptionKind::kKms;
      choice.key = file.kms_key;
    }
    TARN_CHECK(batch.Add(fmt::format("s3://{}/{}", file.bucket, file.key), file.bytes, std::move(object), choice,
                         {.scope = delivery.scope, .caller = caller}));
  }
  TARN_CHECK(batch.Seal());
  return kv::Transact(parts_.store, [&](kv::Txn& txn) -> Status {
    TARN_CHECK(batch.Apply(txn));
    for (const auto& [lane, position] : delivery.after) {
      txn.Put(PositionKey(delivery.stream.log, lane), EncodePosition(position));
    }
    parts_.intake.Trim(txn, delivery.stream.log, delivery.records);
    return Ok();
  });
}

}  // namespace tarn::delivery
