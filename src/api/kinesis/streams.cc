#include <fmt/format.h>

#include <algorithm>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "api/kinesis/tag_rules.h"
#include "base/hash.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;
using stream::State;

namespace {

constexpr int32_t kOnDemandShards = 4;
constexpr int32_t kOnDemandStreamsMax = 50;
constexpr int32_t kShardsShown = 100;
constexpr size_t kStreamsListed = 100;
constexpr std::string_view kOnDemand = "ON_DEMAND";
constexpr std::string_view kSpread = "AUTO";
constexpr std::string_view kByKey = "USER_PARTITION_KEY";

Timestamp Second(Timestamp time) { return {time.seconds() * kMicrosPerSecond}; }

Error OnDemandOnly() {
  return Fail(stream::kInvalid,
              "RecordDistributionStrategy AUTO is only supported for streams in On-Demand capacity mode.");
}

template <typename Out>
void Describe(const stream::Stream& stream, Timestamp now, Out& out) {
  out.stream_name = stream.name;
  out.stream_arn = stream.arn();
  out.stream_status = StateName(stream.StateAt(now));
  out.stream_mode_details = ModeOf(stream);
  out.retention_period_hours = stream.retention_hours;
  out.stream_creation_timestamp = Second(stream.created);
  out.enhanced_monitoring = MonitoringOf(stream);
  out.encryption_type = EncryptionOf(stream);
  if (!stream.key.empty()) out.key_id = stream.key;
}

gen::WarmThroughputObject WarmOf(const stream::Stream& stream) {
  gen::WarmThroughputObject warm;
  warm.target_mi_bps = stream.warm_mibps;
  warm.current_mi_bps = stream.warm_mibps;
  return warm;
}

}  // namespace

Result<gen::CreateStreamResponse> KinesisService::CreateStream(const Call& call, const gen::CreateStreamInput& in) {
  stream::NewStream wanted{.name = in.stream_name.value_or("")};
  // Without a mode, a number of shards tells it.
  wanted.on_demand = in.stream_mode_details ? in.stream_mode_details->stream_mode.value_or("") == kOnDemand
                                            : !in.shard_count.has_value();
  if (!wanted.on_demand && !in.shard_count) {
    return Fail(stream::kValidation,
                "1 validation error detected: Value null at 'shardCount' failed to satisfy constraint: Member must not "
                "be null");
  }
  wanted.spreads = in.record_distribution_strategy == kSpread;
  if (wanted.spreads && !wanted.on_demand) return OnDemandOnly();
  if (wanted.on_demand && in.shard_count) {
    return Fail(stream::kValidation, "Requested shard count cannot be set for a stream in On-Demand mode.");
  }
  if (in.warm_throughput_mi_bps && !wanted.on_demand) {
    return Fail(stream::kValidation, "Warm throughput can be set for streams in On-Demand mode only.");
  }
  wanted.shards = wanted.on_demand ? kOnDemandShards : *in.shard_count;
  wanted.record_kib_max = in.max_record_size_in_ki_b.value_or(wanted.record_kib_max);
  wanted.warm_mibps = in.warm_throughput_mi_bps.value_or(0);
  if (in.tags) {
    TARN_CHECK(AddTags({"create", wanted.name, call.scope.account}, *in.tags, wanted.tags));
  }
  TARN_CHECK(streams_.Create(call.scope, wanted));
  return gen::CreateStreamResponse();
}

Result<gen::DeleteStreamResponse> KinesisService::DeleteStream(const Call& call, const gen::DeleteStreamInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(streams_.Delete(target.scope, target.stream, in.enforce_consumer_deletion.value_or(false)));
  return gen::DeleteStreamResponse();
}

Result<gen::DescribeStreamOutput> KinesisService::DescribeStream(const Call& call, const gen::DescribeStreamInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  const Timestamp now = Now();
  gen::DescribeStreamOutput out;
  gen::StreamDescription& description = out.stream_description.emplace();
  Describe(*stream, now, description);
  std::vector<gen::Shard>& shards = description.shards.emplace();
  description.has_more_shards = false;
  const auto limit = static_cast<size_t>(in.limit.value_or(kShardsShown));
  for (const stream::Shard& shard : stream->VisibleShards(now)) {
    if (in.exclusive_start_shard_id && shard.id() <= *in.exclusive_start_shard_id) continue;
    if (shards.size() == limit) {
      description.has_more_shards = true;
      break;
    }
    shards.push_back(ToWire(shard));
  }
  return out;
}

