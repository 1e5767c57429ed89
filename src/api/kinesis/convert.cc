#include "api/kinesis/convert.h"

#include <fmt/format.h>

#include <utility>

#include "base/strings.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

std::string Target::stream_arn() const {
  return fmt::format("arn:aws:kinesis:{}:{}:stream/{}", scope.region, scope.account, stream);
}

std::string Target::consumer_arn() const {
  return fmt::format("{}/consumer/{}:{}", stream_arn(), consumer, consumer_stamp);
}

Status CheckConsumer(stream::Streams& streams, const Target& target) {
  if (target.consumer_stamp.empty()) return Ok();
  const auto found = streams.FindConsumer(target.scope, target.stream, target.consumer);
  if (found.ok() && std::to_string(found->created.seconds()) == target.consumer_stamp) return Ok();
  if (!found.ok() && !found.Is(stream::kNotFound)) return found.error();
  return Fail(stream::kNotFound,
              fmt::format("Consumer {}, account {} not found.", target.consumer_arn(), target.scope.account));
}

Error NameMissing() {
  return Fail(stream::kValidation,
              "1 validation error detected: Value null at 'streamName' failed to satisfy constraint: "
              "Member must not be null");
}

Result<Target> ParseArn(const protocol::Call& call, std::string_view arn) {
  auto named = stream::ParseArn(arn);
  if (!named) return Fail(stream::kInvalid, fmt::format("{} is not a valid stream ARN.", arn));
  Target target{std::move(*named)};
  if (target.scope.region != call.scope.region) {
    return Fail(stream::kInvalid, fmt::format("The ARN {} is of another region than {}.", arn, call.scope.region));
  }
  return target;
}

gen::HashKeyRange ToWire(stream::HashKey begin, stream::HashKey end) {
  gen::HashKeyRange range;
  range.starting_hash_key = stream::FormatHashKey(begin);
  range.ending_hash_key = stream::FormatHashKey(end);
  return range;
}

gen::Shard ToWire(const stream::Shard& shard) {
  gen::Shard out;
  out.shard_id = shard.id();
  if (shard.parent >= 0) out.parent_shard_id = stream::ShardIdOf(shard.parent);
  if (shard.adjacent >= 0) out.adjacent_parent_shard_id = stream::ShardIdOf(shard.adjacent);
  out.hash_key_range = ToWire(shard.begin, shard.end);
  gen::SequenceNumberRange& range = out.sequence_number_range.emplace();
  range.starting_sequence_number = shard.starting_sequence();
  if (shard.closed) range.ending_sequence_number = shard.ending_sequence();
  return out;
}

gen::ChildShard ToWire(const stream::ChildShard& child) {
  gen::ChildShard out;
  out.shard_id = child.id;
  out.parent_shards = child.parents;
  out.hash_key_range = ToWire(child.begin, child.end);
  return out;
}

gen::Record ToWire(stream::GotRecord record, bool encrypted) {
  gen::Record out;
  out.sequence_number = std::move(record.sequence);
  // Kinesis tells milliseconds.
  out.approximate_arrival_timestamp = Timestamp::FromMillis(record.arrived.millis());
  out.data = std::move(record.data);
  if (!record.partition_key.empty()) out.partition_key = std::move(record.partition_key);
  if (encrypted) out.encryption_type = "KMS";
  return out;
}

gen::Consumer ToWire(const stream::Stream& stream, const stream::Consumer& consumer, Timestamp now) {
  gen::Consumer out;
  out.consumer_name = consumer.name;
  out.consumer_arn = consumer.ArnOf(stream);
  out.consumer_status = now < consumer.settles ? "CREATING" : "ACTIVE";
  out.consumer_creation_timestamp = Timestamp{consumer.created.seconds() * kMicrosPerSecond};
  return out;
}

gen::StreamModeDetails ModeOf(const stream::Stream& stream) {
  gen::StreamModeDetails mode;
  mode.stream_mode = stream.on_demand ? "ON_DEMAND" : "PROVISIONED";
  return mode;
}

std::vector<gen::EnhancedMetrics> MonitoringOf(const stream::Stream& stream) {
  std::vector<gen::EnhancedMetrics> all(1);
  all[0].shard_level_metrics = stream.metrics;
  return all;
}

std::string_view EncryptionOf(const stream::Stream& stream) { return stream.key.empty() ? "NONE" : "KMS"; }

}  // namespace tarn::api::kinesis
