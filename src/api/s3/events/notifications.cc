#include "api/s3/events/notifications.h"

#include <fmt/format.h>

#include <algorithm>

#include "api/protocol/codec.h"
#include "api/protocol/shape.h"
#include "api/s3/events/event_rules.h"
#include "api/s3/gen/tables.h"
#include "api/s3/operations.h"
#include "api/s3/rules/kept_document.h"
#include "api/s3/rules/request_rules.h"
#include "base/hash.h"
#include "base/strings.h"
#include "events/outbox.h"
#include "json/json.h"

namespace tarn::api::s3 {
namespace {

Result<gen::NotificationConfiguration> Load(object::Store& store, const object::Bucket& bucket) {
  TARN_TRY(auto kept, LoadKept<gen::NotificationConfiguration>(store, bucket, object::kNotificationDocument,
                                                               gen::kT_NotificationConfiguration));
  return kept ? *std::move(kept) : gen::NotificationConfiguration();
}

// As in a form: S3 writes a blank in a key as "+".
std::string FormEncode(std::string_view key) {
  std::string text = PercentEncode(key, /*keep_slash=*/true);
  for (size_t at = text.find("%20"); at != text.npos; at = text.find("%20", at)) text.replace(at, 3, "+");
  return text;
}

// The lifecycle's and later events have a newer structure.
std::string_view StructureOf(std::string_view event) {
  const bool newer = event.starts_with("Lifecycle") || event == "IntelligentTiering" || event == "ObjectAcl:Put" ||
                     event.starts_with("ObjectTagging:") || event.starts_with("ObjectAnnotation:") ||
                     event == "ObjectRestore:Delete";
  return newer ? "2.3" : "2.1";
}

void AddDetail(const object::Change& change, json::Object& record) {
  const object::ChangeDetail& detail = change.detail;
  if (change.event == "LifecycleTransition") {
    record.emplace_back(
        "lifecycleEventData",
        json::Object{{"transitionEventData", json::Object{{"destinationStorageClass", detail.destination}}}});
  } else if (change.event == "IntelligentTiering") {
    record.emplace_back("intelligentTieringEventData", json::Object{{"destinationAccessTier", detail.destination}});
  } else if (change.event == "ObjectRestore:Completed" && detail.until.micros != 0) {
    record.emplace_back("glacierEventData",
                        json::Object{{"restoreEventData",
                                      json::Object{{"lifecycleRestorationExpiryTime", FormatIso8601(detail.until, 3)},
                                                   {"lifecycleRestoreStorageClass", detail.storage_class}}}});
  }
}

// What destinations get once when they are configured.
json::Value TestRecordOf(const object::Change& change) {
  return json::Object{{"Service", "Amazon S3"},
                      {"Event", "s3:TestEvent"},
                      {"Time", FormatIso8601(change.when, 3)},
                      {"Bucket", change.bucket.name},
                      {"RequestId", change.origin.request_id},
                      {"HostId", change.origin.request_id}};
}

json::Value RecordOf(const object::Change& change) {
  const object::Bucket& bucket = change.bucket;
  json::Object object{{"key", FormEncode(change.key)}};
  if (!change.etag.empty()) {
    object.emplace_back("size", static_cast<int64_t>(change.size));
    object.emplace_back("eTag", change.etag);
  }
  if (!change.version_id.empty()) object.emplace_back("versionId", change.version_id);
  object.emplace_back("sequencer", AsciiUpper(Hex(BigEndian64(change.seq))));
  json::Object record{
      {"eventVersion", std::string(StructureOf(change.event))},
      {"eventSource", "aws:s3"},
      {"awsRegion", bucket.owner.region},
      {"eventTime", FormatIso8601(change.when, 3)},
      {"eventName", std::string(change.event)},
      {"userIdentity", json::Object{{"principalId", change.origin.principal.empty() ? std::string("s3.amazonaws.com")
                                                                                    : change.origin.principal}}},
      {"requestParameters", json::Object{{"sourceIPAddress", change.origin.source_ip}}},
      {"responseElements",
       json::Object{{"x-amz-request-id", change.origin.request_id}, {"x-amz-id-2", change.origin.request_id}}},
      {"s3",
       json::Object{{"s3SchemaVersion", "1.0"},
                    {"configurationId", ""},
                    {"bucket", json::Object{{"name", bucket.name},
                                            {"ownerIdentity", json::Object{{"principalId", bucket.owner.account}}},
                                            {"arn", "arn:aws:s3:::" + bucket.name}}},
                    {"object", std::move(object)}}}};
  AddDetail(change, record);
  return record;
}

// What is kept of an event until its targets are known.
struct Kept {
  std::string bucket, key, event;
  json::Value record;
  bool is_test = false;
};
Result<Kept> ReadKept(const std::string& text) {
  TARN_TRY(const auto value, json::Parse(text));
  if (const json::Value* test = value.Find("test")) {
    return Kept{
        .bucket = std::string(value.StringOr("bucket", "")), .key = {}, .event = {}, .record = *test, .is_test = true};
  }
  const json::Value* record = value.Find("record");
  if (record == nullptr) return Fail(object::kCorruptRecord, "a stored event is damaged");
  return Kept{.bucket = std::string(value.StringOr("bucket", "")),
              .key = std::string(value.StringOr("key", "")),
              .event = std::string(record->StringOr("eventName", "")),
              .record = *record};
}

// The rules that an event meets; none when the bucket is gone.
Result<std::vector<EventRule>> RulesMet(object::Store& store, const Kept& event) {
  std::vector<EventRule> met;
  const auto bucket = store.GetBucket(event.bucket);
  if (bucket.Is(object::kNoSuchBucket)) return met;
  if (!bucket.ok()) return bucket.error();
  TARN_TRY(auto configuration, Load(store, *bucket));
  TARN_TRY(auto rules, ReadEventRules(configuration, bucket->owner.region));
  for (EventRule& rule : rules) {
    // Functions get no test event; a queue or topic gets one, however many rules name it.
    if (event.is_test) {
      const bool again = std::ranges::any_of(met, [&](const auto& one) { return one.destination == rule.destination; });
      if (!again && rule.destination.find(":lambda:") == std::string::npos) met.push_back(std::move(rule));
      continue;
    }
    if (Meets(rule, event.event, event.key)) met.push_back(std::move(rule));
  }
  return met;
}

Result<gen::PutBucketNotificationConfigurationResponse> PutNotifications(
    S3Service& s3, const Call& call, const gen::PutBucketNotificationConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, s3.BucketOf(call, in));
  if (!in.notification_configuration) return Fail(kMalformedXml, "no NotificationConfiguration");
  gen::NotificationConfiguration kept = *in.notification_configuration;
  TARN_TRY(const auto rules, ReadEventRules(kept, bucket.owner.region));
  const bool none = rules.empty() && !kept.event_bridge_configuration;
  TARN_CHECK(s3.store().SetDocument(
      bucket.name, object::kNotificationDocument,
      none ? std::nullopt : std::optional(protocol::CanonicalJson(gen::kT_NotificationConfiguration, &kept))));
  if (!rules.empty() && !in.skip_destination_validation.value_or(false)) {
    TARN_CHECK(s3.store().TellOfConfiguration(bucket, {.request_id = call.request_id}));
  }
  return gen::PutBucketNotificationConfigurationResponse{};
}

Result<gen::NotificationConfiguration> GetNotifications(S3Service& s3, const Call& call,
                                                        const gen::GetBucketNotificationConfigurationRequest& in) {
  TARN_TRY(const object::Bucket bucket, s3.BucketOf(call, in));
  return Load(s3.store(), bucket);
}

}  // namespace