Result<gen::DescribeStreamSummaryOutput> KinesisService::DescribeStreamSummary(
    const Call& call, const gen::DescribeStreamSummaryInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  TARN_TRY(const auto consumers, streams_.Consumers(target.scope, target.stream));
  gen::DescribeStreamSummaryOutput out;
  gen::StreamDescriptionSummary& summary = out.stream_description_summary.emplace();
  Describe(*stream, Now(), summary);
  const bool creating = stream->StateAt(Now()) == State::kCreating;
  summary.open_shard_count = creating ? 0 : static_cast<int32_t>(stream->open_shards());
  summary.consumer_count = static_cast<int32_t>(consumers.size());
  summary.max_record_size_in_ki_b = stream->record_kib_max;
  if (stream->warm_mibps > 0) summary.warm_throughput = WarmOf(*stream);
  if (stream->on_demand) summary.record_distribution_strategy = stream->spreads ? kSpread : kByKey;
  return out;
}

Result<gen::ListStreamsOutput> KinesisService::ListStreams(const Call& call, const gen::ListStreamsInput& in) {
  std::string after = in.exclusive_start_stream_name.value_or("");
  if (in.next_token) {
    const auto name = Unbase64(*in.next_token);
    if (!name) return Fail(stream::kInvalid, "Invalid NextToken.");
    after = *name;
  }
  const size_t limit = in.limit ? static_cast<size_t>(*in.limit) : kStreamsListed;
  TARN_TRY(const auto listed, streams_.List(call.scope, after, limit));
  gen::ListStreamsOutput out;
  out.has_more_streams = listed.more;
  auto& names = out.stream_names.emplace();
  auto& summaries = out.stream_summaries.emplace();
  for (const stream::StreamRef& stream : listed.streams) {
    names.push_back(stream->name);
    gen::StreamSummary& summary = summaries.emplace_back();
    summary.stream_name = stream->name;
    summary.stream_arn = stream->arn();
    summary.stream_status = StateName(stream->StateAt(Now()));
    summary.stream_mode_details = ModeOf(*stream);
    summary.stream_creation_timestamp = Second(stream->created);
  }
  if (listed.more) out.next_token = Base64(names.back());
  return out;
}

Result<gen::DescribeLimitsOutput> KinesisService::DescribeLimits(const Call& call, const gen::DescribeLimitsInput&) {
  TARN_TRY(const auto usage, streams_.MeasureUsage(call.scope));
  gen::DescribeLimitsOutput out;
  out.shard_limit = static_cast<int32_t>(usage.shards_max);
  out.open_shard_count = static_cast<int32_t>(usage.open_shards);
  out.on_demand_stream_count = static_cast<int32_t>(usage.on_demand_streams);
  out.on_demand_stream_count_limit = kOnDemandStreamsMax;
  return out;
}

Result<gen::UpdateStreamModeResponse> KinesisService::UpdateStreamMode(const Call& call,
                                                                       const gen::UpdateStreamModeInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  const bool on_demand = in.stream_mode_details && in.stream_mode_details->stream_mode.value_or("") == kOnDemand;
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    stream.on_demand = on_demand;
    stream.spreads = stream.spreads && on_demand;
    stream.warm_mibps = on_demand ? in.warm_throughput_mi_bps.value_or(0) : 0;
    return Ok();
  }));
  return gen::UpdateStreamModeResponse();
}

Result<gen::UpdateMaxRecordSizeResponse> KinesisService::UpdateMaxRecordSize(const Call& call,
                                                                             const gen::UpdateMaxRecordSizeInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    stream.record_kib_max = in.max_record_size_in_ki_b.value_or(stream.record_kib_max);
    return Ok();
  }));
  return gen::UpdateMaxRecordSizeResponse();
}

Result<gen::UpdateStreamWarmThroughputOutput> KinesisService::UpdateStreamWarmThroughput(
    const Call& call, const gen::UpdateStreamWarmThroughputInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(streams_.Change(target.scope, target.stream, State::kUpdating, [&](stream::Stream& stream) -> Status {
    if (!stream.on_demand) {
      return Fail(stream::kValidation, "Warm throughput can be set for streams in On-Demand mode only.");
    }
    stream.warm_mibps = in.warm_throughput_mi_bps.value_or(0);
    return Ok();
  }));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
  gen::UpdateStreamWarmThroughputOutput out;
  out.stream_arn = stream->arn();
  out.stream_name = stream->name;
  out.warm_throughput = WarmOf(*stream);
  return out;
}

}  // namespace tarn::api::kinesis
