// Delivery streams: making, showing, changing and deleting them, and their encryption.
#include <fmt/format.h>

#include <utility>

#include "api/firehose/firehose_service.h"
#include "api/firehose/gen/tables.h"
#include "api/protocol/codec.h"
#include "delivery/errors.h"
#include "json/json.h"

namespace tarn::api::firehose {
namespace {

constexpr std::string_view kCustomersKey = "CUSTOMER_MANAGED_CMK";

Result<delivery::Encryption> EncryptionOf(const gen::DeliveryStreamEncryptionConfigurationInput& in) {
  delivery::Encryption encryption{
      .key_type = in.key_type.value_or(""), .key_arn = in.key_arn.value_or(""), .enabled = true};
  const bool customers = encryption.key_type == kCustomersKey;
  if (customers && encryption.key_arn.empty()) {
    return Fail(delivery::kInvalid, "KeyARN must be specified when KeyType is CUSTOMER_MANAGED_CMK.");
  }
  if (!customers && !encryption.key_arn.empty()) {
    return Fail(delivery::kInvalid, "KeyARN must not be specified when KeyType is AWS_OWNED_CMK.");
  }
  return encryption;
}

gen::DeliveryStreamEncryptionConfiguration ToWire(const delivery::Encryption& encryption) {
  gen::DeliveryStreamEncryptionConfiguration out;
  out.status = encryption.enabled ? "ENABLED" : "DISABLED";
  if (!encryption.key_type.empty()) out.key_type = encryption.key_type;
  if (!encryption.key_arn.empty()) out.key_arn = encryption.key_arn;
  return out;
}

// The source as kept.
Result<std::string> SourceOf(const protocol::Call& call, const gen::CreateDeliveryStreamInput& in) {
  const std::string type = in.delivery_stream_type.value_or(std::string(delivery::kDirectPut));
  if (in.msk_source_configuration || type == "MSKAsSource") {
    return Fail(delivery::kInvalid, "The source MSKAsSource is not served by this lake.");
  }
  if (in.database_source_configuration || type == "DatabaseAsSource") {
    return Fail(delivery::kInvalid, "The source DatabaseAsSource is not served by this lake.");
  }
  if (in.kinesis_stream_source_configuration && type != delivery::kFromKinesis) {
    return Fail(delivery::kInvalid,
                "KinesisSourceStreamConfig is only applicable for KinesisStreamAsSource stream type");
  }
  if (in.direct_put_source_configuration && type != delivery::kDirectPut) {
    return Fail(delivery::kInvalid, "DirectPutSourceConfiguration is only applicable for DirectPut stream type");
  }
  json::Value source = json::Object{};
  if (in.direct_put_source_configuration) {
    const int64_t hint = in.direct_put_source_configuration->throughput_hint_in_mbs.value_or(1);
    source.Set("DirectPutSourceDescription", json::Object{{"ThroughputHintInMBs", hint}});
  }
  if (type != delivery::kFromKinesis) return json::Write(source);
  if (!in.kinesis_stream_source_configuration) {
    return Fail(delivery::kInvalid,
                "KinesisStreamSourceConfiguration is required for KinesisStreamAsSource stream type");
  }
  const auto& from = *in.kinesis_stream_source_configuration;
  TARN_CHECK(call.Allow("iam:PassRole", from.role_arn.value_or("")));
  source.Set("KinesisStreamSourceDescription", json::Object{{"DeliveryStartTimestamp", call.now.micros},
                                                            {"KinesisStreamARN", from.kinesis_stream_arn.value_or("")},
                                                            {"RoleARN", from.role_arn.value_or("")}});
  return json::Write(source);
}

Status CheckTags(const std::vector<gen::Tag>& tags, std::vector<delivery::Tag>& kept) {
  std::vector<delivery::Tag> added;
  added.reserve(tags.size());
  for (const gen::Tag& tag : tags) added.push_back({tag.key.value_or(""), tag.value});
  return delivery::AddTags(added, kept);
}

// A secret that was given is not shown again.
Result<gen::DestinationDescription> DestinationToWire(const std::string& kept) {
  TARN_TRY(json::Value value, json::Parse(kept));
  if (const json::Value* http = value.Find("HttpEndpointDestinationDescription")) {
    json::Value shown = *http;
    if (const json::Value* endpoint = shown.Find("EndpointConfiguration")) {
      json::Value public_part = json::Object{};
      for (const char* key : {"Name", "Url"}) {
        if (const json::Value* found = endpoint->Find(key)) public_part.Set(key, *found);
      }
      shown.Set("EndpointConfiguration", std::move(public_part));
    }
    value.Set("HttpEndpointDestinationDescription", std::move(shown));
  }
  gen::DestinationDescription out;
  TARN_CHECK(protocol::FromCanonicalJson(gen::kT_DestinationDescription, json::Write(value), &out));
  out.destination_id = std::string(delivery::kDestinationId);
  return out;
}

}  // namespace

Status FirehoseService::CheckKey(const protocol::Call& call, const delivery::Encryption& encryption) const {
  if (!encryption.enabled || encryption.key_arn.empty()) return Ok();
  const auto key = keys_.Describe({.scope = call.scope, .caller = call.caller, .via_service = {}, .dry_run = false},
                                  encryption.key_arn);
  if (key.ok()) return Ok();
  return Fail(delivery::kKmsKey, key.error().message);
}

Result<gen::CreateDeliveryStreamOutput> FirehoseService::CreateDeliveryStream(
    const protocol::Call& call, const gen::CreateDeliveryStreamInput& in) {
  delivery::DeliveryStream stream;
  stream.name = *in.delivery_stream_name;
  stream.type = in.delivery_stream_type.value_or(std::string(delivery::kDirectPut));
  stream.creator = call.caller.role_arn.empty() ? call.caller.arn : call.caller.role_arn;
  TARN_TRY(stream.destination, DestinationOf(call, in));
  TARN_TRY(stream.source, SourceOf(call, in));
  if (in.delivery_stream_encryption_configuration_input) {
    if (stream.type != delivery::kDirectPut) {
      return Fail(delivery::kInvalid,
                  "DeliveryStreamEncryptionConfigurationInput is only applicable for DirectPut stream type");
    }
    TARN_TRY(stream.encryption, EncryptionOf(*in.delivery_stream_encryption_configuration_input));
    TARN_CHECK(CheckKey(call, stream.encryption));
  }
  if (in.tags) {
    TARN_CHECK(call.Allow("firehose:TagDeliveryStream", delivery::ArnOf(call.scope, stream.name)));
    TARN_CHECK(CheckTags(*in.tags, stream.tags));
  }
  TARN_TRY(const delivery::DeliveryStream made, streams_.Create(call.scope, std::move(stream)));
  deliverer_.Changed(call.scope, made);
  gen::CreateDeliveryStreamOutput out;
  out.delivery_stream_arn = delivery::ArnOf(call.scope, made.name);
  return out;
}

Result<gen::DeleteDeliveryStreamOutput> FirehoseService::DeleteDeliveryStream(
    const protocol::Call& call, const gen::DeleteDeliveryStreamInput& in) {
  TARN_TRY(const delivery::DeliveryStream gone, streams_.Delete(call.scope, *in.delivery_stream_name));
  deliverer_.Deleted(gone);
  return gen::DeleteDeliveryStreamOutput{};
}

Result<gen::DescribeDeliveryStreamOutput> FirehoseService::DescribeDeliveryStream(
    const protocol::Call& call, const gen::DescribeDeliveryStreamInput& in) {
  TARN_TRY(const delivery::DeliveryStream stream, streams_.Find(call.scope, *in.delivery_stream_name));
  gen::DescribeDeliveryStreamOutput out;
  gen::DeliveryStreamDescription& shown = out.delivery_stream_description.emplace();
  shown.delivery_stream_name = stream.name;
  shown.delivery_stream_arn = delivery::ArnOf(call.scope, stream.name);
  shown.delivery_stream_status = "ACTIVE";
  shown.delivery_stream_type = stream.type;
  shown.version_id = std::to_string(stream.version);
  shown.create_timestamp = stream.created;
  if (stream.updated != stream.created) shown.last_update_timestamp = stream.updated;
  if (stream.type == delivery::kDirectPut) {
    shown.delivery_stream_encryption_configuration = ToWire(stream.encryption);
  }
  if (stream.source != "{}") {
    TARN_CHECK(protocol::FromCanonicalJson(gen::kT_SourceDescription, stream.source, &shown.source.emplace()));
  }
  shown.destinations.emplace();
  shown.has_more_destinations = false;
  if (in.exclusive_start_destination_id != delivery::kDestinationId) {
    TARN_TRY(gen::DestinationDescription destination, DestinationToWire(stream.destination));
    shown.destinations->push_back(std::move(destination));
  }
  return out;
}

Result<gen::ListDeliveryStreamsOutput> FirehoseService::ListDeliveryStreams(const protocol::Call& call,
                                                                            const gen::ListDeliveryStreamsInput& in) {
  constexpr int32_t kUsual = 10;
  TARN_TRY(delivery::Page page,
           streams_.List(call.scope, in.delivery_stream_type.value_or(""), in.exclusive_start_delivery_stream_name,
                         static_cast<size_t>(in.limit.value_or(kUsual))));
  gen::ListDeliveryStreamsOutput out;
  out.delivery_stream_names = std::move(page.names);
  out.has_more_delivery_streams = page.more;
  return out;
}

Result<gen::UpdateDestinationOutput> FirehoseService::UpdateDestination(const protocol::Call& call,
                                                                        const gen::UpdateDestinationInput& in) {
  TARN_CHECK(CheckOneDestination(in));
  TARN_TRY(const delivery::DeliveryStream changed,
           streams_.ReplaceDestination(
               call.scope, *in.delivery_stream_name, *in.current_delivery_stream_version_id, *in.destination_id,
               [&](const delivery::DeliveryStream& present) { return DestinationOf(call, in, present.destination); }));
  deliverer_.Changed(call.scope, changed);
  return gen::UpdateDestinationOutput{};
}

Result<gen::StartDeliveryStreamEncryptionOutput> FirehoseService::StartDeliveryStreamEncryption(
    const protocol::Call& call, const gen::StartDeliveryStreamEncryptionInput& in) {
  delivery::Encryption wanted{.key_type = "AWS_OWNED_CMK", .key_arn = {}, .enabled = true};
  if (in.delivery_stream_encryption_configuration_input) {
    TARN_TRY(wanted, EncryptionOf(*in.delivery_stream_encryption_configuration_input));
  }
  TARN_TRY(const delivery::DeliveryStream present, streams_.Find(call.scope, *in.delivery_stream_name));
  TARN_CHECK(CheckKey(call, wanted));
  TARN_CHECK(streams_.Change(call.scope, present.name, [&](delivery::DeliveryStream& stream) -> Status {
    if (stream.type != delivery::kDirectPut) {
      return Fail(delivery::kInvalid, "Server-side encryption is only applicable for DirectPut stream type");
    }
    stream.encryption = wanted;
    return Ok();
  }));
  return gen::StartDeliveryStreamEncryptionOutput{};
}

Result<gen::StopDeliveryStreamEncryptionOutput> FirehoseService::StopDeliveryStreamEncryption(
    const protocol::Call& call, const gen::StopDeliveryStreamEncryptionInput& in) {
  TARN_CHECK(streams_.Change(call.scope, *in.delivery_stream_name, [&](delivery::DeliveryStream& stream) {
    stream.encryption.enabled = false;
    return Ok();
  }));
  return gen::StopDeliveryStreamEncryptionOutput{};
}

}  // namespace tarn::api::firehose
