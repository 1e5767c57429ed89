#include "stream/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/arn.h"
#include "base/record_fields.h"

namespace tarn::stream {

template <class V>
void VisitFields(V&& visit, HashKey& key) {
  visit(1, key.high);
  visit(2, key.low);
}

template <class V>
void VisitFields(V&& visit, Shard& shard) {
  visit(1, shard.index);
  visit(2, shard.parent);
  visit(3, shard.adjacent);
  visit(4, shard.begin);
  visit(5, shard.end);
  visit(6, shard.log);
  visit(7, shard.created);
  visit(8, shard.closed);
  visit(9, shard.last);
}

template <class V>
void VisitFields(V&& visit, Reshard& reshard) {
  visit(1, reshard.kind);
  visit(2, reshard.shard);
  visit(3, reshard.adjacent);
  visit(4, reshard.begin);
  visit(5, reshard.count);
}

template <class V>
void VisitFields(V&& visit, Stream& stream) {
  visit(1, stream.scope.account);
  visit(2, stream.scope.region);
  visit(3, stream.name);
  visit(4, stream.id);
  visit(5, stream.created);
  visit(6, stream.state);
  visit(7, stream.settles);
  visit(8, stream.shards);
  visit(9, stream.next_shard);
  visit(10, stream.on_demand);
  visit(11, stream.retention_hours);
  visit(12, stream.key);
  visit(13, stream.metrics);
  visit(14, stream.tags);
  visit(15, stream.policy);
  visit(16, stream.record_kib_max);
  visit(17, stream.warm_mibps);
  visit(18, stream.recounts);
  visit(19, stream.key_proof);
  visit(20, stream.spreads);
  visit(21, stream.resharding);
}

template <class V>
void VisitFields(V&& visit, Consumer& consumer) {
  visit(1, consumer.name);
  visit(2, consumer.created);
  visit(3, consumer.settles);
  visit(4, consumer.tags);
  visit(5, consumer.policy);
}

std::string ShardIdOf(int64_t index) {
  return index < 0 ? fmt::format("shardId--{:011}", -index) : fmt::format("shardId-{:012}", index);
}

std::string_view StateName(State state) {
  switch (state) {
    case State::kCreating:
      return "CREATING";
    case State::kActive:
      return "ACTIVE";
    case State::kUpdating:
      return "UPDATING";
    case State::kDeleting:
      break;
  }
  return "DELETING";
}

std::string Shard::id() const { return ShardIdOf(index); }

std::string Shard::starting_sequence() const {
  return FormatSequence({.created = created_second(), .index = 0, .arrived = created_second(), .shard = index});
}

std::string Shard::ending_sequence() const {
  const int64_t second = closed ? std::max(closed->seconds(), created_second()) : created_second();
  return FormatSequence({.created = created_second(), .index = kLastIndex, .arrived = second, .shard = index});
}

std::string Shard::SequenceAt(uint64_t position, Timestamp arrived) const {
  return FormatSequence({.created = created_second(),
                         .index = position + 1,
                         .arrived = std::max(arrived.seconds(), created_second()),
                         .shard = index});
}

std::string Stream::arn() const {
  return fmt::format("arn:aws:kinesis:{}:{}:stream/{}", scope.region, scope.account, name);
}

State Stream::StateAt(Timestamp now) const {
  if (state == State::kDeleting || now < settles) return state;
  return State::kActive;
}

std::vector<Shard> Stream::VisibleShards(Timestamp now) const {
  if (StateAt(now) == State::kCreating) return {};
  const Timestamp horizon = Horizon(now);
  std::vector<Shard> out;
  for (const Shard& shard : shards) {
    if (!shard.closed || *shard.closed >= horizon) out.push_back(shard);
  }
  return out;
}

const Shard* Stream::FindShard(int64_t index) const {
  const auto at = std::ranges::lower_bound(shards, index, {}, [](const Shard& shard) { return int64_t{shard.index}; });
  return at != shards.end() && at->index == index ? &*at : nullptr;
}

const Shard* Stream::ShardOf(HashKey key) const {
  const auto begin_of = [&](uint32_t place) { return shards[place].begin; };
  const auto after = std::ranges::upper_bound(open, key, {}, begin_of);
  if (after == open.begin()) return nullptr;
  const Shard& shard = shards[*std::prev(after)];
  return key <= shard.end ? &shard : nullptr;
}

void Stream::FindOpen() {
  open.clear();
  for (uint32_t place = 0; place < shards.size(); ++place) {
    if (!shards[place].closed) open.push_back(place);
  }
  std::ranges::sort(open, {}, [&](uint32_t place) { return shards[place].begin; });
}

void Stream::OpenShard(const Shard& shard) {
  const auto begin_of = [&](uint32_t place) { return shards[place].begin; };
  const auto at = std::ranges::upper_bound(open, shard.begin, {}, begin_of);
  open.insert(at, static_cast<uint32_t>(shards.size()));
  shards.push_back(shard);
}

void Stream::CloseShard(uint32_t index, Timestamp now, uint64_t last) {
  const auto shard = std::ranges::lower_bound(shards, index, {}, &Shard::index);
  shard->closed = now;
  shard->last = last;
  std::erase(open, static_cast<uint32_t>(shard - shards.begin()));
}

std::string Consumer::ArnOf(const Stream& stream) const {
  return fmt::format("{}/consumer/{}:{}", stream.arn(), name, created.seconds());
}

std::optional<NamedByArn> ParseArn(std::string_view text) {
  constexpr size_t kAccountDigits = 12;
  constexpr std::string_view kStream = "stream/";
  constexpr std::string_view kConsumer = "/consumer/";
  const auto arn = Arn::Parse(text);
  if (!arn || arn->service != "kinesis" || arn->account.size() != kAccountDigits) return std::nullopt;
  std::string_view resource = arn->resource;
  if (!resource.starts_with(kStream)) return std::nullopt;
  resource.remove_prefix(kStream.size());
  NamedByArn named{.scope = {.account = arn->account, .region = arn->region}};
  if (const size_t at = resource.find(kConsumer); at != resource.npos) {
    const std::string_view consumer = resource.substr(at + kConsumer.size());
    const size_t colon = consumer.find(':');
    named.consumer = consumer.substr(0, colon);
    if (colon != consumer.npos) named.consumer_stamp = consumer.substr(colon + 1);
    resource = resource.substr(0, at);
  }
  named.stream = resource;
  return named;
}

std::string EncodeStream(const Stream& stream) { return EncodeRecord(stream); }
std::optional<Stream> DecodeStream(std::string_view bytes) {
  auto stream = DecodeRecord<Stream>(bytes);
  if (stream) stream->FindOpen();
  return stream;
}
std::string EncodeConsumer(const Consumer& consumer) { return EncodeRecord(consumer); }
std::optional<Consumer> DecodeConsumer(std::string_view bytes) { return DecodeRecord<Consumer>(bytes); }

}  // namespace tarn::stream
