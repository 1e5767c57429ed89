#include "server/kinesis_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/hash.h"
#include "base/strings.h"
#include "delivery/errors.h"
#include "json/json.h"

namespace tarn::server {
namespace {

constexpr std::string_view kAggregated = "\xf3\x89\x9a\xc2";
constexpr size_t kMd5Bytes = 16;
constexpr uint32_t kRecordsField = 3;
constexpr uint32_t kDataField = 3;  // of a record
constexpr size_t kPage = 1000;

// A reader of protobuf's wire form; fields of other kinds than bytes and varints are not expected.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : rest_(bytes) {}
  // False at the end or when the bytes are broken.
  bool Next() {
    if (rest_.empty()) return false;
    const auto tag = Varint();
    if (!tag) return Broken();
    number = static_cast<uint32_t>(*tag >> 3);
    const auto value = Varint();
    if (!value) return Broken();
    bytes = {};
    if ((*tag & 7) == 0) return true;
    if ((*tag & 7) != 2 || *value > rest_.size()) return Broken();
    bytes = rest_.substr(0, *value);
    rest_.remove_prefix(*value);
    return true;
  }
  bool sound() const { return sound_; }
  uint32_t number = 0;
  std::string_view bytes;

 private:
  std::optional<uint64_t> Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }
  bool Broken() {
    sound_ = false;
    return false;
  }

  std::string_view rest_;
  bool sound_ = true;
};

struct Arn {
  Scope scope;
  std::string stream;
};
Result<Arn> ParseArn(const std::string& text) {
  const auto parts = Split(text, ':');
  constexpr std::string_view kKind = "stream/";
  if (parts.size() != 6 || !parts[5].starts_with(kKind)) {
    return Fail(delivery::kRefused, fmt::format("{} is no stream's ARN", text));
  }
  return Arn{{std::string(parts[4]), std::string(parts[3])}, std::string(parts[5].substr(kKind.size()))};
}

}  // namespace

std::vector<std::string> Deaggregated(std::string_view record) {
  std::vector<std::string> whole = {std::string(record)};
  if (!record.starts_with(kAggregated) || record.size() < kAggregated.size() + kMd5Bytes) return whole;
  const std::string_view body = record.substr(kAggregated.size(), record.size() - kAggregated.size() - kMd5Bytes);
  if (Md5(body) != record.substr(record.size() - kMd5Bytes)) return whole;
  std::vector<std::string> records;
  Fields fields(body);
  while (fields.Next()) {
    if (fields.number != kRecordsField) continue;
    Fields inner(fields.bytes);
    while (inner.Next()) {
      if (inner.number == kDataField) records.emplace_back(inner.bytes);
    }
    if (!inner.sound()) return whole;
  }
  return fields.sound() ? records : whole;
}

// One stream that is read.
struct KinesisSource::Shelf {
  stream::StreamRef stream;
  Timestamp from;  // when the delivery began
  std::string LaneOf(const stream::Shard& shard) const { return stream->id + "/" + shard.id(); }
};

Status KinesisSource::ReadShard(const Shelf& shelf, const stream::Shard& shard, delivery::Positions& positions,
                                uint64_t bytes_max, std::vector<delivery::Arrived>& records) {
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
      for (std::string& data : Deaggregated(record.data)) {
        records.push_back({.at = record.arrived, .data = std::move(data), .lane = lane, .position = record.position});
      }
    }
    cursor = batch.next;
    positions[lane] = cursor.position;
    if (batch.records.empty() || batch.at_end) break;
  }
  return Ok();
}

Result<std::vector<delivery::Arrived>> KinesisSource::Read(const Scope& scope, const delivery::DeliveryStream& stream,
                                                           delivery::Positions& positions, uint64_t bytes_max) {
  TARN_TRY(const json::Value source, json::Parse(stream.source));
  const json::Value* kinesis = source.Find("KinesisStreamSourceDescription");
  if (kinesis == nullptr) return Fail(delivery::kRefused, "the delivery stream names no source");
  const std::string text(kinesis->StringOr("KinesisStreamARN", ""));
  TARN_TRY(const Arn arn, ParseArn(text));
  TARN_TRY(const identity::Caller caller, principal_(scope, std::string(kinesis->StringOr("RoleARN", "")), stream));
  std::vector<identity::Check> checks(1);
  checks[0].action = "kinesis:GetRecords";
  checks[0].resource = text;
  TARN_CHECK(authorizer_.Authorize(caller, checks));
  auto found = streams_.Find(arn.scope, arn.stream);
  if (!found.ok()) return Fail(delivery::kRefused, found.error().message);
  const Shelf shelf{*found, Timestamp{kinesis->IntOr("DeliveryStartTimestamp", 0)}};
  std::vector<delivery::Arrived> records;
  const auto read_to_end = [&](int64_t index) {
    const stream::Shard* parent = index < 0 ? nullptr : shelf.stream->FindShard(index);
    if (parent == nullptr) return true;
    const auto at = positions.find(shelf.LaneOf(*parent));
    return at != positions.end() && parent->closed && at->second >= parent->last;
  };
  const uint64_t share = std::max<uint64_t>(1 << 20, bytes_max / std::max<size_t>(1, shelf.stream->open_shards()));
  for (const stream::Shard& shard : shelf.stream->shards) {
    if (!read_to_end(shard.parent) || !read_to_end(shard.adjacent)) continue;
    TARN_CHECK(ReadShard(shelf, shard, positions, share, records));
  }
  return records;
}

}  // namespace tarn::server
