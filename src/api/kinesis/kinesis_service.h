// Kinesis Data Streams' wire face: streams, records, shards, consumers. Decodes nothing, stores nothing: each handler
// is a domain call or two between two conversions.
//
// Threads: any; handlers block, SubscribeToShard is a coroutine that hops to `Parts::pool` for reads.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/kinesis/gen/shapes.h"
#include "api/kinesis/heartbeat.h"
#include "api/kinesis/meter.h"
#include "api/protocol/service.h"
#include "keys/keys.h"
#include "stream/streams.h"

namespace tarn::api::kinesis {

// All outlive the service.
struct Parts {
  stream::Streams& streams;
  keys::Keys& keys;
  WorkerPool& pool;
  observe::MetricSink* metrics = nullptr;  // null: nothing is counted
};

#define TARN_KINESIS_GIVES(Operation) \
  Result<gen::Operation##Output> Operation(const protocol::Call& call, const gen::Operation##Input& in)
#define TARN_KINESIS_DOES(Operation) \
  Result<gen::Operation##Response> Operation(const protocol::Call& call, const gen::Operation##Input& in)

class KinesisService : public protocol::Service {
 public:
  explicit KinesisService(const Parts& parts) : parts_(parts), streams_(parts.streams), meter_(parts.metrics) {}

  const protocol::ServiceDesc& model() const override;
  std::span<const protocol::Operation> operations() const override;
  std::span<const protocol::ErrorRow> errors() const override;
  // What is refused before its caller is asked, and preflights (gate.cc).
  std::string_view OwnOperation(const protocol::Call& call) const override;
  Task<Result<protocol::OwnAnswer>> Answer(protocol::OwnRequest request) override;
  void Decorate(const protocol::Call& call) const override;

  TARN_KINESIS_DOES(CreateStream);
  TARN_KINESIS_DOES(DeleteStream);
  TARN_KINESIS_GIVES(DescribeStream);
  TARN_KINESIS_GIVES(DescribeStreamSummary);
  TARN_KINESIS_GIVES(ListStreams);
  TARN_KINESIS_GIVES(DescribeLimits);
  TARN_KINESIS_GIVES(DescribeAccountSettings);
  TARN_KINESIS_GIVES(UpdateAccountSettings);

  TARN_KINESIS_DOES(UpdateStreamMode);
  TARN_KINESIS_DOES(UpdateMaxRecordSize);
  TARN_KINESIS_DOES(UpdateStreamRecordDistributionStrategy);
  TARN_KINESIS_GIVES(UpdateStreamWarmThroughput);
  TARN_KINESIS_DOES(IncreaseStreamRetentionPeriod);
  TARN_KINESIS_DOES(DecreaseStreamRetentionPeriod);
  TARN_KINESIS_DOES(StartStreamEncryption);
  TARN_KINESIS_DOES(StopStreamEncryption);
  Result<gen::EnhancedMonitoringOutput> EnableEnhancedMonitoring(const protocol::Call& call,
                                                                 const gen::EnableEnhancedMonitoringInput& in);
  Result<gen::EnhancedMonitoringOutput> DisableEnhancedMonitoring(const protocol::Call& call,
                                                                  const gen::DisableEnhancedMonitoringInput& in);

  TARN_KINESIS_GIVES(PutRecord);
  TARN_KINESIS_GIVES(PutRecords);
  TARN_KINESIS_GIVES(GetShardIterator);
  TARN_KINESIS_GIVES(GetRecords);

  TARN_KINESIS_GIVES(ListShards);
  TARN_KINESIS_DOES(SplitShard);
  TARN_KINESIS_DOES(MergeShards);
  TARN_KINESIS_GIVES(UpdateShardCount);

  TARN_KINESIS_DOES(AddTagsToStream);
  TARN_KINESIS_GIVES(ListTagsForStream);
  TARN_KINESIS_DOES(RemoveTagsFromStream);
  TARN_KINESIS_DOES(TagResource);
  TARN_KINESIS_DOES(UntagResource);
  TARN_KINESIS_GIVES(ListTagsForResource);
  TARN_KINESIS_DOES(PutResourcePolicy);
  TARN_KINESIS_GIVES(GetResourcePolicy);
  TARN_KINESIS_DOES(DeleteResourcePolicy);

  TARN_KINESIS_GIVES(RegisterStreamConsumer);
  TARN_KINESIS_GIVES(DescribeStreamConsumer);
  TARN_KINESIS_GIVES(ListStreamConsumers);
  TARN_KINESIS_DOES(DeregisterStreamConsumer);
  Task<Result<protocol::Streamed<gen::SubscribeToShardOutput>>> SubscribeToShard(const protocol::Call& call,
                                                                                 const gen::SubscribeToShardInput& in,
                                                                                 protocol::RequestBody& body);

  // Sessions of SubscribeToShard end now, and at once from now on.
  void EndSubscriptions() { heartbeat_.Close(); }

  stream::Streams& streams() const { return streams_; }
  const Meter& meter() const { return meter_; }

 private:
  Timestamp Now() const { return streams_.clock().Now(); }
  double MillisSince(Timestamp begin) const { return static_cast<double>(Now().micros - begin.micros) / 1000; }
  // The KMS key of an encrypted stream must let the caller write, or read.
  Status MayWrite(const protocol::Call& call, const stream::Stream& stream) const;
  Status MayRead(const protocol::Call& call, const stream::Stream& stream) const;

  const Parts parts_;
  stream::Streams& streams_;
  const Meter meter_;
  Heartbeat heartbeat_;
};

#undef TARN_KINESIS_GIVES
#undef TARN_KINESIS_DOES

}  // namespace tarn::api::kinesis
