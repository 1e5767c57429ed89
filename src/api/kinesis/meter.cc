#include "api/kinesis/meter.h"

#include <algorithm>
#include <vector>

namespace tarn::api::kinesis {
namespace {

constexpr const char* kSpace = "AWS/Kinesis";
constexpr std::string_view kCount = "Count";
constexpr std::string_view kBytes = "Bytes";
constexpr std::string_view kMillis = "Milliseconds";

observe::MetricOwner OwnerOf(const stream::Stream& stream) {
  return {stream.scope, kSpace, {{"StreamName", stream.name}}};
}

}  // namespace

void Meter::OfShard(const stream::Stream& stream, const std::string& shard,
                    std::initializer_list<observe::Measured> samples) const {
  std::vector<observe::Measured> wanted;
  wanted.reserve(samples.size());
  for (const observe::Measured& sample : samples) {
    if (std::ranges::find(stream.metrics, sample.name) != stream.metrics.end()) wanted.push_back(sample);
  }
  if (wanted.empty()) return;
  observe::MetricOwner owner{stream.scope, kSpace, {{"ShardId", shard}, {"StreamName", stream.name}}};
  sink_->Count(owner, wanted);
}

void Meter::Put(const stream::Stream& stream, const PutCount& count) const {
  if (sink_ == nullptr) return;
  const double total = count.records + count.throttled;
  const double success = count.records > 0 ? 1 : 0;
  std::vector<observe::Measured> samples = {{"IncomingBytes", kBytes, count.bytes},
                                            {"IncomingRecords", kCount, count.records},
                                            {"WriteProvisionedThroughputExceeded", kCount, count.throttled}};
  if (count.batch) {
    samples.insert(samples.end(), {{"PutRecords.Bytes", kBytes, count.bytes},
                                   {"PutRecords.Latency", kMillis, count.millis},
                                   {"PutRecords.Success", kCount, success},
                                   {"PutRecords.TotalRecords", kCount, total},
                                   {"PutRecords.SuccessfulRecords", kCount, count.records},
                                   {"PutRecords.FailedRecords", kCount, 0},
                                   {"PutRecords.ThrottledRecords", kCount, count.throttled}});
  } else {
    samples.insert(samples.end(), {{"PutRecord.Bytes", kBytes, count.bytes},
                                   {"PutRecord.Latency", kMillis, count.millis},
                                   {"PutRecord.Success", kCount, success}});
  }
  sink_->Count(OwnerOf(stream), samples);
  if (stream.metrics.empty()) return;
  for (const auto& [shard, of] : count.shards) {
    OfShard(stream, shard, {{"IncomingBytes", kBytes, of.bytes}, {"IncomingRecords", kCount, of.records}});
  }
}

void Meter::Get(const stream::Stream& stream, const GetCount& count) const {
  if (sink_ == nullptr) return;
  if (!count.consumer.empty()) {
    const observe::Measured samples[] = {{"SubscribeToShardEvent.Bytes", kBytes, count.bytes},
                                         {"SubscribeToShardEvent.Records", kCount, count.records},
                                         {"SubscribeToShardEvent.MillisBehindLatest", kMillis, count.behind},
                                         {"SubscribeToShardEvent.Success", kCount, 1}};
    const observe::MetricOwner owner{
        stream.scope, kSpace, {{"ConsumerName", count.consumer}, {"StreamName", stream.name}}};
    sink_->Count(owner, samples);
  } else if (count.throttled) {
    const observe::Measured samples[] = {{"GetRecords.Success", kCount, 0},
                                         {"ReadProvisionedThroughputExceeded", kCount, 1}};
    sink_->Count(OwnerOf(stream), samples);
    OfShard(stream, count.shard, {{"ReadProvisionedThroughputExceeded", kCount, 1}});
    return;
  } else {
    const observe::Measured samples[] = {{"GetRecords.Bytes", kBytes, count.bytes},
                                         {"GetRecords.Records", kCount, count.records},
                                         {"GetRecords.Latency", kMillis, count.millis},
                                         {"GetRecords.IteratorAgeMilliseconds", kMillis, count.behind},
                                         {"GetRecords.Success", kCount, 1},
                                         {"ReadProvisionedThroughputExceeded", kCount, 0}};
    sink_->Count(OwnerOf(stream), samples);
  }
  OfShard(stream, count.shard,
          {{"OutgoingBytes", kBytes, count.bytes},
           {"OutgoingRecords", kCount, count.records},
           {"IteratorAgeMilliseconds", kMillis, count.behind}});
}

}  // namespace tarn::api::kinesis
