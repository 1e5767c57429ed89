#include "server/parts/kinesis_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "delivery/errors.h"
#include "delivery/records/aggregated.h"
#include "json/json.h"

namespace tarn::server {
namespace {

constexpr size_t kPage = 1000;
constexpr uint64_t kShareMin = 1 << 20;  // of one shard in what is read at once

// What a delivery stream says of its source.
struct Description {
  stream::NamedByArn arn;
  std::string text;  // of it
  std::string role;
  Timestamp from;
};

Result<Description> DescriptionOf(const delivery::DeliveryStream& stream) {
  TARN_TRY(const json::Value source, json::Parse(stream.source));
  const json::Value* kinesis = source.Find("KinesisStreamSourceDescription");
  if (kinesis == nullptr) return Fail(delivery::kRefused, "the delivery stream names no source");
  const std::string text(kinesis->StringOr("KinesisStreamARN", ""));
  const auto arn = stream::ParseArn(text);
  if (!arn) return Fail(delivery::kRefused, fmt::format("{} is no stream's ARN", text));
  return Description{*arn, text, std::string(kinesis->StringOr("RoleARN", "")),
                     Timestamp{kinesis->IntOr("DeliveryStartTimestamp", 0)}};
}

}  // namespace

// One stream that is read.
struct KinesisSource::Shelf {
  stream::StreamRef stream;
  Timestamp from;  // when the delivery began
  std::string LaneOf(const stream::Shard& shard) const { return stream->id + "/" + shard.id(); }
};

Result<uint64_t> KinesisSource::ReadShard(const Shelf& shelf, const stream::Shard& shard,
                                          delivery::Positions& positions, uint64_t bytes_max,
                                          std::vector<delivery::Arrived>& records) {
  const std::string lane = shelf.LaneOf(shard);
  const stream::Stream& stream = *shelf.stream;
  stream::Cursor cursor{
      .scope = stream.scope, .stream = stream.name, .stream_id = stream.id, .shard = shard.index, .position = 0};
  if (const auto at = positions.find(lane); at != positions.end()) {
    cursor.position = at->second;
  } else if (shard.created < shelf.from) {
    TARN_TRY(cursor, streams_.Start(stream.scope, stream.name, shard.id(),
                                    {.type = "AT_TIMESTAMP", .sequence = {}, .time = shelf.from}, "GetShardIterator"));
  }
  positions[lane] = cursor.position;
  uint64_t bytes = 0;
  while (bytes < bytes_max) {
    TARN_TRY(stream::Batch batch, streams_.Get(cursor, {.records = kPage, .bytes = bytes_max - bytes}, false));
    for (const stream::GotRecord& record : batch.records) {
      bytes += record.data.size();
      for (std::string& data : delivery::Deaggregated(record.data)) {
        records.push_back({.at = record.arrived, .data = std::move(data), .lane = lane, .position = record.position});
      }
    }
    cursor = batch.next;
    positions[lane] = cursor.position;
    if (batch.records.empty() || batch.at_end) break;
  }
  return bytes;
}

uint64_t KinesisSource::Watch(const delivery::DeliveryStream& stream, std::function<void()> wake) {
  const auto told = DescriptionOf(stream);
  // Of no stream: never woken.
  return told.ok() ? streams_.Watch(told->arn.scope, told->arn.stream, std::move(wake)) : 0;
}

Result<std::vector<delivery::Arrived>> KinesisSource::Read(const Scope& scope, const delivery::DeliveryStream& stream,
                                                           delivery::Positions& positions, uint64_t bytes_max) {
  TARN_TRY(const Description told, DescriptionOf(stream));
  TARN_TRY(const identity::Caller caller, principal_(scope, told.role, stream));
  std::vector<identity::Check> checks(1);
  checks[0].action = "kinesis:GetRecords";
  checks[0].resource = told.text;
  TARN_CHECK(authorizer_.Authorize(caller, checks));
  auto found = streams_.Find(told.arn.scope, told.arn.stream);
  if (!found.ok()) return Fail(delivery::kRefused, found.error().message);
  const Shelf shelf{*found, told.from};
  std::vector<delivery::Arrived> records;
  const auto read_to_end = [&](int64_t index) {
    const stream::Shard* parent = index < 0 ? nullptr : shelf.stream->FindShard(index);
    if (parent == nullptr) return true;
    const auto at = positions.find(shelf.LaneOf(*parent));
    return at != positions.end() && parent->closed && at->second >= parent->last;
  };
  const std::vector<stream::Shard>& shards = shelf.stream->shards;
  const uint64_t share = std::max(kShareMin, bytes_max / std::max<size_t>(1, shelf.stream->open_shards()));
  const uint64_t first = turn_++;
  uint64_t bytes = 0;
  for (size_t i = 0; i < shards.size() && bytes < bytes_max; ++i) {
    const stream::Shard& shard = shards[(first + i) % shards.size()];
    if (!read_to_end(shard.parent) || !read_to_end(shard.adjacent)) continue;
    TARN_TRY(const uint64_t read, ReadShard(shelf, shard, positions, share, records));
    bytes += read;
  }
  return records;
}

}  // namespace tarn::server