Status EventRecorder::OnChange(kv::Txn& txn, const object::Change& change) {
  if (change.event == object::kTestEvent) {
    const json::Value test = json::Object{{"bucket", change.bucket.name}, {"test", TestRecordOf(change)}};
    events::Append(txn, kEventStream, change.seq, json::Write(test));
    return Ok();
  }
  const json::Value kept =
      json::Object{{"bucket", change.bucket.name}, {"key", std::string(change.key)}, {"record", RecordOf(change)}};
  events::Append(txn, kEventStream, change.seq, json::Write(kept));
  return Ok();
}

Result<std::vector<std::string>> TargetsOf(object::Store& store, const std::string& event) {
  TARN_TRY(const Kept kept, ReadKept(event));
  TARN_TRY(const auto rules, RulesMet(store, kept));
  std::vector<std::string> targets;
  targets.reserve(rules.size());
  for (const EventRule& rule : rules) targets.push_back(rule.destination);
  return targets;
}

Result<std::string> MessageFor(object::Store& store, const std::string& event, const std::string& destination) {
  TARN_TRY(Kept kept, ReadKept(event));
  if (kept.is_test) return json::Write(kept.record);
  TARN_TRY(const auto rules, RulesMet(store, kept));
  json::Value* s3 = nullptr;
  if (json::Object* members = kept.record.AsObject()) {
    for (auto& [name, value] : *members) {
      if (name == "s3") s3 = &value;
    }
  }
  if (s3 == nullptr) return Fail(object::kCorruptRecord, "a stored event is damaged");
  for (const EventRule& rule : rules) {
    if (rule.destination == destination) s3->Set("configurationId", rule.id);
  }
  return json::Write(json::Object{{"Records", json::Array{kept.record}}});
}

Rows EventRows(const Rules& rules) {
  return {
      protocol::Bind<&PutNotifications>("PutBucketNotificationConfiguration", "s3:PutBucketNotification",
                                        rules.Bucket("s3:PutBucketNotification")),
      protocol::Bind<&GetNotifications>("GetBucketNotificationConfiguration", "s3:GetBucketNotification",
                                        rules.Bucket("s3:GetBucketNotification")),
  };
}

}  // namespace tarn::api::s3
