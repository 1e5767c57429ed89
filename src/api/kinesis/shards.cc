#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "base/hash.h"
#include "base/record_fields.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;

// Where a listing of shards goes on.
struct ShardsToken {
  Scope scope;
  std::string stream;
  std::string stream_id;
  std::string after;  // a shard's id
  std::string filter;
  Timestamp time;
  Timestamp made;
};

template <class V>
void VisitFields(V&& visit, ShardsToken& token) {
  visit(1, token.scope.account);
  visit(2, token.scope.region);
  visit(3, token.stream);
  visit(4, token.stream_id);
  visit(5, token.after);
  visit(6, token.filter);
  visit(7, token.time);
  visit(8, token.made);
}

namespace {

constexpr size_t kShardsListed = 1000;
constexpr int64_t kTokenLifeMicros = 300 * kMicrosPerSecond;

Status ReadFilter(const std::optional<gen::ShardFilter>& filter, ShardsToken& from) {
  if (!filter) return Ok();
  from.filter = filter->type.value_or("");
  const bool by_time = from.filter == "AT_TIMESTAMP" || from.filter == "FROM_TIMESTAMP";
  if (by_time != filter->timestamp.has_value()) {
    return Fail(stream::kInvalid,
                by_time ? fmt::format("Timestamp must be specified for shard filter type {}.", from.filter)
                        : fmt::format("Timestamp cannot be specified for shard filter type {}.", from.filter));
  }
  const bool by_shard = from.filter == "AFTER_SHARD_ID";
  if (by_shard != filter->shard_id.has_value()) {
    return Fail(stream::kInvalid,
                by_shard ? "ShardId must be specified for shard filter type AFTER_SHARD_ID."
                         : fmt::format("ShardId cannot be specified for shard filter type {}.", from.filter));
  }
  if (by_time) from.time = *filter->timestamp;
  if (by_shard) from.after = *filter->shard_id;
  return Ok();
}

bool Matches(const ShardsToken& from, const stream::Stream& stream, const stream::Shard& shard, Timestamp now) {
  const auto open_at = [&](Timestamp time) {
    // The first shards are as old as the stream.
    const bool born = shard.created <= time || shard.parent < 0;
    return born && (!shard.closed || *shard.closed > time);
  };
  if (from.filter == "AT_LATEST") return !shard.closed;
  if (from.filter == "AT_TRIM_HORIZON") return open_at(std::max(stream.Horizon(now), stream.created));
  if (from.filter == "AT_TIMESTAMP") return open_at(from.time);
  if (from.filter == "FROM_TIMESTAMP") return !shard.closed || *shard.closed >= from.time;
  return true;
}

Result<ShardsToken> OpenToken(const std::string& text, Timestamp now) {
  const auto bytes = Unbase64(text);
  auto token = bytes ? DecodeRecord<ShardsToken>(*bytes) : std::nullopt;
  if (!token || token->stream.empty()) return Fail(stream::kInvalid, "Invalid NextToken.");
  if (now.micros - token->made.micros > kTokenLifeMicros) {
    return Fail(stream::kExpiredToken, "NextToken has expired: it is valid for 300 seconds.");
  }
  return std::move(*token);
}

Result<ShardsToken> Begin(const Call& call, const gen::ListShardsInput& in, Timestamp now) {
  const bool named = in.stream_name || in.stream_arn;
  if (!named && !in.next_token) return Fail(stream::kInvalid, "Either NextToken or StreamName should be provided.");
  if (named && in.next_token) return Fail(stream::kInvalid, "NextToken and StreamName cannot be provided together.");
  if (in.next_token) return OpenToken(*in.next_token, now);
  ShardsToken from;
  TARN_TRY(const Target target, TargetOf(call, in));
  from.scope = target.scope;
  from.stream = target.stream;
  TARN_CHECK(ReadFilter(in.shard_filter, from));
  if (in.exclusive_start_shard_id) from.after = *in.exclusive_start_shard_id;
  return from;
}

}  // namespace

Result<Target> TargetOfToken(const std::string& token, Timestamp now) {
  TARN_TRY(ShardsToken from, OpenToken(token, now));
  return Target{{std::move(from.scope), std::move(from.stream), {}, {}}};
}

Result<gen::ListShardsOutput> KinesisService::ListShards(const Call& call, const gen::ListShardsInput& in) {
  const Timestamp now = Now();
  TARN_TRY(ShardsToken from, Begin(call, in, now));
  TARN_TRY(const stream::StreamRef stream, streams_.Find(from.scope, from.stream));
  // Of an earlier stream of the name.
  if (in.next_token && from.stream_id != stream->id) return Fail(stream::kInvalid, "Invalid NextToken.");
  if (in.stream_creation_timestamp && in.stream_creation_timestamp->seconds() != stream->created.seconds()) {
    return Fail(stream::kNotFound,
                fmt::format("Stream {} under account {} not found.", stream->name, stream->scope.account));
  }
  gen::ListShardsOutput out;
  auto& shards = out.shards.emplace();
  const size_t limit = in.max_results ? static_cast<size_t>(*in.max_results) : kShardsListed;
  for (const stream::Shard& shard : stream->VisibleShards(now)) {
    if (!from.after.empty() && shard.id() <= from.after) continue;
    if (!Matches(from, *stream, shard, now)) continue;
    if (shards.size() == limit) {
      from.after = *shards.back().shard_id;
      from.stream_id = stream->id;
      from.made = now;
      out.next_token = Base64(EncodeRecord(from));
      break;
    }
    shards.push_back(ToWire(shard));
  }
  return out;
}

Result<gen::SplitShardResponse> KinesisService::SplitShard(const Call& call, const gen::SplitShardInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(streams_.Split(target.scope, target.stream, in.shard_to_split.value_or(""),
                            in.new_starting_hash_key.value_or("")));
  return gen::SplitShardResponse();
}

Result<gen::MergeShardsResponse> KinesisService::MergeShards(const Call& call, const gen::MergeShardsInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_CHECK(streams_.Merge(target.scope, target.stream, in.shard_to_merge.value_or(""),
                            in.adjacent_shard_to_merge.value_or("")));
  return gen::MergeShardsResponse();
}

Result<gen::UpdateShardCountOutput> KinesisService::UpdateShardCount(const Call& call,
                                                                     const gen::UpdateShardCountInput& in) {
  TARN_TRY(const Target target, TargetOf(call, in));
  TARN_TRY(const auto recount,
           streams_.UpdateShardCount(target.scope, target.stream, in.target_shard_count.value_or(0)));
  gen::UpdateShardCountOutput out;
  out.stream_name = target.stream;
  out.stream_arn = target.stream_arn();
  out.current_shard_count = static_cast<int32_t>(recount.before);
  out.target_shard_count = static_cast<int32_t>(recount.target);
  return out;
}

}  // namespace tarn::api::kinesis
