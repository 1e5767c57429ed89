#include "stream/model.h"

#include <fmt/format.h>

#include <algorithm>

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
  const int64_t second = closed ? closed->seconds() : created_second();
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
  for (const Shard& shard : shards) {
    if (!shard.closed && shard.begin <= key && key <= shard.end) return &shard;
  }
  return nullptr;
}

size_t Stream::open_shards() const {
  return static_cast<size_t>(std::ranges::count_if(shards, [](const Shard& shard) { return !shard.closed; }));
}

std::string Consumer::ArnOf(const Stream& stream) const {
  return fmt::format("{}/consumer/{}:{}", stream.arn(), name, created.seconds());
}

std::string EncodeStream(const Stream& stream) { return EncodeRecord(stream); }
std::optional<Stream> DecodeStream(std::string_view bytes) { return DecodeRecord<Stream>(bytes); }
std::string EncodeConsumer(const Consumer& consumer) { return EncodeRecord(consumer); }
std::optional<Consumer> DecodeConsumer(std::string_view bytes) { return DecodeRecord<Consumer>(bytes); }

}  // namespace tarn::stream
