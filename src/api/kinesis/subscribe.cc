// SubscribeToShard: events with records as they come, for five minutes.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "api/kinesis/convert.h"
#include "api/kinesis/kinesis_service.h"
#include "api/protocol/codec.h"
#include "api/protocol/wire_errors.h"
#include "base/hash.h"
#include "base/strings.h"
#include "stream/errors.h"

namespace tarn::api::kinesis {

using protocol::Call;
using stream::Streams;

namespace {

constexpr int64_t kSessionMicros = 300 * kMicrosPerSecond;
// An event without records tells a waiting client where it stands.
constexpr int64_t kIdleMicros = 5 * kMicrosPerSecond;
// What a session holds in memory while its consumer takes nothing; a single record may be larger.
constexpr stream::ReadLimits kEventLimits{.records = 10'000, .bytes = 1 << 20};

protocol::WireProtocol ProtocolOf(const Call& call) {
  const std::string type = AsciiLower(call.Header("content-type").value_or(""));
  return type.starts_with("application/x-amz-cbor-1.1") ? protocol::WireProtocol::kAwsCbor11
                                                        : protocol::WireProtocol::kJson11;
}

struct Subscription {
  KinesisService& service;
  const Heartbeat& heartbeat;
  // Whether the caller may still read: asked before each batch.
  std::function<Status()> allowed;
  std::shared_ptr<Streams::Session> session;
  std::shared_ptr<Signal> signal;
  const Clock& clock;
  WorkerPool& pool;
  const protocol::OperationDesc& operation;
  protocol::WireProtocol protocol;
  stream::StreamRef stream;
  GetCount count;
};

gen::SubscribeToShardEvent EventOf(stream::Batch batch, bool encrypted) {
  gen::SubscribeToShardEvent event;
  auto& records = event.records.emplace();
  records.reserve(batch.records.size());
  for (stream::GotRecord& record : batch.records) records.push_back(ToWire(std::move(record), encrypted));
  event.millis_behind_latest = batch.millis_behind;
  // Nothing to go on from, but children: the shard is at its end.
  if (batch.at_end) {
    auto& children = event.child_shards.emplace();
    for (const stream::ChildShard& child : batch.children) children.push_back(ToWire(child));
  } else {
    event.continuation_sequence_number = std::move(batch.continuation);
  }
  return event;
}

// The event's bytes alone: its records go before the bytes wait for the consumer.
std::string EncodeBatch(const Subscription& of, stream::Batch batch) {
  const gen::SubscribeToShardEvent event = EventOf(std::move(batch), !of.stream->key.empty());
  return protocol::EncodeEvent(of.operation, of.protocol, "SubscribeToShardEvent", &event);
}

void Count(Subscription& of, const stream::Batch& batch) {
  of.count.records = static_cast<double>(batch.records.size());
  of.count.behind = static_cast<double>(batch.millis_behind);
  of.count.bytes = 0;
  for (const stream::GotRecord& record : batch.records) of.count.bytes += static_cast<double>(record.data.size());
  of.service.meter().Get(*of.stream, of.count);
}

Task<Status> Write(BodySink& sink, const std::string& bytes) { co_return co_await sink.Write(AsBytes(bytes)); }

Task<Status> RunSession(Subscription& of, BodySink& sink) {
  const gen::SubscribeToShardOutput none;
  const std::string first = protocol::EncodeInitialResponse(of.operation, of.protocol, &none);
  TARN_CO_CHECK(co_await Write(sink, first));
  const Timestamp end = of.clock.Now().Plus(kSessionMicros);
  Timestamp told;
  while (of.clock.Now() < end && !of.heartbeat.closing()) {
    auto read = [&of]() -> Result<stream::Batch> {
      TARN_CHECK(of.allowed());
      return of.session->Next(kEventLimits);
    };
    auto batch = co_await Offload(of.pool, std::move(read));
    if (!batch.ok()) {
      const std::string message = protocol::EncodeEventFailure(of.service.errors(), of.service.model(), of.operation,
                                                               of.protocol, batch.error());
      co_return co_await Write(sink, message);
    }
    const bool more = !batch->records.empty();
    const bool at_end = batch->at_end;
    if (more) Count(of, *batch);
    if (more || at_end || of.clock.Now() >= told.Plus(kIdleMicros)) {
      const std::string bytes = EncodeBatch(of, std::move(*batch));
      TARN_CO_CHECK(co_await Write(sink, bytes));
      told = of.clock.Now();
    }
    if (at_end) co_return Ok();
    if (more) continue;
    TARN_CO_CHECK(co_await of.signal->Wait());
  }
  co_return Ok();
}

}  // namespace

Task<Result<protocol::Streamed<gen::SubscribeToShardOutput>>> KinesisService::SubscribeToShard(
    const Call& call, const gen::SubscribeToShardInput& in, protocol::RequestBody&) {
  TARN_CO_TRY(const Target target, TargetOf(call, in));
  stream::StartingPosition from;
  if (in.starting_position) {
    from.type = in.starting_position->type.value_or("");
    from.sequence = in.starting_position->sequence_number;
    from.time = in.starting_position->timestamp;
  }
  auto signal = std::make_shared<Signal>();
  stream::StreamRef stream;
  auto begin = [&, this]() -> Result<std::shared_ptr<Streams::Session>> {
    TARN_TRY(stream, streams_.Find(target.scope, target.stream));
    TARN_CHECK(CheckConsumer(streams_, target));
    TARN_CHECK(MayRead(call, *stream));
    return streams_.Subscribe(target.scope, target.stream, target.consumer, in.shard_id.value_or(""), from,
                              [signal] { signal->Raise(); });
  };
  TARN_CO_TRY(auto session, co_await Offload(parts_.pool, std::move(begin)));
  heartbeat_.Add(signal);
  // The call and its input live as long as the answer.
  const auto row = std::ranges::find(operations(), "SubscribeToShard", &protocol::Operation::name);
  auto allowed = [this, &call, &in, &rule = row->rule, target]() -> Status {
    TARN_TRY(const auto checks, rule(*this, call, &in));
    TARN_CHECK(call.Allow(checks));
    TARN_TRY(const stream::StreamRef stream, streams_.Find(target.scope, target.stream));
    return MayRead(call, *stream);
  };
  GetCount count{.shard = in.shard_id.value_or(""), .consumer = target.consumer};
  auto of = std::make_shared<Subscription>(
      Subscription{*this, heartbeat_, std::move(allowed), std::move(session), std::move(signal), streams_.clock(),
                   parts_.pool, *call.operation, ProtocolOf(call), std::move(stream), std::move(count)});
  protocol::Streamed<gen::SubscribeToShardOutput> answer;
  answer.body = [of = std::move(of)](BodySink& sink) -> Task<Status> { co_return co_await RunSession(*of, sink); };
  co_return std::move(answer);
}

}  // namespace tarn::api::kinesis
